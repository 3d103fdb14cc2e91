// The incident that is being written down. It has its id from the first moment; the id changes only when a new one is begun.
import { batch, computed, effect, signal } from '@preact/signals';
import { get } from '../live/api';
import type { Datum, Fault, Grade, Located, NeedRequest, Problem, RaiseRequest, ResponseLevel, Uuid, Warning } from '../live/contract';
import { orderOf, putAside, raise, type Order } from '../live/orders';
import { categories, categoryOf } from '../live/reference';
import { uuid7 } from '../live/uuid';
import { kindOf } from '../words/lang';
import { raiseWords } from '../words/raise';
import { select } from '../board/choices';
import { readCoordinates, writeCoordinates } from './coordinates';

export interface Spot { coordinates: string; datum: Datum }
/** What a click on the map means: the place itself, one more place, one more corner of the area. */
export type Aim = 'place' | 'also' | 'area';
export interface Draft {
  id: Uuid;
  category: string;
  grade: Grade | null;
  warning: Warning | null;
  responseLevel: ResponseLevel | null;
  risk: string;
  address: string;
  coordinates: string;
  datum: Datum;
  needs: NeedRequest[];
  /** Further places as typed; an empty one is not sent. */
  also: Spot[];
  /** Corners of an area, one a line, as typed; empty: none. */
  area: string;
  areaDatum: Datum;
  drill: boolean;
  /** Fields the operator has written into: what the category or the place suggests no longer overwrites them. */
  own: { risk?: true; address?: true; needs?: true };
}
export type Whereabouts =
  | { state: 'none' }
  | { state: 'asking' }
  | { state: 'failed' }
  | { state: 'found'; located: Located }
  | { state: 'refused'; problem: Problem };

export const draft = signal<Draft | null>(null);
export const whereabouts = signal<Whereabouts>({ state: 'none' });
export const faults = signal<Fault[]>([]);
export const aim = signal<Aim>('place');
export const draftCategory = computed(() => categories.value.find((c) => c.key === draft.value?.category) ?? null);
/** Grade and warning do not exist for 社会安全事件. */
export const hasScales = computed(() => draftCategory.value?.class !== 'socialSecurity');
export const draftOrder = computed(() => (draft.value ? orderOf(draft.value.id) : undefined));

export function openRaise(place?: { longitude: number; latitude: number }): void {
  batch(() => {
    draft.value ??= { id: uuid7(), category: '', grade: null, warning: null, responseLevel: null, risk: '', address: '', coordinates: '', datum: 'wgs84', needs: [], also: [], area: '', areaDatum: 'wgs84', drill: false, own: {} };
    if (place) placeAt(place, 'place');
  });
  focusForm();
}

/** Before the next key is heard: what is typed right after N belongs to the form, and never to the keys of the console. */
export const focusForm = (): void => document.querySelector<HTMLElement>('#raise [data-first]')?.focus();

/** A click on our own map, or the centre of a named region: WGS-84. */
export function placeAt(place: { longitude: number; latitude: number }, as: Aim = aim.peek()): void {
  const d = draft.peek();
  if (!d || (draftOrder.peek() && draftOrder.peek()!.state !== 'refused')) return;
  const coordinates = writeCoordinates(place.longitude, place.latitude);
  if (as === 'place') edit({ coordinates, datum: 'wgs84' });
  else if (as === 'also') {
    // A row that was opened and not written into takes the click.
    const spots = d.also.filter((s) => s.coordinates.trim() !== '');
    if (spots.length < MOST_PLACES) edit({ also: [...spots, { coordinates, datum: 'wgs84' }] });
  } else edit({ area: [...(d.areaDatum === 'wgs84' ? lines(d.area) : []), coordinates].join('\n'), areaDatum: 'wgs84' });
}

/** The last click taken back: Backspace on the map, or its button. */
export function takeBack(): void {
  const d = draft.peek();
  if (!d) return;
  if (aim.peek() === 'also') edit({ also: d.also.slice(0, -1) });
  else if (aim.peek() === 'area') edit({ area: lines(d.area).slice(0, -1).join('\n') });
}

export const MOST_PLACES = 20;
export const lines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean);

export function edit(change: Partial<Draft>): void {
  const old = draft.peek();
  if (!old) return;
  const touched = new Set(Object.keys(change));
  faults.value = faults.peek().filter((f) => ![...touched].some((key) => f.field.startsWith(key === 'coordinates' || key === 'datum' ? 'position' : key === 'also' ? 'alsoAt' : key === 'areaDatum' ? 'area' : key)));
  draft.value = { ...old, ...change };
}

export function choose(key: string): void {
  const category = categories.peek().find((c) => c.key === key);
  const old = draft.peek();
  if (!category || !old) return;
  edit({
    category: key,
    risk: old.own.risk ? old.risk : category.riskHint,
    needs: old.own.needs ? old.needs : category.defaultNeeds.map((n) => ({ ...n })),
    ...(category.class === 'socialSecurity' ? { grade: null, warning: null } : {}),
  });
}

/** Esc, or done with it. An order on its way goes on by itself and stays on the board until it is known. */
export function closeRaise(): void {
  batch(() => {
    const order = draftOrder.peek();
    if (order?.state === 'refused') putAside(order.id);
    draft.value = null;
    faults.value = [];
    aim.value = 'place';
    whereabouts.value = { state: 'none' };
  });
}

