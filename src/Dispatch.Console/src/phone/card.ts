// What a call-out card means to the person who holds it. Pure; the server decides every transition, this only names them.
import type { CalloutState, Card } from '../live/contract';

export type Step = 'accept' | 'decline' | 'enRoute' | 'onScene' | 'released' | 'turnedBack';

/** The volunteer is expected somewhere. At most one such card exists: the database sees to it. */
export const isActive = (state: CalloutState): boolean => state === 'accepted' || state === 'enRoute' || state === 'onScene';
/** Something can still happen to it: keep the screen on and ask the server often. */
export const isOpen = (state: CalloutState): boolean => state === 'offered' || state === 'standby' || isActive(state);

const orderOfStates: readonly CalloutState[] =
  ['offered', 'standby', 'accepted', 'enRoute', 'onScene', 'declined', 'expired', 'recalled', 'turnedBack', 'released'];

/** Of two pictures of the same card, the later one. The server's time of the last change decides; within one millisecond, the later state. */
export function later(held: Card | undefined, came: Card): Card {
  if (!held) return came;
  const apart = Date.parse(came.changedAt) - Date.parse(held.changedAt);
  if (apart !== 0) return apart > 0 ? came : held;
  return orderOfStates.indexOf(came.state) >= orderOfStates.indexOf(held.state) ? came : held;
}

const after: Record<Step, CalloutState> = {
  accept: 'accepted', decline: 'declined', enRoute: 'enRoute', onScene: 'onScene', released: 'released', turnedBack: 'turnedBack',
};

/** Where the card will be when everything pressed so far has arrived. For choosing the next buttons, never for saying that it is so. */
export const expected = (card: Card, pending: readonly Step[]): CalloutState => pending.length ? after[pending[pending.length - 1]!] : card.state;

/** The steps that may follow a state, the usual one first. */
export function steps(state: CalloutState): readonly Step[] {
  switch (state) {
    case 'offered': return ['accept', 'decline'];
    case 'accepted': return ['enRoute', 'turnedBack'];
    case 'enRoute': return ['onScene', 'turnedBack'];
    case 'onScene': return ['released', 'turnedBack'];
    case 'standby': return ['released'];
    default: return [];
  }
}

/** How long the end of a call-out is still news. Older ones are only listed. */
const newsMs = 30 * 60_000;

/** The one card that fills the screen: where he is expected, else what he is asked, else where he stands by, else how the last one ended. */
export function inHand(cards: readonly Card[], dismissed: readonly string[], serverNow: number): Card | null {
  return cards.find((card) => isActive(card.state))
    ?? cards.find((card) => card.state === 'offered')
    ?? cards.find((card) => card.state === 'standby')
    ?? cards.filter((card) => !dismissed.includes(card.id) && serverNow - Date.parse(card.changedAt) < newsMs)
      .sort((a, b) => Date.parse(b.changedAt) - Date.parse(a.changedAt))[0]
    ?? null;
}

/** Seconds left to answer, and the fraction of the whole time; never below zero. */
export function timeLeft(card: Card, serverNow: number): { seconds: number; fraction: number } {
  const due = Date.parse(card.dueAt);
  const whole = Math.max(1, due - Date.parse(card.offeredAt));
  const left = Math.max(0, due - serverNow);
  // Our clock may be a moment behind the server's: never more than there was.
  return { seconds: Math.ceil(Math.min(left, whole) / 1000), fraction: Math.min(1, left / whole) };
}
