// Who is at the console. The cookie is HttpOnly: whether it still counts, only the server can say.
import { signal } from '@preact/signals';
import { access, call, get } from './api';
import type { Incident, Me, Problem } from './contract';

/** null: signed out. undefined: not known yet. */
export const me = signal<Me | null | undefined>(undefined);
export const zone = (): string => me.value?.region.timeZone ?? 'Asia/Shanghai';

/** Whether this desk may order the incident, or only sees it because it reaches into its region. */
export function leads(incident: Pick<Incident, 'region'>): boolean {
  const own = me.value?.region.path;
  return own === undefined || incident.region.path === own || incident.region.path.startsWith(`${own}.`);
}

access.lost = () => { me.value = null; };

/** False only when the server said no. No answer at all is no reason to sign anybody out. */
export async function stillSignedIn(): Promise<boolean> {
  const answer = await get<Me>('/api/me');
  if (answer.outcome === 'done') me.value = answer.value;
  else if (answer.outcome === 'refused' && answer.problem.status === 401) me.value = null;
  return me.peek() !== null;
}

export async function signIn(username: string, password: string): Promise<Problem | 'unknown' | null> {
  const answer = await call<void>('POST', '/api/session?cookie=true', { body: { username, password } });
  if (answer.outcome === 'refused') return answer.problem;
  if (answer.outcome === 'unknown') return 'unknown';
  const self = await get<Me>('/api/me');
  if (self.outcome === 'done') { me.value = self.value; return null; }
  return self.outcome === 'refused' ? self.problem : 'unknown';
}

export async function signOut(): Promise<void> {
  await call('DELETE', '/api/session');
  me.value = null;
}
