// Incidents, what they need, who is called and why.
import type { Datum, Duty, IncidentClass, Instant, RegionName, Uuid } from './basics';
import type { Mode } from './regions';

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
  /** Further places, and an area: what they touch together belongs to the common superior. */
  alsoAt?: PlaceRequest[];
  area?: { datum: Datum; ring: [number, number][] };
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
  /** Names of the commands touched, when they are several. */
  commands: string[] | null;
  /** As the server understood them, in WGS-84. */
  alsoAt: [number, number][] | null;
  area: [number, number][] | null;
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
    offeredAt: Instant; dueAt: Instant; delivered: boolean; mayAnswer: boolean; onBehalf: boolean; repudiated: boolean; yesIsStandby?: true;
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
  /** Said yes and is expected too late, since then; absent: in time. His place stays his. */
  lateSince?: Instant | null;
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
  /** The same by name. */
  commands?: { code: string; name: string }[];
  /** What it was raised with beyond its place, in WGS-84: [longitude, latitude]. */
  alsoAt?: [number, number][];
  area?: [number, number][];
  /** 自荐: how many wait for the operator's word; absent: none. */
  openOffers?: number;
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
/** The plan of one need in numbers; aimSeconds null: whenever they come. */
export interface WavePlan { people: number; target: number; innerTarget: number; aimSeconds: number | null; late: boolean; before: number; after: number; inTime: number; reached: boolean }
export interface ExplainedNeed { needOrdinal: number; wanted: number; asked: number; ringReached: number; exhausted: boolean; plan?: WavePlan | null; openBefore?: number | null; expectedLate?: number | null }
export interface ExplainedWave { number: number; at: Instant; needs: ExplainedNeed[]; rings: { number: number; regionCode: string; name: string }[]; plans: ExplainedPlan[]; lines: Line[] }
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
