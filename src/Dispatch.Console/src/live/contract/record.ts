// Facts, and what a phone is told.
import type { Instant, Problem, Uuid } from './basics';
import type { Callout, CalloutState, Channel, Incident, IncidentState, Letter, LiaisonOutcome, OnBehalfChannel } from './incidents';
import type { MusterCard } from './musters';

// ---- facts

interface FactOf<Kind extends string, Data> {
  incidentId: Uuid;
  number: number;
  kind: Kind;
  at: Instant;
  by: { kind: 'operator' | 'volunteer' | 'system'; id: Uuid | null; name: string | null };
  calloutId: Uuid | null;
  data: Data;
}
interface OfNeed { needOrdinal: number }
/** The channel an answer came back by; null or absent: the phone page. */
interface Via { via?: Channel | null; onBehalf?: { channel: OnBehalfChannel; reason: string } }
interface Filled extends OfNeed { filled: number }
/** Who answered a request for people; absent where nobody was asked, and in records from before it was kept. */
interface AidWord { answeredAs?: 'desk' | 'liaison' | 'superior' | null; forCode?: string | null; forName?: string | null }

export type Fact =
  | FactOf<'IncidentRaised', { incident: Omit<Incident, 'callouts' | 'raisedBy'> & { raisedBy: { id: Uuid; name?: string | null } } }>
  | FactOf<'RingOpened', OfNeed & { ring: number; regionCode: string; regionName: string; level: number }>
  | FactOf<'WaveSent', { wave: number; considered: number; needs: { needOrdinal: number; asked: number; exhausted?: boolean; late?: number }[] }>
  | FactOf<'CalloutOffered', { callout: Callout }>
  | FactOf<'CalloutSent' | 'CalloutDelivered' | 'CalloutSeen', Record<string, never>>
  | FactOf<'CalloutChannelSent' | 'CalloutChannelDelivered', { channel: Channel; letter?: Letter }>
  | FactOf<'CalloutChannelDelayed' | 'CalloutChannelFailed', { channel: Channel; reason: string; letter?: Letter }>
  | FactOf<'CalloutAccepted', Filled & Via>
  | FactOf<'CalloutCalledUp', Filled>
  | FactOf<'CalloutStoodBy', OfNeed & Via>
  | FactOf<'CalloutExpired' | 'CalloutEnRoute' | 'CalloutOnScene', OfNeed>
  | FactOf<'CalloutFellBehind' | 'CalloutCaughtUp', OfNeed & { expectedAt: Instant; deadline: Instant }>
  | FactOf<'CalloutDeclined', OfNeed & Via & { reason: string | null }>
  | FactOf<'CalloutRecalled', OfNeed & { reason: string | null }>
  | FactOf<'CalloutTurnedBack' | 'CalloutReleased', Filled & { reason: string | null }>
  | FactOf<'NeedChanged', OfNeed & { count: number; before: number; reason: string | null }>
  | FactOf<'CalloutRepudiated', Filled & { state: CalloutState; captainId: Uuid; reason: string | null }>
  | FactOf<'LiaisonAsked', { taskId: Uuid; wave: number; teamId: Uuid; teamName: string; silent: number; dueAt: Instant }>
  | FactOf<'LiaisonEscalated', { taskId: Uuid; teamId: Uuid; teamName: string; station: string }>
  | FactOf<'LiaisonAnswered', { taskId: Uuid; teamId: Uuid; outcome: LiaisonOutcome; note: string | null }>
  | FactOf<'NeedFilled', Filled>
  | FactOf<'NeedExhausted', Filled & { count: number }>
  | FactOf<'SelfOffered', { offerId: Uuid; note: string | null }>
  | FactOf<'SelfOfferDecided', { offerId: Uuid; volunteerId: Uuid; answer: 'accept' | 'decline'; needOrdinal: number | null; reason: string }>
  | FactOf<'AidRequested', { requestId: Uuid; regionCode: string; regionName: string; through: string; stage: string; dueAt: Instant; reason: string | null }>
  | FactOf<'AidEscalated', { requestId: Uuid; regionCode: string; regionName: string; stage: string; dueAt: Instant }>
  | FactOf<'AidRefused', { requestId: Uuid; regionCode: string; regionName: string; reason: string } & AidWord>
  | FactOf<'AidUnanswered', { requestId: Uuid; regionCode: string; regionName: string }>
  | FactOf<'AidUnavailable', { reason: string }>
  | FactOf<'AidReleased', { releaseId: Uuid; requestId: Uuid | null; ground: string; regionCode: string; regionName: string; people: Uuid[]; validUntil: Instant; reason: string | null } & AidWord>
  | FactOf<'AidExtended', { releaseId: Uuid; regionCode: string; regionName: string; ground: string; people: Uuid[]; before: Instant; validUntil: Instant; forCode?: string; forName?: string; reason: string }>
  | FactOf<'AidLapseDecided', { releaseId: Uuid; regionCode: string; regionName: string; decision: 'goOn' | 'callHome'; decidedAs: 'lender' | 'command' | 'superior'; forCode?: string; forName?: string; stillOut: Uuid[]; reason: string }>
  | FactOf<'AidAppealed', { releaseId: Uuid; regionCode: string; regionName: string; superiorCode: string; superiorName: string; because: 'refused' | 'silence'; dueAt: Instant; stillOut: Uuid[] }>
  | FactOf<'AidAppealUnanswered', { releaseId: Uuid; regionCode: string; regionName: string; superiorCode: string; superiorName: string }>
  | FactOf<'AidLapsed', { releaseId: Uuid; regionCode: string; regionName: string; stillOut: Uuid[] }>
  | FactOf<'CallingPaused', { reason: string | null }>
  | FactOf<'CallingResumed', Record<string, never>>
  | FactOf<'IncidentClosed' | 'IncidentCancelled', { reason: string | null }>;
export type FactKind = Fact['kind'];

// ---- phones

export interface Card {
  id: Uuid;
  state: CalloutState;
  incident: {
    id: Uuid;
    category: string;
    categoryName: string;
    categoryNameEn: string;
    hazardous: boolean;
    risk: string;
    address: string;
    longitude: number;
    latitude: number;
    regionNames: string[];
    state: IncidentState;
    timeZone: string;
    drill?: boolean;
  };
  need: { qualification: string; name: string; nameEn: string };
  distanceMetres: number;
  locatedBy: 'fix' | 'address';
  ring: number;
  offeredAt: Instant;
  dueAt: Instant;
  answeredAt: Instant | null;
  changedAt: Instant;
  reason: string | null;
  /** All places are taken and somebody may come late: a yes now is standby. Absent: a yes takes a place. */
  yesIsStandby?: true;
  answeredBy?: { captainName: string; channel: OnBehalfChannel; reason: string; repudiatedAt: Instant | null };
}
export type InboxKind = 'offered' | 'recalled' | 'standby' | 'calledUp' | 'released' | 'yesTurned' | 'accepted' | 'progress' | 'mustered' | 'musterStoodDown' | 'answeredForYou' | 'liaisonTask';
/** Of a call-out or of a muster, never both. */
export interface InboxItem { number: number; kind: InboxKind; at: Instant; callout?: Card; muster?: MusterCard; task?: Uuid }
export type CardAnswer = { ok: true; card: Card } | { ok: false; problem: Problem };
