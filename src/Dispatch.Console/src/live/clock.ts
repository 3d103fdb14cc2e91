// The server's clock as far as this page knows it. Ages and countdowns are judged by it, not by a machine whose clock may be minutes off.
import { signal } from '@preact/signals';
import type { Instant } from './contract';

const offset = signal(0);

/** How far the server's clock is ahead of ours, and how far off that may be, in ms. */
export interface Estimate { offset: number; within: number }
let held: Estimate | null = null;

/**
 * What one more message tells. An answer was written at some moment of its round trip: the truth lies within half of it, and the tightest answer
 * that no later one contradicts is kept. A push has no round trip: it was written before it came, so it can only show that we are behind.
 */
export function learned(known: Estimate | null, ahead: number, roundTrip: number | null): Estimate {
  if (roundTrip === null) return known && ahead <= known.offset ? known : { offset: ahead, within: known?.within ?? 1000 };
  const told = { offset: ahead + roundTrip / 2, within: roundTrip / 2 };
  return known && known.within <= told.within && Math.abs(known.offset - told.offset) <= told.within ? known : told;
}

/** Milliseconds on the server's clock. Not reactive. */
export const serverNow = (): number => Date.now() + offset.peek();

/** Ticks once a second; views that show an age read this. */
export const now = signal(Date.now());

/** Learns the server's time from an answer with its round trip in ms, or from a push, which has none. */
export function heardServerTime(serverTime: Instant | undefined, roundTrip: number | null = null): void {
  const at = serverTime === undefined ? NaN : Date.parse(serverTime);
  if (!Number.isFinite(at)) return;
  const before = held;
  held = learned(held, at - Date.now(), roundTrip);
  if (held === before) return;
  offset.value = held.offset;
  now.value = serverNow();
}

if (typeof window !== 'undefined') setInterval(() => { now.value = serverNow(); }, 1000);
