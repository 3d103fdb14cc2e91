import { describe, expect, it } from 'vitest';
import { done, hurry, press, progress, ready, refused, reopened, started, unanswered, waitMs, type Box, type NewOrder } from './outbox';

const order = (lane: string, step: string): NewOrder => ({ key: `${lane}/${step}`, lane, path: `/api/${lane}`, body: { step }, step: null });
const keys = (orders: readonly { key: string }[]) => orders.map((each) => each.key);
const sentOf = (box: Box, key: string) => box.find((each) => each.key === key)!;

describe('the outbox', () => {
  it('sends one order of a lane at a time, in the order pressed, and lanes beside each other', () => {
    let box = press(press(press([], order('a', 'enRoute'), 0), order('a', 'onScene'), 1), order('duty', 'on'), 2);
    expect(keys(ready(box, 2))).toEqual(['a/enRoute', 'duty/on']);
    box = started(box, 'a/enRoute');
    expect(keys(ready(box, 2))).toEqual(['duty/on']);
    box = done(box, sentOf(box, 'a/enRoute'));
    expect(keys(ready(box, 2))).toEqual(['a/onScene', 'duty/on']);
  });
  it('keeps what was not answered and waits longer each time', () => {
    let box = press([], order('a', 'accept'), 0);
    const waits: number[] = [];
    for (let now = 0, i = 0; i < 6; i++) {
      box = unanswered(started(box, 'a/accept'), 'a/accept', now, 0, 0);
      waits.push(box[0]!.nextAt - now);
      expect(ready(box, now)).toEqual([]);
      now = box[0]!.nextAt;
      expect(keys(ready(box, now))).toEqual(['a/accept']);
    }
    expect(waits).toEqual([1000, 2000, 5000, 10_000, 10_000, 10_000]);
  });
  it('honours Retry-After, and spreads the waits', () => {
    const box = unanswered(started(press([], order('a', 'accept'), 0), 'a/accept'), 'a/accept', 0, 7000, 0);
    expect(box[0]!.nextAt).toBe(7000);
    expect(waitMs(1, 1)).toBe(1250);
  });
  it('lets what was built on a refused order fall with it, and leaves other lanes alone', () => {
    const box = started(press(press(press([], order('a', 'enRoute'), 0), order('b', 'accept'), 0), order('a', 'onScene'), 1), 'a/enRoute');
    expect(keys(refused(box, sentOf(box, 'a/enRoute')))).toEqual(['b/accept']);
  });
  it('sends again what was pressed anew while the first was on its way', () => {
    let box = started(press([], order('duty', 'x'), 0), 'duty/x');
    const sent = sentOf(box, 'duty/x');
    box = press(box, { ...order('duty', 'x'), body: { step: 'other' } }, 1);
    expect(ready(box, 1)).toEqual([]);
    box = done(box, sent);
    expect(ready(box, 1).map((each) => each.body)).toEqual([{ step: 'other' }]);
  });
  it('starts over after a reload: what was on its way is sent again under the same key', () => {
    const box = reopened(started(press([], order('a', 'accept'), 0), 'a/accept'));
    expect(keys(ready(box, 0))).toEqual(['a/accept']);
  });
  it('does not wait any longer when the network is back', () => {
    const box = hurry(unanswered(started(press([], order('a', 'accept'), 0), 'a/accept'), 'a/accept', 0, 60_000, 0));
    expect(keys(ready(box, 0))).toEqual(['a/accept']);
  });
  it('says sending, then retrying at the first failure or after four seconds of silence, and never more than that', () => {
    let box = press([], order('a', 'accept'), 0);
    expect([progress(box, 'b', 0), progress(box, 'a', 0)]).toEqual([null, 'sending']);
    box = started(box, 'a/accept');
    expect([progress(box, 'a', 3999), progress(box, 'a', 4001)]).toEqual(['sending', 'retrying']);
    expect(progress(unanswered(box, 'a/accept', 10, 0), 'a', 10)).toBe('retrying');
  });
});
