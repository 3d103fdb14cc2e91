// Alone knows SignalR. One link to /live that opens itself again for as long as it is wanted.
//
// - A message of a superseded socket is dropped: every attempt has a number, and only the newest one is listened to.
// - Back-off 1, 2, 5, 10 s with jitter; at once when the machine says the network is back or the page is looked at again.
// - `join` runs after every opening, before anything counts as live: it tells the server the cursors this page stands at.
// - Told to move (the node is about to leave), it opens the next socket before it lets go of this one: orders under way are answered here,
//   new ones go the new way, and nobody sees an outage.
// - Freshness is published, never guessed: live / catching up / no connection since. Nothing heard for 12 s is no connection.
import { HttpTransportType, HubConnectionBuilder, LogLevel } from '@microsoft/signalr';
import { computed, signal, type ReadonlySignal } from '@preact/signals';
import { heardServerTime } from './clock';

export const SILENCE_MS = 12_000;
export const BACK_OFF_MS = [1_000, 2_000, 5_000, 10_000];
/** How long a replaced socket is kept for the answers that are still to come over it. */
export const ANSWERS_MS = 4_000;

export type Freshness =
  | { kind: 'live' }
  | { kind: 'catchingUp' }
  /** What is on the screen was last known to be true at `since` (ms, this machine's clock); null: it never was. */
  | { kind: 'none'; since: number | null };

/** One opened connection, as little of it as is needed here. Tests bring their own. */
export interface Socket {
  start(): Promise<void>;
  stop(): Promise<void>;
  invoke<T>(method: string, ...args: unknown[]): Promise<T>;
  on(method: string, handler: (payload: never) => void): void;
  onclose(handler: () => void): void;
}

export interface ConnectionOptions {
  /** What the server may call, by name. */
  handlers: Record<string, (payload: never) => void>;
  /** Runs after every opening with the fresh link. When it resolves, the picture is whole again. */
  join: (invoke: Invoke) => Promise<void>;
  /** After an opening that failed: is it worth trying again? False: signed out. */
  mayRetry?: () => Promise<boolean>;
  /** Access token for ?access_token=; phones only. */
  token?: () => string | Promise<string>;
  open?: () => Socket;
  random?: () => number;
}
export type Invoke = <T>(method: string, ...args: unknown[]) => Promise<T>;

export interface Connection {
  freshness: ReadonlySignal<Freshness>;
  invoke: Invoke;
  /** While `work` runs the picture is "catching up", not live. */
  whileCatchingUp<T>(work: () => Promise<T>): Promise<T>;
  /** Closes this socket and opens a new one now: the way out when the picture cannot be repaired. */
  reopen(why: string): void;
  stop(): void;
}

