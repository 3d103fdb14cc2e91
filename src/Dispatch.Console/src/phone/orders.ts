// What the buttons do: every order is written down first, then sent until the server has answered. Nothing is called done before that.
import { computed, signal } from '@preact/signals';
import { call } from '../live/api';
import { serverNow } from '../live/clock';
import type { Card, Consents, Duty, Means, MusterCard, Problem, VolunteerSelf } from '../live/contract';
import { expected, type Step } from './card';
import type { Span } from './hours';
import { uuid7 } from '../live/uuid';
import { done, hurry, press, ready, refused, started, unanswered, type Box, type NewOrder, type Order } from './outbox';
import { fix } from './locate';
import { nextSaid, type MusterStep } from './muster';
import { heard, state, take } from './phone';
import * as store from './store';
import { signedIn } from './tokens';

export const box = signal<Box>([]);
/** Per lane, the server's time of the last answer that said yes. */
export const confirmedAt = signal<Record<string, number>>({});
export type Refusal = { kind: 'changed' } | { kind: 'refused'; problem: Problem };
export const refusals = signal<Record<string, Refusal>>({});

/** What the volunteer wants, whether or not the server knows it yet; the screen says which. */
const wanted = (lane: string): Record<string, unknown> =>
  Object.assign({}, ...box.value.filter((order) => order.lane === lane).map((order) => order.body)) as Record<string, unknown>;
export const duty = computed((): Duty | null => (wanted('duty').duty as Duty | undefined) ?? state.value.self?.duty ?? null);
export const consents = computed((): Consents | null =>
  state.value.self && { ...state.value.self.consents, ...(wanted('consents') as Partial<Consents>) });
/** Located only with a consent that the server has, and not one moment longer than the person wants. */
export const mayLocate = computed((): boolean => state.value.self?.consents.location === true && consents.value?.location === true);
export const hours = computed((): readonly Span[] => (wanted('hours').weeklyHours as Span[] | undefined) ?? state.value.self?.weeklyHours ?? []);
export const means = computed((): Means => (wanted('means').means as Means | undefined) ?? state.value.self?.means ?? 'undeclared');
export const expectedState = (card: Card) =>
  expected(card, box.value.flatMap((order) => order.lane === card.id && order.step ? [order.step] : []));

export const setDuty = (to: Duty): void => give({ key: 'duty', lane: 'duty', path: '/api/me/duty', body: { duty: to }, step: null });
export const setConsent = (which: keyof Consents, to: boolean): void =>
  give({ key: `consents/${which}`, lane: 'consents', path: '/api/me/consents', body: { [which]: to }, step: null });

export const setMeans = (to: Means): void => give({ key: 'means', lane: 'means', path: '/api/me/means', body: { means: to }, step: null });
export const setHours = (weeklyHours: readonly Span[]): void => give({ key: 'hours', lane: 'hours', path: '/api/me/hours', body: { weeklyHours }, step: null });

export function giveStep(card: Card, step: Step, reason?: string): void {
  const answering = step === 'accept' || step === 'decline';
  give({
    key: `${card.id}/${step}`, lane: card.id, step,
    path: `/api/callouts/${card.id}/${answering ? 'answer' : 'progress'}`,
    body: { [answering ? 'answer' : 'state']: step, ...(reason === undefined ? {} : { reason }) },
  });
}

export const giveRepudiation = (card: Card): void =>
  give({ key: `${card.id}/repudiate`, lane: card.id, step: null, path: `/api/callouts/${card.id}/repudiate`, body: {} });
/** 自荐: an offer to the operator, never a way to set off by oneself. */
export const offerLane = (card: Card): string => `offer/${card.incident.id}`;
export function offerSelf(card: Card): void {
  give({ key: offerLane(card), lane: offerLane(card), step: null, path: `/api/me/offers/${uuid7()}`, body: { incidentId: card.incident.id } });
}

