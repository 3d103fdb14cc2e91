import { describe, expect, it } from 'vitest';
import type { CalloutState, Card, InboxItem, InboxKind } from '../live/contract';
import { expected, inHand, later, steps, timeLeft } from './card';
import { apply, empty, isBehind, news, type Message, type State } from './state';

const t0 = Date.parse('2026-11-21T06:00:00Z');
const at = (seconds: number) => new Date(t0 + seconds * 1000).toISOString();
const aCard = (id: string, state: CalloutState, changed: number, offered = 0): Card => ({
  id, state,
  incident: { id: `i-${id}`, category: 'flood', categoryName: '内涝', categoryNameEn: 'Flood', hazardous: true, risk: '水深', address: '景田北六街', longitude: 114.04, latitude: 22.55, regionNames: ['福田区'], state: 'open', timeZone: 'Asia/Shanghai' },
  need: { qualification: 'rescue.water', name: '水上救援', nameEn: 'Water rescue' },
  distanceMetres: 1830, locatedBy: 'fix', ring: 1, offeredAt: at(offered), dueAt: at(offered + 120), answeredAt: null, changedAt: at(changed), reason: null,
});
const item = (number: number, card: Card, kind: InboxKind = 'offered'): InboxItem => ({ number, kind, at: card.changedAt, callout: card });
const run = (state: State, ...messages: Message[]) => messages.reduce(apply, state);
const whole = run(empty, { type: 'picture', cursor: 0, cards: [] }, { type: 'joined', epoch: 'e1', cursor: 0 });
const pushed = (number: number, card: Card, kind?: InboxKind): Message => ({ type: 'pushed', item: item(number, card, kind) });

describe('the inbox', () => {
  it('applies the next number and moves the cursor', () => {
    const state = run(whole, pushed(1, aCard('a', 'offered', 0)));
    expect([state.cursor, state.cards.length, isBehind(state)]).toEqual([1, 1, false]);
  });
  it('drops a duplicate without a trace', () => {
    const state = run(whole, pushed(1, aCard('a', 'offered', 0)));
    expect(run(state, pushed(1, aCard('a', 'recalled', 9)))).toBe(state);
  });
  it('does not apply across a gap, and says that it is behind', () => {
    const state = run(whole, pushed(1, aCard('a', 'offered', 0)), pushed(3, aCard('a', 'recalled', 9)));
    expect([state.cursor, state.head, state.cards[0]!.state, isBehind(state)]).toEqual([1, 3, 'offered', true]);
  });
  it('is behind when the head runs ahead, until the item comes', () => {
    const told = run(whole, { type: 'head', cursor: 1 });
    expect(isBehind(told)).toBe(true);
    expect(isBehind(run(told, pushed(1, aCard('a', 'offered', 0))))).toBe(false);
  });
  it('ends a gap with the whole picture', () => {
    const state = run(whole, pushed(3, aCard('a', 'offered', 0)), { type: 'picture', cursor: 3, cards: [aCard('a', 'offered', 0)] });
    expect([state.cursor, isBehind(state)]).toEqual([3, false]);
  });
  it('shows nothing of a push before the first whole picture', () => {
    const state = run(empty, pushed(1, aCard('a', 'offered', 0)));
    expect([state.cursor, state.cards.length, isBehind(state)]).toEqual([0, 0, true]);
  });
  it('gives the same end for any order and repetition of the same messages', () => {
    const cards = (['offered', 'accepted', 'enRoute', 'onScene'] as const).map((state, i) => aCard('a', state, i));
    const all = cards.map((card, i) => pushed(i + 1, card));
    let seed = 7;
    const chance = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 200; round++) {
      const shuffled = [...all, ...all, ...all, ...all].sort(() => chance() - 0.5);
      const state = run(run(whole, ...shuffled), { type: 'picture', cursor: 4, cards: [cards[3]!] });
      expect([state.cursor, state.cards.map((card) => card.state)]).toEqual([4, ['onScene']]);
    }
  });
});

