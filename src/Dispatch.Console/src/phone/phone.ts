// The shell around state.ts: where messages come in, what is kept, and how old the picture is.
// The live link brings items; GET /api/callouts/mine brings the whole picture, also where the live link is blocked.
import { computed, signal } from '@preact/signals';
import { get } from '../live/api';
import { now, serverNow } from '../live/clock';
import { connect, type Connection, type Invoke } from '../live/connection';
import type { Card, InboxItem, Joined, Me, MusterCard, VolunteerSelf } from '../live/contract';
import * as alarm from './alarm';
import { inHand, isOpen } from './card';
import { fetchDesk, forgetDesk, keepDesk } from './desk';
import { isWaiting, musterInHand } from './muster';
import { apply, empty, isBehind, news, type Message, type State } from './state';
import * as store from './store';
import { forgetTest, tookTest, type Test } from './tests';
import { accessToken, clear, signedIn } from './tokens';

const pollEveryMs = 15_000;
const meEveryMs = 300_000;
/** While the page does not know who it belongs to. */
const firstMeEveryMs = 5_000;
/** A link that comes back at once is not announced as lost; it is not called live either. */
const graceMs = 2_500;

export const state = signal<State>(empty);
export const zone = signal('Asia/Shanghai');
export const card = computed(() => inHand(state.value.cards, state.value.dismissed, now.value));
export const muster = computed(() => musterInHand(state.value.musters, state.value.dismissed, now.value));
/** The server's time when it last said anything. Survives a reload. */
export const heardAt = signal<number | null>(null);

const connection = signal<Connection | null>(null);
/** The last question over HTTPS: when, and whether it was answered. Forgotten when the live link changes. */
const asked = signal<{ at: number; answered: boolean } | null>(null);
const lostAt = signal<number | null>(null);

export type Freshness = { kind: 'live' | 'catchingUp' } | { kind: 'slow' | 'none'; since: number | null };
export const freshness = computed((): Freshness => {
  const hub = connection.value?.freshness.value.kind ?? 'none';
  if (hub === 'live') return { kind: isBehind(state.value) ? 'catchingUp' : 'live' };
  const polled = asked.value;
  if (polled?.answered && now.value - polled.at < pollEveryMs + 5_000) return { kind: 'slow', since: heardAt.value };
  const lately = lostAt.value !== null && now.value - lostAt.value < graceMs && polled === null;
  return hub === 'catchingUp' || lately ? { kind: 'catchingUp' } : { kind: 'none', since: heardAt.value };
});

/** The one way in. Kept before it is receipted: what the server counts as delivered is on this phone's disk. Answers to a button just pressed ring nothing. */
export function take(message: Message, quiet = false): void {
  const before = state.peek();
  const after = apply(before, message);
  if (after === before) return;
  state.value = after;
  const kept = store.keep({ state: after, heardAt: heardAt.peek() });
  for (const each of quiet ? [] : news(before, after)) {
    alarm.alarm(each.kind);
    void alarm.notice(each);
  }
  if (after.cursor !== before.cursor) void kept.then(() => receipt(after));
  if (isBehind(after)) void catchUp();
}

export function heard(): void { heardAt.value = serverNow(); }

const receiptEveryMs = 100;
let onDisk: State = empty;
let receiptedAt = 0;
let receipting: ReturnType<typeof setTimeout> | undefined;
/** Only what is on this phone's disk; a phone that catches up says so ten times a second, not once for every item. */
function receipt(written: State): void {
  onDisk = written;
  receipting ??= setTimeout(() => {
    receipting = undefined;
    receiptedAt = Date.now();
    // Not heard, or asked to slow down: said again, until another Watch says it anyway.
    connection.peek()?.invoke('Received', onDisk.cursor).catch(() => setTimeout(() => { if (connection.peek()?.freshness.peek().kind === 'live') receipt(onDisk); }, 2_000));
  }, Math.max(0, receiptedAt + receiptEveryMs - Date.now()));
}

let asking: Promise<boolean> | null = null;
/** The whole picture. Asked once at a time. */
export const fetchMine = (): Promise<boolean> => asking ??= (async () => {
  const answer = await get<{ epoch: string; cursor: number; callouts: Card[]; musters: MusterCard[]; serverTime: string }>('/api/callouts/mine');
  const answered = answer.outcome === 'done';
  if (answered) {
    heard();
    take({ type: 'picture', cursor: answer.value.cursor, cards: answer.value.callouts, musters: answer.value.musters, epoch: answer.value.epoch });
  }
  asked.value = { at: serverNow(), answered };
  return answered;
})().finally(() => { asking = null; });

