// One muster: five numbers that never rise from left to right, every team's, and by name who is missing.
import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../board/glyphs';
import { call } from '../live/api';
import { now } from '../live/clock';
import type { Muster, MusterPerson, MusterStage, RollCall } from '../live/contract';
import { readMuster, showMuster } from '../live/musters';
import { zone } from '../live/signing';
import { uuid7 } from '../live/uuid';
import { reasonOf } from '../words/domain';
import { detailOf, drillMark, placeOf, titleOf } from '../words/lang';
import { leftOutReasons, musterWords, stages } from '../words/muster';
import { dateOf, distanceOf, spanOf, timeOf, whenOf } from '../words/times';

type Shown = 'missing' | 'silent' | 'coming' | 'checkedIn' | 'declined' | 'all';
const filters: Record<Shown, (p: MusterPerson) => boolean> = {
  missing: (p) => p.stage !== 'checkedIn', silent: (p) => order[p.stage] < order.responded, coming: (p) => p.stage === 'accepted',
  checkedIn: (p) => p.stage === 'checkedIn', declined: (p) => p.stage === 'responded', all: () => true,
};
const order: Record<MusterStage, number> = { listed: 0, notified: 1, delivered: 2, responded: 3, accepted: 4, checkedIn: 5 };
const steps = ['notified', 'delivered', 'responded', 'accepted', 'checkedIn'] as const;

/** By the one furthest stage of each person: the same sum as the server's. */
export function rollCallOf(people: readonly MusterPerson[]): RollCall {
  const from = (stage: MusterStage) => people.filter((p) => order[p.stage] >= order[stage]).length;
  return { people: people.length, notified: from('notified'), delivered: from('delivered'), responded: from('responded'), accepted: from('accepted'), checkedIn: from('checkedIn'), declined: from('responded') - from('accepted') };
}

