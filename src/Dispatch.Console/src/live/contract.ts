// The types of docs/wire.md, in its order and with its words. Nothing here decides anything.

export type Uuid = string;
/** UTC, ISO 8601. */
export type Instant = string;
export type Datum = 'wgs84' | 'cgcs2000' | 'gcj02' | 'bd09';

export interface Fault { field: string; message: string; messageEn: string }
/** RFC 9457. `type` ends in the stable name: invalid, conflict, outsideEveryRegion, notConfirmed … */
export interface Problem {
  type: string;
  title: string;
  titleEn: string;
  status: number;
  detail?: string;
  detailEn?: string;
  errors?: Fault[];
  current?: unknown;
  nearest?: { code: string; name: string; distanceMetres: number };
}

// ---- signing in

export interface Tokens { accessToken: string; refreshToken: string; expiresIn: number; tokenType: 'Bearer' }
export interface RegionName { code: string; name: string; nameEn: string | null; path: string; level: number; levelName: string }
export interface Me {
  accountId: Uuid;
  role: 'operator' | 'volunteer';
  name: string;
  region: RegionName & { timeZone: string };
  volunteer: VolunteerSelf | null;
  serverTime: Instant;
}
export type Duty = 'on' | 'off' | 'byHours';
export interface Consents { location: boolean; registeredAddress: boolean; crossRegion: boolean }
export interface VolunteerSelf {
  id: Uuid;
  name: string;
  duty: Duty;
  availableNow: boolean;
  weeklyHours: { weekday: number; from: string; to: string }[];
  consents: Consents;
  position: { longitude: number; latitude: number; accuracyMetres: number; takenAt: Instant } | null;
  qualifications: { key: string; name: string; nameEn: string; validUntil: string | null }[];
  insuredUntil: string | null;
  inboxCursor: number;
  /** This phone is a drill phone: real incidents never reach it. */
  drill?: boolean;
}

// ---- reference data

export type IncidentClass = 'naturalDisaster' | 'accident' | 'publicHealth' | 'socialSecurity' | 'service';
export interface Category {
  key: string;
  class: IncidentClass;
  name: string;
  nameEn: string;
  hazardous: boolean;
  lifeCritical: boolean;
  firstRing: number;
  answerWithinSeconds: number;
  radiusMetres: number;
  riskHint: string;
  defaultNeeds: NeedRequest[];
}
export interface Qualification { key: string; parent: string | null; name: string; nameEn: string }
export interface Located {
  longitude: number;
  latitude: number;
  region: RegionName;
  names: string[];
}
export interface BoundaryProperties {
  code: string;
  name: string;
  nameEn: string | null;
  level: number;
  levelName: string;
  parent: string | null;
  boundaryKind: 'official' | 'schematic' | null;
}

// ---- incidents

export type Grade = 'particularlyMajor' | 'major' | 'large' | 'general';
export type Warning = 'red' | 'orange' | 'yellow' | 'blue';
export type ResponseLevel = 'I' | 'II' | 'III' | 'IV';
export interface NeedRequest { qualification: string; count: number }
export interface PlaceRequest { longitude: number; latitude: number; datum: Datum }
export interface RaiseRequest {
  category: string;
  grade: Grade | null;
  warning: Warning | null;
  responseLevel: ResponseLevel | null;
  risk: string;
  address: string;
  position: PlaceRequest;
  needs: NeedRequest[];
  /** Asks drill phones alone. Absent: the real thing. */
  drill?: true;
}
export interface Need {
  ordinal: number;
  qualification: string;
  name: string;
  nameEn: string;
  count: number;
  filled: number;
  ring: number;
  exhausted: boolean;
}
/** What would happen: POST /api/plans. Nothing is written, nobody is asked. */
export interface DrawnNeed {
  ordinal: number; qualification: string; name: string; nameEn: string; count: number; asked: number; mayBeAsked: number; considered: number; ringReached: number;
  canFill: boolean; expectedSeconds: number | null; probability: number; text: string; textEn: string; refused: { code: string; people: number; text: string; textEn: string }[];
}
export interface DrawnPlan {
  regionNames: string[];
  rings: { number: number; name: string }[];
  needs: DrawnNeed[];
  people: { volunteerId: Uuid; name: string | null; needOrdinal: number; ring: number; rank: number; distanceMetres: number; chance: number | null }[];
  at: Instant;
}
export type CalloutState =
  | 'offered' | 'accepted' | 'declined' | 'expired' | 'recalled' | 'standby'
  | 'enRoute' | 'onScene' | 'released' | 'turnedBack';
