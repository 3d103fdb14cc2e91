// Where the further places are: looked up once each, shown beside their row and drawn on the map as the server understood them.
import { effect, signal } from '@preact/signals';
import { get } from '../live/api';
import type { Located } from '../live/contract';
import { readCoordinates } from './coordinates';
import { draft, type Spot } from './raising';

const SETTLE_MS = 300;
const MOST_KEPT = 200;
/** Null: outside every region. Absent: not known yet, or not readable. */
const known = signal<ReadonlyMap<string, Located | null>>(new Map());
const asked = new Set<string>();

export const placeOf = (spot: Spot): Located | null | undefined => known.value.get(keyOf(spot));
const keyOf = (spot: Spot): string => `${spot.datum} ${spot.coordinates.trim()}`;

if (typeof window !== 'undefined') effect(() => { for (const spot of draft.value?.also ?? []) setTimeout(() => void look(spot), SETTLE_MS); });

async function look(spot: Spot): Promise<void> {
  const key = keyOf(spot);
  const at = readCoordinates(spot.coordinates);
  const still = draft.peek()?.also.some((s) => keyOf(s) === key) ?? false; // half a number is not asked for
  if (!at.ok || !still || asked.has(key)) return;
  asked.add(key);
  const answer = await get<Located>(`/api/regions/locate?longitude=${at.longitude}&latitude=${at.latitude}&datum=${spot.datum}`);
  if (answer.outcome === 'unknown') { asked.delete(key); return; }
  if (asked.size > MOST_KEPT) { asked.clear(); asked.add(key); }
  known.value = new Map([...(known.peek().size > MOST_KEPT ? [] : known.peek()), [key, answer.outcome === 'done' ? answer.value : null]]);
}
