// Who is on duty and where, as far as this console may know: rounded to 200 m until somebody accepts.
import { computed, signal } from '@preact/signals';
import { get } from '../live/api';
import { livePositions, onFacts } from '../live/boardFeed';
import type { Responder, Uuid } from '../live/contract';

const EVERY_MS = 20_000;
export const onDuty = signal<readonly Responder[]>([]);
export const placeById = computed(() => {
  const places = new Map<Uuid, [number, number]>(onDuty.value.map((r) => [r.volunteerId, [r.longitude, r.latitude]]));
  for (const p of livePositions.value.values()) places.set(p.volunteerId, [p.longitude, p.latitude]);
  return places;
});
export const onDutyCounts = computed(() => ({ all: onDuty.value.length, free: onDuty.value.filter((r) => r.availableNow && !r.engaged).length }));

/** Polled, and asked for soon after somebody was called or let go: a handful of seconds of age is enough for an overview. */
export function followPeople(): () => void {
  let soon: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  const read = async () => {
    const answer = await get<Responder[]>('/api/responders', { timeoutMs: 15_000 });
    if (!stopped && answer.outcome === 'done') onDuty.value = answer.value;
  };
  void read();
  const timer = setInterval(() => { if (document.visibilityState === 'visible') void read(); }, EVERY_MS);
  const stopFacts = onFacts((facts) => {
    if (facts.some((f) => ['WaveSent', 'CalloutAccepted', 'CalloutReleased', 'CalloutTurnedBack', 'IncidentClosed'].includes(f.kind))) soon ??= setTimeout(() => { soon = undefined; void read(); }, 1_500);
  });
  return () => { stopped = true; clearInterval(timer); clearTimeout(soon); stopFacts(); };
}
