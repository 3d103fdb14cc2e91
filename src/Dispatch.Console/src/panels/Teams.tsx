import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { get } from '../live/api';
import type { Team } from '../live/contract';
import { rosterWords } from '../words/roster';

export function Teams() {
  const w = rosterWords();
  const teams = useSignal<Team[] | 'loading' | 'failed'>('loading');
  const text = useSignal('');
  useEffect(() => { void get<Team[]>('/api/teams').then((answer) => { teams.value = answer.outcome === 'done' ? answer.value : 'failed'; }); }, []);
  if (!Array.isArray(teams.value)) return <p class="empty">{teams.value === 'loading' ? w.loading : w.failed}</p>;
  if (teams.value.length === 0) return <p class="empty">{w.noTeams}</p>;
  const sought = text.value.trim().toLowerCase();
  const found = teams.value.filter((t) => [t.name, t.externalId, nameIn(t.homeRegion), nameIn(t.captain), nameIn(t.liaison)].some((word) => word.toLowerCase().includes(sought)));
  return (
    <section class="roster-body">
      <div class="roster-tools">
        <input type="search" autoFocus placeholder={w.findTeam} aria-label={w.findTeam} value={text.value} onInput={(e) => { text.value = e.currentTarget.value; }} />
        <span class="muted num">{w.totalTeams(found.length)}</span>
      </div>
      {found.length === 0 && <p class="empty">{w.noTeamFound}</p>}
      <div class="table-scroll" tabIndex={0} role="region" aria-label={w.teams}>
        <table>
          <thead><tr>{[w.id, w.teamName, w.kind, w.home, w.captain, w.liaison, w.members].map((h) => <th key={h} scope="col">{h}</th>)}</tr></thead>
          <tbody>
            {found.map((t) => (
              <tr key={t.id}><td class="num muted">{t.externalId}</td><th scope="row">{t.name}</th><td>{t.kindName}</td><td>{nameIn(t.homeRegion)}</td><td>{nameIn(t.captain)}</td><td>{nameIn(t.liaison)}</td><td class="num">{t.members}</td></tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const nameIn = (thing: { name: string } | string | null): string => (thing === null ? '—' : typeof thing === 'string' ? thing : thing.name);
