// Signed in by a one-time code from the station, and kept so: the access token is renewed before it ends, by one page at a time,
// because a refresh token used twice counts as stolen.
import { signal } from '@preact/signals';
import { access, call } from '../live/api';
import type { Problem, Tokens } from '../live/contract';

interface KeptTokens { accessToken: string; refreshToken: string; renewAt: number }
const KEY = 'dispatch.phone.tokens';

/** `out` with a reason when the server ended it, without one before the first activation. */
export const signedIn = signal<'in' | 'out' | 'ended'>(read() ? 'in' : 'out');

function read(): KeptTokens | null {
  try { return JSON.parse(localStorage.getItem(KEY) ?? 'null') as KeptTokens | null; } catch { return null; }
}
/** Renewed at four fifths of its life. */
function write(tokens: Tokens): void {
  localStorage.setItem(KEY, JSON.stringify({
    accessToken: tokens.accessToken, refreshToken: tokens.refreshToken, renewAt: Date.now() + tokens.expiresIn * 800,
  } satisfies KeptTokens));
}

/** Letters and digits only, as the server reads it: case and spaces do not count. */
export const plainCode = (typed: string): string => typed.normalize('NFKC').replace(/[^0-9a-z]/gi, '').toUpperCase();

export type Activation = { ok: true } | { ok: false; why: 'noAnswer' | 'tooMany' | 'wrong'; problem?: Problem };
export async function activate(code: string): Promise<Activation> {
  const answer = await call<Tokens>('POST', '/api/session/activate', { body: { code: plainCode(code) }, timeoutMs: 15_000 });
  if (answer.outcome === 'unknown') return { ok: false, why: 'noAnswer' };
  if (answer.outcome === 'refused') return { ok: false, why: answer.problem.status === 429 ? 'tooMany' : 'wrong', problem: answer.problem };
  write(answer.value);
  signedIn.value = 'in';
  return { ok: true };
}

/** A token that will still be good for a while. Renewing needs the network; without it the old one is all there is. */
export async function accessToken(): Promise<string> {
  const kept = read();
  if (!kept) return '';
  if (Date.now() >= kept.renewAt) await renew(kept.accessToken);
  return read()?.accessToken ?? '';
}

/** True: there is a token newer than `stale`. False: not now (no network), or never again (signedIn is then 'ended'). */
async function renew(stale: string | null): Promise<boolean> {
  const work = async (): Promise<boolean> => {
    const kept = read();
    if (!kept) return false;
    if (stale !== null && kept.accessToken !== stale) return true; // another page was faster
    const answer = await call<Tokens>('POST', '/api/session/refresh', { body: { refreshToken: kept.refreshToken } });
    if (answer.outcome === 'done') { write(answer.value); return true; }
    if (answer.outcome === 'refused' && [400, 401, 403].includes(answer.problem.status)) clear('ended');
    return false;
  };
  return navigator.locks ? await navigator.locks.request('dispatch-tokens', work) : await work();
}

export function clear(to: 'out' | 'ended'): void {
  localStorage.removeItem(KEY);
  signedIn.value = to;
}

/** Tells the server if it can be reached; this phone forgets either way. */
export async function signOut(): Promise<void> {
  await call('DELETE', '/api/session', { timeoutMs: 4000 });
  clear('out');
}

/** The calls of live/api.ts carry our token from here on. */
export function install(): void {
  access.token = () => read()?.accessToken ?? null;
  access.renew = () => renew(read()?.accessToken ?? null);
  access.lost = () => { /* renew() has decided; without a network nobody is signed out */ };
}