export type Channel = 'live' | 'push' | 'sms' | 'voice';
/** queued: on its way, or waiting to be tried again. unavailable: a test could not go out here. */
export type ChannelState = 'queued' | 'sent' | 'delivered' | 'failed' | 'gaveUp' | 'unavailable';
/** What a message says: you are asked; you stood by and are needed; you said yes and are not needed any more. */
export type Letter = 'callOut' | 'calledUp' | 'standDown';
export interface ChannelOutcome {
  channel: Channel;
  /** Absent in what servers before letters said: the offer. */
  letter?: Letter;
  state: ChannelState;
  attempts: number;
  reason: string | null;
  sentAt: Instant | null;
  deliveredAt: Instant | null;
  /** An answer came back by this channel; of a test: its owner said "received". */
  confirmedAt: Instant | null;
  changedAt: Instant;
}
export interface ReachabilityTest { id: Uuid; volunteerId: Uuid; orderedAt: Instant; orderedBy: { id: Uuid; name: string | null }; channels: ChannelOutcome[] }
export type OnBehalfChannel = 'phoneCall' | 'inPerson' | 'radio';
export interface AnsweredBy { by: { id: Uuid; name: string | null }; channel: OnBehalfChannel; reason: string; repudiatedAt: Instant | null }
export interface LiaisonTask {
  id: Uuid;
  incident: { id: Uuid; categoryName: string; categoryNameEn: string; address: string; timeZone: string };
  wave: number;
  team: { id: Uuid; name: string };
  liaison: { id: Uuid; name: string } | null;
  station: string;
  state: 'open' | 'escalated' | 'answered' | 'ended';
  createdAt: Instant;
  dueAt: Instant;
  escalatedAt: Instant | null;
  outcome: LiaisonOutcome | null;
  note: string | null;
  answeredAt: Instant | null;
  silentPeople: { calloutId: Uuid; name: string; state: CalloutState }[];
}
export type LiaisonOutcome = 'reached' | 'partly' | 'unreachable';
/** What a captain or liaison sees of his teams. */
export interface TeamDesk {
  teams: { id: Uuid; name: string; captain: boolean; liaison: boolean }[];
  callouts: {
    id: Uuid; volunteerId: Uuid; name: string; teamName: string; state: CalloutState; needName: string; needNameEn: string;
    incident: { id: Uuid; categoryName: string; categoryNameEn: string; address: string; risk: string; timeZone: string };
    offeredAt: Instant; dueAt: Instant; delivered: boolean; mayAnswer: boolean; onBehalf: boolean; repudiated: boolean;
  }[];
  tasks: LiaisonTask[];
}
export interface Callout {
  id: Uuid;
  needOrdinal: number;
  wave: number;
  ring: number;
  rank: number;
  volunteer: { id: Uuid; name: string };
  state: CalloutState;
  distanceMetres: number;
  locatedBy: 'fix' | 'address';
  offeredAt: Instant;
  dueAt: Instant;
  sentAt: Instant | null;
  deliveredAt: Instant | null;
  seenAt: Instant | null;
  answeredAt: Instant | null;
  changedAt: Instant;
  reason: string | null;
  /** His captain gave the answer; kept for ever, also when he repudiated it. */
  answeredBy?: AnsweredBy;
  /** Beside the live line; absent until it went out there. */
  channels?: ChannelOutcome[];
}
export type IncidentState = 'open' | 'closed' | 'cancelled';
export interface Incident {
  id: Uuid;
  /** 演练. */
  drill?: boolean;
  category: string;
  class: IncidentClass;
  grade: Grade | null;
  warning: Warning | null;
  responseLevel: ResponseLevel | null;
  risk: string;
  address: string;
  longitude: number;
  latitude: number;
  region: RegionName;
  district: { code: string; name: string };
  regionNames: string[];
  timeZone: string;
  state: IncidentState;
  calling: boolean;
  hazardous: boolean;
  lifeCritical: boolean;
  firstRing: number;
  answerWithinSeconds: number;
  radiusMetres: number;
  /** Codes of the commands it reaches into, when they are several: their common superior leads. */
  touched?: string[];
  /** Absent from a server before policies. */
  mode?: Mode;
  plan?: { lastRing: number; arriveWithinSeconds: number; targetProbability: number; alertBudget: number | null; restFloorSeconds: number | null; quietFrom: string | null; quietTo: string | null; aid: 'automatic' | 'operator' } | null;
  raisedAt: Instant;
  raisedBy: { id: Uuid; name: string };
  endedAt: Instant | null;
  lastFact: number;
  needs: Need[];
  callouts: Callout[];
}
export interface Line {
  volunteerId: Uuid;
  name: string;
  needOrdinal: number;
  ring: number;
  verdict: 'asked' | 'inReserve' | 'out';
  rule: string;
  distanceMetres: number | null;
  rank: number | null;
  text: string;
  textEn: string;
  numbers: Record<string, unknown>;
}
export interface ExplainedOnBehalf { calloutId: Uuid; name: string; text: string; textEn: string }
export interface ExplainedPlan { needOrdinal: number; text: string; textEn: string }
export interface ExplainedWave { number: number; at: Instant; needs: unknown[]; rings: unknown[]; plans: ExplainedPlan[]; lines: Line[] }
export interface Responder {
  volunteerId: Uuid;
  name: string;
  duty: Duty;
  availableNow: boolean;
  longitude: number;
  latitude: number;
  takenAt: Instant | null;
  locatedBy: 'fix' | 'address';
  engaged: boolean | Uuid | null;
  qualifications: string[];
}