describe('the whole picture', () => {
  it('taken before the last push takes nothing away', () => {
    const state = run(whole, pushed(1, aCard('a', 'offered', 0)), { type: 'picture', cursor: 0, cards: [] });
    expect([state.cursor, state.cards.length]).toEqual([1, 1]);
  });
  it('never puts an older card over a later one', () => {
    const state = run(whole, pushed(1, aCard('a', 'offered', 0)), { type: 'card', card: aCard('a', 'accepted', 5) }, { type: 'picture', cursor: 1, cards: [aCard('a', 'offered', 0)] });
    expect(state.cards[0]!.state).toBe('accepted');
  });
  it('forgets what the server no longer lists', () => {
    const state = run(whole, pushed(1, aCard('a', 'expired', 0)), { type: 'picture', cursor: 1, cards: [] });
    expect(state.cards).toEqual([]);
  });
});

describe('a server put back from a backup', () => {
  const ahead = run(whole, pushed(1, aCard('a', 'accepted', 5)), pushed(2, aCard('b', 'offered', 9, 9)));
  it.each([['by its epoch', 'e2', 2], ['by a shorter inbox', 'e1', 1]])('is noticed %s, and its picture replaces ours', (_, epoch, cursor) => {
    const told = run(ahead, { type: 'joined', epoch, cursor });
    expect(isBehind(told)).toBe(true);
    const state = run(told, { type: 'picture', cursor: 1, cards: [aCard('a', 'offered', 0)] });
    expect([state.cursor, state.cards.map((card) => card.state)]).toEqual([1, ['offered']]);
  });
  it('is noticed by a polled picture too, which replaces ours although it is older', () => {
    const state = run(ahead, { type: 'picture', epoch: 'e2', cursor: 1, cards: [aCard('a', 'offered', 0)] });
    expect([state.epoch, state.cursor, state.whole, state.cards.map((card) => card.state)]).toEqual(['e2', 1, true, ['offered']]);
  });
  it('is noticed by a sign of life, and then the picture is asked for', () => {
    const told = run(ahead, { type: 'head', cursor: 1, epoch: 'e2' });
    expect([isBehind(told), told.epoch]).toEqual([true, 'e2']);
    expect(run(told, pushed(3, aCard('c', 'offered', 9))).cards.map((card) => card.id)).toEqual(ahead.cards.map((card) => card.id));
  });
  it('answers with a reset: what it says replaces everything, and the line goes on from there', () => {
    const state = run(ahead, { type: 'reset', epoch: 'e2', cursor: 1, cards: [aCard('a', 'offered', 0)] }, pushed(2, aCard('c', 'offered', 20, 20)));
    expect([state.cursor, isBehind(state), state.cards.map((card) => card.id)]).toEqual([2, false, ['c', 'a']]);
  });
  it('is not seen in an ordinary return', () => {
    expect(run(ahead, { type: 'head', cursor: 2, epoch: 'e1' })).toBe(ahead);
    expect(isBehind(run(ahead, { type: 'joined', epoch: 'e1', cursor: 2 }))).toBe(false);
  });
});

describe('news', () => {
  const offered = run(whole, pushed(1, aCard('a', 'offered', 0)));
  const kinds = (before: State, after: State) => news(before, after).map((each) => each.kind);
  it('is a new offer, once', () => {
    expect(kinds(whole, offered)).toEqual(['offered']);
    expect(kinds(offered, run(offered, { type: 'picture', cursor: 1, cards: [aCard('a', 'offered', 0)] }))).toEqual([]);
  });
  it('is a standby who gets a place, however it is heard', () => {
    const standby = run(offered, { type: 'card', card: aCard('a', 'standby', 3) });
    const byPush = run(standby, pushed(2, aCard('a', 'accepted', 6), 'calledUp'));
    const byPicture = run(standby, { type: 'picture', cursor: 2, cards: [aCard('a', 'accepted', 6)] });
    expect([kinds(standby, byPush), kinds(standby, byPicture)]).toEqual([['calledUp'], ['calledUp']]);
    expect([byPush.calledUp, byPicture.calledUp]).toEqual([['a'], ['a']]);
  });
  it('is a recall, and a release he did not ask for', () => {
    expect(kinds(offered, run(offered, { type: 'card', card: aCard('a', 'recalled', 3) }))).toEqual(['stopped']);
    const onScene = run(offered, { type: 'card', card: aCard('a', 'onScene', 3) });
    expect(kinds(onScene, run(onScene, { type: 'card', card: aCard('a', 'released', 4) }))).toEqual([]);
  });
});

