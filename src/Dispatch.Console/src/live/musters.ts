// The musters of the operator's region: a picture by HTTP, kept up by the facts of the live line. A fact numbered lastFact + 1 is applied; a gap, or a
// new connection, fetches the picture again, which is small and whole.
import { batch, signal } from '@preact/signals';
import { get } from './api';
import type { Muster, MusterFact, MusterPerson, Uuid } from './contract';

export const musters = signal<ReadonlyMap<Uuid, Muster>>(new Map());
export const mustersLoaded = signal<'loading' | 'failed' | 'yes'>('loading');
export const chosenMuster = signal<Uuid | null>(null);

/** Pure: the next fact on top of what is shown; null: it is not the next. */
export function applyMuster(muster: Muster, fact: MusterFact): Muster | null {
  if (fact.number <= muster.lastFact) return muster;
  if (fact.number > muster.lastFact + 1) return null;
  const next: Muster = { ...muster, lastFact: fact.number, counts: fact.data.counts };
  switch (fact.kind) {
    case 'MusterNotified': return people(next, fact.data.people, (p) => (p.stage === 'listed' ? { stage: 'notified', notifiedAt: fact.at } : {}));
    case 'MusterDelivered': return people(next, fact.data.people, (p) => (p.stage === 'notified' ? { stage: 'delivered', deliveredAt: fact.at } : {}));
    case 'MusterAccepted': return people(next, [fact.data.volunteerId], () => ({ stage: 'accepted', reason: null, answeredAt: fact.at }));
    case 'MusterDeclined': return people(next, [fact.data.volunteerId], () => ({ stage: 'responded', reason: fact.data.reason, answeredAt: fact.at }));
    case 'MusterCheckedIn': return people(next, [fact.data.volunteerId], () => ({ stage: 'checkedIn', checkedInAt: fact.at, checkedInBy: fact.by.kind === 'operator' ? 'operator' : 'volunteer', checkedInMetres: fact.data.metres }));
    case 'MusterStoodDown': return { ...next, state: 'stoodDown', endedAt: fact.at, endReason: fact.data.reason };
    default: return next;
  }
}

function people(muster: Muster, ids: readonly Uuid[], change: (person: MusterPerson) => Partial<MusterPerson>): Muster {
  if (!muster.people) return muster;
  const touched = new Set(ids);
  return { ...muster, people: muster.people.map((p) => (touched.has(p.volunteerId) ? { ...p, ...change(p) } : p)) };
}

export function hearMuster(fact: MusterFact): void {
  const shown = musters.peek().get(fact.musterId);
  const next = shown ? applyMuster(shown, fact) : null;
  if (next) put(next);
  else void readMusters();
}

function put(muster: Muster): void {
  const held = musters.peek().get(muster.id);
  if (held && held.lastFact > muster.lastFact) return;
  // The board's line of a muster comes without its people: they are kept while nothing has moved in between.
  const kept = muster.people ?? (held?.lastFact === muster.lastFact ? held.people : undefined);
  const leftOut = muster.leftOut ?? held?.leftOut; // is settled with the call
  musters.value = new Map(musters.peek()).set(muster.id, { ...muster, ...(kept && { people: kept }), ...(leftOut && { leftOut }) });
}
export const showMuster = put;

let reading: Promise<void> | null = null;
export const readMusters = (): Promise<void> => reading ??= (async () => {
  const [open, ended] = await Promise.all([get<{ musters: Muster[] }>('/api/musters'), get<{ musters: Muster[] }>('/api/musters?state=ended')]);
  batch(() => {
    if (open.outcome !== 'done' || ended.outcome !== 'done') { if (mustersLoaded.peek() !== 'yes') mustersLoaded.value = 'failed'; return; }
    for (const muster of [...open.value.musters, ...ended.value.musters]) put(muster);
    mustersLoaded.value = 'yes';
  });
  if (chosenMuster.peek()) await readMuster(chosenMuster.peek()!);
})().finally(() => { reading = null; });

export async function readMuster(id: Uuid): Promise<void> {
  const answer = await get<Muster>(`/api/musters/${id}`);
  if (answer.outcome === 'done') put(answer.value);
}
