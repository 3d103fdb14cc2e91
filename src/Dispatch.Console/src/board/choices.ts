// What the operator has chosen to look at. Nothing here is known to the server.
import { computed, effect, signal } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { board, stuck } from '../live/boardFeed';
import { now } from '../live/clock';
import type { Incident, Uuid } from '../live/contract';
import { lapsedIn } from '../live/lapses';
import { categoryOf } from '../live/reference';
import { showTimeline } from '../live/timeline';
import { attentionOf, sameAttention, type Attention } from './attention';

export type Filter = 'all' | 'attention' | 'calling' | 'complete' | 'ended';
export type Tab = 'callouts' | 'waves' | 'why' | 'record';

/** ?map: the map alone, for the second screen. */
export const mapAlone = typeof location !== 'undefined' && new URLSearchParams(location.search).has('map');
export const view = signal<'command' | 'aid' | 'musters' | 'roster' | 'policies' | 'system'>('command');
export const filter = signal<Filter>('all');
export const query = signal('');
export const tab = signal<Tab>('callouts');
export const selectedId = signal<Uuid | null>(fromHash());
export const selected = computed(() => (selectedId.value ? (board.value.incidents.get(selectedId.value) ?? null) : null));

/** Attention depends on the time: judged again each second, but only what changed makes anybody look again. */
let judged: ReadonlyMap<Uuid, Attention> = new Map();
const attention = computed(() => {
  const { incidents } = board.value;
  let same = judged.size === incidents.size;
  const next = new Map([...incidents.values()].map((i) => {
    const before = judged.get(i.id);
    const after = attentionOf(i, now.value, stuck.value.has(i.id), lapsedIn(i));
    const kept = before && sameAttention(before, after) ? before : after;
    same &&= kept === before;
    return [i.id, kept] as const;
  }));
  return (judged = same ? judged : next);
});
export const attentionFor = (id: Uuid) => attention.value.get(id);
/** The same for a component: it is drawn again when this incident's attention changes, and not when another's does. */
export const useAttention = (id: Uuid) => useMemo(() => computed(() => attentionFor(id)), [id]).value;

const newestFirst = (a: Incident, b: Incident) => (a.raisedAt < b.raisedAt ? 1 : a.raisedAt > b.raisedAt ? -1 : a.id < b.id ? 1 : -1);
export const openIncidents = computed(() => [...board.value.incidents.values()].filter((i) => i.state === 'open').sort(newestFirst));

const passes: Record<Filter, (i: Incident) => boolean> = {
  all: (i) => i.state === 'open',
  attention: (i) => i.state === 'open' && needsAttention(i.id),
  calling: (i) => i.state === 'open' && !attentionFor(i.id)?.complete,
  complete: (i) => i.state === 'open' && attentionFor(i.id)?.complete === true,
  ended: (i) => i.state !== 'open',
};
const needsAttention = (id: Uuid) => ['alarm', 'watch'].includes(attentionFor(id)?.level ?? 'calm');

export const counts = computed(() => {
  const all = [...board.value.incidents.values()];
  return Object.fromEntries(Object.entries(passes).map(([key, test]) => [key, all.filter(test).length])) as Record<Filter, number>;
});

export const shown = computed(() => {
  const words = query.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return [...board.value.incidents.values()].filter(passes[filter.value]).filter((i) => words.every((w) => textOf(i).includes(w))).sort(newestFirst);
});
function textOf(i: Incident): string {
  const category = categoryOf(i.category);
  return [category.name, category.nameEn, category.key, i.address, ...i.regionNames, i.id].join(' ').toLowerCase();
}

export function select(id: Uuid | null): void {
  selectedId.value = id;
}
export function step(by: 1 | -1): void {
  const ids = shown.value.map((i) => i.id);
  if (ids.length === 0) return;
  const at = ids.indexOf(selectedId.peek() ?? '');
  selectedId.value = ids[at === -1 ? (by === 1 ? 0 : ids.length - 1) : Math.min(ids.length - 1, Math.max(0, at + by))]!;
}

function fromHash(): Uuid | null {
  return typeof location === 'undefined' ? null : (/^#([0-9a-f-]{36})$/.exec(location.hash)?.[1] ?? null);
}
if (typeof window !== 'undefined') {
  shareWithMapScreen();
  effect(() => history.replaceState(null, '', selectedId.value ? `#${selectedId.value}` : location.pathname + location.search));
  effect(() => showTimeline(selectedId.value));
}

/** The map on the second screen follows what is selected on the first, and the other way round; two full consoles do not disturb each other. */
function shareWithMapScreen(): void {
  if (typeof BroadcastChannel === 'undefined') return;
  const screens = new BroadcastChannel('dispatch.selected');
  let told = selectedId.peek();
  screens.onmessage = ({ data }: MessageEvent<{ id: Uuid | null; fromMap: boolean }>) => {
    if (!mapAlone && !data.fromMap) return;
    told = data.id;
    selectedId.value = data.id;
  };
  effect(() => {
    if (selectedId.value === told) return;
    told = selectedId.value;
    screens.postMessage({ id: told, fromMap: mapAlone });
  });
}
