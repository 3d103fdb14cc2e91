// A need that has newly run out of people is heard and seen until somebody says that he knows. What was already so when the page was
// opened is shown, but does not ring; what happened during a cut rings when it is learnt.
import { computed, effect, signal } from '@preact/signals';
import { loaded } from '../live/boardFeed';
import { attentionFor, openIncidents } from '../board/choices';

const exhaustedNow = computed(() => openIncidents.value.flatMap((i) => (attentionFor(i.id)?.exhausted ?? []).map((need) => `${i.id}/${need.ordinal}`)));
const exhaustedKey = computed(() => exhaustedNow.value.join(' '));
/** incidentId/ordinal, newly exhausted and not yet acknowledged. */
export const ringing = signal<readonly string[]>([]);
export const soundOn = signal(kept());
/** The browser waits for a first touch before it lets a page be heard. */
export const soundBlocked = signal(false);

let known: Set<string> | null = null;
let audio: AudioContext | null = null;

export function watchForAlarms(): () => void {
  known = null;
  const stopWatching = effect(() => {
    void exhaustedKey.value;
    if (!loaded.value) return;
    const now = exhaustedNow.peek();
    const fresh = known === null ? [] : now.filter((key) => !known!.has(key));
    known = new Set(now);
    ringing.value = [...ringing.peek().filter((key) => now.includes(key)), ...fresh];
    if (fresh.length > 0) sound();
  });
  const again = setInterval(() => { if (ringing.peek().length > 0) sound(); }, 4_000);
  return () => { stopWatching(); clearInterval(again); ringing.value = []; };
}

export const acknowledge = (): void => { ringing.value = []; };
export const ringingIncident = (): string | null => ringing.peek()[0]?.split('/')[0] ?? null;

export function switchSound(): void {
  soundOn.value = !soundOn.peek();
  try { localStorage.setItem('dispatch.sound', soundOn.peek() ? 'on' : 'off'); } catch { /* lasts as long as the page */ }
  if (soundOn.peek()) sound();
}

/** Two falling tones, twice: unlike a telephone, not loud, hard to miss. */
export function sound(): void {
  if (!soundOn.peek() || typeof AudioContext === 'undefined') return;
  audio ??= new AudioContext();
  soundBlocked.value = audio.state === 'suspended';
  void audio.resume().then(() => { soundBlocked.value = false; });
  if (audio.state === 'suspended') return;
  for (const [delay, frequency] of [[0, 880], [0.18, 660], [0.5, 880], [0.68, 660]] as const) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = audio.currentTime + delay;
    tone.frequency.value = frequency;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
    volume.gain.linearRampToValueAtTime(0, at + 0.16);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.17);
  }
}

function kept(): boolean {
  try { return localStorage.getItem('dispatch.sound') !== 'off'; } catch { return true; }
}
if (typeof window !== 'undefined') {
  const unlock = () => { if (soundBlocked.peek()) sound(); };
  window.addEventListener('pointerdown', unlock);
  window.addEventListener('keydown', unlock);
}
