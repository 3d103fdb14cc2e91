// What an operator has to notice about an incident. Pure: the incident, and the time on the server's clock.
import type { Callout, CalloutState, Incident, Need } from '../live/contract';

export interface Attention {
  level: 'alarm' | 'watch' | 'calm' | 'complete';
  /** Needs that cannot be filled any more: nobody is left to ask, and not enough of those asked can still say yes. */
  exhausted: Need[];
  /** Nobody is left to ask, but enough are still to answer: to be watched, not yet an alarm. */
  allAsked: { need: Need; waiting: number }[];
  /** People were asked, the time to answer has passed once, and nobody has said a word since then (ms); else null. */
  silentSince: number | null;
  /** Raised a while ago, and not one call-out exists. */
  nobodyAsked: boolean;
  /** The system fails at moving it on: nothing happens to it by itself. */
  stuck: boolean;
  paused: boolean;
  complete: boolean;
  /** 自荐: people who offered to come and wait for a yes or no. */
  selfOffers: number;
  /** People of a neighbour who are still out though their loan has run out. */
  lapsed: number;
  /** Who said yes and is expected too late, and how many stand by who could go instead: a standby does not set out by himself. */
  late: number;
  standIns: number;
  /** The earliest due time of an open offer, ms. */
  nextDue: number | null;
}

const ASKED_WITHIN_MS = 10_000;

/** On the way or there. */
export const out: ReadonlySet<CalloutState> = new Set(['accepted', 'enRoute', 'onScene']);

/** Of one need, or of all: who said yes and is expected after the incident's deadline. */
export const lateOf = (incident: Incident, ordinal?: number): number =>
  (incident.state === 'open' ? incident.callouts.filter((c) => c.lateSince && (ordinal === undefined || c.needOrdinal === ordinal)).length : 0);

export const isShort = (need: Need): boolean => need.filled < need.count;

export function attentionOf(incident: Incident, now: number, cannotAdvance = false, lapsed = 0): Attention {
  const open = incident.state === 'open';
  const used = (open ? incident.needs : []).filter((n) => n.exhausted && isShort(n))
    .map((need) => ({ need, waiting: incident.callouts.filter((c) => c.needOrdinal === need.ordinal && c.state === 'offered').length }));
  const exhausted = used.filter(({ need, waiting }) => waiting < need.count - need.filled).map(({ need }) => need);
  const allAsked = used.filter(({ need }) => !exhausted.includes(need));
  const complete = incident.needs.every((n) => !isShort(n));
  const raisedFor = now - Date.parse(incident.raisedAt);
  const paused = open && !incident.calling;
  const waitedFor = Math.min(incident.answerWithinSeconds, 120) * 1000;
  const answered = incident.callouts.some((c) => c.answeredAt !== null);
  const firstOffer = incident.callouts.reduce((first, c) => Math.min(first, Date.parse(c.offeredAt)), Infinity);
  const silentFor = now - firstOffer;
  const silent = open && !complete && !paused && !answered && incident.callouts.length > 0 && silentFor > waitedFor;
  const nobodyAsked = open && !complete && !paused && incident.callouts.length === 0 && raisedFor > ASKED_WITHIN_MS;
  const selfOffers = open ? (incident.openOffers ?? 0) : 0;
  const stuck = open && cannotAdvance;
  const lateNeeds = incident.needs.filter((n) => lateOf(incident, n.ordinal) > 0).map((n) => n.ordinal);
  const late = lateOf(incident);
  const dues = open ? incident.callouts.filter((c) => c.state === 'offered').map((c) => Date.parse(c.dueAt)) : [];
  return {
    level: exhausted.length > 0 || nobodyAsked || stuck ? 'alarm' : silent || allAsked.length > 0 || (paused && !complete) || selfOffers > 0 || lapsed > 0 || late > 0 ? 'watch' : complete ? 'complete' : 'calm',
    exhausted,
    allAsked,
    silentSince: silent ? firstOffer : null,
    nobodyAsked,
    stuck,
    paused,
    complete,
    selfOffers,
    lapsed,
    late,
    standIns: incident.callouts.filter((c) => c.state === 'standby' && lateNeeds.includes(c.needOrdinal)).length,
    nextDue: dues.length === 0 ? null : Math.min(...dues),
  };
}

/** Nothing in it is another: not even the second that has passed. */
export function sameAttention(a: Attention, b: Attention): boolean {
  const parts = (value: unknown) => (Array.isArray(value) ? value.flatMap((one) => ('need' in one ? [one.need, one.waiting] : [one])) : [value]);
  return (Object.keys(a) as (keyof Attention)[]).every((key) => {
    const [before, after] = [parts(a[key]), parts(b[key])];
    return before.length === after.length && before.every((part, n) => part === after[n]);
  });
}

/** 签到 ≤ 接受 ≤ 响应 ≤ 送达 ≤ 通知: each step counts those who have come at least that far. */
export function funnelOf(callouts: readonly Callout[]) {
  const count = (test: (c: Callout) => boolean) => callouts.reduce((n, c) => (test(c) ? n + 1 : n), 0);
  return {
    asked: callouts.length,
    delivered: count((c) => c.deliveredAt !== null || c.answeredAt !== null),
    answered: count((c) => c.answeredAt !== null),
    accepted: count((c) => out.has(c.state)),
    enRoute: count((c) => c.state === 'enRoute' || c.state === 'onScene'),
    onScene: count((c) => c.state === 'onScene'),
  };
}
