// The numbered record of the incident, newest on top, as the server wrote it.
import type { Fact, Incident } from '../live/contract';
import { timeline } from '../live/timeline';
import { timeOf } from '../words/times';
import { words } from '../words/console';
import { factSentence } from '../words/facts';

export function Record({ incident }: { incident: Incident }) {
  const w = words();
  const shown = timeline.value;
  if (shown?.incidentId !== incident.id || (shown.facts.length === 0 && shown.state === 'loading')) return <p class="empty">{w.loading}</p>;
  if (shown.facts.length === 0) return <p class="empty">{w.failed}</p>;
  return (
    <>
      {shown.state === 'failed' && <p class="notice warn">{w.failed}</p>}
      <ol class="record" reversed start={shown.facts.at(-1)!.number}>
        {[...shown.facts].reverse().map((fact) => (
          <li key={fact.number} value={fact.number} class={`fact by-${fact.by.kind} kind-${fact.kind}`}>
            <span class="num muted">{fact.number}</span>
            <time class="num" dateTime={fact.at}>{timeOf(fact.at, incident.timeZone)}</time>
            <span>{factSentence(fact, incident)}</span>
            <span class="muted fact-by">{whoOf(fact)}</span>
          </li>
        ))}
      </ol>
    </>
  );
}

const whoOf = (fact: Fact): string => (fact.by.kind === 'system' ? words().system : (fact.by.name ?? ''));