// ---- modes and policies

export type Mode = 'peacetime' | 'urgent' | 'disaster' | 'wartime';
export interface PolicyLine { region: string; category: string | null; mode: Mode; version: number; [field: string]: unknown }
export interface PolicyPlan {
  category: string;
  mode: Mode;
  firstRing: number;
  lastRing: number;
  radiusMetres: number;
  answerWithinSeconds: number;
  arriveWithinSeconds: number;
  targetProbability: number;
  innerTarget: number;
  alertBudget: number | null;
  alertPeriodSeconds: number;
  restFloorSeconds: number | null;
  quietFrom: string | null;
  quietTo: string | null;
  aid: 'automatic' | 'operator';
  aidAnswerWithinSeconds: number;
  lendForSeconds: number;
  approver: 'desk' | 'superior';
  /** Which region a field comes from; absent: the category's own. */
  from: Record<string, string>;
}
export interface RegionOrder { id: Uuid; region: string; kind: string; at: Instant; by: { id: Uuid; name: string | null }; before: Record<string, unknown> | null; after: Record<string, unknown> | null; reason: string }
export interface PolicyPage {
  region: string;
  ownMode: Mode;
  mode: Mode;
  modes: { region: string; mode: Mode; since: Instant }[];
  lines: PolicyLine[];
  plans: PolicyPlan[];
  names: Record<string, string>;
  orders: RegionOrder[];
}

// ---- mutual aid