describe('an offer whose answer turns', () => {
  const asked = run(whole, pushed(1, aCard('a', 'offered', 0)));
  const stands = { ...aCard('a', 'offered', 0), yesIsStandby: true as const };
  const full = run(asked, pushed(2, stands, 'yesTurned'));
  it('says so at once, and wakes nobody because the places were taken', () => {
    expect([full.cards[0]!.yesIsStandby, full.placeOpened, news(asked, full)]).toEqual([true, [], []]);
  });
  it('wakes him when a place opens, and says why', () => {
    const open = run(full, pushed(3, aCard('a', 'offered', 0), 'yesTurned'));
    expect([open.cards[0]!.yesIsStandby, open.placeOpened, news(full, open).map((each) => each.kind)]).toEqual([undefined, ['a'], ['offered']]);
    const again = run(open, pushed(4, stands, 'yesTurned'));
    expect([again.cards[0]!.yesIsStandby, again.placeOpened]).toEqual([true, []]);
  });
  it('is not turned back by a picture taken before', () => {
    expect(run(full, { type: 'picture', cursor: 1, cards: [aCard('a', 'offered', 0)] }).cards[0]!.yesIsStandby).toBe(true);
    expect(run(full, { type: 'picture', cursor: 2, cards: [aCard('a', 'offered', 0)] }).cards[0]!.yesIsStandby).toBeUndefined();
    expect(run(full, { type: 'picture', cursor: 1, cards: [aCard('a', 'accepted', 4)] }).cards[0]!.state).toBe('accepted');
  });
});

describe('the card in hand', () => {
  const state = run(whole, { type: 'picture', cursor: 4, cards: [aCard('new', 'offered', 60, 60), aCard('busy', 'enRoute', 30), aCard('old', 'expired', 20), aCard('older', 'recalled', 10)] });
  it('is where he is expected, before everything else', () => {
    expect(inHand(state.cards, [], t0 + 60_000)!.id).toBe('busy');
  });
  it('is an end only while it is news, and only until it is put away, together with all earlier ones', () => {
    const ended = state.cards.filter((card) => card.id.startsWith('old'));
    expect(inHand(ended, [], t0 + 60_000)!.id).toBe('old');
    expect(inHand(ended, [], t0 + 3_600_000)).toBeNull();
    expect(run(state, { type: 'dismissed', id: 'old' }).dismissed.toSorted()).toEqual(['old', 'older']);
  });
  it('never puts away what is still open', () => {
    expect(run(state, { type: 'dismissed', id: 'busy' }).dismissed).not.toContain('busy');
  });
  it('keeps the later of two pictures, and within a millisecond the later state', () => {
    expect(later(aCard('a', 'accepted', 5), aCard('a', 'offered', 4)).state).toBe('accepted');
    expect(later(aCard('a', 'offered', 5), aCard('a', 'accepted', 5)).state).toBe('accepted');
    expect(later(aCard('a', 'accepted', 5), aCard('a', 'offered', 5)).state).toBe('accepted');
  });
  it('offers only the steps that may follow, and counts pressed ones as expected, not as done', () => {
    expect(steps('accepted')).toEqual(['enRoute', 'turnedBack']);
    expect(steps('recalled')).toEqual([]);
    const card = aCard('a', 'accepted', 5);
    expect([expected(card, ['enRoute', 'onScene']), card.state]).toEqual(['onScene', 'accepted']);
  });
  it('counts down to zero and stays there', () => {
    const card = aCard('a', 'offered', 0);
    expect(timeLeft(card, t0 + 60_000)).toEqual({ seconds: 60, fraction: 0.5 });
    expect(timeLeft(card, t0 + 500_000)).toEqual({ seconds: 0, fraction: 0 });
  });
});
