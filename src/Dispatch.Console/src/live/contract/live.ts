// The roster and its imports, and what the live line says.
import type { Duty, Instant, Uuid } from './basics';
import type { MusterCard } from './musters';
import type { Card } from './record';

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
  /** How many of those a muster of it calls have a drill phone. */
  drillPhones: number;
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
