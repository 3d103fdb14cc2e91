// Keeps the board whole: joins first, then takes the snapshot, then applies what is beyond the snapshot's numbers; repairs gaps by
// fetching; starts over when the server's epoch says it is not the server we knew (a restored backup).
import { batch, signal } from '@preact/signals';
import { apply, cursorsOf, emptyBoard, forget, heard, merge, type Board } from './apply';
import { aid } from './aid';
import { get } from './api';
import { connect, type Connection, type Invoke } from './connection';
import type { BoardHeads, Fact, Incident, Joined, LivePosition, MusterFact, Uuid } from './contract';
import { heardServerTime } from './clock';
import { hearMuster, readMusters } from './musters';
import { policies } from './policies';

export const board = signal<Board>(emptyBoard);
/** The first snapshot is in: an empty board now means that nothing is open. */
export const loaded = signal(false);
/** Where people who accepted are, latest wins; never replayed. */
export const livePositions = signal<ReadonlyMap<Uuid, LivePosition>>(new Map());

/** Incidents that the system cannot advance by itself: somebody has to act by hand. */
export const stuck = signal<ReadonlySet<Uuid>>(new Set());

/** As many as a message of 16 KB holds, with room to spare: a province has more open in an earthquake. */
const CURSORS_A_PART = 250;
/** A browser has six connections to a server, and what the operator orders must find one of them free. */
const FETCHES_AT_ONCE = 3;
const FLUSH_MS = 16; // facts of one frame are applied together: a storm of 200 a second costs 60 renderings
const listeners = new Set<(facts: Fact[]) => void>();
/** Facts in the order they arrived, those of a gap included. */
export function onFacts(listener: (facts: Fact[]) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function followBoard(mayRetry: () => Promise<boolean>): Connection {
  let waiting: Fact[] = [];
  let flushing: ReturnType<typeof setTimeout> | undefined;
  let epoch: Joined['epoch'] | undefined;
  const repairing = new Set<Uuid>();
  let fetching = 0;

  function receive(facts: Fact[]): void {
    batch(() => {
      board.value = facts.reduce(apply, board.peek());
      for (const listener of listeners) listener(facts);
    });
    repair();
  }
  function flush(): void {
    flushing = undefined;
    if (!loaded.peek()) return; // the snapshot comes first; what is waiting is applied on top of it
    const facts = waiting;
    waiting = [];
    receive(facts);
  }

  const link = connect({
    mayRetry,
    handlers: {
      Fact(fact: Fact) {
        waiting.push(fact);
        if (fact.kind.startsWith('Aid')) aid.moved();
        flushing ??= setTimeout(flush, FLUSH_MS);
      },
      Muster(fact: MusterFact) { hearMuster(fact); },
      Aid: aid.moved,
      RegionOrder() { policies.moved(); aid.moved(); },
      Positions(positions: LivePosition[]) {
        const latest = new Map(livePositions.peek());
        for (const position of positions) latest.set(position.volunteerId, position);
        livePositions.value = latest;
      },
      Current({ epoch: now, heads, stuck: cannot }: BoardHeads) {
        if (!loaded.peek()) return;
        if (epoch !== undefined && now !== epoch) return link.reopen('the server was restored');
        if (cannot.length !== stuck.peek().size || cannot.some((id) => !stuck.peek().has(id))) stuck.value = new Set(cannot);
        flush();
        board.value = Object.entries(heads).reduce((b, [id, head]) => heard(b, id, head), board.peek());
        repair();
      },
    },
    async join(invoke: Invoke) {
      const again = loaded.peek();
      const joined = await invoke<Joined>('WatchBoard', again ? await lastCursors(invoke) : null);
      heardServerTime(joined?.serverTime);
      if (epoch !== undefined && joined.epoch !== epoch) await startOver(invoke);
      epoch = joined?.epoch;
      await snapshot();
      if (again) void readEnded(); // raised and at rest while we were away: in no replay and no snapshot of what is open
      void readMusters(); // beside the incidents, never in their way
      aid.moved();
      policies.moved();
    },
  });

  /** Those that go with `WatchBoard`; what has no room beside them is sent ahead. */
  async function lastCursors(invoke: Invoke): Promise<Record<Uuid, number> | null> {
    const cursors = Object.entries(cursorsOf(board.peek()));
    try {
      while (cursors.length > CURSORS_A_PART) await invoke('Cursors', Object.fromEntries(cursors.splice(0, CURSORS_A_PART)));
    } catch {
      return null; // too many, or an older server: the snapshot has all that is open, only not fact by fact
    }
    return Object.fromEntries(cursors);
  }

  async function startOver(invoke: Invoke): Promise<void> {
    waiting = [];
    batch(() => { board.value = emptyBoard; loaded.value = false; livePositions.value = new Map(); });
    await invoke('WatchBoard', null);
  }

  /** Also after a cut, on top of the replay by cursors: it shows at once what has ended, and what has come into our region. */
  async function snapshot(): Promise<void> {
    const answer = await get<{ incidents: Incident[] }>('/api/incidents?state=open');
    if (answer.outcome !== 'done') throw new Error('no snapshot');
    const open = new Set(answer.value.incidents.map((i) => i.id));
    batch(() => {
      board.value = answer.value.incidents.reduce(merge, board.peek());
      loaded.value = true;
    });
    flush();
    const gone = [...board.peek().incidents.values()].filter((i) => i.state === 'open' && !open.has(i.id));
    const next = gone.values();
    await Promise.all(Array.from({ length: FETCHES_AT_ONCE }, async () => { for (const i of next) await fetchIncident(i.id); }));
  }

  async function fetchIncident(id: Uuid): Promise<boolean> {
    const answer = await get<Incident>(`/api/incidents/${id}`);
    if (answer.outcome === 'done') board.value = merge(board.peek(), answer.value);
    else if (answer.outcome === 'refused' && answer.problem.status === 404) board.value = forget(board.peek(), [id]);
    else return false;
    return true;
  }

  function repair(): void {
    for (const id of board.peek().behind.keys()) {
      if (fetching === FETCHES_AT_ONCE) return; // whichever is done looks for the next
      if (repairing.has(id)) continue;
      repairing.add(id);
      fetching++;
      void link.whileCatchingUp(() => fetchMissing(id)).then((ok) => {
        fetching--;
        const again = () => { repairing.delete(id); repair(); };
        if (ok) return again();
        setTimeout(again, 1_000); // it waits, and others have its turn
        repair();
      });
    }
  }

  async function fetchMissing(id: Uuid): Promise<boolean> {
    const shown = board.peek().incidents.get(id);
    if (!shown) return fetchIncident(id);
    const answer = await get<{ facts: Fact[]; lastFact: number }>(`/api/incidents/${id}/facts?after=${shown.lastFact}`);
    if (answer.outcome !== 'done') return false;
    if (answer.value.facts.length === 0) return fetchIncident(id);
    receive(answer.value.facts);
    return true;
  }

  return link;
}

/** What has ended, onto the board: beside what is open, never in its way. */
export async function readEnded(): Promise<void> {
  const answer = await get<{ incidents: Incident[] }>('/api/incidents?state=ended');
  if (answer.outcome === 'done') board.value = answer.value.incidents.reduce(merge, board.peek());
}
