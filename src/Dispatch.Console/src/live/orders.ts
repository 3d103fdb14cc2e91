// What an operator has ordered and how it went. An order carries its id from the first press: it is repeated under that id until the
// server has said yes or no, also over a reload, and while nobody knows it is shown as "not confirmed", never as done.
import { signal } from '@preact/signals';
import { board } from './boardFeed';
import { call } from './api';
import { merge } from './apply';
import { BACK_OFF_MS } from './connection';
import { me } from './signing';
import type { Incident, Problem, RaiseRequest, Uuid } from './contract';

export type OrderKind = 'raise' | 'escalate' | 'recall' | 'close' | 'cancel' | 'recallOne' | 'release' | 'need' | 'aid';
export interface Order {
  /** The id of the raised incident, else the command id. */
  id: Uuid;
  kind: OrderKind;
  incidentId: Uuid;
  path: string;
  body: unknown;
  /** What a person reads: the category and address, the name of the volunteer. */
  about: string;
  orderedAt: number;
  attempts: number;
  state: 'sending' | 'notConfirmed' | 'refused';
  problem?: Problem;
}

const KEPT = 'dispatch.orders';
const LONGEST_KEPT_MS = 24 * 3600_000;
/** Orders without an answer, oldest first, and refusals until they are put aside. */
export const orders = signal<readonly Order[]>([]);
const timers = new Map<Uuid, ReturnType<typeof setTimeout>>();
const inFlight = new Set<Uuid>();
const settled = new Map<Uuid, (done: boolean) => void>();
const find = (id: Uuid): Order | undefined => orders.peek().find((o) => o.id === id);

export const orderOf = (id: Uuid): Order | undefined => orders.value.find((o) => o.id === id);

export const raise = (id: Uuid, body: RaiseRequest, about: string): Promise<boolean> =>
  give({ id, kind: 'raise', incidentId: id, path: `/api/incidents/${id}`, body, about });

/** Resolves once it is known: true done, false refused (the problem is on the order) or put aside. */
export function give(order: Pick<Order, 'id' | 'kind' | 'incidentId' | 'path' | 'body' | 'about'>): Promise<boolean> {
  set([...orders.peek().filter((o) => o.id !== order.id), { ...order, orderedAt: Date.now(), attempts: 0, state: 'sending' }]);
  return new Promise((known) => {
    settled.set(order.id, known);
    void send(order.id);
  });
}

async function send(id: Uuid): Promise<void> {
  const order = find(id);
  if (!order || inFlight.has(id)) return;
  clearTimeout(timers.get(id));
  inFlight.add(id);
  change(id, { attempts: order.attempts + 1 });
  const answer = await call<Incident>(order.kind === 'raise' ? 'PUT' : 'POST', order.path, { body: order.body, timeoutMs: 6000 });
  inFlight.delete(id);
  if (answer.outcome === 'done') {
    if (answer.value?.id) board.value = merge(board.peek(), signed(answer.value));
    finish(id, true);
    return;
  }
  if (!find(id)) return;
  // Signed out in between, or asked to slow down, says nothing about the order: it waits.
  if (answer.outcome === 'refused' && ![401, 429].includes(answer.problem.status) && answer.problem.status < 500) {
    change(id, { state: 'refused', problem: answer.problem });
    settled.get(id)?.(false);
    settled.delete(id);
    return;
  }
  change(id, { state: 'notConfirmed' });
  const backOff = BACK_OFF_MS[Math.min(order.attempts, BACK_OFF_MS.length - 1)]! * (0.75 + Math.random() * 0.5);
  const asked = answer.outcome === 'unknown' && answer.why === 'notConfirmed' ? answer.retryAfterMs : 0;
  timers.set(id, setTimeout(() => void send(id), Math.max(backOff, asked)));
}

/** The answer to a raise names nobody: the one who raised it sits here. */
function signed(incident: Incident): Incident {
  const { raisedBy } = incident;
  return raisedBy.name ? incident : { ...incident, raisedBy: { ...raisedBy, name: raisedBy.id === me.peek()?.accountId ? (me.peek()?.name ?? '') : '' } };
}

function finish(id: Uuid, done: boolean): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  set(orders.peek().filter((o) => o.id !== id));
  settled.get(id)?.(done);
  settled.delete(id);
}

/** The link is back, or somebody signed in: ask again now. */
export function sendUnconfirmed(): void {
  for (const order of orders.peek()) if (order.state === 'notConfirmed') void send(order.id);
}

/** No more asking, no more showing. An order that was not confirmed may have been carried out all the same. */
export const putAside = (id: Uuid): void => finish(id, false);

/** After a reload: what was still unknown then is asked again under the same ids. */
export function takeUpOrders(): void {
  let kept: Order[] = [];
  try { kept = JSON.parse(localStorage.getItem(KEPT) ?? '[]') as Order[]; } catch { /* nothing readable was kept */ }
  kept = kept.filter((o) => Date.now() - o.orderedAt < LONGEST_KEPT_MS);
  set(kept.map((o) => ({ ...o, state: o.state === 'refused' ? 'refused' : 'notConfirmed' })));
  sendUnconfirmed();
}

function change(id: Uuid, to: Partial<Order>): void {
  set(orders.peek().map((o) => (o.id === id ? { ...o, ...to } : o)));
}
function set(next: readonly Order[]): void {
  orders.value = next;
  try { localStorage.setItem(KEPT, JSON.stringify(next)); } catch { /* without storage an order lives as long as the page */ }
}