export function RollCallBoard({ muster }: { muster: Muster }) {
  const w = musterWords();
  const shown = useSignal<Shown>('missing');
  const team = useSignal<string | null | undefined>(undefined);
  const ending = useSignal(false);
  useEffect(() => { if (!muster.people) void readMuster(muster.id); }, [muster.id, muster.people]);
  const left = Date.parse(muster.assembleAt) - now.value;
  const today = dateOf(muster.assembleAt, zone()) === dateOf(now.value, zone());
  const ofTeam = (muster.people ?? []).filter((p) => team.value === undefined || p.teamId === team.value);
  const people = ofTeam.filter(filters[shown.value]);
  return (
    <section class="roll-call" aria-label={placeOf(muster)}>
      <header class={`roll-head${muster.drill ? ' drill' : ''}`}>
        <div>
          <h1>{placeOf(muster)}</h1>
          <p>{muster.purpose}</p>
          <p class="muted">{w.calledBy} {muster.calledBy.name} · {whenOf(muster.calledAt, zone(), now.value)} · {muster.region.name}</p>
        </div>
        <div class="roll-time">
          <span class="muted">{w.at}</span>
          <b class="num">{!today && `${dateOf(muster.assembleAt, zone()).slice(5)} `}{timeOf(muster.assembleAt, zone()).slice(0, 5)}</b>
          {muster.state === 'open'
            ? <><span class={left < 0 ? 'late num' : 'num muted'}>{left >= 0 ? w.due(spanOf(left)) : w.past(spanOf(-left))}</span><button type="button" class="danger" onClick={() => { ending.value = true; }}>{w.standDown}</button></>
            : <span class="tag">{w.stoodDownAt} {whenOf(muster.endedAt!, zone(), now.value)} · {reasonOf(muster.endReason)}</span>}
        </div>
      </header>
      <Funnel counts={muster.counts} />
      {(muster.leftOut?.length ?? 0) > 0 && <p class="left-out"><Icon name="warn" size={14} /> <b>{w.leftOut}</b> {muster.leftOut!.map((one) => `${leftOutReasons()[one.reason]} ${w.members(one.count)}`).join(' · ')}</p>}
      <div class="roll-body">
        <div class="table-scroll team-table" tabIndex={0} role="region" aria-label={w.team}>
          <table>
            <thead><tr><th scope="col">{w.team}</th><th scope="col">{w.called}</th>{steps.map((s) => <th key={s} scope="col">{w[s]}</th>)}</tr></thead>
            <tbody>
              {muster.teams.map((t) => {
                const counts = muster.people ? rollCallOf(muster.people.filter((p) => p.teamId === t.id)) : t.counts;
                return (
                  <tr key={t.id} aria-selected={team.value === t.id} class={team.value === t.id ? 'chosen' : ''}>
                    <th scope="row"><button type="button" class="link" aria-pressed={team.value === t.id} onClick={() => { team.value = team.value === t.id ? undefined : t.id; }}>{t.name ?? w.list}</button></th>
                    <td class="num">{counts.people}</td>{steps.map((s) => <td key={s} class="num">{counts[s]}</td>)}
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
        <div class="roll-people">
          <div class="filters" role="group" aria-label={w.person}>
            {(Object.keys(filters) as Shown[]).map((key) => <button type="button" key={key} aria-pressed={shown.value === key} onClick={() => { shown.value = key; }}>{w[key]}<span class="num">{ofTeam.filter(filters[key]).length}</span></button>)}
          </div>
          {!muster.people ? <p class="empty">{w.loading}</p> : (
            <ul class="people" tabIndex={0} aria-label={w[shown.value]}>
              {people.slice(0, 300).map((p) => <Person key={p.volunteerId} muster={muster} person={p} />)}
            </ul>
          )}
        </div>
      </div>
      {ending.value && <StandDown muster={muster} close={() => { ending.value = false; }} />}
    </section>
  );
}

/** Bars that can only get shorter: the picture and the numbers say the same. */
function Funnel({ counts }: { counts: RollCall }) {
  const w = musterWords();
  return (
    <dl class="roll-funnel" data-counts={steps.map((s) => counts[s]).join(' ')}>
      {steps.map((s) => (
        <div key={s} class={`step-${s}`}>
          <dt>{w[s]}</dt>
          <dd class="num">{counts[s]}<span class="muted"> / {counts.people}</span></dd>
          <div class="bar" aria-hidden="true"><i style={{ width: `${counts.people ? (100 * counts[s]) / counts.people : 0}%` }} /></div>
        </div>
      ))}
    </dl>
  );
}

function Person({ muster, person }: { muster: Muster; person: MusterPerson }) {
  const w = musterWords();
  const at = person.checkedInAt ?? person.answeredAt ?? person.deliveredAt ?? person.notifiedAt;
  const checkIn = () => void call<Muster>('POST', `/api/musters/${muster.id}/people/${person.volunteerId}/check-in`, { body: { commandId: uuid7() } }).then((answer) => { if (answer.outcome === 'done') showMuster(answer.value); });
  return (
    <li data-stage={person.stage}>
      <Mark stage={person.stage} />
      <b>{person.name}</b>
      <span>{stages()[person.stage]}{person.reason && ` · ${reasonOf(person.reason)}`}{person.checkedInBy === 'operator' && ` · ${w.byOperator}`}{person.checkedInMetres !== null && person.checkedInMetres >= 50 && ` · ${w.away(distanceOf(person.checkedInMetres))}`}
        {person.engaged && <em> · {w.engaged}</em>}</span>
      <span class="num muted">{at ? timeOf(at, zone()) : ''}</span>
      {muster.state === 'open' && person.stage !== 'checkedIn' && <button type="button" class="small" onClick={checkIn}>{w.byHand}</button>}
    </li>
  );
}

const marks: Record<MusterStage, [path: string, filled: boolean]> = {
  listed: ['M3 8H13', false], notified: ['M8 2.5a5.500 5.500 0 1 1 0 11a5.500 5.500 0 1 1 0-11z', false], delivered: ['M8 2a6 6 0 0 1 0 12z M8 2.500a5.500 5.500 0 1 0 0 11', true],
  responded: ['M3.500 3.500L12.500 12.500M12.500 3.500L3.500 12.500', false], accepted: ['M8 2a6 6 0 1 1 0 12a6 6 0 1 1 0-12z', true], checkedIn: ['M2.500 8.500L6.500 12.500L13.500 4', false],
};
/** A shape for every stage, as everywhere on this console: colour alone says nothing. */
const Mark = ({ stage }: { stage: MusterStage }) => (
  <svg class={`mark mark-${stage}`} width="14" height="14" viewBox="0 0 16 16" aria-hidden="true"><path d={marks[stage][0]} fill={marks[stage][1] ? 'currentColor' : 'none'} stroke="currentColor" stroke-width="1.800" stroke-linecap="round" stroke-linejoin="round" /></svg>
);

function StandDown({ muster, close }: { muster: Muster; close: () => void }) {
  const w = musterWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const command = useRef(uuid7());
  const reason = useSignal('');
  const fault = useSignal('');
  const busy = useSignal(false);
  useEffect(() => dialog.current?.showModal(), []);
  const go = async (event: Event) => {
    event.preventDefault();
    if (!reason.value.trim()) { fault.value = w.reason; return; }
    busy.value = true;
    const answer = await call<Muster>('POST', `/api/musters/${muster.id}/stand-down`, { body: { commandId: command.current, reason: reason.value.trim() } });
    busy.value = false;
    if (answer.outcome === 'done') { showMuster(answer.value); close(); }
    else fault.value = answer.outcome === 'refused' ? (detailOf(answer.problem) ?? titleOf(answer.problem)) : w.notConfirmed;
  };
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="stand-down-title" onClose={close} onKeyDown={(e) => e.stopPropagation()}>
      <form onSubmit={(e) => void go(e)} noValidate>
        <h2 id="stand-down-title">{drillMark(muster)}{w.standDown}</h2>
        <p>{w.standDownAsk}</p>
        <label class="field"><span class="field-label">{w.reason}</span><input type="text" autoFocus maxLength={200} value={reason.value} aria-invalid={fault.value !== ''} onInput={(e) => { reason.value = e.currentTarget.value; fault.value = ''; }} />
          {fault.value && <span class="fault" role="alert"><Icon name="warn" size={12} /> {fault.value}</span>}</label>
        <div class="chips">{w.reasons.split('|').map((text) => <button type="button" key={text} aria-pressed={reason.value === text} onClick={() => { reason.value = text; fault.value = ''; }}>{text}</button>)}</div>
        <footer><button type="button" onClick={() => dialog.current?.close()}>{w.cancel}</button><button type="submit" class="danger" disabled={busy.value}>{w.confirm}</button></footer>
      </form>
    </dialog>
  );
}
