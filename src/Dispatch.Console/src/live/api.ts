// The HTTP half of the wire. Every call ends in one of three ways, and the third is said aloud:
// done, refused with a problem, or unknown (no answer, or the server could not confirm): then repeat the same command under the same id.
import type { Problem } from './contract';
import { heardServerTime } from './clock';

export type Answer<T> =
  | { outcome: 'done'; value: T; status: number }
  /** `body`: all that was said with the refusal, such as the report of an import. */
  | { outcome: 'refused'; problem: Problem; body?: unknown }
  | { outcome: 'unknown'; why: 'offline' | 'timeout' | 'notConfirmed'; retryAfterMs: number };

export interface CallOptions {
  body?: unknown;
  /** Sent as it is, with this content type, instead of JSON. */
  file?: { content: Blob; type: string };
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** Phones set this; the console's cookie travels by itself. */
export const access = {
  token: (): string | null | Promise<string | null> => null,
  /** Called on 401. True: the tokens are new, try once more. */
  renew: async (): Promise<boolean> => false,
  /** Called when a 401 stays. */
  lost: (): void => {},
};

export const problemName = (problem: Problem): string => problem.type.split('/').pop() ?? problem.type;

export async function call<T>(method: string, path: string, options: CallOptions = {}): Promise<Answer<T>> {
  const first = await once<T>(method, path, options);
  if (first.outcome !== 'refused' || first.problem.status !== 401 || path.startsWith('/api/session')) return first;
  if (await access.renew()) return once<T>(method, path, options);
  access.lost();
  return first;
}

export const get = <T>(path: string, options?: CallOptions) => call<T>('GET', path, options);

async function once<T>(method: string, path: string, { body, file, timeoutMs = 8000, signal }: CallOptions): Promise<Answer<T>> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const token = await access.token();
  if (token) headers.authorization = `Bearer ${token}`;
  if (file) headers['content-type'] = file.type;
  else if (body !== undefined) headers['content-type'] = 'application/json';
  const stop = new AbortController();
  let late = false;
  const deadline = setTimeout(() => { late = true; stop.abort(); }, timeoutMs);
  const abandon = () => stop.abort();
  signal?.addEventListener('abort', abandon);
  const sentAt = performance.now();
  try {
    const response = await fetch(path, {
      method,
      headers,
      body: file ? file.content : body === undefined ? undefined : JSON.stringify(body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: stop.signal,
    });
    const roundTrip = performance.now() - sentAt;
    const text = await response.text();
    const parsed: unknown = text === '' ? undefined : parse(text);
    if (response.ok) {
      heardServerTime((parsed as { serverTime?: string } | undefined)?.serverTime, roundTrip);
      return { outcome: 'done', value: parsed as T, status: response.status };
    }
    // 502 and 504 come from something in between: what happened behind it is not known.
    if (response.status === 502 || response.status === 503 || response.status === 504) {
      const after = Number(response.headers.get('retry-after'));
      return { outcome: 'unknown', why: 'notConfirmed', retryAfterMs: Number.isFinite(after) && after > 0 ? after * 1000 : 2000 };
    }
    return { outcome: 'refused', problem: asProblem(parsed, response.status), body: parsed };
  } catch {
    return { outcome: 'unknown', why: late ? 'timeout' : 'offline', retryAfterMs: 2000 };
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener('abort', abandon);
  }
}

function parse(text: string): unknown {
  try { return JSON.parse(text); } catch { return undefined; }
}

function asProblem(body: unknown, status: number): Problem {
  const problem = body as Partial<Problem> | undefined;
  if (problem && typeof problem.title === 'string') {
    return { ...problem, type: problem.type ?? 'about:blank', title: problem.title, titleEn: problem.titleEn ?? problem.title, status };
  }
  return { type: 'about:blank', title: `服务器拒绝了请求（${status}）`, titleEn: `The server refused the request (${status})`, status };
}
