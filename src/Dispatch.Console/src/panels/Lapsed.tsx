// A loan has run out and its people are still out: who they are, and the operator's decision. Who is not released goes on.
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { ask } from '../actions/ordering';
import { isShort } from '../board/attention';
import { Icon, StateGlyph } from '../board/glyphs';
import { call } from '../live/api';
import type { Fault, Incident, Uuid } from '../live/contract';
import { lapsesOf, type Lapse } from '../live/lapses';
import { leads } from '../live/signing';
import { uuid7 } from '../live/uuid';
import { aidWords } from '../words/aid';
import { calloutStates } from '../words/domain';
import { words } from '../words/console';
import { timeOf } from '../words/times';
import { AidForm, faultsOf, type Asked } from './AidForm';

export function Lapsed({ incident }: { incident: Incident }) {
  const w = aidWords();
  const states = calloutStates();
  const form = useSignal<{ asked: Asked; give: (body: Record<string, unknown>) => Promise<Fault[] | null> } | null>(null);
  const commands = useRef(new Map<Uuid, Uuid>()); // pressed again after no answer, each order is repeated under its own id

  const releaseAll = ({ release, callouts }: Lapse) => {
    form.value = {
      asked: { title: w.releaseAll(callouts.length), about: callouts.map((c) => c.volunteer.name).join('、'), method: 'POST', path: '', fields: [], body: {} },
      give: async ({ reason }) => {
        const answers = await Promise.all(lapsesOf(incident).find((l) => l.release.id === release.id)?.callouts.map((c) => {
          const commandId = commands.current.get(c.id) ?? uuid7();
          commands.current.set(c.id, commandId);
          return call('POST', `/api/callouts/${c.id}/release`, { body: { commandId, reason } });
        }) ?? []);
        return answers.map(faultsOf).find((faults) => faults !== null) ?? null;
      },
    };
  };
  const askAgain = ({ release }: Lapse) => {
    const commandId = uuid7();
    form.value = {
      asked: { title: w.askAgain(release.lender.name), about: w.askAgainHint, method: 'POST', path: `/api/incidents/${incident.id}/aid`, fields: [], body: { regions: [release.lender.code] } },
      give: (body) => call('POST', `/api/incidents/${incident.id}/aid`, { body: { commandId, ...body } }).then(faultsOf),
    };
  };
  return <>
    {lapsesOf(incident).map((lapse) => (
      <section key={lapse.release.id} class="notice warn lapsed" role="alert" aria-label={w.lapsedTitle(lapse.release.lender.name)} data-lapsed={lapse.release.id}>
        <Icon name="warn" size={13} />
        <div>
          <b>{w.stillOut(lapse.callouts.length, lapse.release.lender.name, timeOf(lapse.release.validUntil, incident.timeZone))}</b>
          <ul>{lapse.callouts.map((c) => (
            <li key={c.id}><StateGlyph state={c.state} size={12} /><b>{c.volunteer.name}</b><span class="muted">{states[c.state]}</span>
              {leads(incident) && <button type="button" class="small" aria-label={`${words().release} ${c.volunteer.name}`} onClick={() => ask('release', incident, c)}>{words().release}</button>}</li>
          ))}</ul>
          {leads(incident) && <p class="lapsed-all">
            {lapse.callouts.length > 1 && <button type="button" onClick={() => releaseAll(lapse)}>{w.releaseAll(lapse.callouts.length)}</button>}
            {incident.needs.some(isShort) && <button type="button" class="quiet" onClick={() => askAgain(lapse)}>{w.askAgain(lapse.release.lender.name)}</button>}
            <span class="muted">{w.goOn}</span></p>}
        </div>
      </section>
    ))}
    {form.value && <AidForm asked={form.value.asked} onDone={form.value.give} onClose={() => { form.value = null; }} />}
  </>;
}
