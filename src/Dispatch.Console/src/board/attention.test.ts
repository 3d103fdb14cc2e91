import { describe, expect, it } from 'vitest';
import { callout, incident } from '../live/samples';
import { attentionOf, sameAttention, funnelOf, lateOf } from './attention';

const raised = Date.parse('2026-11-21T06:30:00.000Z');
const asked = () => incident({ callouts: [callout('c1'), callout('c2', { dueAt: '2026-11-21T06:31:31.000Z' })] });

describe('Attention', () => {
  it('is an alarm when a need is exhausted, as long as it is short', () => {
    const shown = asked();
    shown.needs[0]!.exhausted = true;
    expect(attentionOf(shown, raised + 5_000)).toMatchObject({ level: 'alarm', exhausted: [{ ordinal: 1 }] });
    shown.needs[0]!.filled = 4;
    expect(attentionOf(shown, raised + 5_000).exhausted).toEqual([]);
    shown.needs[0]!.filled = 0;
    expect(attentionOf({ ...shown, state: 'closed' }, raised).exhausted).toEqual([]);
  });
  it('is watched, and no alarm, as long as enough of those asked can still say yes', () => {
    const shown = incident({ callouts: ['1', '2', '3', '4'].map((id) => callout(id)) });
    shown.needs[0]!.exhausted = true;
    expect(attentionOf(shown, raised + 5_000)).toMatchObject({ level: 'watch', exhausted: [], allAsked: [{ waiting: 4 }] });
    shown.callouts[0] = callout('1', { state: 'declined', answeredAt: '2026-11-21T06:30:30.000Z' });
    expect(attentionOf(shown, raised + 5_000)).toMatchObject({ level: 'alarm', exhausted: [{ ordinal: 1 }], allAsked: [] });
  });
  it('is watched while people are out whose loan has run out', () => {
    expect(attentionOf(asked(), raised + 5_000, false, 2)).toMatchObject({ level: 'watch', lapsed: 2 });
    expect(attentionOf(asked(), raised + 5_000)).toMatchObject({ level: 'calm', lapsed: 0 });
  });
  it('is watched while somebody who said yes is expected late, also when every place is taken, and says who could go instead', () => {
    const at = '2026-11-21T06:31:00.000Z';
    const late = callout('c1', { state: 'enRoute', answeredAt: at, lateSince: at });
    const shown = incident({ needs: incident().needs.map((n) => ({ ...n, filled: n.count })), callouts: [late, callout('c2', { state: 'standby' }), callout('c3', { state: 'standby', needOrdinal: 2 })] });
    expect(attentionOf(shown, raised + 60_000)).toMatchObject({ level: 'watch', complete: true, late: 1, standIns: 1 });
    expect([lateOf(shown, 1), lateOf(shown, 2), lateOf({ ...shown, state: 'closed' })]).toEqual([1, 0, 0]);
    expect(attentionOf({ ...shown, callouts: [{ ...late, lateSince: null }] }, raised + 60_000)).toMatchObject({ level: 'complete', late: 0, standIns: 0 });
  });
  it('is watched when nobody has answered within the time to answer', () => {
    expect(attentionOf(asked(), raised + 100_000).silentSince).toBeNull();
    expect(attentionOf(asked(), raised + 130_000)).toMatchObject({ level: 'watch', silentSince: raised + 1_000 });
    const declined = incident({ callouts: [callout('c1', { state: 'declined', answeredAt: '2026-11-21T06:30:30.000Z' })] });
    expect(attentionOf(declined, raised + 130_000).silentSince).toBeNull();
  });
  it('is an alarm when nobody was asked at all', () => {
    expect(attentionOf(incident(), raised + 5_000).nobodyAsked).toBe(false);
    expect(attentionOf(incident(), raised + 15_000)).toMatchObject({ nobodyAsked: true, level: 'alarm' });
    expect(attentionOf(incident({ calling: false }), raised + 15_000)).toMatchObject({ nobodyAsked: false, level: 'watch' });
  });
  it('stays the same while only time passes, and is another as soon as something has to be noticed', () => {
    const silent = asked();
    expect(sameAttention(attentionOf(silent, raised + 130_000), attentionOf(silent, raised + 190_000))).toBe(true);
    expect(sameAttention(attentionOf(silent, raised + 100_000), attentionOf(silent, raised + 130_000))).toBe(false);
    const used = { ...asked(), needs: asked().needs.map((n) => ({ ...n, exhausted: true })) };
    expect(sameAttention(attentionOf(used, raised), attentionOf(used, raised))).toBe(true);
    expect(sameAttention(attentionOf(used, raised), attentionOf({ ...used, needs: used.needs.slice(1) }, raised))).toBe(false);
  });
  it('counts down to the earliest open offer', () => {
    expect(attentionOf(asked(), raised).nextDue).toBe(raised + 91_000);
    expect(attentionOf(incident(), raised).nextDue).toBeNull();
  });
  it('is complete when every need is filled', () => {
    const shown = asked();
    for (const need of shown.needs) need.filled = need.count;
    expect(attentionOf(shown, raised + 600_000)).toMatchObject({ level: 'complete', complete: true, silentSince: null });
  });
});

describe('The funnel', () => {
  it('never widens from asked to on scene', () => {
    const at = '2026-11-21T06:30:30.000Z';
    const funnel = funnelOf([
      callout('1'), callout('2', { deliveredAt: at }), callout('3', { deliveredAt: at, answeredAt: at, state: 'declined' }),
      callout('4', { answeredAt: at, state: 'enRoute' }), callout('5', { deliveredAt: at, answeredAt: at, state: 'onScene' }),
    ]);
    expect(funnel).toEqual({ asked: 5, delivered: 4, answered: 3, accepted: 2, enRoute: 2, onScene: 1 });
  });
  it('asks for a word about who offered himself, also when all is complete', () => {
    const all = incident({ needs: incident().needs.map((n) => ({ ...n, filled: n.count })) });
    expect(attentionOf({ ...all, openOffers: 2 }, Date.parse(all.raisedAt))).toMatchObject({ level: 'watch', selfOffers: 2, complete: true });
    expect(attentionOf({ ...all, state: 'closed', openOffers: 2 }, Date.parse(all.raisedAt)).selfOffers).toBe(0);
  });
});
