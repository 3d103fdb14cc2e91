// Every candidate considered, in or out, with the rule and the numbers. How many were asked and why stands on the time line (Waves).
import { useSignal } from '@preact/signals';
import type { Incident, Line } from '../live/contract';
import { useExplained } from '../live/explained';
import { nameOf, textOf } from '../words/lang';
import { distanceOf, timeOf } from '../words/times';
import { words } from '../words/console';
import { teamWords } from '../words/teams';
import { Icon, QualificationGlyph } from '../board/glyphs';
import { Channels } from './Callouts';

type Verdict = Line['verdict'] | 'all';
const PAGE = 100;

export function Explanation({ incident }: { incident: Incident }) {
  const w = words();
  const explained = useExplained(incident);
  const verdict = useSignal<Verdict>('all');
  const text = useSignal('');
  const wave = useSignal(0);
  const limit = useSignal(PAGE);
  if (explained === 'loading') return <p class="empty">{w.loading}</p>;
  if (explained === 'failed') return <p class="empty">{w.failed}</p>;
  const { waves, onBehalf: behalf } = explained;
  if (waves.length === 0) return <p class="empty">{w.explanationEmpty}</p>;
  const lines = waves.filter((x) => wave.value === 0 || x.number === wave.value).flatMap((x) => x.lines.map((line) => ({ line, wave: x })));
  const wanted = text.value.trim().toLowerCase();
  const matching = lines.filter(({ line }) => (wanted === '' || [line.name, line.text, line.textEn, line.rule].some((t) => t?.toLowerCase().includes(wanted))));
  const shown = matching.filter(({ line }) => verdict.value === 'all' || line.verdict === verdict.value);
  const names = { all: w.allVerdicts, asked: w.verdictAsked, inReserve: w.verdictReserve, out: w.verdictOut };
  return (
    <div class="explanation">
      <div class="why-filters">
        <input type="search" placeholder={w.searchName} aria-label={w.searchName} value={text.value} onInput={(e) => { text.value = e.currentTarget.value; limit.value = PAGE; }} />
        <select aria-label={w.everyWave} value={wave.value} onChange={(e) => { wave.value = Number(e.currentTarget.value); }}>
          <option value={0}>{w.everyWave}</option>
          {waves.map((x) => <option key={x.number} value={x.number}>{w.wave(x.number)} · {timeOf(x.at, incident.timeZone)}</option>)}
        </select>
        <div class="filters" role="group" aria-label={w.why}>
          {(Object.keys(names) as Verdict[]).map((key) => (
            <button type="button" key={key} aria-pressed={verdict.value === key} onClick={() => { verdict.value = key; limit.value = PAGE; }}>
              {names[key]}<span class="num">{key === 'all' ? matching.length : matching.filter(({ line }) => line.verdict === key).length}</span>
            </button>
          ))}
        </div>
      </div>
      {behalf.length > 0 && <ul class="why-plans" aria-label={teamWords().behalfHead}>{behalf.map((one) => <li key={one.calloutId}><span class="muted">{teamWords().behalfHead}</span><span>{textOf(one)}</span></li>)}</ul>}
      <ul class="why-lines">
        {shown.slice(0, limit.value).map(({ line, wave: x }, index) => {
          const need = incident.needs.find((n) => n.ordinal === line.needOrdinal);
          return (
            <li key={`${x.number}-${line.volunteerId}-${line.needOrdinal}-${index}`} class={`why ${line.verdict}`}>
              <Icon name={line.verdict === 'asked' ? 'check' : line.verdict === 'inReserve' ? 'pause' : 'cross'} size={12} />
              <span class="why-name">{line.name}</span>
              <span class="why-need muted" title={nameOf(need)}>{need && <QualificationGlyph of={need.qualification} size={12} />}{nameOf(need)}</span>
              <span class="num muted">{distanceOf(line.distanceMetres)}{line.rank !== null ? ` · #${line.rank}` : ''}</span>
              <span class="why-text">{textOf(line)}</span>
              {line.verdict === 'asked' && <Reached incident={incident} line={line} wave={x.number} />}
            </li>
          );
        })}
      </ul>
      {shown.length > limit.value && <button type="button" class="link" onClick={() => { limit.value += PAGE * 5; }}>{w.shownOf(limit.value, shown.length)} · {w.showMore}</button>}
    </div>
  );
}

/** By which ways beside the live line the call-out of this line was tried, and what came of each. */
function Reached({ incident, line, wave }: { incident: Incident; line: Line; wave: number }) {
  const callout = incident.callouts.find((c) => c.volunteer.id === line.volunteerId && c.needOrdinal === line.needOrdinal && c.wave === wave);
  return callout?.channels && callout.channels.length > 0 ? <Channels callout={callout} zone={incident.timeZone} /> : null;
}
