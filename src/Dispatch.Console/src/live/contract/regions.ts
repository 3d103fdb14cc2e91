// Modes and policies of regions, and what they lend each other.
import type { Instant, Uuid } from './basics';
import type { CalloutState, IncidentState } from './incidents';

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
  /** The last word on people still out after its end. The lender's callHome asks the incident's command, which has not decided by that. */
  decision: ReleaseDecision | null;
  /** Its people are wanted back and somebody has to say whether they go: `to` null is the incident's command; without a due time the superior was silent. `asked`: the home's word. */
  appeal: { to: CodeName | null; dueAt: Instant | null; asked: ReleaseDecision | null } | null;
  mayExtend: boolean;
  /** The agreement or unified command it stands on ends then; null: seven days from now is the most. */
  groundEndsAt: Instant | null;
  mayDecideAs: ReleaseDecision['as'] | null;
  people: { id: Uuid; name: string; state: CalloutState | null; returnedAt: Instant | null }[];
}
export interface ReleaseDecision { decision: 'goOn' | 'callHome'; as: 'lender' | 'command' | 'superior'; for: CodeName; at: Instant; by: { id: Uuid; name: string | null }; reason: string }
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
  mayEnd: boolean;
  endedAt: Instant | null;
}
export interface DeskOperator { username: string; name: string; region: string }
export interface AidDesk {
  requests: AidRequest[];
  lent: AidRelease[];
  agreements: AidAgreement[];
  floors: { id: Uuid; region: string; qualification: string; text: string; textEn: string; count: number; now: number }[];
  unified: { id: Uuid; region: CodeName; since: Instant; until: Instant; by: string | null; mine: boolean }[];
  others: CodeName[];
  /** Who answers once a desk was silent: this region first. */
  liaisons: { region: CodeName; people: DeskOperator[] }[];
  /** Who may be appointed. */
  operators: DeskOperator[];
  serverTime: Instant;
}
