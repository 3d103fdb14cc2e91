// The record of one incident, fact by fact, for the incident that is looked at. Fetched once, then continued by what arrives.
import { computed, effect, signal } from '@preact/signals';
import { get } from './api';
import { board, onFacts } from './boardFeed';
import type { Fact, Uuid } from './contract';

export interface Timeline { incidentId: Uuid; facts: readonly Fact[]; state: 'loading' | 'whole' | 'failed' }

export const timeline = signal<Timeline | null>(null);

let fetching: Uuid | null = null;

export function showTimeline(incidentId: Uuid | null): void {
  if (timeline.peek()?.incidentId === incidentId) return;
  timeline.value = incidentId === null ? null : { incidentId, facts: [], state: 'loading' };
  if (incidentId) void load(incidentId);
}

/** How far the shown incident's record is known to run. Snapshots move it on without facts: what lies between is fetched. */
const head = computed(() => board.value.incidents.get(timeline.value?.incidentId ?? '')?.lastFact ?? 0);
effect(() => {
  const shown = timeline.value;
  if (shown && shown.state === 'whole' && head.value > lastOf(shown)) void load(shown.incidentId);
});

const lastOf = (shown: Timeline): number => shown.facts.at(-1)?.number ?? 0;

async function load(incidentId: Uuid): Promise<void> {
  if (fetching === incidentId) return;
  fetching = incidentId;
  try {
    for (;;) {
      const shown = timeline.peek();
      if (shown?.incidentId !== incidentId) return;
      const answer = await get<{ facts: Fact[]; lastFact: number }>(`/api/incidents/${incidentId}/facts?after=${lastOf(shown)}`);
      if (timeline.peek()?.incidentId !== incidentId) return;
      if (answer.outcome !== 'done') { timeline.value = { ...timeline.peek()!, state: 'failed' }; return; }
      append(answer.value.facts);
      const grown = timeline.peek()!;
      // What arrived while we asked did not join on to anything yet: ask on until the board's own number is reached.
      if (answer.value.facts.length === 0 || lastOf(grown) >= Math.max(answer.value.lastFact, head.peek())) { timeline.value = { ...grown, state: 'whole' }; return; }
    }
  } finally {
    if (fetching === incidentId) fetching = null;
  }
}

function append(facts: readonly Fact[]): void {
  const shown = timeline.peek();
  if (!shown) return;
  const grown = [...shown.facts];
  for (const fact of facts) {
    if (fact.incidentId === shown.incidentId && fact.number === (grown.at(-1)?.number ?? 0) + 1) grown.push(fact);
  }
  if (grown.length > shown.facts.length) timeline.value = { ...shown, facts: grown };
}

onFacts(append);