export function connect(options: ConnectionOptions): Connection {
  const link = signal<'opening' | 'joining' | 'joined' | 'down'>('opening');
  const behind = signal(0);
  const heardAt = signal<number | null>(null);
  const since = signal<number | null>(null);
  const random = options.random ?? Math.random;
  let attempt = 0;
  let failures = 0;
  let socket: Socket | null = null;
  let wanted = true;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const freshness = computed<Freshness>(() => {
    if (link.value === 'joined') return behind.value > 0 ? { kind: 'catchingUp' } : { kind: 'live' };
    if (link.value === 'joining') return { kind: 'catchingUp' };
    return since.value === null && link.value === 'opening' ? { kind: 'catchingUp' } : { kind: 'none', since: since.value };
  });

  function open(moving = false): void {
    clearTimeout(timer);
    if (!wanted) return;
    const mine = ++attempt;
    const current = () => wanted && mine === attempt;
    const opened = (options.open ?? (() => openSignalR(options.token)))();
    const last = moving ? socket : null;
    if (!moving) socket = opened;
    for (const [method, handler] of Object.entries(options.handlers)) {
      opened.on(method, (payload) => {
        if (!current()) return;
        heardAt.value = Date.now();
        heardServerTime((payload as { serverTime?: string } | null)?.serverTime);
        handler(payload);
      });
    }
    opened.onclose(() => { if (current()) lost('closed'); });
    opened.on('Move', () => {
      if (!current() || link.peek() !== 'joined') return;
      console.info('live: moving to another node');
      behind.value++;
      open(true);
    });
    void (async () => {
      try {
        await opened.start();
        if (!current()) return void opened.stop();
        heardAt.value = Date.now();
        if (!moving) link.value = 'joining';
        await options.join((method, ...args) => opened.invoke(method, ...args));
        if (!current()) return void opened.stop();
        heardAt.value = Date.now();
        failures = 0;
        since.value = null;
        link.value = 'joined';
        if (moving) {
          socket = opened;
          if (last) setTimeout(() => void last.stop().catch(() => {}), ANSWERS_MS);
        }
      } catch (error) {
        if (!current()) return;
        if (moving) void opened.stop().catch(() => {});
        lost(String(error));
      } finally {
        if (moving) behind.value--;
      }
    })();
  }

  function lost(why: string): void {
    attempt++; // whatever this socket still says is not heard
    const old = socket;
    socket = null;
    void old?.stop().catch(() => {});
    if (link.value === 'joined') since.value = heardAt.peek();
    const neverOpened = link.value === 'opening' || link.value === 'down';
    link.value = 'down';
    if (!wanted) return;
    const wait = BACK_OFF_MS[Math.min(failures++, BACK_OFF_MS.length - 1)]! * (0.75 + random() * 0.5);
    console.info(`live: ${why}; next attempt in ${Math.round(wait)} ms`);
    timer = setTimeout(() => void retry(neverOpened), wait);
  }

  async function retry(askFirst: boolean): Promise<void> {
    const mine = attempt;
    if (askFirst && options.mayRetry && !(await options.mayRetry())) return;
    if (mine === attempt) open();
  }

  const watch = setInterval(() => {
    if (link.peek() === 'joined' && Date.now() - (heardAt.peek() ?? 0) > SILENCE_MS) lost('silent');
  }, 1_000);

  const onOffline = () => { if (link.peek() !== 'down') lost('offline'); };
  const onBack = () => {
    if (document.visibilityState === 'hidden') return;
    if (link.peek() === 'down') { failures = 0; clearTimeout(timer); void retry(false); }
    else if (Date.now() - (heardAt.peek() ?? 0) > SILENCE_MS && link.peek() === 'joined') lost('silent');
  };
  if (typeof window !== 'undefined') {
    window.addEventListener('offline', onOffline);
    window.addEventListener('online', onBack);
    document.addEventListener('visibilitychange', onBack);
  }
  open();

  return {
    freshness,
    invoke: (method, ...args) => (socket && link.peek() !== 'down' ? socket.invoke(method, ...args) : Promise.reject(new Error('no connection'))),
    async whileCatchingUp(work) {
      behind.value++;
      try { return await work(); } finally { behind.value--; }
    },
    reopen(why) { failures = 0; lost(why); },
    stop() {
      wanted = false;
      lost('stopped');
      clearTimeout(timer);
      clearInterval(watch);
      if (typeof window !== 'undefined') {
        window.removeEventListener('offline', onOffline);
        window.removeEventListener('online', onBack);
        document.removeEventListener('visibilitychange', onBack);
      }
    },
  };
}

function openSignalR(token?: () => string | Promise<string>): Socket {
  const hub = new HubConnectionBuilder()
    .withUrl('/live', { transport: HttpTransportType.WebSockets, skipNegotiation: true, accessTokenFactory: token })
    .configureLogging(LogLevel.None)
    .build();
  hub.serverTimeoutInMilliseconds = SILENCE_MS;
  hub.keepAliveIntervalInMilliseconds = 5_000;
  return hub as unknown as Socket;
}
