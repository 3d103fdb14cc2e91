// Loans that have run out while people of theirs are still out. Nobody is recalled by that: whether they go on is an operator's word, and once it
// is said, they go on or home by it.
import { out } from '../board/attention';
import { aidDesk } from './aid';
import { now } from './clock';
import type { AidRelease, Callout, Incident, Uuid } from './contract';

export interface Lapse {
  release: AidRelease;
  callouts: Callout[];
  /** Somebody has said that they go on. That their home wants them back is a question to the incident's command, and not yet its answer. */
  decided: boolean;
}

/** By what the desk reads of its loans and what the board knows of the people: who is away, and under no other loan that still holds. */
export function lapsesOf(incident: Incident): Lapse[] {
  if (incident.state !== 'open') return [];
  const loans = (aidDesk.value?.lent ?? []).filter((l) => l.incidentId === incident.id && l.endedAt === null);
  if (loans.length === 0) return [];
  const holds = (l: AidRelease) => Date.parse(l.validUntil) > now.value;
  const covered = new Set<Uuid>(loans.filter(holds).flatMap((l) => l.people.map((p) => p.id)));
  const away = incident.callouts.filter((c) => out.has(c.state) && !covered.has(c.volunteer.id));
  return loans.filter((l) => !holds(l))
    .map((release) => ({ release, decided: release.decision?.decision === 'goOn' || (release.decision?.as ?? 'lender') !== 'lender', callouts: away.filter((c) => release.people.some((p) => p.id === c.volunteer.id && p.returnedAt === null)) }))
    .filter((lapse) => lapse.callouts.length > 0);
}

/** For how many somebody has to decide. */
export const lapsedIn = (incident: Incident): number => lapsesOf(incident).filter((lapse) => !lapse.decided).reduce((sum, lapse) => sum + lapse.callouts.length, 0);
