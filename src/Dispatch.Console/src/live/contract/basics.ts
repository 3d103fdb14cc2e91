// What everything else is made of: problems, sign-in, reference data.
import type { NeedRequest } from './incidents';

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
/** How he comes to an incident. */
export type Means = 'undeclared' | 'foot' | 'bicycle' | 'car';
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
  means?: Means;
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
