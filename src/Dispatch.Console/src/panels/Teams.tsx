import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../live/api';
import type { Team } from '../live/contract';
import { rosterWords } from '../words/roster';

export function Teams() {
  const w = rosterWords();
  const teams = useSignal<Team[] | 'loading' | 'failed'>('loading');
  useEffect(() => { void get<Team[]>('/api/teams').then((answer) => { teams.value = answer.outcome === 'done' ? answer.value : 'failed'; }); }, []);
  if (!Array.isArray(teams.value)) return <p class="empty">{teams.value === 'loading' ? w.loading : w.failed}</p>;
  if (teams.value.length === 0) return <p class="empty">{w.noTeams}</p>;
  return (
    <section class="roster-body">
      <div class="table-scroll" tabIndex={0} role="region" aria-label={w.teams}>
        <table>
          <thead><tr>{[w.id, w.name, w.kind, w.home, w.captain, w.liaison, w.members].map((h) => <th key={h} scope="col">{h}</th>)}</tr></thead>
          <tbody>
            {teams.value.map((t) => (
              <tr key={t.id}><td class="num muted">{t.externalId}</td><th scope="row">{t.name}</th><td>{t.kindName}</td><td>{nameIn(t.homeRegion)}</td><td>{nameIn(t.captain)}</td><td>{nameIn(t.liaison)}</td><td class="num">{t.members}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const nameIn = (thing: { name: string } | string | null): string => (thing === null ? '—' : typeof thing === 'string' ? thing : thing.name);
