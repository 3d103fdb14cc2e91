// Waking somebody: sound, vibration, a notice on the lock screen, and a screen that stays on. Each works alone; none is relied on alone.
import { signal } from '@preact/signals';
import type { News } from './state';
import { w } from './words';
import { nameOf } from '../words/lang';

let audio: AudioContext | null = null;
let stopRinging: (() => void) | null = null;

/** Browsers keep a page silent until it has been touched once. Until then the page asks for that touch. */
export const audible = signal(false);
export const ringing = signal(false);

export function unlock(): void {
  try {
    audio ??= new AudioContext();
    void audio.resume().then(() => { audible.value = audio?.state === 'running'; });
    audio.onstatechange = () => { audible.value = audio?.state === 'running'; };
  } catch { /* no sound on this device: vibration and the screen remain */ }
}

/** A rising pair of tones, three times; low and short when it is a stand-down. Square waves carry on small loudspeakers. */
function sound(kind: News['kind']): void {
  if (!audio || audio.state !== 'running') return;
  const notes = kind === 'stopped' ? [660, 440] : [740, 988, 740, 988, 740, 988];
  notes.forEach((frequency, i) => {
    const at = audio!.currentTime + i * (kind === 'stopped' ? 0.3 : 0.22);
    const [tone, volume] = [audio!.createOscillator(), audio!.createGain()];
    tone.type = 'square';
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.35, at + 0.02);
    volume.gain.setValueAtTime(0.35, at + 0.16);
    volume.gain.linearRampToValueAtTime(0, at + 0.2);
    tone.connect(volume).connect(audio!.destination);
    tone.start(at);
    tone.stop(at + 0.21);
  });
}

const vibrate = (kind: News['kind']) => navigator.vibrate?.(kind === 'stopped' ? [200] : [500, 150, 500, 150, 500]);

/** Rings until the screen is touched, a key is pressed or half a minute is over; a stand-down sounds once. */
export function alarm(kind: News['kind']): void {
  quiet();
  const once = () => { sound(kind); vibrate(kind); };
  once();
  if (kind === 'stopped') return;
  ringing.value = true;
  const again = setInterval(once, 2200);
  const end = setTimeout(quiet, 30_000);
  stopRinging = () => { clearInterval(again); clearTimeout(end); navigator.vibrate?.(0); };
}

export function quiet(): void {
  stopRinging?.();
  stopRinging = null;
  ringing.value = false;
}

export type NoticePermission = NotificationPermission | 'none';
export const noticePermission = signal<NoticePermission>(typeof Notification === 'undefined' ? 'none' : Notification.permission);
export async function askForNotices(): Promise<void> {
  if (noticePermission.value !== 'none') noticePermission.value = await Notification.requestPermission();
}

/** Only when the page is not in front: there, the card itself is the notice. The text names no place and no person: lock screens are read by others. */
export async function notice({ kind, card }: News): Promise<void> {
  if (noticePermission.value !== 'granted' || document.visibilityState === 'visible') return;
  const words = w();
  const title = kind === 'offered' ? words.notifyOffered : kind === 'calledUp' ? words.notifyCalledUp : words.notifyStopped;
  const options = {
    body: `${nameOf(card.need)} · ${words.notifyOpen}`, tag: card.id, icon: '/phone-icon.svg',
    requireInteraction: kind !== 'stopped', renotify: true, vibrate: [500, 150, 500], data: '/phone.html',
  } as NotificationOptions;
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker) await worker.showNotification(`${title} · ${nameOf({ name: card.incident.categoryName, nameEn: card.incident.categoryNameEn })}`, options);
}

let lock: WakeLockSentinel | null = null;
/** The browser drops the lock whenever the page is hidden: call again when it is seen. */
export async function keepScreenOn(on: boolean): Promise<void> {
  if (!on) { void lock?.release(); lock = null; return; }
  if (lock && !lock.released) return;
  try { lock = await navigator.wakeLock?.request('screen') ?? null; } catch { /* low battery: the system decides */ }
}
