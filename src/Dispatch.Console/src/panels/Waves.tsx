// The ladder as it opens and, below it, wave by wave: which ring, how many, why so many, until when, and what became of it. Newest on top.
import { beyondOf, entriesOf, ladderOf, LENT_RING, type Entry, type WaveEntry, type WaveOutcome } from '../board/waves';
import { Icon, QualificationGlyph, StateGlyph, type IconName } from '../board/glyphs';
import { Countdown } from '../board/Ticking';
import { now } from '../live/clock';
import type { CalloutState, ExplainedNeed, ExplainedWave, Fact, Incident, Need } from '../live/contract';
import { useExplained } from '../live/explained';
import { timeline } from '../live/timeline';
import { calloutStates } from '../words/domain';
import { factSentence } from '../words/facts';
import { nameOf, textOf } from '../words/lang';
import { distanceOf, spanOf, timeOf } from '../words/times';
import { waveWords } from '../words/waves';
import { words } from '../words/console';

export function Waves({ incident }: { incident: Incident }) {
  const w = waveWords();
  const explained = useExplained(incident);
  const waves = typeof explained === 'string' ? [] : explained.waves;
  const shown = timeline.value;
  if (shown?.incidentId !== incident.id || (shown.facts.length === 0 && shown.state === 'loading')) return <p class="empty">{words().loading}</p>;
  const entries = entriesOf(incident, shown.facts);
  return (
    <div class="waves">
      {(shown.state === 'failed' || explained === 'failed') && <p class="notice warn">{words().failed}</p>}
      <section class="ladder" aria-label={w.ladder}>{incident.needs.map((need) => <Rungs key={need.ordinal} incident={incident} need={need} facts={shown.facts} waves={waves} />)}</section>
      {!entries.some((e) => e.kind === 'wave') && <p class="empty">{w.empty}</p>}
      <ol class="wave-line" reversed>
        {[...entries].reverse().map((entry) => (entry.kind === 'wave'
          ? <Wave key={`w${entry.number}`} entry={entry} incident={incident} explained={waves.find((x) => x.number === entry.number)} />
          : <Event key={`f${entry.fact.number}`} entry={entry} incident={incident} />))}
      </ol>
    </div>
  );
}

function Rungs({ incident, need, facts, waves }: { incident: Incident; need: Need; facts: readonly Fact[]; waves: readonly ExplainedWave[] }) {
  const w = waveWords();
  // The ring of releases: people of a neighbour, or somebody who offered himself and was called by name.
  const beyond = beyondOf(incident, facts);
  const byName = facts.filter((f) => f.kind === 'AidReleased').every((f) => f.data.ground === 'override');
  return (
    <div class="ladder-need">
      <span class="ladder-what" title={nameOf(need)}><QualificationGlyph of={need.qualification} size={13} />{nameOf(need)}</span>
      <ol>
        {ladderOf(incident, need, facts, waves).map((rung) => (
          <li key={rung.ring} class={rung.openedAt ? 'open' : 'closed'} data-ring={rung.ring}>
            <b>{rung.ring >= LENT_RING ? (byName ? w.byName : w.lent) : rung.name}</b>
            <small class="num" title={rung.openedAt ? timeOf(rung.openedAt, incident.timeZone) : undefined}>{rung.openedAt ? w.rung(rung.asked, rung.yes) : w.notOpen}</small>
          </li>
        ))}
        {beyond && (
          <li class={beyond.openedAt ? 'open' : 'closed'} data-beyond={beyond.level} title={w.byUnified}>
            <b>{w.beyond[beyond.level]}</b><small class="num">{beyond.openedAt ? timeOf(beyond.openedAt, incident.timeZone) : w.ifUnified}</small>
          </li>
        )}
      </ol>
    </div>
  );
}

function Wave({ entry, incident, explained }: { entry: WaveEntry; incident: Incident; explained: ExplainedWave | undefined }) {
  const w = waveWords();
  const waiting = entry.outcome.waiting > 0 && incident.state === 'open';
  return (
    <li class={`wave${waiting ? ' waiting' : ''}`} data-wave={entry.number}>
      <header>
        <b>{words().wave(entry.number)}</b>
        <time class="num" dateTime={entry.at} title={w.after(spanOf(Date.parse(entry.at) - Date.parse(incident.raisedAt)))}>{timeOf(entry.at, incident.timeZone)}</time>
        {entry.opened.length > 0 && <span class="tag">{w.openedFor([...new Set(entry.opened.map((r) => r.name))].join('、'))}</span>}
        {entry.dueAt && <span class="wave-due">{waiting ? <>{w.until} <Countdown to={entry.dueAt} /></> : <span class="muted">{w.until} <span class="num">{timeOf(entry.dueAt, incident.timeZone)}</span> · {Date.parse(entry.dueAt) <= now.peek() ? w.over : w.allAnswered}</span>}</span>}
      </header>
      <p class="wave-asked">{entry.callouts.length > 0 ? w.asked(entry.callouts.length, entry.considered) : w.askedNobody(entry.considered)}</p>
      {explained?.plans.map((plan) => {
        const need = incident.needs.find((n) => n.ordinal === plan.needOrdinal);
        const outcome = explained.needs.find((n) => n.needOrdinal === plan.needOrdinal);
        return (
          <div class="wave-plan" key={plan.needOrdinal}>
            <span class="wave-need">{need && <QualificationGlyph of={need.qualification} size={12} />}{nameOf(need)}</span>
            {outcome && <Gauge need={outcome} />}
            <p>{textOf(plan)}</p>
          </div>
        );
      })}
      {entry.callouts.length > 0 && <Outcome outcome={entry.outcome} of={entry.callouts.length} />}
      {entry.callouts.length > 0 && <Who entry={entry} explained={explained} incident={incident} />}
    </li>
  );
}

