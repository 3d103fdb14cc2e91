// The phone's own position: only with consent, only on duty or with a task, only while the page is open. Latest wins; nothing is queued.
// The Geolocation standard promises WGS-84, and the report says so to the server.
import { signal } from '@preact/signals';
import { call } from '../live/api';
import { serverNow } from '../live/clock';
import type { Datum } from '../live/contract';
import { distanceMetres, type Point } from './place';

export interface Fix extends Point { accuracyMetres: number; takenAt: number; typed: boolean }
export type Report = Fix & { datum: Datum };

/** The last fix of this phone, whether the server has it or not. */
export const fix = signal<Fix | null>(null);
export const fault = signal<'denied' | 'failed' | null>(null);
export const locating = signal(false);
export const sending = signal<'idle' | 'sending' | 'unconfirmed' | 'confirmed'>('idle');
export const refusal = signal<{ title: string; titleEn: string; detail?: string; detailEn?: string } | null>(null);

let watching: number | null = null;
let often = false;
let latest: Report | null = null;
let sent: Report | null = null;
let sentAt = 0;
let retry: ReturnType<typeof setTimeout> | undefined;

const options: PositionOptions = { enableHighAccuracy: true, timeout: 20_000, maximumAge: 10_000 };

const seen = (position: GeolocationPosition): Report => ({
  longitude: position.coords.longitude, latitude: position.coords.latitude, datum: 'wgs84',
  accuracyMetres: Math.max(1, Math.round(position.coords.accuracy)), takenAt: Math.min(position.timestamp + serverNow() - Date.now(), serverNow()), typed: false,
});

/** A place typed because the phone's own fix is bad is not to be overwritten by the next bad fix; with a task, the phone is right again. */
const typedHoldsMs = 30 * 60_000;

function took(position: GeolocationPosition): void {
  fault.value = null;
  if (!often && latest?.typed && serverNow() - latest.takenAt < typedHoldsMs) return;
  latest = seen(position);
  fix.value = latest;
  if (worthSending(sent, latest, Date.now() - sentAt, often)) void send();
}
const failed = (error: GeolocationPositionError) => { fault.value = error.code === error.PERMISSION_DENIED ? 'denied' : 'failed'; };

/** With a task: every 15 s or 30 m. Waiting: every 2 min, or 100 m but not more than once in 20 s. */
export function worthSending(last: Point | null, next: Point, sinceMs: number, onTask: boolean): boolean {
  if (!last) return true;
  const moved = distanceMetres(last, next);
  return onTask ? sinceMs >= 15_000 || (moved >= 30 && sinceMs >= 5_000) : sinceMs >= 120_000 || (moved >= 100 && sinceMs >= 20_000);
}

/** Called whenever consent, duty, task or visibility changes. */
export function follow(wanted: boolean, onTask: boolean): void {
  often = onTask;
  if (!navigator.geolocation) return;
  if (wanted && watching === null) watching = navigator.geolocation.watchPosition(took, failed, options);
  if (!wanted && watching !== null) {
    navigator.geolocation.clearWatch(watching);
    watching = null;
    latest = sent = null; // what was not sent before consent or duty ended is never sent, and the server forgets what it had
    clearTimeout(retry);
  }
}

/** A watch of a phone that lies still reports nothing: ask now and then, so that the age on the server stays true. */
export function refresh(): void {
  if (watching !== null && Date.now() - sentAt >= (often ? 15_000 : 120_000)) navigator.geolocation.getCurrentPosition(took, failed, options);
}

/** One fix because the person asked for it. */
export function locateNow(): void {
  if (!navigator.geolocation) { fault.value = 'failed'; return; }
  locating.value = true;
  navigator.geolocation.getCurrentPosition(
    (position) => { locating.value = false; fault.value = null; latest = seen(position); fix.value = latest; void send(); },
    (error) => { locating.value = false; failed(error); }, { ...options, maximumAge: 0 });
}

export function sendTyped(longitude: number, latitude: number, datum: Datum): void {
  latest = { longitude, latitude, datum, accuracyMetres: 100, takenAt: serverNow(), typed: true };
  fix.value = null; // the server converts it and says where that is
  void send();
}

async function send(): Promise<void> {
  const report = latest;
  if (!report) return;
  clearTimeout(retry);
  sending.value = 'sending';
  refusal.value = null;
  sentAt = Date.now();
  const { longitude, latitude, datum, accuracyMetres, takenAt } = report;
  const answer = await call('PUT', '/api/me/position', { body: { longitude, latitude, datum, accuracyMetres, takenAt: new Date(takenAt).toISOString() } });
  if (latest !== report) { // a newer one is on its way, or consent has ended
    if (!latest) sending.value = 'idle';
    return;
  }
  if (answer.outcome === 'unknown') {
    sending.value = 'unconfirmed';
    retry = setTimeout(() => void send(), 10_000);
    return;
  }
  sent = answer.outcome === 'done' ? report : null;
  sending.value = answer.outcome === 'done' ? 'confirmed' : 'idle';
  refusal.value = answer.outcome === 'refused' ? answer.problem : null;
  if (answer.outcome === 'done') onSent();
}
let onSent = (): void => {};
/** A typed place is converted by the server: ask it where we are now. */
export const whenSent = (then: () => void): void => { onSent = then; };
