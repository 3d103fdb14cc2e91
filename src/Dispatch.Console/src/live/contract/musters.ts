// Musters and their roll call.
import type { Instant, Uuid } from './basics';

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
  /** 演练: called drill phones alone. */
  drill: boolean;
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
  /** Who was named and not called, by reason; with the people. */
  leftOut?: { reason: LeftOutReason; count: number }[];
}
export type LeftOutReason = 'notAdult' | 'otherRegion' | 'noDrillPhone';
interface MusterFactOf<Kind extends string, Data> {
  musterId: Uuid; number: number; kind: Kind; at: Instant; by: { kind: 'operator' | 'volunteer' | 'system'; id: Uuid | null; name: string | null }; data: Data & { counts: RollCall };
  /** Absent: of a real one. */
  drill?: true;
}
export type MusterFact =
  | MusterFactOf<'MusterCalled', { people: number; leftOut: { volunteerId: Uuid; reason: LeftOutReason }[] }>
  | MusterFactOf<'MusterNotified' | 'MusterDelivered' | 'MusterStandDownTold', { people: Uuid[] }>
  | MusterFactOf<'MusterAccepted' | 'MusterDeclined', { volunteerId: Uuid; reason: string | null }>
  | MusterFactOf<'MusterCheckedIn', { volunteerId: Uuid; metres: number | null }>
  | MusterFactOf<'MusterStoodDown', { reason: string }>;
/** As the person called sees it. */
export interface MusterCard {
  id: Uuid;
  /** 演练. */
  drill?: boolean;
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
  /** The highest number of what he said; 0: it had none. Not there: the server is too old to know of numbers. */
  said?: number;
}
