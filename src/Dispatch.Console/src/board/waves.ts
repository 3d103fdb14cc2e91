// The time line of an incident's calling: rings as they opened, waves as they went out and what became of each, and whatever else moved it. Pure.
import type { Callout, CalloutState, ExplainedWave, Fact, Incident, Need } from '../live/contract';

export interface OpenedRing { needOrdinal: number; ring: number; name: string }
export interface WaveEntry {
  kind: 'wave';
  number: number;
  at: string;
  considered: number;
  opened: OpenedRing[];
  callouts: Callout[];
  /** The last of its offers ends then; null: it asked nobody. */
  dueAt: string | null;
  outcome: WaveOutcome;
}
/** Each asked person counts once; together they are all who were asked. */
export interface WaveOutcome { yes: number; standby: number; no: number; silent: number; recalled: number; waiting: number }
export interface FactEntry { kind: 'fact'; at: string; fact: Fact }
export type Entry = WaveEntry | FactEntry;

const shown = new Set<Fact['kind']>([
  'IncidentRaised', 'NeedFilled', 'NeedExhausted', 'NeedChanged', 'CallingPaused', 'CallingResumed', 'IncidentClosed', 'IncidentCancelled',
  'AidRequested', 'AidEscalated', 'AidRefused', 'AidUnanswered', 'AidUnavailable', 'AidReleased', 'AidLapsed', 'AidExtended', 'AidLapseDecided', 'AidAppealed', 'AidAppealUnanswered',
  'CalloutFellBehind', 'CalloutCaughtUp', 'LiaisonAsked', 'LiaisonEscalated', 'LiaisonAnswered', 'SelfOffered', 'SelfOfferDecided',
]);

const outcomes: Record<CalloutState, keyof WaveOutcome> = {
  offered: 'waiting', accepted: 'yes', enRoute: 'yes', onScene: 'yes', released: 'yes', standby: 'standby', declined: 'no', turnedBack: 'no', expired: 'silent', recalled: 'recalled',
};

export function outcomeOf(callouts: readonly Callout[]): WaveOutcome {
  const outcome: WaveOutcome = { yes: 0, standby: 0, no: 0, silent: 0, recalled: 0, waiting: 0 };
  for (const c of callouts) {
    // Released without ever having said yes: a standby let go, or an offer that ended with the incident.
    outcome[c.state === 'released' && c.answeredAt === null ? 'recalled' : outcomes[c.state]]++;
  }
  return outcome;
}

/** Newest last. What was written in one transaction has one time: a ring that opened for a wave stands in it, and what the wave led to (nobody left
 *  to ask) comes after it. A ring that opened without a wave stands alone. */
export function entriesOf(incident: Incident, facts: readonly Fact[]): Entry[] {
  const entries: Entry[] = [];
  for (let begin = 0; begin < facts.length;) {
    let end = begin + 1;
    while (end < facts.length && facts[end]!.at === facts[begin]!.at) end++;
    const together = facts.slice(begin, end);
    begin = end;
    const sent = together.filter((f) => f.kind === 'WaveSent');
    const opened = together.filter((f) => f.kind === 'RingOpened');
    for (const fact of together.filter((f) => f.kind === 'IncidentRaised')) entries.push({ kind: 'fact', at: fact.at, fact });
    for (const [index, fact] of sent.entries()) {
      const callouts = incident.callouts.filter((c) => c.wave === fact.data.wave);
      entries.push({
        kind: 'wave', number: fact.data.wave, at: fact.at, considered: fact.data.considered, callouts, outcome: outcomeOf(callouts),
        opened: index > 0 ? [] : opened.map(({ data }) => ({ needOrdinal: data.needOrdinal, ring: data.ring, name: data.regionName })),
        dueAt: callouts.reduce<string | null>((last, c) => (last === null || c.dueAt > last ? c.dueAt : last), null),
      });
    }
    if (sent.length === 0) for (const fact of opened) entries.push({ kind: 'fact', at: fact.at, fact });
    for (const fact of together) if (shown.has(fact.kind) && fact.kind !== 'IncidentRaised') entries.push({ kind: 'fact', at: fact.at, fact });
  }
  return entries;
}

export interface Rung { ring: number; name: string; openedAt: string | null; asked: number; yes: number }

/** Ring numbers from here on are people lent by others, asked by name. */
export const LENT_RING = 10;

/** The rungs of one need, innermost first: those opened and when, and those the plan may still open. */
export function ladderOf(incident: Incident, need: Need, facts: readonly Fact[], waves: readonly ExplainedWave[]): Rung[] {
  const rungs = new Map<number, Rung>();
  for (const wave of waves) for (const ring of wave.rings) if (ring.number > 0 && ring.number < LENT_RING) rungs.set(ring.number, { ring: ring.number, name: ring.name, openedAt: null, asked: 0, yes: 0 });
  for (const fact of facts) {
    if (fact.kind === 'RingOpened' && fact.data.needOrdinal === need.ordinal) rungs.set(fact.data.ring, { ring: fact.data.ring, name: fact.data.regionName, openedAt: fact.at, asked: 0, yes: 0 });
  }
  for (const c of incident.callouts) {
    if (c.needOrdinal !== need.ordinal) continue;
    const rung = rungs.get(c.ring) ?? { ring: c.ring, name: '', openedAt: c.offeredAt, asked: 0, yes: 0 };
    rung.openedAt ??= c.offeredAt;
    rung.asked++;
    if (outcomes[c.state] === 'yes' && c.answeredAt !== null) rung.yes++;
    rungs.set(c.ring, rung);
  }
  return [...rungs.values()].sort((a, b) => a.ring - b.ring);
}

/** Whether the plan lets the ladder go on beyond the district, 2 to the city and 1 to the province, and since when it does: unified command opens it. */
export function beyondOf(incident: Incident, facts: readonly Fact[]): { level: 1 | 2; openedAt: string | null } | null {
  const last = incident.plan?.lastRing;
  if (incident.drill || (last !== 1 && last !== 2)) return null;
  return { level: last, openedAt: facts.find((f) => f.kind === 'AidReleased' && f.data.ground === 'unifiedCommand')?.at ?? null };
}
