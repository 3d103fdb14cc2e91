import { signal } from '@preact/signals';
import { rosterWords } from '../words/roster';
import { ImportPage } from './ImportPage';
import { Teams } from './Teams';
import { Volunteers } from './Volunteers';

const sections = ['volunteers', 'teams', 'importVolunteers', 'importTeams', 'importRegions'] as const;
const imports = { importVolunteers: 'volunteers', importTeams: 'teams', importRegions: 'regions' } as const;
const section = signal<(typeof sections)[number]>('volunteers');

export function Roster() {
  const w = rosterWords();
  const shown = section.value;
  return (
    <main class="roster">
      <nav class="roster-sections" aria-label={w.sections}>
        {sections.map((key) => <button type="button" key={key} aria-current={shown === key ? 'page' : undefined} onClick={() => { section.value = key; }}>{w[key]}</button>)}
      </nav>
      {shown === 'volunteers' ? <Volunteers /> : shown === 'teams' ? <Teams /> : <ImportPage key={shown} what={imports[shown]} />}
    </main>
  );
}
