import { expect, test, vi } from 'vitest';
import type { Incident } from './contract';

const given = vi.hoisted(() => ({ open: [] as unknown[], ended: [] as unknown[], asked: [] as string[], join: (async () => {}) as (invoke: unknown) => Promise<void> }));
vi.mock('./api', () => ({
  get: async (path: string) => {
    given.asked.push(path);
    return { outcome: 'done', status: 200, value: { incidents: path.endsWith('ended') ? given.ended : given.open } };
  },
}));
vi.mock('./connection', () => ({ connect: (options: { join: typeof given.join }) => { given.join = options.join; return {}; } }));
vi.mock('./aid', () => ({ aid: { moved() {} } }));
vi.mock('./policies', () => ({ policies: { moved() {} } }));
vi.mock('./musters', () => ({ readMusters: async () => {}, hearMuster() {} }));

const { board, followBoard } = await import('./boardFeed');
const { incident } = await import('./samples');
const invoke = async () => ({ epoch: 'e', serverTime: '2026-11-22T00:00:00Z' });
const known = () => [...board.peek().incidents.values()].map((i: Incident) => `${i.id} ${i.state}`).sort();

test('what was raised and came to rest while we were away is on the board after a cut', async () => {
  followBoard(async () => true);
  given.open = [incident({ id: 'open' })];
  await given.join(invoke);
  expect(known()).toEqual(['open open']);
  expect(given.asked).toEqual(['/api/incidents?state=open']); // nobody is away at the beginning

  given.ended = [incident({ id: 'missed', state: 'closed', lastFact: 9 })];
  await given.join(invoke);
  await vi.waitFor(() => expect(known()).toEqual(['missed closed', 'open open']));
});