export interface CodeName { code: string; name: string }
export interface AidRequest {
  id: Uuid;
  state: 'open' | 'approved' | 'refused' | 'unanswered' | 'withdrawn';
  stage: 'desk' | 'liaison' | 'superior';
  lender: CodeName;
  borrower: CodeName;
  incident: { id: Uuid; category: string; risk: string; address: string; longitude: number; latitude: number; hazardous: boolean; lifeCritical: boolean; state: IncidentState; raisedAt: Instant };
  needs: { ordinal: number; qualification: string; name: string; nameEn: string; missing: number }[];
  dueAt: Instant | null;
  askedAt: Instant;
  askedBy: { id: Uuid; name: string | null } | null;
  lendForSeconds: number;
  answeredAt: Instant | null;
  answeredBy: { id: Uuid; name: string | null } | null;
  reason: string | null;
  mayAnswer: boolean;
  offer: {
    people: { id: Uuid; name: string; needOrdinal: number; distanceMetres: number; locatedBy: 'fix' | 'address'; proposed: boolean }[];
    floors: { id: Uuid; text: string; textEn: string; count: number; people: Uuid[] }[];
    cover: { qualification: string; name: string; nameEn: string; people: Uuid[] }[];
  } | null;
}
export interface AidRelease {
  id: Uuid;
  incidentId: Uuid;
  category: string;
  address: string;
  lender: CodeName;
  borrower: CodeName;
  ground: 'approval' | 'agreement' | 'unifiedCommand' | 'override';
  givenAt: Instant;
  validUntil: Instant;
  endedAt: Instant | null;
  reason: string | null;
  people: { id: Uuid; name: string; state: CalloutState | null; returnedAt: Instant | null }[];
}
export interface AidAgreement {
  id: Uuid;
  lender: CodeName;
  borrower: CodeName;
  bothWays: boolean;
  category: string | null;
  mode: Mode | null;
  validFrom: Instant;
  validUntil: Instant;
  proposedFor: CodeName | null;
  mayAccept: boolean;
  endedAt: Instant | null;
}
export interface AidDesk {
  requests: AidRequest[];
  lent: AidRelease[];
  agreements: AidAgreement[];
  floors: { id: Uuid; region: string; qualification: string; text: string; textEn: string; count: number; now: number }[];
  unified: { id: Uuid; region: CodeName; since: Instant; until: Instant; by: string | null; mine: boolean }[];
  others: CodeName[];
  serverTime: Instant;
}

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
export type Fact =
  | FactOf<'IncidentRaised', { incident: Omit<Incident, 'callouts' | 'raisedBy'> & { raisedBy: { id: Uuid; name?: string | null } } }>
  | FactOf<'RingOpened', OfNeed & { ring: number; regionCode: string; regionName: string; level: number }>
  | FactOf<'WaveSent', { wave: number; considered: number; needs: { needOrdinal: number; asked: number; exhausted?: boolean }[] }>
  | FactOf<'CalloutOffered', { callout: Callout }>
  | FactOf<'CalloutSent' | 'CalloutDelivered' | 'CalloutSeen', Record<string, never>>
  | FactOf<'CalloutChannelSent' | 'CalloutChannelDelivered', { channel: Channel; letter?: Letter }>
  | FactOf<'CalloutChannelDelayed' | 'CalloutChannelFailed', { channel: Channel; reason: string; letter?: Letter }>
  | FactOf<'CalloutAccepted', Filled & Via>
  | FactOf<'CalloutCalledUp', Filled>
  | FactOf<'CalloutStoodBy', OfNeed & Via>
  | FactOf<'CalloutExpired' | 'CalloutEnRoute' | 'CalloutOnScene', OfNeed>
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
  | FactOf<'AidRefused', { requestId: Uuid; regionCode: string; regionName: string; reason: string }>
  | FactOf<'AidUnanswered', { requestId: Uuid; regionCode: string; regionName: string }>
  | FactOf<'AidUnavailable', { reason: string }>
  | FactOf<'AidReleased', { releaseId: Uuid; requestId: Uuid | null; ground: string; regionCode: string; regionName: string; people: Uuid[]; validUntil: Instant; reason: string | null }>
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
  answeredBy?: { captainName: string; channel: OnBehalfChannel; reason: string; repudiatedAt: Instant | null };
}
export type InboxKind = 'offered' | 'recalled' | 'standby' | 'calledUp' | 'released' | 'accepted' | 'progress' | 'mustered' | 'musterStoodDown' | 'answeredForYou' | 'liaisonTask';
/** Of a call-out or of a muster, never both. */
export interface InboxItem { number: number; kind: InboxKind; at: Instant; callout?: Card; muster?: MusterCard; task?: Uuid }
export type CardAnswer = { ok: true; card: Card } | { ok: false; problem: Problem };

// ---- musters

