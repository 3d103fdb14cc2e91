// The picture an operator sees, as a value: board + fact → board. Pure; no clock, no network.
//
// - A fact numbered lastFact + 1 is applied. At or below: a duplicate, the same board comes back. Above: a gap, nothing is applied and
//   `behind` says how far the record is known to run, so that somebody fetches what is missing.
// - A kind this version does not know moves the number on and changes nothing else: an old console does not stop at a new word.
import type { Callout, CalloutState, Channel, ChannelOutcome, Fact, Incident, Letter, Need, OnBehalfChannel, Uuid } from './contract';

export interface Board {
  readonly incidents: ReadonlyMap<Uuid, Incident>;
  /** Incidents whose record is known to reach further than what is shown, and how far. */
  readonly behind: ReadonlyMap<Uuid, number>;
}

export const emptyBoard: Board = { incidents: new Map(), behind: new Map() };

export function apply(board: Board, fact: Fact): Board {
  const incident = board.incidents.get(fact.incidentId);
  if (!incident) {
    if (fact.kind !== 'IncidentRaised') return heard(board, fact.incidentId, fact.number);
    const { raisedBy, ...raised } = fact.data.incident; // names are joined beside the fact, not stored in it
    return put(board, { ...raised, raisedBy: { id: raisedBy.id, name: raisedBy.name ?? fact.by.name ?? '' }, callouts: [], lastFact: fact.number });
  }
  if (fact.number <= incident.lastFact) return board;
  if (fact.number > incident.lastFact + 1) return heard(board, fact.incidentId, fact.number);
  return put(board, { ...changed(incident, fact), lastFact: fact.number });
}

/** A snapshot taken by the server: whole, as of its lastFact. An older one than what is shown changes nothing. */
export function merge(board: Board, snapshot: Incident): Board {
  const shown = board.incidents.get(snapshot.id);
  return shown && shown.lastFact >= snapshot.lastFact ? board : put(board, snapshot);
}

/** Somebody said that this incident's record runs to `head`. */
export function heard(board: Board, id: Uuid, head: number): Board {
  const shown = board.incidents.get(id)?.lastFact ?? 0;
  if (head <= shown || head <= (board.behind.get(id) ?? 0)) return board;
  return { ...board, behind: new Map(board.behind).set(id, head) };
}

/** No longer ours to see, or ended long ago. */
export function forget(board: Board, ids: readonly Uuid[]): Board {
  if (!ids.some((id) => board.incidents.has(id) || board.behind.has(id))) return board;
  const incidents = new Map(board.incidents);
  const behind = new Map(board.behind);
  for (const id of ids) { incidents.delete(id); behind.delete(id); }
  return { incidents, behind };
}

export const cursorsOf = (board: Board): Record<Uuid, number> =>
  Object.fromEntries([...board.incidents.values()].filter((i) => i.state === 'open').map((i) => [i.id, i.lastFact]));

function put(board: Board, incident: Incident): Board {
  const incidents = new Map(board.incidents).set(incident.id, incident);
  if ((board.behind.get(incident.id) ?? Infinity) > incident.lastFact) return { ...board, incidents };
  const behind = new Map(board.behind);
  behind.delete(incident.id);
  return { incidents, behind };
}

