// The server's clock as far as this page knows it. Ages and countdowns are judged by it, not by a machine whose clock may be minutes off.
import { signal } from '@preact/signals';
import type { Instant } from './contract';

const offset = signal(0);
let bestRoundTrip = Infinity;

/** Milliseconds on the server's clock. Not reactive. */
export const serverNow = (): number => Date.now() + offset.peek();

/** Ticks once a second; views that show an age read this. */
export const now = signal(Date.now());

/** Learns the server's time from an answer. `roundTrip` in ms: the shortest one seen is the most exact and wins, unless we are a second off. */
export function heardServerTime(serverTime: Instant | undefined, roundTrip = 0): void {
  const at = serverTime === undefined ? NaN : Date.parse(serverTime);
  if (!Number.isFinite(at)) return;
  const seen = at + roundTrip / 2 - Date.now();
  if (roundTrip <= bestRoundTrip || Math.abs(seen - offset.peek()) > 1000) {
    bestRoundTrip = roundTrip;
    offset.value = seen;
    now.value = serverNow();
  }
}

if (typeof window !== 'undefined') setInterval(() => { now.value = serverNow(); }, 1000);
