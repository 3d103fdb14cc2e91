// Incidents and facts for tests of the browser code.
import type { Callout, Fact, FactKind, Incident } from './contract';

export const INCIDENT = '0193a000-0000-7000-8000-000000000001';

export function incident(change: Partial<Incident> = {}): Incident {
  return {
    id: INCIDENT, category: 'flood', class: 'naturalDisaster', grade: null, warning: 'orange', responseLevel: 'IV',
    risk: '水流急', address: '景田北六街', longitude: 114.0412, latitude: 22.5523,
    region: { code: '440304009006', name: '景田社区', nameEn: null, path: '44.4403.440304.440304009.440304009006', level: 5, levelName: '社区' },
    district: { code: '440304', name: '福田区' }, regionNames: ['深圳市', '福田区', '莲花街道', '景田社区'], timeZone: 'Asia/Shanghai',
    state: 'open', calling: true, hazardous: true, lifeCritical: true, firstRing: 3, answerWithinSeconds: 120, radiusMetres: 20000,
    raisedAt: '2026-11-21T06:30:00.000Z', raisedBy: { id: '0193a000-0000-7000-8000-0000000000aa', name: '值班员' }, endedAt: null, lastFact: 1,
    needs: [
      { ordinal: 1, qualification: 'rescue.water', name: '水域救援', nameEn: 'Water rescue', count: 4, filled: 0, ring: 0, exhausted: false },
      { ordinal: 2, qualification: 'order', name: '秩序维护', nameEn: 'Order keeping', count: 2, filled: 0, ring: 0, exhausted: false },
    ],
    callouts: [],
    ...change,
  };
}

export function callout(id: string, change: Partial<Callout> = {}): Callout {
  return {
    id, needOrdinal: 1, wave: 1, ring: 1, rank: 1, volunteer: { id: `v-${id}`, name: '陈建国' }, state: 'offered', distanceMetres: 830,
    locatedBy: 'fix', offeredAt: '2026-11-21T06:30:01.000Z', dueAt: '2026-11-21T06:32:01.000Z', sentAt: null, deliveredAt: null,
    seenAt: null, answeredAt: null, changedAt: '2026-11-21T06:30:01.000Z', reason: null, ...change,
  };
}

export function fact(number: number, kind: FactKind, data: unknown = {}, calloutId: string | null = null): Fact {
  return {
    incidentId: INCIDENT, number, kind, at: `2026-11-21T06:31:${String(number).padStart(2, '0')}.000Z`,
    by: { kind: 'system', id: null, name: null }, calloutId, data,
  } as Fact;
}