function changed(incident: Incident, fact: Fact): Incident {
  switch (fact.kind) {
    case 'IncidentRaised': return incident;
    case 'RingOpened': return need(incident, fact.data.needOrdinal, { ring: fact.data.ring });
    case 'WaveSent':
      return fact.data.needs.reduce((i, n) => (n.exhausted === undefined ? i : need(i, n.needOrdinal, { exhausted: n.exhausted })), incident);
    case 'CalloutOffered': {
      const others = incident.callouts.filter((c) => c.id !== fact.data.callout.id);
      return { ...incident, callouts: [...others, fact.data.callout] };
    }
    case 'CalloutSent': return receipt(incident, fact, 'sentAt');
    case 'CalloutDelivered': return receipt(incident, fact, 'deliveredAt');
    case 'CalloutSeen': return receipt(incident, fact, 'seenAt');
    case 'CalloutChannelSent': return channel(incident, fact, [fact.data.channel, fact.data.letter], { state: 'sent', sentAt: fact.at, reason: null });
    case 'CalloutChannelDelayed': return channel(incident, fact, [fact.data.channel, fact.data.letter], { state: 'queued', attempts: 1, reason: fact.data.reason });
    case 'CalloutChannelDelivered': return channel(incident, fact, [fact.data.channel, fact.data.letter], { state: 'delivered', deliveredAt: fact.at, reason: null });
    case 'CalloutChannelFailed': return channel(incident, fact, [fact.data.channel, fact.data.letter], { state: 'failed', reason: fact.data.reason });
    case 'CalloutAccepted': return answered(filled(moved(incident, fact, 'accepted', { answeredAt: fact.at, ...behalf(fact, fact.data) }), fact.data), fact, fact.data.via);
    case 'CalloutStoodBy': return answered(moved(incident, fact, 'standby', { answeredAt: fact.at, ...behalf(fact, fact.data) }), fact, fact.data.via);
    case 'CalloutCalledUp': return filled(moved(incident, fact, 'accepted'), fact.data);
    case 'CalloutDeclined': return answered(moved(incident, fact, 'declined', { answeredAt: fact.at, reason: fact.data.reason, ...behalf(fact, fact.data) }), fact, fact.data.via);
    case 'CalloutRepudiated': {
      const change = { state: fact.data.state, changedAt: fact.at };
      return filled({ ...incident, callouts: inTime(incident, fact.calloutId).callouts.map((c) => (c.id === fact.calloutId ? { ...c, ...change, ...(c.answeredBy ? { answeredBy: { ...c.answeredBy, repudiatedAt: fact.at } } : {}) } : c)) }, fact.data);
    }
    case 'CalloutExpired': return moved(incident, fact, 'expired');
    case 'CalloutRecalled': return moved(incident, fact, 'recalled', { reason: fact.data.reason });
    case 'CalloutEnRoute': return moved(incident, fact, 'enRoute');
    case 'CalloutOnScene': return moved(incident, fact, 'onScene');
    case 'CalloutFellBehind': return callout(incident, fact.calloutId, { lateSince: fact.at });
    case 'CalloutCaughtUp': return inTime(incident, fact.calloutId);
    case 'CalloutTurnedBack': return filled(moved(incident, fact, 'turnedBack', { reason: fact.data.reason }), fact.data);
    case 'CalloutReleased': return filled(moved(incident, fact, 'released', { reason: fact.data.reason }), fact.data);
    case 'NeedChanged': return need(incident, fact.data.needOrdinal, { count: fact.data.count });
    case 'NeedFilled': return need(incident, fact.data.needOrdinal, { filled: fact.data.filled, exhausted: false });
    case 'NeedExhausted': return need(incident, fact.data.needOrdinal, { filled: fact.data.filled, exhausted: true });
    case 'SelfOffered': return { ...incident, openOffers: (incident.openOffers ?? 0) + 1 };
    case 'SelfOfferDecided': return { ...incident, openOffers: Math.max(0, (incident.openOffers ?? 0) - 1) };
    case 'CallingPaused': return { ...incident, calling: false };
    case 'CallingResumed': return { ...incident, calling: true };
    case 'IncidentClosed': return { ...incident, state: 'closed', calling: false, endedAt: fact.at };
    case 'IncidentCancelled': return { ...incident, state: 'cancelled', calling: false, endedAt: fact.at };
    default: return incident;
  }
}

/** The captain's word: he is the author of the fact. */
const behalf = (fact: Fact, data: { onBehalf?: { channel: OnBehalfChannel; reason: string } }): Partial<Callout> =>
  (data.onBehalf ? { answeredBy: { by: { id: fact.by.id!, name: fact.by.name }, ...data.onBehalf, repudiatedAt: null } } : {});

const moved = (incident: Incident, fact: Fact, state: CalloutState, more: Partial<Callout> = {}): Incident =>
  callout(state === 'enRoute' ? incident : inTime(incident, fact.calloutId), fact.calloutId, { state, changedAt: fact.at, ...more }); // setting out says nothing of when he arrives

const inTime = (incident: Incident, id: Uuid | null): Incident =>
  (incident.callouts.some((c) => c.id === id && c.lateSince) ? callout(incident, id, { lateSince: null }) : incident);

const receipt = (incident: Incident, fact: Fact, field: 'sentAt' | 'deliveredAt' | 'seenAt'): Incident =>
  callout(incident, fact.calloutId, { [field]: fact.at });

/** How a call-out fares on one channel beside the live line. */
function channel(incident: Incident, fact: Fact, [name, letter = 'callOut']: [Channel, Letter?], change: Partial<ChannelOutcome>): Incident {
  const blank: ChannelOutcome = { channel: name, letter, state: 'queued', attempts: 1, reason: null, sentAt: null, deliveredAt: null, confirmedAt: null, changedAt: fact.at };
  return {
    ...incident,
    callouts: incident.callouts.map((c) => {
      if (c.id !== fact.calloutId) return c;
      const channels = c.channels ?? [];
      const before = channels.find((each) => isOf(each, name, letter)) ?? blank;
      return { ...c, channels: [...channels.filter((each) => !isOf(each, name, letter)), { ...before, ...change, changedAt: fact.at }] };
    }),
  };
}

const isOf = (outcome: ChannelOutcome, name: Channel, letter: Letter): boolean => outcome.channel === name && (outcome.letter ?? 'callOut') === letter;

const answered = (incident: Incident, fact: Fact, via: Channel | null | undefined): Incident =>
  (via ? channel(incident, fact, [via], { confirmedAt: fact.at }) : incident);

const filled = (incident: Incident, data: { needOrdinal: number; filled: number }): Incident =>
  need(incident, data.needOrdinal, { filled: data.filled });

const callout = (incident: Incident, id: Uuid | null, change: Partial<Callout>): Incident =>
  ({ ...incident, callouts: incident.callouts.map((c) => (c.id === id ? { ...c, ...change } : c)) });

const need = (incident: Incident, ordinal: number, change: Partial<Need>): Incident =>
  ({ ...incident, needs: incident.needs.map((n) => (n.ordinal === ordinal ? { ...n, ...change } : n)) });
