import { describe, expect, it } from 'vitest';
import { aid, aidDesk, aidWaiting } from './aid';
import { now } from './clock';
import type { AidDesk, AidRelease } from './contract';
import { lapsedIn, lapsesOf } from './lapses';
import { callout, incident } from './samples';

const at = Date.parse('2026-11-21T08:00:00.000Z');
const loan = (id: string, validUntil: string, people: string[], change: Partial<AidRelease> = {}) =>
  ({ id, incidentId: incident().id, validUntil, endedAt: null, people: people.map((p) => ({ id: p, name: p, state: 'enRoute', returnedAt: null })), ...change }) as unknown as AidRelease;
const names = (shown: ReturnType<typeof incident>) => lapsesOf(shown).map((l) => [l.release.id, ...l.callouts.map((c) => c.id)]);

describe('Loans that have run out', () => {
  const ended = '2026-11-21T07:59:59.000Z';
  const away = callout('c1', { state: 'enRoute' });
  const there = callout('c2', { state: 'onScene' });
  const still = callout('c3', { state: 'offered' });
  const shown = incident({ callouts: [away, there, still] });
  const people = [away, there, still].map((c) => c.volunteer.id);
  const desk = (...lent: AidRelease[]) => { now.value = at; aid.put({ lent } as unknown as AidDesk); };

  it('name who is on the way or there, and nobody else', () => {
    desk(loan('r', ended, people));
    expect(names(shown)).toEqual([['r', 'c1', 'c2']]);
    expect(names({ ...shown, state: 'closed' })).toEqual([]);
    expect(names(incident({ callouts: [{ ...away, state: 'released' }] }))).toEqual([]);
  });
  it('are none while they hold, once they have ended, or for who is under another that holds', () => {
    desk(loan('r', '2026-11-21T08:00:01.000Z', people));
    expect(names(shown)).toEqual([]);
    desk(loan('r', ended, people, { endedAt: ended }));
    expect(names(shown)).toEqual([]);
    desk(loan('r', ended, people), loan('s', '2026-11-21T09:00:00.000Z', [people[0]!]));
    expect(names(shown)).toEqual([['r', 'c2']]);
  });
  it('are decided once somebody said that they go on, and not by their home wanting them back', () => {
    const said = (decision: 'goOn' | 'callHome', as: 'lender' | 'command') => {
      desk(loan('r', ended, people, { decision: { decision, as, for: { code: '440304', name: '福田区' }, at: ended, by: { id: 'x', name: '甲' }, reason: '—' } }));
      return [lapsesOf(shown).map((l) => l.decided), lapsedIn(shown)];
    };
    desk(loan('r', ended, people));
    expect(lapsedIn(shown)).toBe(2);
    expect(said('goOn', 'command')).toEqual([[true], 0]);
    expect(said('goOn', 'lender')).toEqual([[true], 0]);
    expect(said('callHome', 'lender')).toEqual([[false], 2]);
  });
  it('wait for the lender’s word on his own desk as long as he has said nothing', () => {
    const lent = (change: Partial<AidRelease>) => { desk(loan('r', ended, people, { decision: null, mayDecideAs: 'lender', ...change }), ...[]); aid.put({ requests: [], lent: aidDesk.value!.lent } as unknown as AidDesk); return aidWaiting.value; };
    expect([lent({}), lent({ mayDecideAs: 'command' }), lent({ validUntil: '2026-11-21T09:00:00.000Z' }), lent({ endedAt: ended })]).toEqual([1, 0, 0, 0]);
    expect(lent({ decision: { decision: 'goOn', as: 'command', for: { code: '440304', name: '福田区' }, at: ended, by: { id: 'x', name: '甲' }, reason: '—' } })).toBe(0);
  });
});