/** The furthest a person has come; responded: he answered, and the answer was no. */
export type MusterStage = 'listed' | 'notified' | 'delivered' | 'responded' | 'accepted' | 'checkedIn';
/** Each number counts those who have come so far or further: they never rise from left to right. */
export interface RollCall { people: number; notified: number; delivered: number; responded: number; accepted: number; checkedIn: number; declined: number }
export interface MusterPerson {
  volunteerId: Uuid;
  name: string;
  teamId: Uuid | null;
  stage: MusterStage;
  reason: string | null;
  /** Out on an incident. */
  engaged: boolean;
  notifiedAt: Instant | null;
  deliveredAt: Instant | null;
  answeredAt: Instant | null;
  checkedInAt: Instant | null;
  checkedInBy: 'volunteer' | 'operator' | null;
  checkedInMetres: number | null;
}
export interface Muster {
  id: Uuid;
  purpose: string;
  address: string;
  longitude: number;
  latitude: number;
  assembleAt: Instant;
  region: { code: string; name: string };
  timeZone: string;
  state: 'open' | 'stoodDown';
  calledAt: Instant;
  calledBy: { id: Uuid; name: string };
  endedAt: Instant | null;
  endReason: string | null;
  lastFact: number;
  counts: RollCall;
  teams: { id: Uuid | null; name: string | null; counts: RollCall }[];
  /** Only of one that was asked for by its id. */
  people?: MusterPerson[];
}
interface MusterFactOf<Kind extends string, Data> {
  musterId: Uuid; number: number; kind: Kind; at: Instant; by: { kind: 'operator' | 'volunteer' | 'system'; id: Uuid | null; name: string | null }; data: Data & { counts: RollCall };
}
export type MusterFact =
  | MusterFactOf<'MusterCalled', { people: number; leftOut: { volunteerId: Uuid; reason: string }[] }>
  | MusterFactOf<'MusterNotified' | 'MusterDelivered' | 'MusterStandDownTold', { people: Uuid[] }>
  | MusterFactOf<'MusterAccepted' | 'MusterDeclined', { volunteerId: Uuid; reason: string | null }>
  | MusterFactOf<'MusterCheckedIn', { volunteerId: Uuid; metres: number | null }>
  | MusterFactOf<'MusterStoodDown', { reason: string }>;
/** As the person called sees it. */
export interface MusterCard {
  id: Uuid;
  purpose: string;
  address: string;
  longitude: number;
  latitude: number;
  assembleAt: Instant;
  timeZone: string;
  commandName: string;
  teamName: string | null;
  state: 'open' | 'stoodDown';
  stage: MusterStage;
  reason: string | null;
  endReason: string | null;
  calledAt: Instant;
  answeredAt: Instant | null;
  checkedInAt: Instant | null;
  changedAt: Instant;
}

// ---- roster

export interface RosterVolunteer {
  id: Uuid;
  externalId: string;
  name: string;
  homeRegion: { code: string; name: string };
  fitness: 'fit' | 'limited' | 'unfit';
  assessment: 'passed' | 'pending' | 'failed';
  duty: Duty;
  availableNow: boolean;
  insuredUntil: string | null;
  qualifications: { key: string; name: string; validUntil: string | null; expired: boolean }[];
  teams: { id: Uuid; name: string }[];
  activated: boolean;
  engaged: boolean;
  /** A phone of his is connected now, to whichever node. */
  connected: boolean;
  /** Masked: 138****1234. */
  phone: string | null;
}
export interface RosterPage { total: number; page: number; volunteers: RosterVolunteer[] }
export interface Team {
  id: Uuid;
  externalId: string;
  name: string;
  kind: string;
  kindName: string;
  homeRegion: { code: string; name: string } | string;
  captain: { id: Uuid; name: string } | null;
  liaison: { id: Uuid; name: string } | null;
  members: number;
}
export interface ImportReport {
  dryRun: boolean;
  lines?: number;
  toInsert: number;
  toUpdate: number;
  unchanged: number;
  faults: { line?: number; column?: string; value?: string; feature?: number; code?: string; field?: string; message: string; messageEn: string }[];
  warnings?: { feature?: number; code?: string; message: string; messageEn: string }[];
  preview?: Record<string, unknown>[];
}

// ---- live

export interface LivePosition {
  volunteerId: Uuid;
  calloutId: Uuid;
  incidentId: Uuid;
  longitude: number;
  latitude: number;
  takenAt: Instant;
}
export interface BoardHeads { epoch: Uuid; heads: Record<Uuid, number>; stuck: Uuid[]; serverTime: Instant }
export interface Joined {
  epoch: Uuid;
  serverTime: Instant;
  cursor?: number;
  /** The cursor could not be continued from: this is the whole picture, and the line goes on from its cursor. */
  reset?: { reason: 'epoch' | 'ahead' | 'retention'; epoch: Uuid; cursor: number; callouts: Card[]; musters: MusterCard[] };
}