const fixFreshMs = 120_000;
/** Per muster, the number of the last answer given here: also of one that was refused, which no card tells of. */
const lastSaid = new Map<string, number>();
/** Checking in says where, if the person lets his phone say it; nobody is asked to prove anything. */
export function giveMuster(muster: MusterCard, step: MusterStep, reason?: string): void {
  const at = fix.peek();
  const position = step === 'checkIn' && at && mayLocate.peek() && serverNow() - at.takenAt < fixFreshMs ? { longitude: at.longitude, latitude: at.latitude, datum: 'wgs84' } : null;
  const said = step === 'checkIn' ? undefined : nextSaid(muster, lastSaid.get(muster.id) ?? 0, serverNow());
  if (said !== undefined) lastSaid.set(muster.id, said);
  give({
    key: `${musterLane(muster)}/${step}`, lane: musterLane(muster), step: null,
    path: `/api/musters/${muster.id}/${step === 'checkIn' ? 'check-in' : 'answer'}`,
    body: step === 'checkIn' ? { ...(position ? { position } : {}) } : { answer: step, ...(reason === undefined ? {} : { reason }), ...(said === undefined ? {} : { said }) },
  });
}
export const musterLane = (muster: MusterCard): string => `muster/${muster.id}`;

function give(order: NewOrder): void {
  const { [order.lane]: _, ...others } = refusals.peek();
  refusals.value = others;
  void put(press(box.peek(), order, serverNow())).then(() => flush());
}

/** The box on the screen and the box on the disk are the same. */
function put(next: Box): Promise<unknown> {
  const before = box.peek();
  box.value = next;
  return before === next ? Promise.resolve() : store.keepOrders(before, next);
}

export function flush(now = false): void {
  if (signedIn.peek() !== 'in') return;
  if (now) void put(hurry(box.peek()));
  for (const order of ready(box.peek(), serverNow())) void send(order.key);
}

async function send(key: string): Promise<void> {
  void put(started(box.peek(), key));
  const order = box.peek().find((each) => each.key === key)!;
  const answer = await call<Card | MusterCard | VolunteerSelf>('PUT', order.path, { body: order.body });
  if (answer.outcome === 'unknown') return wait(order, answer.why === 'notConfirmed' ? answer.retryAfterMs : 0);
  if (answer.outcome === 'refused') {
    const { problem } = answer;
    // A fault of the server or of the sign-in says nothing about the order.
    if (problem.status >= 500 || [401, 408, 429].includes(problem.status)) return wait(order, problem.status === 429 ? 5_000 : 0);
    heard();
    const current = problem.status === 409 && (isCard(problem.current) || isMuster(problem.current)) ? problem.current : null;
    refusals.value = { ...refusals.peek(), [order.lane]: current ? { kind: 'changed' } : { kind: 'refused', problem } };
    if (current) take(isCard(current) ? { type: 'card', card: current } : { type: 'muster', muster: current }, true);
    await put(refused(box.peek(), order));
    return;
  }
  heard();
  // The answer is on the screen before the order leaves the box: never a moment that shows the old state as settled.
  if (isCard(answer.value)) take({ type: 'card', card: answer.value }, true);
  else if (isMuster(answer.value)) take({ type: 'muster', muster: answer.value }, true);
  else if ('duty' in answer.value) take({ type: 'self', self: answer.value });
  confirmedAt.value = { ...confirmedAt.peek(), [order.lane]: serverNow() };
  await put(done(box.peek(), order));
  flush();
}

function wait(order: Order, notBeforeMs: number): void {
  void put(unanswered(box.peek(), order.key, serverNow(), notBeforeMs));
}

const isCard = (value: unknown): value is Card => typeof value === 'object' && value !== null && 'incident' in value && 'dueAt' in value;

const isMuster = (value: unknown): value is MusterCard => typeof value === 'object' && value !== null && 'assembleAt' in value && 'stage' in value;

export async function forgetOrders(): Promise<void> {
  await put([]);
  confirmedAt.value = {};
  refusals.value = {};
}
