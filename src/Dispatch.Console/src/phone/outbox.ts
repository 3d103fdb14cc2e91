// Every order the volunteer gives, until the server has answered it. Pure; sender.ts does the sending.
// Invariants: an order leaves the box only by an answer of the server; orders of one lane are sent one at a time, in the order they were
// pressed; what was built on a refused order falls with it; the same key pressed again takes the place of the earlier one.
import type { Step } from './card';

export interface Order {
  /** `${calloutId}/${step}`, `duty`, `consents/location`: the same order repeated is the same key. */
  key: string;
  /** Orders that must arrive in sequence: the id of the call-out, `duty`, `consents`. */
  lane: string;
  path: string;
  body: unknown;
  step: Step | null;
  pressedAt: number;
  /** Tells a replaced order from the one in flight. */
  revision: number;
  attempts: number;
  nextAt: number;
  inFlight: boolean;
}
export type Box = readonly Order[];
export type NewOrder = Pick<Order, 'key' | 'lane' | 'path' | 'body' | 'step'>;

export function press(box: Box, order: NewOrder, now: number): Box {
  const held = box.find((each) => each.key === order.key);
  const fresh: Order = { ...order, pressedAt: now, revision: (held?.revision ?? 0) + 1, attempts: 0, nextAt: now, inFlight: held?.inFlight ?? false };
  return held ? box.map((each) => each === held ? fresh : each) : [...box, fresh];
}

/** The first order of every lane, if its time has come and it is not on its way. */
export const ready = (box: Box, now: number): Order[] =>
  box.filter((order, i) => !order.inFlight && order.nextAt <= now && box.findIndex((each) => each.lane === order.lane) === i);

export const started = (box: Box, key: string): Box =>
  change(box, key, (order) => ({ ...order, inFlight: true, attempts: order.attempts + 1 }));

/** No answer, or an answer that confirms nothing: the order stays. */
export const unanswered = (box: Box, key: string, now: number, notBeforeMs: number, chance = Math.random()): Box =>
  change(box, key, (order) => ({ ...order, inFlight: false, nextAt: now + Math.max(notBeforeMs, waitMs(order.attempts, chance)) }));

/** Done. An order pressed again while the earlier one was on its way stays and goes next. */
export const done = (box: Box, sent: Order): Box => box.flatMap((order): Order[] =>
  order.key !== sent.key ? [order] : order.revision === sent.revision ? [] : [{ ...order, inFlight: false, nextAt: 0 }]);

/** Refused for good: it and everything pressed after it in its lane, which counted on it. */
export function refused(box: Box, sent: Order): Box {
  const at = box.findIndex((order) => order.key === sent.key);
  return box.filter((order, i) => order.lane !== sent.lane || i < at);
}

/** The network is back, or the person looks at the page: no reason to wait any longer. */
export const hurry = (box: Box): Box => box.some((order) => order.nextAt > 0) ? box.map((order) => ({ ...order, nextAt: 0 })) : box;

/** After a reload nothing is on its way any more: what was sent without an answer is sent again. */
export const reopened = (box: Box): Box => box.map((order) => ({ ...order, inFlight: false, nextAt: 0 }));

/** 1, 2, 5, 10 s, up to a quarter longer, so that a thousand phones do not knock at the same moment. */
export const waitMs = (attempts: number, chance: number): number =>
  [1000, 2000, 5000, 10_000][Math.min(3, Math.max(0, attempts - 1))]! * (1 + chance / 4);

/** What the screen says about a lane. `sending` turns into `retrying` at the first try that failed, or when no answer came for 4 s. */
export function progress(box: Box, lane: string, now: number): 'sending' | 'retrying' | null {
  const orders = box.filter((order) => order.lane === lane);
  if (!orders.length) return null;
  return orders.some((order) => order.attempts > 1 || (order.attempts === 1 && !order.inFlight)) || now - orders[0]!.pressedAt > 4000 ? 'retrying' : 'sending';
}

const change = (box: Box, key: string, to: (order: Order) => Order): Box => box.map((order) => order.key === key ? to(order) : order);
