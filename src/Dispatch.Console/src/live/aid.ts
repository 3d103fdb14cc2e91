// The mutual-aid desk: requests, loans, agreements, floors, liaisons. Read for as long as somebody is signed in: a request stands on every page.
import { computed } from '@preact/signals';
import type { AidDesk } from './contract';
import { reading } from './reading';

export const aid = reading<AidDesk>('/api/mutual-aid');
export const aidDesk = aid.value;
/** Requests that wait for this desk's word. */
export const aidWaiting = computed(() => (aidDesk.value?.requests ?? []).filter((r) => r.mayAnswer).length);
