// The muster that is being written down. It has its id from the first moment: whatever is repeated is the same muster.
import { batch, signal } from '@preact/signals';
import { readCoordinates } from '../actions/coordinates';
import { call } from '../live/api';
import { serverNow } from '../live/clock';
import { BACK_OFF_MS } from '../live/connection';
import type { Datum, Fault, Muster, Problem, Uuid } from '../live/contract';
import { chosenMuster, showMuster } from '../live/musters';
import { uuid7 } from '../live/uuid';
import { musterWords } from '../words/muster';

export interface MusterDraft {
  id: Uuid;
  purpose: string;
  address: string;
  coordinates: string;
  datum: Datum;
  /** Minutes from now until they assemble. */
  minutes: number;
  teams: readonly Uuid[];
  people: readonly { id: Uuid; name: string }[];
  drill: boolean;
}
export const callOpen = signal(false);
const blank = (): MusterDraft => ({ id: uuid7(), purpose: '', address: '', coordinates: '', datum: 'wgs84', minutes: 60, teams: [], people: [], drill: false });
export const draft = signal<MusterDraft>(blank());
export const faults = signal<readonly Fault[]>([]);
export const sending = signal<'no' | 'yes' | 'notConfirmed'>('no');
export const refusal = signal<Problem | null>(null);

export function edit(change: Partial<MusterDraft>): void {
  const touched = Object.keys(change).flatMap((key) => (key === 'coordinates' || key === 'datum' ? ['position'] : key === 'minutes' ? ['assembleAt'] : key === 'people' || key === 'drill' ? ['teams', 'volunteers'] : [key]));
  faults.value = faults.peek().filter((f) => !touched.some((key) => f.field.startsWith(key)));
  refusal.value = null;
  draft.value = { ...draft.peek(), ...change };
}

export async function send(): Promise<void> {
  const d = draft.peek();
  if (sending.peek() !== 'no') return;
  const w = musterWords();
  const place = readCoordinates(d.coordinates);
  const found: [string, string][] = [];
  if (!d.purpose.trim()) found.push(['purpose', w.purposeMissing]);
  if (!d.address.trim()) found.push(['address', w.addressMissing]);
  if (!place.ok) found.push(['position', w.positionMissing]);
  if (!Number.isFinite(d.minutes) || d.minutes <= 0) found.push(['assembleAt', w.timeMissing]);
  if (d.teams.length + d.people.length === 0) found.push(['teams', w.peopleMissing]);
  faults.value = found.map(([field, message]) => ({ field, message, messageEn: message }));
  if (found.length || !place.ok) return;
  // The time is fixed with the first press: a repeat is the same request, letter by letter.
  const body = {
    purpose: d.purpose.trim(), address: d.address.trim(), position: { longitude: place.longitude, latitude: place.latitude, datum: d.datum },
    assembleAt: new Date(Math.ceil((serverNow() + d.minutes * 60_000) / 60_000) * 60_000).toISOString(), teams: d.teams, volunteers: d.people.map((p) => p.id), ...(d.drill ? { drill: true as const } : {}),
  };
  sending.value = 'yes';
  for (let attempt = 0; ; attempt++) {
    const answer = await call<Muster>('PUT', `/api/musters/${d.id}`, { body, timeoutMs: 10_000 });
    if (answer.outcome === 'unknown') {
      sending.value = 'notConfirmed';
      await new Promise((later) => setTimeout(later, BACK_OFF_MS[Math.min(attempt, BACK_OFF_MS.length - 1)]));
      continue;
    }
    batch(() => {
      sending.value = 'no';
      if (answer.outcome === 'done') {
        showMuster(answer.value);
        chosenMuster.value = d.id;
        draft.value = blank();
        refusal.value = null;
        callOpen.value = false;
      } else {
        refusal.value = answer.problem;
        faults.value = answer.problem.errors ?? [];
      }
    });
    return;
  }
}