const percent = (p: number): string => `${p > 0.995 && p < 1 ? Math.floor(p * 1000) / 10 : Math.round(p * 100)} %`;

/** How sure it was before, how sure with this wave, and the mark that had to be reached. */
function Gauge({ need: { plan } }: { need: ExplainedNeed }) {
  const w = waveWords();
  if (!plan) return null;
  const by = plan.aimSeconds === null || plan.aimSeconds === undefined ? w.atAll : w.within(Math.max(1, Math.round(plan.aimSeconds / 60)));
  const text = `${w.sure(percent(plan.after), plan.people, by)}，${w.from(percent(plan.before))}，${w.target(`${Math.round(plan.innerTarget * 1000) / 10} %`)}`;
  return (
    <span class={`gauge ${plan.reached ? 'reached' : 'short'}`} role="img" aria-label={text} title={text} style={{ '--before': plan.before, '--after': plan.after, '--target': plan.innerTarget }}>
      <i class="gauge-bar" aria-hidden="true" /><b class="num" aria-hidden="true">{percent(plan.after)}</b>
    </span>
  );
}

const parts: [keyof WaveOutcome, CalloutState][] = [['yes', 'accepted'], ['standby', 'standby'], ['waiting', 'offered'], ['no', 'declined'], ['silent', 'expired'], ['recalled', 'recalled']];

function Outcome({ outcome, of }: { outcome: WaveOutcome; of: number }) {
  const w = waveWords();
  const some = parts.filter(([key]) => outcome[key] > 0);
  return (
    <div class="wave-outcome" role="group" aria-label={w.outcome} data-outcome={parts.map(([key]) => `${key}:${outcome[key]}`).join(' ')}>
      <span class="wave-bar" aria-hidden="true">{some.map(([key]) => <i key={key} class={`part-${key}`} style={{ flexGrow: outcome[key] / of }} />)}</span>
      <ul>{some.map(([key, state]) => <li key={key}><StateGlyph state={state} size={11} />{w[key]} <b class="num">{outcome[key]}</b></li>)}</ul>
    </div>
  );
}

/** Each asked person with the sentence that says why, and where he stands now. */
function Who({ entry, explained, incident }: { entry: WaveEntry; explained: ExplainedWave | undefined; incident: Incident }) {
  const w = waveWords();
  const states = calloutStates();
  return (
    <details class="wave-who">
      <summary>{w.who(entry.callouts.length)}</summary>
      <ul>
        {entry.callouts.map((c) => {
          const line = explained?.lines.find((l) => l.volunteerId === c.volunteer.id && l.needOrdinal === c.needOrdinal);
          const chance = line?.numbers['chance'];
          return (
            <li key={c.id}>
              <StateGlyph state={c.state} size={12} />
              <b>{c.volunteer.name}</b>
              <span class="muted">{states[c.state]}{c.lateSince && incident.state === 'open' && <b class="running-late"> <Icon name="clock" size={11} />{words().late(1)}</b>}</span>
              <span class="num">{c.locatedBy === 'address' && '≈'}{distanceOf(c.distanceMetres)}</span>
              <span class="num" title={w.chance}>{typeof chance === 'number' ? percent(chance) : ''}</span>
              {line && <span class="muted wave-why">{textOf(line)}</span>}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

const marks: Partial<Record<Fact['kind'], [IconName, string]>> = {
  IncidentRaised: ['flag', ''], RingOpened: ['up', ''], NeedFilled: ['check', 'good'], NeedExhausted: ['warn', 'bad'], CallingPaused: ['pause', 'warn'], AidRequested: ['people', 'warn'], AidReleased: ['people', 'good'],
  AidRefused: ['cross', 'bad'], AidUnanswered: ['cross', 'bad'], AidUnavailable: ['cross', 'bad'], AidLapsed: ['clock', 'warn'], AidExtended: ['clock', 'good'], AidLapseDecided: ['flag', ''], AidAppealed: ['up', 'warn'], AidAppealUnanswered: ['cross', 'bad'], CalloutFellBehind: ['clock', 'warn'], CalloutCaughtUp: ['check', ''], AidEscalated: ['up', 'warn'], LiaisonAsked: ['people', 'warn'], LiaisonEscalated: ['up', 'warn'], IncidentClosed: ['check', ''], IncidentCancelled: ['cross', ''],
};

function Event({ entry, incident }: { entry: Extract<Entry, { kind: 'fact' }>; incident: Incident }) {
  const { fact } = entry;
  const [icon, level] = marks[fact.kind] ?? ['sent', ''];
  return (
    <li class={`wave-event ${level}`} data-kind={fact.kind}>
      <Icon name={icon} size={13} />
      <time class="num" dateTime={fact.at}>{timeOf(fact.at, incident.timeZone)}</time>
      <span>{factSentence(fact, incident)}{fact.by.kind === 'operator' && fact.by.name && <span class="muted"> · {fact.by.name}</span>}</span>
    </li>
  );
}
