import { describe, expect, it } from 'vitest';
import type { ExplainedWave, Fact, Incident } from '../live/contract';
import { callout, fact, incident } from '../live/samples';
import { beyondOf, entriesOf, ladderOf, outcomeOf, type WaveEntry } from './waves';

const ring = (number: number, n: number, name: string) => fact(number, 'RingOpened', { needOrdinal: 1, ring: n, regionCode: '', regionName: name, level: 6 - n });
const wave = (number: number, n: number) => fact(number, 'WaveSent', { wave: n, considered: 12, needs: [{ needOrdinal: 1, asked: 2 }] });
/** Written in one transaction. */
const together = (...facts: Fact[]): Fact[] => facts.map((f) => ({ ...f, at: facts[0]!.at }));

describe('The time line of waves', () => {
  const people = [
    callout('a', { state: 'declined', answeredAt: '2026-11-21T06:30:30.000Z' }), callout('b', { state: 'expired' }),
    callout('c', { wave: 2, ring: 2, state: 'accepted', answeredAt: '2026-11-21T06:33:00.000Z', dueAt: '2026-11-21T06:34:00.000Z' }), callout('d', { wave: 2, ring: 2, dueAt: '2026-11-21T06:35:00.000Z' }),
  ];
  const facts = [fact(1, 'IncidentRaised'), ...together(ring(2, 1, '景田社区'), fact(3, 'NeedExhausted'), wave(4, 1), fact(5, 'CalloutOffered', {}, 'a')), ...together(ring(6, 2, '莲花街道'), wave(7, 2)), fact(8, 'CalloutAccepted', {}, 'c'), ring(9, 3, '福田区')];
  const entries = entriesOf(incident({ callouts: people }), facts);

  it('puts the ring that opened for a wave into it, and a ring nobody was found in by itself', () => {
    expect(entries.map((e) => (e.kind === 'wave' ? `wave ${e.number} ${e.opened.map((r) => r.name).join()}` : e.fact.kind))).toEqual(['IncidentRaised', 'wave 1 景田社区', 'NeedExhausted', 'wave 2 莲花街道', 'RingOpened']);
  });
  it('says what became of each wave, and when its last offer ends', () => {
    const [first, second] = entries.filter((e): e is WaveEntry => e.kind === 'wave');
    expect(first!.outcome).toEqual({ yes: 0, standby: 0, no: 1, silent: 1, recalled: 0, waiting: 0 });
    expect(second!.outcome).toEqual({ yes: 1, standby: 0, no: 0, silent: 0, recalled: 0, waiting: 1 });
    expect(second!.dueAt).toBe('2026-11-21T06:35:00.000Z');
  });
  it('counts everybody asked exactly once, also who was released without a word', () => {
    const all = [...people, callout('e', { state: 'released' }), callout('f', { state: 'released', answeredAt: '2026-11-21T06:33:00.000Z' }), callout('g', { state: 'recalled' }), callout('h', { state: 'standby' })];
    expect(Object.values(outcomeOf(all)).reduce((a, b) => a + b)).toBe(all.length);
    expect(outcomeOf(all)).toMatchObject({ yes: 2, recalled: 2, standby: 1 });
  });
  it('shows the rungs that may still open, and people lent as a rung of their own', () => {
    const whole = [{ rings: [{ number: 1, name: '景田社区' }, { number: 2, name: '莲花街道' }, { number: 3, name: '福田区' }] }] as unknown as ExplainedWave[];
    const one = incident({ callouts: [...people, callout('l', { ring: 10, wave: 3 })] });
    expect(ladderOf(one, one.needs[0]!, facts.slice(0, 8), whole).map((r) => [r.ring, r.name, r.openedAt !== null, r.asked, r.yes])).toEqual([
      [1, '景田社区', true, 2, 0], [2, '莲花街道', true, 2, 1], [3, '福田区', false, 0, 0], [10, '', true, 1, 0],
    ]);
  });
  it('shows city or province where the plan permits it, closed until unified command has opened it, and never in a drill', () => {
    const plan = (lastRing: number) => ({ plan: { lastRing } }) as unknown as Partial<Incident>;
    const byUnified = fact(9, 'AidReleased', { ground: 'unifiedCommand' });
    expect(beyondOf(incident(plan(3)), facts)).toBeNull();
    expect(beyondOf(incident(plan(2)), facts)).toEqual({ level: 2, openedAt: null });
    expect(beyondOf(incident(plan(1)), [...facts, fact(8, 'AidReleased', { ground: 'agreement' })])).toEqual({ level: 1, openedAt: null });
    expect(beyondOf(incident(plan(2)), [...facts, byUnified])).toEqual({ level: 2, openedAt: byUnified.at });
    expect(beyondOf(incident({ ...plan(2), drill: true }), facts)).toBeNull();
  });
});
