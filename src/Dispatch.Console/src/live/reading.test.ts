import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Answer } from './api';
import { now } from './clock';
import { OLD_AFTER_MS, reading } from './reading';

type Reply = (answer: Answer<string>) => void;
const done = (value: string): Answer<string> => ({ outcome: 'done', value, status: 200 });
const silent: Answer<string> = { outcome: 'unknown', why: 'timeout', retryAfterMs: 2000 };

describe('a picture that is read', () => {
  const asked: Reply[] = [];
  const page = reading<string>('/page', () => new Promise((reply) => asked.push(reply)));
  let stop: () => void;
  const answer = async (said: Answer<string>) => { asked.shift()!(said); await vi.advanceTimersByTimeAsync(0); };

  beforeEach(() => { vi.useFakeTimers(); now.value = Date.now(); asked.length = 0; stop = page.watch(); });
  afterEach(async () => { stop(); while (asked.length > 0) await answer(silent); vi.useRealTimers(); });

  it('is not shown as now once the server said that something moved, until it is read again', async () => {
    await answer(done('peacetime'));
    expect([page.value.value, page.standing.value]).toEqual(['peacetime', 'live']);
    page.moved();
    expect(page.standing.value).toBe('catchingUp');
    await answer(done('urgent'));
    expect([page.value.value, page.standing.value]).toEqual(['urgent', 'live']);
  });

  it('is asked for once more when the word comes while an answer is on its way', async () => {
    page.moved();
    page.moved();
    await answer(done('from before the word'));
    expect(page.standing.value).toBe('catchingUp');
    expect(asked).toHaveLength(1);
    await answer(done('from after it'));
    expect([page.value.value, page.standing.value, asked.length]).toEqual(['from after it', 'live', 0]);
  });

  it('keeps what an order brought though an older answer comes after it', async () => {
    await answer(done('peacetime'));
    page.moved();
    page.put('urgent');
    await answer(done('peacetime'));
    expect(page.value.value).toBe('urgent');
    await answer(done('urgent'));
    expect(page.standing.value).toBe('live');
  });

  it('stays and is said to be old when it cannot be read again, and is tried again soon', async () => {
    await answer(done('peacetime'));
    const from = page.at.value;
    await vi.advanceTimersByTimeAsync(10_000);
    await answer(silent);
    expect([page.value.value, page.standing.value, page.at.value]).toEqual(['peacetime', 'old', from]);
    await vi.advanceTimersByTimeAsync(2_000);
    await answer(done('urgent'));
    expect(page.standing.value).toBe('live');
  });

  it('is old by its age too, while an answer is still on its way', async () => {
    await answer(done('peacetime'));
    page.moved();
    now.value = Date.now() + OLD_AFTER_MS + 1;
    expect(page.standing.value).toBe('old');
  });

  it('is forgotten when nobody reads it any more, also by an answer that comes late', async () => {
    await answer(done('of one operator'));
    page.moved();
    stop();
    await answer(done('of one operator'));
    expect([page.value.value, page.standing.value]).toEqual([null, 'loading']);
    stop = page.watch();
    await answer(done('of the next'));
    expect(page.value.value).toBe('of the next');
  });
});
