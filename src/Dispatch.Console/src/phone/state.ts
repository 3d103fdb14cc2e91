// What the phone knows, and the only way it changes: apply(state, message).
// Invariants: the cursor never passes a number that was not applied; a duplicate changes nothing; a number beyond cursor + 1 is not
// applied but asked for; an older picture of a card never replaces a later one, unless the server itself was put back (new epoch).
import type { Card, InboxItem, VolunteerSelf } from '../live/contract';
import { isActive, isOpen, later } from './card';

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
  /** Ended call-outs the volunteer has put away. */
  dismissed: readonly string[];
  /** Stood by, and then got a place. */
  calledUp: readonly string[];
  self: VolunteerSelf | null;
}

export type Message =
  | { type: 'joined'; epoch: string; cursor: number }
  | { type: 'pushed'; item: InboxItem }
  | { type: 'head'; cursor: number; epoch?: string }
  | { type: 'picture'; cursor: number; cards: readonly Card[]; epoch?: string }
  /** The server does not know our cursor: this picture replaces everything. */
  | { type: 'reset'; epoch: string; cursor: number; cards: readonly Card[] }
  | { type: 'card'; card: Card }
  | { type: 'self'; self: VolunteerSelf }
  | { type: 'dismissed'; id: string };

export const empty: State = { cursor: 0, head: 0, epoch: null, whole: false, cards: [], dismissed: [], calledUp: [], self: null };

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
      const { number, callout } = message.item;
      if (number <= state.cursor && state.whole) return state;
      const head = Math.max(state.head, number);
      if (!state.whole || number > state.cursor + 1) return { ...state, head };
      return withCard({ ...state, cursor: number, head }, callout);
    }
    case 'head': {
      if (isOther(state, message.epoch)) return { ...state, epoch: message.epoch!, head: message.cursor, whole: false };
      return message.cursor > state.head ? { ...state, head: message.cursor } : state;
    }
    case 'reset': return { ...state, epoch: message.epoch, cursor: message.cursor, head: message.cursor, whole: true, cards: newestFirst(message.cards) };
    case 'picture': {
      const { cursor, cards } = message;
      // Where the live line is blocked, this is how a phone learns that the server was restored.
      if (isOther(state, message.epoch)) return apply(state, { type: 'reset', epoch: message.epoch!, cursor, cards });
      if (!state.whole) return { ...state, cursor, head: Math.max(state.head, cursor), whole: true, cards: newestFirst(cards) };
      // A picture taken before the last push must not take the pushed card away again.
      const gone = cursor < state.cursor ? [] : state.cards.filter((held) => !cards.some((card) => card.id === held.id));
      const kept = { ...state, cursor: Math.max(state.cursor, cursor), head: Math.max(state.head, cursor), cards: state.cards.filter((card) => !gone.includes(card)) };
      return cards.reduce(withCard, kept);
    }
    case 'card': return withCard(state, message.card);
    case 'self': return { ...state, self: message.self };
    case 'dismissed': {
      // Putting one away puts away all that ended before it: nobody taps through last week.
      const card = state.cards.find((each) => each.id === message.id);
      const ended = state.cards.filter((each) => card && !isOpen(each.state) && Date.parse(each.changedAt) <= Date.parse(card.changedAt));
      const known = state.dismissed.filter((id) => state.cards.some((each) => each.id === id));
      return { ...state, dismissed: [...new Set([...known, ...ended.map((each) => each.id)])] };
    }
  }
}

export type News = { kind: 'offered' | 'calledUp' | 'stopped'; card: Card };

/** What happened between two states that is worth waking somebody for. */
export function news(before: State, now: State): News[] {
  const held = new Map(before.cards.map((card) => [card.id, card]));
  return now.cards.flatMap((card): News[] => {
    const was = held.get(card.id)?.state;
    if (card.state === 'offered' && was !== 'offered') return [{ kind: 'offered', card }];
    if (was === 'standby' && isActive(card.state)) return [{ kind: 'calledUp', card }];
    if (was && isOpen(was) && (card.state === 'recalled' || (card.state === 'released' && was !== 'onScene'))) return [{ kind: 'stopped', card }];
    return [];
  });
}

function withCard(state: State, card: Card): State {
  const held = state.cards.find((each) => each.id === card.id);
  const newer = later(held, card);
  if (newer === held) return state;
  return {
    ...state,
    cards: newestFirst([newer, ...state.cards.filter((each) => each.id !== card.id)]),
    calledUp: held?.state === 'standby' && isActive(newer.state) && !state.calledUp.includes(card.id) ? [...state.calledUp, card.id] : state.calledUp,
  };
}

const newestFirst = (cards: readonly Card[]): Card[] => [...cards].sort((a, b) => Date.parse(b.offeredAt) - Date.parse(a.offeredAt));
