import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ANSWERS_MS, connect, SILENCE_MS, type Socket } from './connection';

class FakeSocket implements Socket {
  handlers = new Map<string, (payload: never) => void>();
  stopped = false;
  private closed = () => {};
  private settle!: { ok: () => void; fail: (error: Error) => void };
  private opening = new Promise<void>((ok, fail) => { this.settle = { ok, fail }; });
  start = () => this.opening;
  stop = async () => { this.stopped = true; };
  invoked: string[] = [];
  invoke = async <T>(method: string) => { this.invoked.push(method); return undefined as T; };
  on(method: string, handler: (payload: never) => void) { this.handlers.set(method, handler); }
  onclose(handler: () => void) { this.closed = handler; }
  opens = async () => { this.settle.ok(); await vi.advanceTimersByTimeAsync(0); };
  fails = async () => { this.settle.fail(new Error('refused')); await vi.advanceTimersByTimeAsync(0); };
  closes = () => this.closed();
  says(method: string, payload: unknown) { this.handlers.get(method)!(payload as never); }
}

describe('The live connection', () => {
  let sockets: FakeSocket[];
  let heard: unknown[];
  const start = (join: () => Promise<void> = async () => {}, mayRetry?: () => Promise<boolean>) =>
    connect({
      handlers: { Fact: (fact) => heard.push(fact) },
      join,
      mayRetry,
      random: () => 0.5,
      open: () => { sockets.push(new FakeSocket()); return sockets.at(-1)!; },
    });
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(console, 'info').mockImplementation(() => {});
    sockets = [];
    heard = [];
  });
  afterEach(() => vi.useRealTimers());

  it('is live only when it has joined', async () => {
    let joined!: () => void;
    const link = start(() => new Promise((ok) => { joined = ok; }));
    expect(link.freshness.value.kind).toBe('catchingUp');
    await sockets[0]!.opens();
    expect(link.freshness.value.kind).toBe('catchingUp');
    joined();
    await vi.advanceTimersByTimeAsync(0);
    expect(link.freshness.value.kind).toBe('live');
    link.stop();
  });

  it('says since when there is no connection', async () => {
    vi.setSystemTime(1_000_000);
    const link = start();
    await sockets[0]!.opens();
    await vi.advanceTimersByTimeAsync(3_000);
    sockets[0]!.says('Fact', 1);
    await vi.advanceTimersByTimeAsync(2_000);
    sockets[0]!.closes();
    expect(link.freshness.value).toEqual({ kind: 'none', since: 1_003_000 });
    link.stop();
  });

  it('calls nothing heard for twelve seconds a lost connection', async () => {
    const link = start();
    await sockets[0]!.opens();
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1_000);
    expect(link.freshness.value.kind).toBe('live');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(link.freshness.value.kind).toBe('none');
    expect(sockets[0]!.stopped).toBe(true);
    link.stop();
  });

  it('backs off 1, 2, 5, 10, 10 seconds and starts over after success', async () => {
    const link = start();
    await sockets[0]!.fails();
    for (const [index, wait] of [1_000, 2_000, 5_000, 10_000, 10_000].entries()) {
      await vi.advanceTimersByTimeAsync(wait - 1);
      expect(sockets.length).toBe(index + 1);
      await vi.advanceTimersByTimeAsync(1);
      expect(sockets.length).toBe(index + 2);
      await sockets.at(-1)!.fails();
    }
    await vi.advanceTimersByTimeAsync(10_000);
    await sockets.at(-1)!.opens();
    expect(link.freshness.value.kind).toBe('live');
    const before = sockets.length;
    sockets.at(-1)!.closes();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sockets.length).toBe(before + 1);
    link.stop();
  });

  it('does not hear a superseded socket', async () => {
    const link = start();
    await sockets[0]!.opens();
    link.reopen('test');
    await vi.advanceTimersByTimeAsync(1_000);
    await sockets[1]!.opens();
    sockets[0]!.says('Fact', 'old');
    sockets[0]!.closes();
    sockets[1]!.says('Fact', 'new');
    expect(heard).toEqual(['new']);
    expect(link.freshness.value.kind).toBe('live');
    link.stop();
  });

  it('moves to another node without an outage', async () => {
    let joins = 0;
    const link = start(async () => { joins++; });
    const shown: string[] = [];
    await sockets[0]!.opens();
    link.freshness.subscribe(({ kind }) => shown.push(kind));
    sockets[0]!.says('Move', { reason: 'draining' });
    expect(sockets.length).toBe(2);
    await link.invoke('Answer');
    expect(sockets[0]!.invoked).toContain('Answer'); // the next line does not stand yet
    await sockets[1]!.opens();
    expect(joins).toBe(2);
    await link.invoke('Progress');
    expect(sockets[1]!.invoked).toContain('Progress');
    expect(sockets[0]!.stopped).toBe(false); // what was asked there may still be answered there
    sockets[0]!.closes();
    await vi.advanceTimersByTimeAsync(ANSWERS_MS);
    expect(sockets[0]!.stopped).toBe(true);
    expect(shown).toEqual(['live', 'catchingUp', 'live']);
    sockets[1]!.says('Fact', 'new');
    expect(heard).toEqual(['new']);
    link.stop();
  });

  it('backs off as ever when the other node does not answer', async () => {
    const link = start();
    await sockets[0]!.opens();
    sockets[0]!.says('Move', {});
    await sockets[1]!.fails();
    expect(link.freshness.value.kind).toBe('none');
    await vi.advanceTimersByTimeAsync(1_000);
    await sockets[2]!.opens();
    expect(link.freshness.value.kind).toBe('live');
    link.stop();
  });

  it('is catching up while a gap is fetched', async () => {
    const link = start();
    await sockets[0]!.opens();
    let fetched!: () => void;
    const done = link.whileCatchingUp(() => new Promise<void>((ok) => { fetched = ok; }));
    expect(link.freshness.value.kind).toBe('catchingUp');
    fetched();
    await done;
    expect(link.freshness.value.kind).toBe('live');
    link.stop();
  });

  it('stops trying when signed out', async () => {
    const link = start(async () => {}, async () => false);
    await sockets[0]!.fails();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sockets.length).toBe(1);
    link.stop();
  });

  it('opens again when joining fails', async () => {
    let fail = true;
    const link = start(async () => { if (fail) throw new Error('snapshot failed'); });
    await sockets[0]!.opens();
    expect(link.freshness.value).toEqual({ kind: 'none', since: null });
    fail = false;
    await vi.advanceTimersByTimeAsync(1_000);
    await sockets[1]!.opens();
    expect(link.freshness.value.kind).toBe('live');
    link.stop();
  });
});
