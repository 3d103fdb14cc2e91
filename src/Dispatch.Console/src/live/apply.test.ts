import { describe, expect, it } from 'vitest';
import { apply, cursorsOf, emptyBoard, forget, heard, merge, type Board } from './apply';
import type { Fact, Incident } from './contract';
import { callout, fact, incident, INCIDENT } from './samples';

const boardOf = (...incidents: Incident[]): Board => incidents.reduce(merge, emptyBoard);
const after = (start: Incident, ...facts: Fact[]): Incident => facts.reduce(apply, boardOf(start)).incidents.get(start.id)!;
const offered = (change = {}) => incident({ lastFact: 5, callouts: [callout('c1', change), callout('c2')] });

describe('Numbers', () => {
  it('apply the next fact', () => {
    expect(after(incident(), fact(2, 'CallingPaused', { reason: null })).lastFact).toBe(2);
  });
  it('drop a duplicate: the very same board comes back', () => {
    const board = boardOf(incident({ lastFact: 7 }));
    expect(apply(board, fact(7, 'IncidentClosed'))).toBe(board);
    expect(apply(board, fact(3, 'IncidentClosed'))).toBe(board);
  });
  it('do not apply over a gap, and remember how far the record runs', () => {
    const board = apply(boardOf(incident({ lastFact: 7 })), fact(9, 'IncidentClosed', { reason: null }));
    expect(board.incidents.get(INCIDENT)!.state).toBe('open');
    expect(board.behind.get(INCIDENT)).toBe(9);
  });
  it('forget the gap once it is filled', () => {
    const gap = apply(boardOf(incident({ lastFact: 7 })), fact(9, 'CallingResumed'));
    const filled = [fact(8, 'CallingPaused', { reason: null }), fact(9, 'CallingResumed')].reduce(apply, gap);
    expect(filled.behind.size).toBe(0);
    expect(filled.incidents.get(INCIDENT)!.lastFact).toBe(9);
  });
  it('treat a fact of an unknown incident as a gap, unless it is the first', () => {
    expect(apply(emptyBoard, fact(4, 'CallingPaused')).behind.get(INCIDENT)).toBe(4);
    const raised = apply(emptyBoard, fact(1, 'IncidentRaised', { incident: incident() }));
    expect(raised.incidents.get(INCIDENT)!.callouts).toEqual([]);
    expect(raised.behind.size).toBe(0);
  });
  it('pass over a kind from a later version without stopping', () => {
    const shown = after(incident(), fact(2, 'SomethingNew' as never), fact(3, 'CallingPaused', { reason: null }));
    expect([shown.lastFact, shown.calling]).toEqual([3, false]);
  });
  it('never let an older snapshot replace a newer picture', () => {
    const board = boardOf(incident({ lastFact: 9 }));
    expect(merge(board, incident({ lastFact: 8, state: 'closed' }))).toBe(board);
    expect(merge(board, incident({ lastFact: 12 })).incidents.get(INCIDENT)!.lastFact).toBe(12);
  });
  it('note a head beyond the own number, and only that', () => {
    const board = boardOf(incident({ lastFact: 9 }));
    expect(heard(board, INCIDENT, 9)).toBe(board);
    expect(heard(board, INCIDENT, 11).behind.get(INCIDENT)).toBe(11);
  });
  it('give the cursors of open incidents', () => {
    expect(cursorsOf(boardOf(incident({ lastFact: 9 }), incident({ id: 'b', state: 'closed' })))).toEqual({ [INCIDENT]: 9 });
    expect(forget(boardOf(incident()), [INCIDENT]).incidents.size).toBe(0);
  });
});