/** The phone itself says so: an answer of a moment ago no longer means that there is a way. */
export function noNetwork(): void { asked.value = { at: serverNow(), answered: false }; }

let catching = false;
/** What is missing is usually on its way: wait a moment, then ask, and ask again until nothing is missing. */
async function catchUp(): Promise<void> {
  if (catching) return;
  catching = true;
  for (let wait = 400; isBehind(state.peek()) && signedIn.peek() === 'in'; wait = Math.min(10_000, wait * 3)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    if (isBehind(state.peek())) await fetchMine();
  }
  catching = false;
}

let meAt = 0;
export async function fetchMe(): Promise<void> {
  meAt = Date.now();
  const answer = await get<Me>('/api/me');
  if (answer.outcome !== 'done') return;
  heard();
  if (!answer.value.volunteer) return clear('ended');
  zone.value = answer.value.region.timeZone;
  tookSelf(answer.value.volunteer);
}
export const tookSelf = (self: VolunteerSelf): void => take({ type: 'self', self });

/**
 * From the cursor, then live. A server that cannot go on from there (put back to an earlier state, or we were away for more than it keeps) answers
 * with the whole picture and goes on from that.
 */
async function join(invoke: Invoke): Promise<void> {
  if (!state.peek().whole && !(await fetchMine())) throw new Error('no picture');
  for (let again = 0; again < 2; again++) {
    const { cursor, epoch } = state.peek();
    const joined = await invoke<Joined>('Watch', epoch === null ? cursor : { number: cursor, epoch });
    heard();
    if (joined.reset) take({ type: 'reset', epoch: joined.reset.epoch, cursor: joined.reset.cursor, cards: joined.reset.callouts, musters: joined.reset.musters });
    else take({ type: 'joined', epoch: String(joined.epoch), cursor: joined.cursor ?? 0 });
    if (state.peek().whole) break;
    if (!(await fetchMine())) throw new Error('no picture');
  }
  await invoke('Received', state.peek().cursor);
}

export function start(): void {
  const opened = connect({
    token: accessToken,
    mayRetry: async () => signedIn.peek() === 'in',
    join,
    handlers: {
      Test: (test: Test) => { heard(); tookTest(test); },
      CallOut: (item: InboxItem) => {
        heard();
        take({ type: 'pushed', item });
        if (item.kind === 'liaisonTask') { alarm.alarm('calledUp'); void fetchDesk(); }
      },
      Current: ({ cursor, epoch }: { cursor: number; epoch: string }) => {
        heard();
        const known = state.peek().epoch;
        if (known !== null && known !== epoch) return opened.reopen('the server was restored');
        take({ type: 'head', cursor });
      },
    },
  });
  connection.value = opened;
  let was = '';
  const forget = opened.freshness.subscribe(({ kind }) => {
    if (kind === was) return;
    was = kind;
    asked.value = null;
    lostAt.value = kind === 'none' ? serverNow() : null;
  });
  stopLink = () => { forget(); opened.stop(); connection.value = null; };
  void fetchMe();
}
let stopLink = (): void => {};

/** Signed out: nothing of the person stays on the phone. */
export async function stop(): Promise<void> {
  stopLink();
  stopLink = () => {};
  alarm.quiet();
  forgetTest();
  forgetDesk();
  state.value = empty;
  heardAt.value = null;
  await store.forget();
}

let heardKept = 0;
/** "No connection since" must still be true after a reload: written down every few seconds. */
function keepHeard(): void {
  const at = heardAt.peek() ?? 0;
  if (at - heardKept < 5_000 || !state.peek().whole) return;
  heardKept = at;
  void store.keep({ state: state.peek(), heardAt: at });
}

/** Once a second, and at once when the network is back or the page is looked at. */
export function keepFresh(now = false): void {
  keepHeard();
  if (connection.peek()) keepDesk(location.hash === '#team');
  const hub = connection.peek()?.freshness.peek().kind;
  const due = !asked.peek() || serverNow() - asked.peek()!.at >= pollEveryMs;
  if (hub && (now || (due && (hub !== 'live' || (state.peek().cards.some((each) => isOpen(each.state)) || state.peek().musters.some(isWaiting)))))) void fetchMine();
  if (hub && Date.now() - meAt > (!state.peek().self ? firstMeEveryMs : now ? 30_000 : meEveryMs)) void fetchMe();
}
