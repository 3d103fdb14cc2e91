// What the phone knows, and the only way it changes: apply(state, message).
// Invariants: the cursor never passes a number that was not applied; a duplicate changes nothing; a number beyond cursor + 1 is not
// applied but asked for; an older picture of a card never replaces a later one, unless the server itself was put back (new epoch).
import type { Card, InboxItem, MusterCard, VolunteerSelf } from '../live/contract';
import { isActive, isOpen, later } from './card';
import { laterMuster } from './muster';

export interface State {
  /** Inbox items applied, without gaps. */
  cursor: number;
  /** The head of the inbox as last heard. */
  head: number;
  epoch: string | null;
  /** False before the first whole picture and after the server was restored: the next picture replaces everything. */
  whole: boolean;
  /** Newest offer first. */
  cards: readonly Card[];
  /** Musters he is called to, newest first. */
  musters: readonly MusterCard[];
  /** Ended call-outs and musters the volunteer has put away. */
  dismissed: readonly string[];
  /** Stood by, and then got a place. */
  calledUp: readonly string[];
  /** Asked to stand by, and then a place opened while the offer was open. */
  placeOpened: readonly string[];
  self: VolunteerSelf | null;
}

export type Message =
  | { type: 'joined'; epoch: string; cursor: number }
  | { type: 'pushed'; item: InboxItem }
  | { type: 'head'; cursor: number; epoch?: string }
  | { type: 'picture'; cursor: number; cards: readonly Card[]; musters?: readonly MusterCard[]; epoch?: string }
  /** The server does not know our cursor: this picture replaces everything. */
  | { type: 'reset'; epoch: string; cursor: number; cards: readonly Card[]; musters?: readonly MusterCard[] }
  | { type: 'card'; card: Card }
  | { type: 'muster'; muster: MusterCard }
  | { type: 'self'; self: VolunteerSelf }
  | { type: 'dismissed'; id: string };

export const empty: State = { cursor: 0, head: 0, epoch: null, whole: false, cards: [], musters: [], dismissed: [], calledUp: [], placeOpened: [], self: null };

const isOther = (state: State, epoch: string | undefined): boolean => epoch !== undefined && state.epoch !== null && state.epoch !== epoch;

/** The server has more than we have applied: wait a moment for it, then ask. */
export const isBehind = (state: State): boolean => !state.whole || state.head > state.cursor;

export function apply(state: State, message: Message): State {
  switch (message.type) {
    case 'joined': {
      const restored = (state.epoch !== null && state.epoch !== message.epoch) || message.cursor < state.cursor;
      return restored
        ? { ...state, epoch: message.epoch, head: message.cursor, whole: false }
        : { ...state, epoch: message.epoch, head: Math.max(state.head, message.cursor) };
    }
    case 'pushed': {
      const { number, callout, muster } = message.item;
      if (number <= state.cursor && state.whole) return state;
      const head = Math.max(state.head, number);
      if (!state.whole || number > state.cursor + 1) return { ...state, head };
      const moved = { ...state, cursor: number, head };
      return callout ? withCard(moved, callout) : muster ? withMuster(moved, muster) : moved;
    }
    case 'head': {
      if (isOther(state, message.epoch)) return { ...state, epoch: message.epoch!, head: message.cursor, whole: false };
      return message.cursor > state.head ? { ...state, head: message.cursor } : state;
    }
    case 'reset': return { ...state, epoch: message.epoch, cursor: message.cursor, head: message.cursor, whole: true, cards: newestFirst(message.cards), musters: message.musters ?? [] };
    case 'picture': {
      const { cursor, cards, musters = state.musters } = message;
      // Where the live line is blocked, this is how a phone learns that the server was restored.
      if (isOther(state, message.epoch)) return apply(state, { type: 'reset', epoch: message.epoch!, cursor, cards, musters });
      if (!state.whole) return { ...state, cursor, head: Math.max(state.head, cursor), whole: true, cards: newestFirst(cards), musters };
      // A picture taken before the last push must not take the pushed card away again.
      const gone = cursor < state.cursor ? [] : state.cards.filter((held) => !cards.some((card) => card.id === held.id));
      const kept = { ...state, cursor: Math.max(state.cursor, cursor), head: Math.max(state.head, cursor), cards: state.cards.filter((card) => !gone.includes(card)) };
      const missed = cursor < state.cursor ? [] : state.musters.filter((held) => !musters.some((muster) => muster.id === held.id));
      // Nor turn back what it has told of an offer since.
      const news = cursor < state.cursor ? cards.filter((card) => !state.cards.some((held) => held.id === card.id && held.state === card.state && held.changedAt === card.changedAt)) : cards;
      return musters.reduce(withMuster, news.reduce(withCard, { ...kept, musters: state.musters.filter((muster) => !missed.includes(muster)) }));
    }
    case 'card': return withCard(state, message.card);
    case 'muster': return withMuster(state, message.muster);
    case 'self': return { ...state, self: message.self };
    case 'dismissed': {
      if (state.musters.some((each) => each.id === message.id)) return { ...state, dismissed: [...state.dismissed, message.id] };
      // Putting one away puts away all that ended before it: nobody taps through last week.
      const card = state.cards.find((each) => each.id === message.id);
      const ended = state.cards.filter((each) => card && !isOpen(each.state) && Date.parse(each.changedAt) <= Date.parse(card.changedAt));
      const known = state.dismissed.filter((id) => [...state.cards, ...state.musters].some((each) => each.id === id));
      return { ...state, dismissed: [...new Set([...known, ...ended.map((each) => each.id)])] };
    }
  }
}

