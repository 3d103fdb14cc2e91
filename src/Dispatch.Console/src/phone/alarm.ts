// Waking somebody: sound, vibration, a notice on the lock screen, and a screen that stays on. Each works alone; none is relied on alone.
import { signal } from '@preact/signals';
import type { News } from './state';
import { w } from './words';
import { drillMark, nameOf } from '../words/lang';

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
  if (kind === 'mustered') return horn();
  const low = kind === 'stopped' || kind === 'stoodDown';
  const notes = low ? [660, 440] : [740, 988, 740, 988, 740, 988];
  notes.forEach((frequency, i) => {
    const at = audio!.currentTime + i * (low ? 0.3 : 0.22);
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

/** A muster sounds like nothing else: three long equal notes. */
function horn(): void {
  for (const i of [0, 1, 2]) {
    const at = audio!.currentTime + i * 0.7;
    const [tone, volume] = [audio!.createOscillator(), audio!.createGain()];
    tone.type = 'sawtooth';
    tone.frequency.value = 392;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.3, at + 0.05);
    volume.gain.setValueAtTime(0.3, at + 0.5);
    volume.gain.linearRampToValueAtTime(0, at + 0.55);
    tone.connect(volume).connect(audio!.destination);
    tone.start(at);
    tone.stop(at + 0.56);
  }
}

const vibrate = (kind: News['kind']) => navigator.vibrate?.(kind === 'stopped' || kind === 'stoodDown' ? [200] : kind === 'mustered' ? [900, 300, 900] : [500, 150, 500, 150, 500]);

/** Rings until the screen is touched, a key is pressed or half a minute is over; a stand-down sounds once. */
export function alarm(kind: News['kind']): void {
  quiet();
  const once = () => { sound(kind); vibrate(kind); };
  once();
  if (kind === 'stopped' || kind === 'stoodDown') return;
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
export async function notice(news: News): Promise<void> {
  if (noticePermission.value !== 'granted' || document.visibilityState === 'visible') return;
  const words = w();
  if (!('card' in news)) return show(drillMark(news.muster) + (news.kind === 'mustered' ? words.notifyMustered : words.notifyMusterOver), words.notifyOpen, news.muster.id, news.kind === 'mustered');
  const { kind, card } = news;
  const title = kind === 'offered' ? words.notifyOffered : kind === 'calledUp' ? words.notifyCalledUp : words.notifyStopped;
  return show(`${drillMark(card.incident)}${title} · ${nameOf({ name: card.incident.categoryName, nameEn: card.incident.categoryNameEn })}`, `${nameOf(card.need)} · ${words.notifyOpen}`, card.id, kind !== 'stopped');
}

async function show(title: string, body: string, tag: string, requireInteraction: boolean): Promise<void> {
  const options = { body, tag, icon: '/phone-icon.svg', requireInteraction, renotify: true, vibrate: [500, 150, 500], data: '/phone.html' } as NotificationOptions;
  const worker = await navigator.serviceWorker?.getRegistration();
  if (worker) await worker.showNotification(title, options);
}

let lock: WakeLockSentinel | null = null;
/** The browser drops the lock whenever the page is hidden: call again when it is seen. */
export async function keepScreenOn(on: boolean): Promise<void> {
  if (!on) { void lock?.release(); lock = null; return; }
  if (lock && !lock.released) return;
  try { lock = await navigator.wakeLock?.request('screen') ?? null; } catch { /* low battery: the system decides */ }
}
