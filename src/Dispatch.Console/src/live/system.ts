// What the system says about itself, asked for every few seconds over plain HTTP: it has to tell the truth also when the live line cannot.
// - Health (the reasons of this node) is asked for on every page of the console; the whole picture only while its page is open.
// - An answer is from the moment it came; what is older than a few questions is said to be old, and never shown as if it were now.
import { computed, signal } from '@preact/signals';
import { get } from './api';
import type { Channel, Instant } from './contract';

export interface Reason { code: string; weight: 'degraded' | 'notReady'; text: string; textEn: string }
export interface Latency { p50Ms: number | null; p95Ms: number | null; count: number }
export interface NodeRow {
  id: string; name: string; version: string; startedAt: Instant; silentSeconds: number; gone: boolean; phones: number; consoles: number;
  queueMax: number; queueSum: number; lagMs: number; memoryBytes: number; diskFreeBytes: number | null; diskBytes: number | null; answering: boolean; draining: boolean;
}
export type Line = (number | null)[];
export interface Plots {
  stepSeconds: number; raiseToPhoneP95: Line; acceptToConsoleP95: Line; phones: Line; consoles: Line; queue: Line; lag: Line; undelivered: Line; overdue: Line;
  clientsCut: Line; timersMissed: Line; notConfirmed: Line; errors: Line;
}
export interface Known {
  nodes: NodeRow[];
  postgres: { version: string; connections: number; mostConnections: number; roundTripMs: number };
  redis: 'notConfigured' | 'connected' | 'away';
  auditorAgeSeconds: number | null; undelivered: number; overdue: number; quarantined: number;
  record: { checkedAt: Instant; allCheckedAt: Instant; facts: number; flaws: number } | null;
  channels: { channel: Channel; configured: boolean; sent: number; delivered: number; failed: number; retrying: number; gatewayFailures: number; lastReason: string | null; lastSentAt: Instant | null }[];
  raiseToPhone: Latency; acceptToConsole: Latency;
  lastHour: { clientsCut: number; timersMissed: number; errors: number; notConfirmed: number; races: number };
  plots: Plots;
}
export interface SystemView { level: 'good' | 'watch' | 'bad'; sentence: string; sentenceEn: string; reasons: Reason[]; serverTime: Instant; parts: Known | null }

const HEALTH_MS = 5_000;
const SYSTEM_MS = 3_000;
export const OLD_AFTER_MS = 10_000;

/** What came last, and when by this machine's clock. A failed question keeps it, so that it can be shown as old. */
export interface Heard<T> { value: T; at: number }
export const health = signal<Heard<Reason[]> | null>(null);
export const system = signal<Heard<SystemView> | null>(null);
/** This machine's clock, once a second: ages are counted by it alone. */
export const tick = signal(Date.now());

export const ageOf = (heard: Heard<unknown>, at: number): number => Math.max(0, at - heard.at);
export const isOld = (heard: Heard<unknown>, at: number): boolean => ageOf(heard, at) > OLD_AFTER_MS;

/** Reasons that are true now. Old ones are not shown: that there is no connection is said elsewhere. */
export const reasonsNow = computed<Reason[]>(() => (health.value && !isOld(health.value, tick.value) ? health.value.value : []));

/** Asks again and again until told to stop; never two questions at once. */
function every(ms: number, ask: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let wanted = true;
  const run = async () => {
    await ask();
    if (wanted) timer = setTimeout(() => void run(), ms);
  };
  void run();
  return () => { wanted = false; clearTimeout(timer); };
}

export function watchHealth(): () => void {
  const clock = setInterval(() => { tick.value = Date.now(); }, 1_000);
  const stop = every(HEALTH_MS, async () => {
    const reasons = await askHealth();
    if (reasons) health.value = { value: reasons, at: Date.now() };
    tick.value = Date.now();
  });
  return () => { clearInterval(clock); stop(); };
}

export const watchSystem = (): (() => void) => every(SYSTEM_MS, async () => {
  const answer = await get<SystemView>('/api/system', { timeoutMs: 6_000 });
  if (answer.outcome === 'done') system.value = { value: answer.value, at: Date.now() };
  tick.value = Date.now();
});

/** Not ready is an answer too (503 with reasons), so this is not one of the calls whose outcome may be unknown. */
async function askHealth(): Promise<Reason[] | null> {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), 4_000);
  try {
    const response = await fetch('/health/ready', { cache: 'no-store', signal: stop.signal });
    const said = (await response.json()) as { reasons?: unknown };
    return Array.isArray(said.reasons) ? (said.reasons as Reason[]) : null;
  } catch {
    return null; // no answer: what was heard grows old
  } finally {
    clearTimeout(limit);
  }
}
