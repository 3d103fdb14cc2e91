// What a muster means to the person who is called to it. Pure; the server decides, this only names.
import type { MusterCard } from '../live/contract';

/** Of two pictures of the same muster, the later one. */
export const laterMuster = (held: MusterCard | undefined, came: MusterCard): MusterCard =>
  held && Date.parse(came.changedAt) < Date.parse(held.changedAt) ? held : came;

export type MusterStep = 'accept' | 'decline' | 'checkIn';

/** What may be pressed now, the usual one first. A no may become a yes, and a yes a no with a reason, until he has checked in. */
export function musterSteps(muster: MusterCard): readonly MusterStep[] {
  if (muster.state !== 'open') return [];
  switch (muster.stage) {
    case 'checkedIn': return [];
    case 'accepted': return ['checkIn', 'decline'];
    case 'responded': return ['accept'];
    default: return ['accept', 'decline'];
  }
}

/**
 * The number of something new he says, so that the newest counts whichever arrives last: above all that this phone has said and above what the card
 * says was heard, from another phone or before a reload. The clock makes two phones that have not heard of each other go by time. A server that does
 * not know of numbers is told none.
 */
export const nextSaid = (muster: MusterCard, lastSaid: number, serverNow: number): number | undefined =>
  muster.said === undefined ? undefined : Math.max(Math.floor(serverNow), lastSaid + 1, muster.said + 1);

const newsMs = 30 * 60_000;

/** The muster that fills the screen when no call-out does: one that waits for something from him, or one that has just been stood down. */
export const musterInHand = (musters: readonly MusterCard[], dismissed: readonly string[], serverNow: number): MusterCard | null =>
  musters.find((muster) => !dismissed.includes(muster.id)
    && (muster.state === 'open' || serverNow - Date.parse(muster.changedAt) < newsMs)) ?? null;

/** Worth waking somebody for and asking the server about. */
export const isWaiting = (muster: MusterCard): boolean => muster.state === 'open' && muster.stage !== 'checkedIn';
