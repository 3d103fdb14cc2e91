// Which order an operator is about to give. Asked first, in words; given on Enter; left on Esc.
import { signal } from '@preact/signals';
import type { Callout, Incident, Need, Uuid } from '../live/contract';
import { give, orders, type OrderKind } from '../live/orders';
import { leads } from '../live/signing';
import { uuid7 } from '../live/uuid';

export type AskedKind = Exclude<OrderKind, 'raise'>;
export interface Question { kind: AskedKind; incidentId: Uuid; calloutId: Uuid | null; need?: Need; about: string; commandId: Uuid }

export const question = signal<Question | null>(null);

export const reasonIs: Record<AskedKind, 'none' | 'optional' | 'required'> = {
  escalate: 'none', recall: 'required', close: 'optional', cancel: 'required', recallOne: 'optional', release: 'optional', need: 'required', aid: 'optional',
};

/** Only what can be done is asked; the rest would be refused. */
export function possible(incident: Incident | null, kind: AskedKind): boolean {
  if (!incident || incident.state !== 'open' || !leads(incident)) return false;
  if (orders.value.some((o) => o.incidentId === incident.id && o.kind === kind && o.state !== 'refused' && kind !== 'recallOne' && kind !== 'release' && kind !== 'need')) return false;
  if (kind === 'recall') return incident.calling || incident.callouts.some((c) => c.state === 'offered');
  return true;
}

export function ask(kind: AskedKind, incident: Incident | null, callout?: Callout): void {
  if (!incident || !possible(incident, kind)) return;
  question.value = { kind, incidentId: incident.id, calloutId: callout?.id ?? null, about: callout?.volunteer.name ?? incident.address, commandId: uuid7() };
}

/** A need that turned out greater or smaller. */
export function askNeed(incident: Incident, need: Need, about: string): void {
  if (possible(incident, 'need')) question.value = { kind: 'need', incidentId: incident.id, calloutId: null, need, about, commandId: uuid7() };
}

export function confirm(reason: string, count?: number): void {
  const q = question.peek();
  if (!q) return;
  question.value = null;
  if (q.need) {
    void give({ id: q.commandId, kind: 'need', incidentId: q.incidentId, path: `/api/incidents/${q.incidentId}/needs/${q.need.ordinal}`, body: { commandId: q.commandId, count: count ?? q.need.count, reason: reason.trim() }, about: q.about });
    return;
  }
  const path = q.calloutId ? `/api/callouts/${q.calloutId}/${q.kind === 'release' ? 'release' : 'recall'}` : `/api/incidents/${q.incidentId}/${q.kind}`;
  const body = reasonIs[q.kind] === 'none' ? { commandId: q.commandId } : { commandId: q.commandId, ...(reason.trim() ? { reason: reason.trim() } : {}) };
  void give({ id: q.commandId, kind: q.kind, incidentId: q.incidentId, path, body, about: q.about });
}
