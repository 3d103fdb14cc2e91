// Silent waves that have come to this console: which team, who does not answer, and three words to say what became of it.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { select, view } from '../board/choices';
import { Icon } from '../board/glyphs';
import { call, get } from '../live/api';
import { onFacts } from '../live/boardFeed';
import type { LiaisonOutcome, LiaisonTask } from '../live/contract';
import { nameOf } from '../words/lang';
import { liaisonOutcomes, teamWords } from '../words/teams';
import { timeOf } from '../words/times';

const EVERY_MS = 10_000;
const tasks = signal<readonly LiaisonTask[]>([]);
async function read(): Promise<void> {
  const answer = await get<{ all: LiaisonTask[] }>('/api/liaison-tasks');
  if (answer.outcome === 'done') tasks.value = answer.value.all;
}

export function LiaisonBar() {
  const w = teamWords();
  useEffect(() => {
    void read();
    const timer = setInterval(() => void read(), EVERY_MS); // a station hears no facts of an incident elsewhere
    const stop = onFacts((facts) => { if (facts.some((f) => f.kind.startsWith('Liaison') || f.kind === 'IncidentClosed')) void read(); });
    return () => { clearInterval(timer); stop(); };
  }, []);
  const waiting = tasks.value.filter((t) => t.state === 'escalated');
  if (waiting.length === 0) return null;
  const answer = (task: LiaisonTask, outcome: LiaisonOutcome) => void call('POST', `/api/liaison-tasks/${task.id}/answer`, { body: { outcome } }).then(read);
  return (
    <section class="liaison-bar" role="alert" aria-label={w.tasks}>
      {waiting.slice(0, 4).map((task) => (
        <div key={task.id} data-task={task.id}>
          <Icon name="flag" /><b>{task.team.name}</b>
          <span>{w.silent(task.silentPeople.map((p) => p.name).join('、'))} · {nameOf({ name: task.incident.categoryName, nameEn: task.incident.categoryNameEn })} {task.incident.address}
            <span class="muted"> · {w.toStation(task.station)}{task.liaison && ` · ${w.withLiaison(task.liaison.name, timeOf(task.dueAt, task.incident.timeZone))}`}</span></span>
          <button type="button" class="link" onClick={() => { select(task.incident.id); view.value = 'command'; }}>{w.show}</button>
          {(Object.keys(liaisonOutcomes()) as LiaisonOutcome[]).map((outcome) => <button type="button" class="small" key={outcome} onClick={() => answer(task, outcome)}>{liaisonOutcomes()[outcome]}</button>)}
        </div>
      ))}
    </section>
  );
}
