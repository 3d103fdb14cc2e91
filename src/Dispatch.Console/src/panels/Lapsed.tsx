// A loan has run out and its people are still out: who they are, what their home says, and the operator's decision. Once it is made, it stands here
// with who made it and why, for as long as somebody is out by it.
import { useSignal } from '@preact/signals';
import { ask } from '../actions/ordering';
import { isShort } from '../board/attention';
import { Icon, StateGlyph } from '../board/glyphs';
import { aid } from '../live/aid';
import { call } from '../live/api';
import type { Incident } from '../live/contract';
import { lapsesOf, type Lapse } from '../live/lapses';
import { leads } from '../live/signing';
import { aidWords } from '../words/aid';
import { calloutStates } from '../words/domain';
import { words } from '../words/console';
import { timeOf } from '../words/times';
import { AidForm, faultsOf, type Asked } from './AidForm';
import { Decided } from './Decided';

export function Lapsed({ incident }: { incident: Incident }) {
  const w = aidWords();
  const states = calloutStates();
  const form = useSignal<Asked | null>(null);
  const decide = ({ release, callouts }: Lapse, decision: 'goOn' | 'callHome') => {
    form.value = {
      title: decision === 'goOn' ? w.letGoOnTitle(callouts.length) : w.releaseAll(callouts.length),
      about: `${callouts.map((c) => c.volunteer.name).join('、')}${decision === 'goOn' ? `。${w.letGoOnHint}` : ''}`,
      method: 'POST', path: `/api/releases/${release.id}/decide`, fields: [], body: { decision, replaces: release.decision?.at ?? null },
    };
  };
  const askAgain = ({ release }: Lapse) => {
    form.value = { title: w.askAgain(release.lender.name), about: w.askAgainHint, method: 'POST', path: `/api/incidents/${incident.id}/aid`, fields: [], body: { regions: [release.lender.code] } };
  };
  return <>
    {lapsesOf(incident).map((lapse) => (
      <section key={lapse.release.id} class={`notice lapsed${lapse.decided ? '' : ' warn'}`} role={lapse.decided ? 'group' : 'alert'} aria-label={w.lapsedTitle(lapse.release.lender.name)} data-lapsed={lapse.release.id} data-decided={lapse.decided}>
        {!lapse.decided && <Icon name="warn" size={13} />}
        <div>
          {!lapse.decided && <b>{w.stillOut(lapse.callouts.length, lapse.release.lender.name, timeOf(lapse.release.validUntil, incident.timeZone))}</b>}
          <Decided release={lapse.release} zone={incident.timeZone} />
          <ul>{lapse.callouts.map((c) => (
            <li key={c.id}><StateGlyph state={c.state} size={12} /><b>{c.volunteer.name}</b><span class="muted">{states[c.state]}</span>
              {leads(incident) && <button type="button" class="small" aria-label={`${words().release} ${c.volunteer.name}`} onClick={() => ask('release', incident, c)}>{words().release}</button>}</li>
          ))}</ul>
          {leads(incident) && <p class="lapsed-all">
            {(lapse.callouts.length > 1 || !!lapse.release.appeal) && <button type="button" onClick={() => decide(lapse, 'callHome')}>{w.releaseAll(lapse.callouts.length)}</button>}
            {(lapse.release.mayDecideAs === 'superior' && lapse.release.appeal?.dueAt || !lapse.decided && !(lapse.release.appeal?.to && lapse.release.appeal.dueAt)) && <button type="button" onClick={() => decide(lapse, 'goOn')}>{w.letGoOn}</button>}
            {incident.needs.some(isShort) && <button type="button" class="quiet" onClick={() => askAgain(lapse)}>{w.askAgain(lapse.release.lender.name)}</button>}
            {!lapse.decided && <span class="muted">{w.goOn}</span>}</p>}
        </div>
      </section>
    ))}
    {form.value && <AidForm asked={form.value} onDone={async (body) => {
      const answer = await call(form.peek()!.method, form.peek()!.path, { body });
      aid.moved(); // also when it was refused: somebody else may have decided
      return faultsOf(answer);
    }} onClose={() => { form.value = null; }} />}
  </>;
}
