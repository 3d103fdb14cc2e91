// A captain's or liaison's view of his teams. Asked for, not streamed: often while he looks at it, now and then otherwise, at once when a task comes.
import { signal } from '@preact/signals';
import { call, get } from '../live/api';
import type { LiaisonOutcome, OnBehalfChannel, Problem, TeamDesk } from '../live/contract';

export const desk = signal<TeamDesk | null>(null);
export const deskRefusal = signal<Problem | null>(null);
export const deskUnconfirmed = signal(false);
let askedAt = 0;

export async function fetchDesk(): Promise<void> {
  askedAt = Date.now();
  const answer = await get<TeamDesk>('/api/me/teams');
  if (answer.outcome === 'done') desk.value = answer.value;
}
/** Once a second from the page: who has no team is asked again only every five minutes. */
export function keepDesk(looking: boolean): void {
  const every = looking ? 4_000 : desk.peek()?.teams.length ? 15_000 : 300_000;
  if (Date.now() - askedAt > every) void fetchDesk();
}
export function forgetDesk(): void { desk.value = null; askedAt = 0; }

/** Repeated by the person until it is confirmed: the same answer again is harmless. */
async function order(path: string, body: unknown): Promise<boolean> {
  deskRefusal.value = null;
  deskUnconfirmed.value = false;
  const answer = await call('PUT', path, { body });
  if (answer.outcome === 'refused') deskRefusal.value = answer.problem;
  if (answer.outcome === 'unknown') deskUnconfirmed.value = true;
  await fetchDesk();
  return answer.outcome === 'done';
}
export const answerFor = (callout: string, answer: 'accept' | 'decline', channel: OnBehalfChannel, reason: string): Promise<boolean> => order(`/api/callouts/${callout}/on-behalf`, { answer, channel, reason });
export const answerTask = (task: string, outcome: LiaisonOutcome): Promise<boolean> => order(`/api/me/tasks/${task}/answer`, { outcome });