export function editRefused(order: Order): void {
  const body = order.body as RaiseRequest;
  const { position, alsoAt, area, ...rest } = body;
  batch(() => {
    draft.value = { ...rest, drill: body.drill === true, also: (alsoAt ?? []).map((p) => ({ coordinates: writeCoordinates(p.longitude, p.latitude), datum: p.datum })), area: (area?.ring ?? []).map(([x, y]) => writeCoordinates(x, y)).join('\n'), areaDatum: area?.datum ?? 'wgs84', id: order.id, needs: body.needs, coordinates: writeCoordinates(position.longitude, position.latitude), datum: position.datum, own: { risk: true, address: true, needs: true } };
    faults.value = order.problem ? faultsOf(order.problem) : [];
  });
}

export async function submit(): Promise<void> {
  const d = draft.peek();
  if (!d || (draftOrder.peek() && draftOrder.peek()!.state !== 'refused')) return;
  const found = check(d);
  faults.value = found;
  if (found.length > 0) { focusFirstFault(); return; }
  const place = readCoordinates(d.coordinates);
  if (!place.ok) return;
  const body: RaiseRequest = {
    category: d.category, grade: hasScales.peek() ? d.grade : null, warning: hasScales.peek() ? d.warning : null, responseLevel: d.responseLevel,
    risk: d.risk.trim(), address: d.address.trim(), position: { longitude: place.longitude, latitude: place.latitude, datum: d.datum }, needs: d.needs, ...extentOf(d), ...(d.drill ? { drill: true as const } : {}),
  };
  const done = await raise(d.id, body, `${kindOf(d, categoryOf(d.category))} · ${d.address.trim()}`);
  if (done) {
    const mine = draft.peek()?.id === d.id;
    if (mine) closeRaise();
    if (mine || draft.peek() === null) select(d.id);
    return;
  }
  const order = orderOf(d.id);
  if (draft.peek()?.id === d.id && order?.problem) { faults.value = faultsOf(order.problem); focusFirstFault(); }
}

const faultsOf = (problem: Problem): Fault[] => problem.errors ?? [];

export const cornersOf = (text: string): [number, number][] =>
  lines(text).flatMap((line): [number, number][] => { const at = readCoordinates(line); return at.ok ? [[at.longitude, at.latitude]] : []; });

/** What the incident reaches into beyond its place, as the wire wants it. Unreadable lines are left out: check() has named them before anything is sent. */
export function extentOf(d: Draft): Pick<RaiseRequest, 'alsoAt' | 'area'> {
  const alsoAt = d.also.flatMap((s) => { const at = readCoordinates(s.coordinates); return at.ok ? [{ longitude: at.longitude, latitude: at.latitude, datum: s.datum }] : []; });
  const ring = cornersOf(d.area);
  return { ...(alsoAt.length > 0 ? { alsoAt } : {}), ...(ring.length >= 3 ? { area: { datum: d.areaDatum, ring } } : {}) };
}

function check(d: Draft): Fault[] {
  const w = raiseWords();
  const found: [string, string][] = [];
  const place = readCoordinates(d.coordinates);
  if (!d.category) found.push(['category', w.categoryMissing]);
  if (!place.ok) found.push(['position', place.fault === 'empty' ? w.placeMissing : place.fault === 'outOfRange' ? w.placeOutOfRange : w.placeUnreadable]);
  d.also.forEach((s, i) => { const at = readCoordinates(s.coordinates); if (!at.ok && at.fault !== 'empty') found.push([`alsoAt[${i}]`, at.fault === 'outOfRange' ? w.placeOutOfRange : w.placeUnreadable]); });
  const corners = lines(d.area).map(readCoordinates);
  const bad = corners.findIndex((c) => !c.ok);
  if (bad >= 0) found.push(['area', w.cornerUnreadable(bad + 1)]);
  else if (corners.length > 0 && corners.length < 3) found.push(['area', w.cornersMissing]);
  if (!d.address.trim()) found.push(['address', w.addressMissing]);
  if (!d.risk.trim()) found.push(['risk', w.riskMissing]);
  if (d.needs.length === 0) found.push(['needs', w.needsMissing]);
  if (new Set(d.needs.map((n) => n.qualification)).size < d.needs.length) found.push(['needs', w.needsTwice]);
  if (d.needs.some((n) => !Number.isInteger(n.count) || n.count < 1 || n.count > 500)) found.push(['needs', w.needsCount]);
  return found.map(([field, message]) => ({ field, message, messageEn: message }));
}
const focusFirstFault = () => requestAnimationFrame(() => document.querySelector<HTMLElement>('#raise [aria-invalid=true]')?.focus());

// Where is this? Asked while it is typed, the latest question wins.
let question = 0;
const askedPlace = computed(() => ({ text: draft.value?.coordinates ?? '', datum: draft.value?.datum ?? 'wgs84' }));
const askedKey = computed(() => `${askedPlace.value.datum} ${askedPlace.value.text}`);
if (typeof window !== 'undefined') {
  effect(() => {
    void askedKey.value; // changes only with the place, not with every letter of the risk
    const { text, datum } = askedPlace.peek();
    const place = readCoordinates(text);
    const mine = ++question;
    if (!place.ok) { whereabouts.value = { state: 'none' }; return; }
    if (whereabouts.peek().state !== 'found') whereabouts.value = { state: 'asking' };
    setTimeout(() => void ask(mine, place.longitude, place.latitude, datum), 200);
  });
}
async function ask(mine: number, longitude: number, latitude: number, datum: Datum): Promise<void> {
  if (mine !== question) return;
  const answer = await get<Located>(`/api/regions/locate?longitude=${longitude}&latitude=${latitude}&datum=${datum}`);
  if (mine !== question) return;
  if (answer.outcome === 'done') {
    whereabouts.value = { state: 'found', located: answer.value };
    const d = draft.peek();
    if (d && !d.own.address) edit({ address: answer.value.names.slice(-2).join('') });
  } else whereabouts.value = answer.outcome === 'refused' ? { state: 'refused', problem: answer.problem } : { state: 'failed' };
}
