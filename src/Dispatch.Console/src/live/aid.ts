// The mutual-aid desk: requests, loans, agreements, floors, liaisons. Read for as long as somebody is signed in: a request stands on every page.
import { computed } from '@preact/signals';
import { now } from './clock';
import type { AidDesk, AidRelease } from './contract';
import { reading } from './reading';
import { me } from './signing';

export const aid = reading<AidDesk>('/api/mutual-aid');
export const aidDesk = aid.value;
const outThere = new Set<string | null>(['accepted', 'enRoute', 'onScene']);
/** People still out after the end of a loan, who are not back by any other way. */
export const stillOut = (l: AidRelease, at: number): number =>
  (l.endedAt === null && Date.parse(l.validUntil) <= at ? l.people.filter((p) => p.returnedAt === null && outThere.has(p.state)).length : 0);
/** A home wants its people back, and it is this desk, above both, that has to say whether they go. */
export const appealsHere = (l: AidRelease, at: number): boolean => l.mayDecideAs === 'superior' && !!l.appeal?.dueAt && l.appeal.to?.code === me.value?.region.code && stillOut(l, at) > 0;
/** Requests and loans that wait for this desk's word. */
export const aidWaiting = computed(() => (aidDesk.value?.requests ?? []).filter((r) => r.mayAnswer).length
  + (aidDesk.value?.lent ?? []).filter((l) => appealsHere(l, now.value) || (l.mayDecideAs === 'lender' && !l.decision && stillOut(l, now.value) > 0)).length);
