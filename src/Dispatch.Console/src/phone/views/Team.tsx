// My teams: tasks of the liaison first, then who of the team is called, and the captain's word for a member who cannot press himself.
import { useState } from 'preact/hooks';
import { now } from '../../live/clock';
import type { LiaisonOutcome, LiaisonTask, OnBehalfChannel, TeamDesk } from '../../live/contract';
import { calloutStates } from '../../words/domain';
import { detailOf, nameOf, titleOf } from '../../words/lang';
import { liaisonOutcomes, onBehalfChannels } from '../../words/teams';
import { spanOf } from '../../words/times';
import { answerFor, answerTask, desk, deskRefusal, deskUnconfirmed } from '../desk';
import { w } from '../words';
import { Icon } from './Icon';
import { Page, Press } from './Parts';

type Called = TeamDesk['callouts'][number];

export function Team() {
  const [asking, setAsking] = useState<Called | null>(null);
  const held = desk.value;
  if (asking) return <ForHim callout={asking} close={() => setAsking(null)} />;
  return (
    <Page title={w().team}>
      {deskRefusal.value && <p class="refused" role="alert">{w().refused(detailOf(deskRefusal.value) ?? titleOf(deskRefusal.value))}</p>}
      {deskUnconfirmed.value && <p class="refused" role="alert">{w().retrying}</p>}
      {held?.tasks.map((task) => <Task key={task.id} task={task} />)}
      {held && held.callouts.length === 0 && <p class="quiet">{w().teamQuiet}</p>}
      <ul class="list">
        {held?.callouts.map((callout) => (
          <li key={callout.id}>
            <b>{callout.name} · {calloutStates()[callout.state]}{callout.onBehalf && ` · ${callout.repudiated ? w().saidNotHis : w().forHim}`}</b>
            <span>{nameOf({ name: callout.incident.categoryName, nameEn: callout.incident.categoryNameEn })} · {callout.incident.address}</span>
            <span class="small">{callout.teamName} · {nameOf({ name: callout.needName, nameEn: callout.needNameEn })} · {callout.delivered ? w().reachedHim : w().notReachedHim}</span>
            {callout.mayAnswer && <Press kind="plain" onPress={() => setAsking(callout)}>{w().answerForHim}</Press>}
          </li>
        ))}
      </ul>
    </Page>
  );
}

function Task({ task }: { task: LiaisonTask }) {
  const left = Date.parse(task.dueAt) - now.value;
  const open = task.state === 'open' || task.state === 'escalated';
  return (
    <section class="duty task">
      <h2><Icon shape="bell" /> {w().liaisonTask} · {task.team.name}</h2>
      <p>{w().taskSays(task.silentPeople.map((p) => p.name).join('、'))}</p>
      <p class="small">{nameOf({ name: task.incident.categoryName, nameEn: task.incident.categoryNameEn })} · {task.incident.address}</p>
      {open ? <>
        <p class="big">{task.state === 'escalated' ? w().taskEscalated(task.station) : w().taskLeft(spanOf(left))}</p>
        {(Object.keys(liaisonOutcomes()) as LiaisonOutcome[]).map((outcome) => <Press key={outcome} kind="plain" onPress={() => void answerTask(task.id, outcome)}>{liaisonOutcomes()[outcome]}</Press>)}
      </> : <p class="big">{task.outcome && liaisonOutcomes()[task.outcome]}</p>}
    </section>
  );
}

function ForHim({ callout: opened, close }: { callout: Called; close: () => void }) {
  const callout = desk.value?.callouts.find((each) => each.id === opened.id); // as it is now: while the two speak, others answer
  const state = callout && !callout.mayAnswer ? calloutStates()[callout.state] : null;
  const [answer, setAnswer] = useState<'accept' | 'decline' | null>(null);
  const [channel, setChannel] = useState<OnBehalfChannel | null>(null);
  const [reason, setReason] = useState('');
  const ready = callout?.mayAnswer === true && answer !== null && channel !== null && reason.trim() !== '';
  return (
    <main class="sheet" onKeyDown={(event) => { if (event.key === 'Escape') close(); }}>
      <h1 tabIndex={-1} ref={(heading) => { heading?.focus({ preventScroll: true }); }}>{w().answerForHim} · {opened.name}</h1>
      <p>{w().forHimNote}</p>
      {!callout?.mayAnswer && <p class="todo" role="status">{state ? w().nowForHim(state) : w().overForHim}</p>}
      {callout?.yesIsStandby && <p class="todo" role="status">{w().standsByForHim}</p>}
      <div class="choose" role="group" aria-label={w().hisAnswer}>
        {(['accept', 'decline'] as const).map((each) => <button type="button" key={each} aria-pressed={answer === each} onClick={() => setAnswer(each)}>{each === 'accept' ? w().heComes : w().heDoesNot}</button>)}
      </div>
      <div class="choose" role="group" aria-label={w().howHeard}>
        {(Object.keys(onBehalfChannels()) as OnBehalfChannel[]).map((each) => <button type="button" key={each} aria-pressed={channel === each} onClick={() => setChannel(each)}>{onBehalfChannels()[each]}</button>)}
      </div>
      <label>{w().whyForHim}<input type="text" maxLength={200} value={reason} onInput={(event) => setReason(event.currentTarget.value)} /></label>
      {callout?.mayAnswer && <Press kind="yes" armed={ready} onPress={() => { if (answer && channel) void answerFor(opened.id, answer, channel, reason.trim()).then(close); }}>{w().sendForHim}</Press>}
      <Press kind="no" shape="back" onPress={close}>{w().cancel}</Press>
    </main>
  );
}
