// One line of a region's policy: what is left empty is inherited. The server judges; each fault stands at its field.
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { call } from '../live/api';
import type { Fault, PolicyLine, PolicyPage, PolicyPlan } from '../live/contract';
import { uuid7 } from '../live/uuid';
import { detailOf, messageOf, titleOf } from '../words/lang';
import { levelName, modeName, policyWords } from '../words/policies';
import { durationOf } from '../words/times';

type Values = Record<string, string>;
const numbers = ['radiusMetres', 'answerWithinSeconds', 'arriveWithinSeconds', 'targetProbability', 'innerTarget', 'alertBudget', 'alertPeriodSeconds', 'restFloorSeconds', 'aidAnswerWithinSeconds', 'lendForSeconds'] as const;
const times = ['quietFrom', 'quietTo'] as const;
const choices: Record<string, readonly (string | number)[]> = { firstRing: [5, 4, 3], lastRing: [3, 2, 1], aid: ['operator', 'automatic'], approver: ['desk', 'superior'] };

export interface Editing { region: string; regionName: string; category: string | null; about: string; mode: string; line: PolicyLine | null; plan: PolicyPlan | null }

/** `current`: the line as it is now, whatever it was when the form was opened. */
export function PolicyForm({ editing, current, onSaved, onClose }: { editing: Editing; current: PolicyLine | null; onSaved: (page: PolicyPage) => void; onClose: () => void }) {
  const w = policyWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const returnTo = useRef(document.activeElement);
  const command = useRef(uuid7());
  const line = useSignal(editing.line);
  const values = useSignal<Values>(valuesOf(editing.line));
  const reason = useSignal('');
  const faults = useSignal<Fault[]>([]);
  const trouble = useSignal('');
  const saving = useSignal(false);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    return () => { if (returnTo.current instanceof HTMLElement && returnTo.current.isConnected) returnTo.current.focus(); };
  }, []);

  const take = (now: PolicyLine | null) => {
    line.value = now;
    values.value = valuesOf(now);
    trouble.value = w.changedMeanwhile;
  };
  const changed = !saving.value && (current?.version ?? 0) !== (line.value?.version ?? 0);
  const save = async (event: Event) => {
    event.preventDefault();
    saving.value = true;
    const body: Record<string, unknown> = { commandId: command.current, region: editing.region, category: editing.category, mode: editing.mode, version: line.value?.version ?? 0, reason: reason.value };
    for (const [key, text] of Object.entries(values.value)) {
      if (text.trim() === '') continue;
      body[key] = (numbers as readonly string[]).includes(key) || key === 'firstRing' || key === 'lastRing' ? Number(text) : text;
    }
    const answer = await call<PolicyPage>('PUT', '/api/policies', { body });
    if (answer.outcome === 'done') { onSaved(answer.value); dialog.current?.close(); return; }
    saving.value = false;
    if (answer.outcome === 'unknown') { trouble.value = w.unconfirmed; return; }
    command.current = uuid7();
    faults.value = answer.problem.errors ?? [];
    if (answer.problem.status === 409) take((answer.problem.current as PolicyLine | undefined) ?? null);
    else trouble.value = faults.value.length > 0 ? '' : `${titleOf(answer.problem)} ${detailOf(answer.problem) ?? ''}`;
  };
  const corrected = (key: string) => { faults.value = faults.peek().filter((f) => f.field !== key); }; // what was wrong is being changed: it was wrong of what stood there
  const set = (key: string, text: string) => { values.value = { ...values.value, [key]: text }; corrected(key); };
  const now = (key: string): string => {
    const value = (editing.plan as unknown as Values | null)?.[key];
    return value === null || value === undefined ? '' : key === 'firstRing' || key === 'lastRing' ? levelName(Number(value)) : (w as unknown as Values)[String(value)] ?? String(value);
  };
  const label = (key: string): string => (w as unknown as Values)[key] ?? key;
  const faultOf = (key: string) => faults.value.filter((f) => f.field === key).map((f) => <span key={f.message} class="fault" role="alert">{messageOf(f)}</span>);
  const word = (choice: string | number) => (typeof choice === 'number' ? levelName(choice) : label(choice));

  return (
    <dialog ref={dialog} class="confirm policy-form" aria-labelledby="policy-title" onClose={onClose}>
      <form onSubmit={(e) => void save(e)} noValidate>
        <h2 id="policy-title">{editing.regionName} · {editing.about} · {modeName(editing.mode)}</h2>
        <p class="muted">{w.emptyInherits}</p>
        <div class="policy-fields">
          <Choice name="firstRing" /><Choice name="lastRing" />
          {numbers.map((key) => (
            <label class="field" key={key}><span class="field-label">{label(key)}{key.endsWith('Seconds') && Number(values.value[key] || now(key)) > 0 && <small> · {w.is(durationOf(Number(values.value[key] || now(key))))}</small>}</span>
              <input type="number" step="any" inputMode="decimal" name={key} value={values.value[key] ?? ''} placeholder={now(key)} aria-invalid={faults.value.some((f) => f.field === key)} onInput={(e) => set(key, e.currentTarget.value)} />
{faultOf(key)}
            </label>
          ))}
          {times.map((key) => (
            <label class="field" key={key}><span class="field-label">{label(key)}</span>
              <input type="text" name={key} value={values.value[key] ?? ''} placeholder={now(key) || 'HH:mm'} maxLength={5} aria-invalid={faults.value.some((f) => f.field === key)} onInput={(e) => set(key, e.currentTarget.value)} />{faultOf(key)}
            </label>
          ))}
          <Choice name="aid" /><Choice name="approver" />
        </div>
        <label class="field"><span class="field-label">{w.reason}</span>
          <input type="text" name="reason" maxLength={200} value={reason.value} aria-invalid={faults.value.some((f) => f.field === 'reason')} onInput={(e) => { reason.value = e.currentTarget.value; corrected('reason'); }} />{faultOf('reason')}
        </label>
        {changed && <p class="notice warn" role="alert"><span>{w.changedNow}</span><button type="button" onClick={() => take(current)}>{w.showNow}</button></p>}
        {trouble.value && <p class="notice bad" role="alert">{trouble.value}</p>}
        <footer>
          <button type="button" onClick={() => dialog.current?.close()}>{w.cancel}</button>
          <button type="submit" class="primary" disabled={saving.value}>{saving.value ? w.saving : w.save}</button>
        </footer>
      </form>
    </dialog>
  );

  function Choice({ name }: { name: string }) {
    return (
      <label class="field"><span class="field-label">{label(name)}</span>
        <select name={name} value={values.value[name] ?? ''} onChange={(e) => set(name, e.currentTarget.value)}>
          <option value="">{w.inherit}{now(name) && ` (${now(name)})`}</option>
          {choices[name]!.map((choice) => <option key={choice} value={String(choice)}>{word(choice)}</option>)}
        </select>{faultOf(name)}
      </label>
    );
  }
}

function valuesOf(line: PolicyLine | null): Values {
  if (!line) return {};
  const kept = [...numbers, ...times, ...Object.keys(choices)];
  return Object.fromEntries(Object.entries(line).filter(([key, value]) => kept.includes(key) && value !== null).map(([key, value]) => [key, String(value)]));
}
