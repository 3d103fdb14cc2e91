// A picture that is read whole over plain HTTP, and that the live line only points at. It is read again at once when the server says that something
// moved there, when the link is open again and when somebody looks again, and every ten seconds besides: the word makes it quick, the reading
// makes it certain.
// - A picture is from the moment it was asked for. An answer that was asked for before a newer picture came is dropped, and asked for again.
// - What cannot be read again stays, and says from when it is: old data never looks live.
import { batch, computed, signal, type ReadonlySignal } from '@preact/signals';
import { get, type Answer } from './api';
import { now, serverNow } from './clock';

const LOOK_MS = 10_000;
const AGAIN_MS = 2_000;
export const OLD_AFTER_MS = 25_000;

export type Standing = 'loading' | 'failed' | 'live' | 'catchingUp' | 'old';
export interface Reading<T> {
  value: ReadonlySignal<T | null>;
  /** The moment it was asked for, by the server's clock. */
  at: ReadonlySignal<number | null>;
  standing: ReadonlySignal<Standing>;
  /** The server says that something moved there. */
  moved(): void;
  /** The picture as the answer to an order brought it. */
  put(value: T): void;
  /** Reads it until told to stop; then it is forgotten, since nobody keeps it true any more. */
  watch(): () => void;
}

export function reading<T>(path: string, ask: () => Promise<Answer<T>> = () => get<T>(path)): Reading<T> {
  const held = signal<{ value: T; at: number } | null>(null);
  const failed = signal(false);
  const awaited = signal(false); // a word was heard, and the picture is from before it
  let latest = 0;
  let wanted = false;
  let busy = false;
  let again = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function look(): Promise<void> {
    clearTimeout(timer);
    if (busy) { again = true; return; }
    busy = true;
    do {
      again = false;
      const mine = ++latest;
      const at = serverNow();
      const answer = await ask();
      if (mine !== latest) { again = wanted; continue; }
      batch(() => {
        failed.value = answer.outcome !== 'done';
        if (answer.outcome !== 'done') return;
        held.value = { value: answer.value, at };
        awaited.value = again;
      });
    } while (again);
    busy = false;
    if (wanted) timer = setTimeout(() => void look(), failed.peek() ? AGAIN_MS : LOOK_MS);
  }

  const lookedAt = () => { if (document.visibilityState === 'visible') void look(); };
  return {
    value: computed(() => held.value?.value ?? null),
    at: computed(() => held.value?.at ?? null),
    standing: computed(() => {
      if (!held.value) return failed.value ? 'failed' : 'loading';
      if (failed.value || now.value - held.value.at > OLD_AFTER_MS) return 'old';
      return awaited.value ? 'catchingUp' : 'live';
    }),
    moved() {
      if (!wanted) return;
      awaited.value = true;
      void look();
    },
    put(value) {
      latest++;
      batch(() => { held.value = { value, at: serverNow() }; failed.value = false; });
    },
    watch() {
      wanted = true;
      void look();
      if (typeof document !== 'undefined') document.addEventListener('visibilitychange', lookedAt);
      return () => {
        wanted = false;
        latest++;
        clearTimeout(timer);
        if (typeof document !== 'undefined') document.removeEventListener('visibilitychange', lookedAt);
        batch(() => { held.value = null; failed.value = false; awaited.value = false; });
      };
    },
  };
}
