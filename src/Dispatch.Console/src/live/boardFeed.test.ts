import { expect, test, vi } from 'vitest';
import type { Incident } from './contract';

type Options = { join: (invoke: unknown) => Promise<void>; handlers: { Current: (current: unknown) => void } };
const given = vi.hoisted(() => ({
  open: [] as unknown[], ended: [] as unknown[], asked: [] as string[], link: {} as Options,
  facts: new Map<string, unknown[] | 'refused'>(), fetching: 0, mostFetching: 0,
}));
vi.mock('./api', () => ({
  get: async (path: string) => {
    given.asked.push(path);
    const missing = /incidents\/(.*)\/facts/.exec(path)?.[1];
    if (missing) {
      given.mostFetching = Math.max(given.mostFetching, ++given.fetching);
      await new Promise((later) => setTimeout(later));
      given.fetching--;
      const facts = given.facts.get(missing)!;
      return facts === 'refused' ? { outcome: 'unknown' } : { outcome: 'done', status: 200, value: { facts, lastFact: 2 } };
    }
    return { outcome: 'done', status: 200, value: { incidents: path.endsWith('ended') ? given.ended : given.open } };
  },
}));
vi.mock('./connection', () => ({ connect: (options: Options) => { given.link = options; return { whileCatchingUp: (work: () => unknown) => work() }; } }));
vi.mock('./aid', () => ({ aid: { moved() {} } }));
vi.mock('./policies', () => ({ policies: { moved() {} } }));
vi.mock('./musters', () => ({ readMusters: async () => {}, hearMuster() {} }));

const { board, followBoard } = await import('./boardFeed');
const { fact, incident } = await import('./samples');
const invoke = async () => ({ epoch: 'e', serverTime: '2026-11-22T00:00:00Z' });
const known = () => [...board.peek().incidents.values()].map((i: Incident) => `${i.id} ${i.state}`).sort();

test('what was raised and came to rest while we were away is on the board after a cut', async () => {
  followBoard(async () => true);
  given.open = [incident({ id: 'open' })];
  await given.link.join(invoke);
  expect(known()).toEqual(['open open']);
  expect(given.asked).toEqual(['/api/incidents?state=open']); // nobody is away at the beginning

  given.ended = [incident({ id: 'missed', state: 'closed', lastFact: 9 })];
  await given.link.join(invoke);
  await vi.waitFor(() => expect(known()).toEqual(['missed closed', 'open open']));
});

test('more incidents than a message holds: their cursors go in parts, and what is missing is fetched by three at a time', async () => {
  const ids = Array.from({ length: 600 }, (_, n) => `many${n}`);
  const said: [string, Record<string, number> | null][] = [];
  followBoard(async () => true);
  given.open = ids.map((id) => incident({ id }));
  await given.link.join(invoke);
  await given.link.join(async (method: string, cursors: Record<string, number> | null) => { said.push([method, cursors]); return invoke(); });

  expect(said.map(([method, cursors]) => [method, Object.keys(cursors!).length])).toEqual([['Cursors', 250], ['Cursors', 250], ['WatchBoard', expect.any(Number)]]);
  expect(Object.keys(Object.assign({}, ...said.map(([, cursors]) => cursors)))).toEqual(expect.arrayContaining(ids));

  // A server that does not take them in parts is joined for the present alone.
  const last: unknown[] = [];
  await given.link.join(async (method: string, cursors: unknown) => { if (method === 'Cursors') throw new Error('tooManyCursors'); last.push(cursors); return invoke(); });
  expect(last).toEqual([null]);

  // The first three cannot be had now: the others do not wait for them.
  for (const id of ids.slice(0, 20)) given.facts.set(id, [{ ...fact(2, 'CallingPaused', { reason: null }), incidentId: id }]);
  for (const id of ids.slice(0, 3)) given.facts.set(id, 'refused');
  given.link.handlers.Current({ epoch: 'e', heads: Object.fromEntries(ids.slice(0, 20).map((id) => [id, 2])), stuck: [] });
  await vi.waitFor(() => expect(ids.slice(0, 20).filter((id) => board.peek().incidents.get(id)!.lastFact === 2)).toEqual(ids.slice(3, 20)));
  expect(given.mostFetching).toBe(3);
});