describe('Each kind of fact', () => {
  it('RingOpened widens the need', () => {
    const shown = after(incident(), fact(2, 'RingOpened', { needOrdinal: 1, ring: 2, regionCode: '440304', regionName: '福田区', level: 3 }));
    expect(shown.needs.map((n) => n.ring)).toEqual([2, 0]);
  });
  it('WaveSent says how each need it asked for stands, and puts the red flag up or takes it down', () => {
    const start = incident();
    start.needs[0]!.exhausted = true;
    const shown = after(start, fact(2, 'WaveSent', { wave: 2, considered: 9, needs: [{ needOrdinal: 1, asked: 3, exhausted: false }, { needOrdinal: 2, asked: 1, exhausted: true }] }));
    expect(shown.needs.map((n) => n.exhausted)).toEqual([false, true]);
  });
  it('CalloutOffered adds the call-out', () => {
    expect(after(incident(), fact(2, 'CalloutOffered', { callout: callout('c1') }, 'c1')).callouts.map((c) => c.id)).toEqual(['c1']);
  });
  it.each([['CalloutSent', 'sentAt'], ['CalloutDelivered', 'deliveredAt'], ['CalloutSeen', 'seenAt']] as const)('%s is a receipt', (kind, field) => {
    const shown = after(offered(), fact(6, kind, {}, 'c1'));
    expect(shown.callouts.map((c) => c[field])).toEqual(['2026-11-21T06:31:06.000Z', null]);
    expect(shown.callouts[0]!.state).toBe('offered');
  });
  it.each([
    ['CalloutAccepted', { needOrdinal: 1, filled: 1 }, 'accepted'],
    ['CalloutStoodBy', { needOrdinal: 1 }, 'standby'],
    ['CalloutCalledUp', { needOrdinal: 1, filled: 1 }, 'accepted'],
    ['CalloutDeclined', { needOrdinal: 1, reason: 'atWork' }, 'declined'],
    ['CalloutExpired', { needOrdinal: 1 }, 'expired'],
    ['CalloutRecalled', { needOrdinal: 1, reason: 'filled' }, 'recalled'],
    ['CalloutEnRoute', { needOrdinal: 1 }, 'enRoute'],
    ['CalloutOnScene', { needOrdinal: 1 }, 'onScene'],
    ['CalloutTurnedBack', { needOrdinal: 1, reason: '车坏了', filled: 1 }, 'turnedBack'],
    ['CalloutReleased', { needOrdinal: 1, reason: null, filled: 1 }, 'released'],
  ] as const)('%s moves the one call-out it names', (kind, data, state) => {
    const shown = after(offered(), fact(6, kind, data, 'c1'));
    expect(shown.callouts.map((c) => c.state)).toEqual([state, 'offered']);
    expect(shown.callouts[0]!.changedAt).toBe('2026-11-21T06:31:06.000Z');
    if ('reason' in data) expect(shown.callouts[0]!.reason).toBe(data.reason);
    if ('filled' in data) expect(shown.needs[0]!.filled).toBe(1);
    if (['accepted', 'standby', 'declined'].includes(state) && kind !== 'CalloutCalledUp') expect(shown.callouts[0]!.answeredAt).not.toBeNull();
  });
  it('CalloutFellBehind marks one who is late, whose place and state stay his, until he catches up, arrives or turns back', () => {
    const late = after(offered(), fact(6, 'CalloutAccepted', { needOrdinal: 1, filled: 1 }, 'c1'), fact(7, 'CalloutFellBehind', { needOrdinal: 1, expectedAt: '2026-11-21T07:31:06.000Z', deadline: '2026-11-21T07:01:06.000Z' }, 'c1'));
    expect(late.callouts[0]).toMatchObject({ state: 'accepted', lateSince: '2026-11-21T06:31:07.000Z' });
    expect(late.needs[0]!.filled).toBe(1);
    expect(after(late, fact(8, 'CalloutEnRoute', { needOrdinal: 1 }, 'c1')).callouts[0]!.lateSince).not.toBeNull();
    expect(after(late, fact(8, 'CalloutCaughtUp', { needOrdinal: 1, expectedAt: '2026-11-21T06:51:06.000Z', deadline: '2026-11-21T07:01:06.000Z' }, 'c1')).callouts[0]).toMatchObject({ state: 'accepted', lateSince: null });
    expect(after(late, fact(8, 'CalloutOnScene', { needOrdinal: 1 }, 'c1')).callouts[0]).toMatchObject({ state: 'onScene', lateSince: null });
  });
  it('NeedFilled and NeedExhausted set the counter and the flag', () => {
    const exhausted = after(incident(), fact(2, 'NeedExhausted', { needOrdinal: 2, filled: 1, count: 2 }));
    expect(exhausted.needs.map((n) => [n.filled, n.exhausted])).toEqual([[0, false], [1, true]]);
    const filled = after(exhausted, fact(3, 'NeedFilled', { needOrdinal: 2, filled: 2 }));
    expect(filled.needs[1]).toMatchObject({ filled: 2, exhausted: false });
  });
  it('CallingPaused and CallingResumed', () => {
    const paused = after(incident(), fact(2, 'CallingPaused', { reason: '等增援' }));
    expect(paused.calling).toBe(false);
    expect(after(paused, fact(3, 'CallingResumed')).calling).toBe(true);
  });
  it('SelfOffered waits until SelfOfferDecided', () => {
    const offers = after(incident(), fact(2, 'SelfOffered', { offerId: 'o1', note: null }));
    expect(offers.openOffers).toBe(1);
    expect(after(offers, fact(3, 'SelfOfferDecided', { offerId: 'o1', volunteerId: 'v', answer: 'decline', needOrdinal: null, reason: '人已够' })).openOffers).toBe(0);
  });
  it.each([['IncidentClosed', 'closed'], ['IncidentCancelled', 'cancelled']] as const)('%s ends it', (kind, state) => {
    const shown = after(incident(), fact(2, kind, { reason: null }));
    expect(shown).toMatchObject({ state, calling: false, endedAt: '2026-11-21T06:31:02.000Z' });
  });
  it('leaves the board it was given as it was', () => {
    const board = boardOf(offered());
    const before = JSON.stringify([...board.incidents]);
    apply(board, fact(6, 'CalloutAccepted', { needOrdinal: 1, filled: 1 }, 'c1'));
    expect(JSON.stringify([...board.incidents])).toBe(before);
  });
});