export type News = { kind: 'offered' | 'calledUp' | 'stopped'; card: Card } | { kind: 'mustered' | 'stoodDown'; muster: MusterCard };

/** What happened between two states that is worth waking somebody for. */
export function news(before: State, now: State): News[] {
  const held = new Map(before.cards.map((card) => [card.id, card]));
  const known = new Map(before.musters.map((muster) => [muster.id, muster]));
  const musters = now.musters.flatMap((muster): News[] => {
    const was = known.get(muster.id);
    if (!was && muster.state === 'open' && muster.answeredAt === null && muster.checkedInAt === null) return [{ kind: 'mustered', muster }];
    return was?.state === 'open' && muster.state === 'stoodDown' ? [{ kind: 'stoodDown', muster }] : [];
  });
  return now.cards.flatMap((card): News[] => {
    const was = held.get(card.id)?.state;
    if (card.state === 'offered' && (was !== 'offered' || opensPlace(held.get(card.id), card))) return [{ kind: 'offered', card }];
    if (was === 'standby' && isActive(card.state)) return [{ kind: 'calledUp', card }];
    if (was && isOpen(was) && (card.state === 'recalled' || (card.state === 'released' && was !== 'onScene'))) return [{ kind: 'stopped', card }];
    return [];
  }).concat(musters);
}

/** He is wanted after all: what he read as "stand by" is a place now. The other way round nobody is woken. */
const opensPlace = (was: Card | undefined, card: Card): boolean => was?.state === 'offered' && was.yesIsStandby === true && card.state === 'offered' && !card.yesIsStandby;

function withCard(state: State, card: Card): State {
  const held = state.cards.find((each) => each.id === card.id);
  const newer = later(held, card);
  if (newer === held) return state;
  return {
    ...state,
    cards: newestFirst([newer, ...state.cards.filter((each) => each.id !== card.id)]),
    calledUp: held?.state === 'standby' && isActive(newer.state) && !state.calledUp.includes(card.id) ? [...state.calledUp, card.id] : state.calledUp,
    placeOpened: opensPlace(held, newer) ? [...state.placeOpened, card.id] : card.yesIsStandby ? state.placeOpened.filter((id) => id !== card.id) : state.placeOpened,
  };
}

function withMuster(state: State, muster: MusterCard): State {
  const held = state.musters.find((each) => each.id === muster.id);
  const newer = laterMuster(held, muster);
  if (newer === held) return state;
  return { ...state, musters: [newer, ...state.musters.filter((each) => each.id !== muster.id)].sort((a, b) => Date.parse(b.calledAt) - Date.parse(a.calledAt)) };
}

const newestFirst = (cards: readonly Card[]): Card[] => [...cards].sort((a, b) => Date.parse(b.offeredAt) - Date.parse(a.offeredAt));
