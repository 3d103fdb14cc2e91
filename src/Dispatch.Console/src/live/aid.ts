// The mutual-aid desk: read whole, again whenever the server says that something moved there and every ten seconds besides. A word on the
// live line makes it quick; the reading makes it certain.
import { computed, effect, signal } from '@preact/signals';
import { get } from './api';
import type { AidDesk } from './contract';

const LOOK_MS = 10_000;

export const aidDesk = signal<AidDesk | null>(null);
export const aidFailed = signal(false);
/** Requests that wait for this desk's word. */
export const aidWaiting = computed(() => (aidDesk.value?.requests ?? []).filter((r) => r.mayAnswer).length);
/** Counts the words heard on the live line. */
const moved = signal(0);
export const aidMoved = (): void => { moved.value++; };

export async function readAid(): Promise<void> {
  const answer = await get<AidDesk>('/api/mutual-aid');
  aidFailed.value = answer.outcome !== 'done';
  if (answer.outcome === 'done') aidDesk.value = answer.value;
}

export function watchAid(): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wanted = true;
  let reading = false;
  let again = false;
  const look = async () => {
    clearTimeout(timer);
    if (reading) { again = true; return; }
    reading = true;
    do { again = false; await readAid(); } while (again && wanted);
    reading = false;
    if (wanted) timer = setTimeout(() => void look(), LOOK_MS);
  };
  const stop = effect(() => { void moved.value; void look(); });
  return () => { wanted = false; stop(); clearTimeout(timer); };
}
