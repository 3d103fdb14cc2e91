// A small form for one order of the mutual-aid desk; each carries a reason. Faults stand at their fields.
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Answer } from '../live/api';
import type { Fault } from '../live/contract';
import { uuid7 } from '../live/uuid';
import { aidWords } from '../words/aid';
import { messageOf } from '../words/lang';
import { words } from '../words/console';

export interface AskedField { name: string; label: string; type?: 'text' | 'number' | 'date' | 'checkbox'; options?: readonly (readonly [string, string])[]; value: string; hint?: string; of?: string; list?: string }
export interface Asked { title: string; about: string; method: 'POST' | 'PUT'; path: string; fields: AskedField[]; body: Record<string, unknown> }

/** What is wrong, at its field where there is one; null: it was carried out. */
export function faultsOf(answer: Answer<unknown>): Fault[] | null {
  const w = aidWords();
  if (answer.outcome === 'done') return null;
  if (answer.outcome === 'unknown') return [{ field: '', message: w.unconfirmed, messageEn: w.unconfirmed }];
  const { problem } = answer;
  return problem.errors ?? [{ field: '', message: `${problem.title} ${problem.detail ?? ''}`, messageEn: `${problem.titleEn} ${problem.detailEn ?? ''}` }];
}

export function AidForm({ asked, onDone, onClose }: { asked: Asked; onDone: (body: Record<string, unknown>) => Promise<Fault[] | null>; onClose: () => void }) {
  const w = aidWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const commandId = useRef(uuid7()); // pressed again after no answer, the order is repeated under its own id
  const values = useSignal<Record<string, string>>(Object.fromEntries(asked.fields.map((f) => [f.name, f.value])));
  const reason = useSignal('');
  const faults = useSignal<Fault[]>([]);
  useLayoutEffect(() => { dialog.current?.showModal(); }, []);
  const isOf = (f: Fault, name: string) => f.field === name || f.field.endsWith(`.${name}`) || (name === 'hours' && f.field === 'until');
  const corrected = (name: string) => { faults.value = faults.peek().filter((f) => !isOf(f, name)); }; // what was wrong is being changed: it was wrong of what stood there
  const set = (name: string, text: string) => { values.value = { ...values.value, [name]: text }; corrected(name); };
  const go = async (event: Event) => {
    event.preventDefault();
    const body: Record<string, unknown> = { commandId: commandId.current, ...asked.body, reason: reason.value };
    for (const field of asked.fields) {
      const text = values.value[field.name] ?? '';
      if (text === '' && field.type !== 'checkbox') continue;
      if (field.list) { body[field.list] = [...((body[field.list] as string[] | undefined) ?? []), ...(text === 'on' ? [field.name] : [])]; continue; }
      if (field.name === 'hours') body['until'] = new Date(Date.now() + Number(text) * 3600_000).toISOString();
      else if (field.of) body[field.of] = { datum: 'wgs84', ...(body[field.of] as object | undefined), [field.name]: Number(text) };
      else body[field.name] = field.type === 'number' ? Number(text) : field.type === 'checkbox' ? text === 'on' : field.type === 'date' ? new Date(`${text}T23:59:59`).toISOString() : text;
    }
    const found = await onDone(body);
    if (found === null) dialog.current?.close();
    else faults.value = found;
  };
  const faultOf = (name: string) => faults.value.filter((f) => isOf(f, name)).map((f) => <span key={f.message} class="fault" role="alert">{messageOf(f)}</span>);
  const elsewhere = faults.value.filter((f) => f.field !== 'reason' && !asked.fields.some((x) => isOf(f, x.name)));
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="aid-form-title" onClose={onClose}>
      <form onSubmit={(e) => void go(e)} noValidate>
        <h2 id="aid-form-title">{asked.title}</h2>
        {asked.about && <p>{asked.about}</p>}
        <div class="policy-fields">
          {asked.fields.map((f) => (
            <label class={f.type === 'checkbox' ? 'aid-check' : 'field'} key={f.name}>
              {f.type === 'checkbox' && <input type="checkbox" name={f.name} checked={values.value[f.name] === 'on'} onChange={(e) => set(f.name, e.currentTarget.checked ? 'on' : '')} />}
              <span class="field-label">{f.label}</span>
              {f.options ? <select name={f.name} value={values.value[f.name]} onChange={(e) => set(f.name, e.currentTarget.value)}>{f.options.map(([key, text]) => <option key={key} value={key}>{text}</option>)}</select>
                : f.type === 'number' ? <input type="number" step="any" name={f.name} value={values.value[f.name]} placeholder={f.hint} onInput={(e) => set(f.name, e.currentTarget.value)} />
                : f.type === 'date' ? <input type="date" name={f.name} value={values.value[f.name]} onInput={(e) => set(f.name, e.currentTarget.value)} />
                : f.type !== 'checkbox' && <input type="text" name={f.name} value={values.value[f.name]} placeholder={f.hint} maxLength={100} onInput={(e) => set(f.name, e.currentTarget.value)} />}
              {faultOf(f.name)}
            </label>
          ))}
        </div>
        <label class="field"><span class="field-label">{words().reasonRequired}</span><input type="text" name="reason" autoFocus maxLength={200} value={reason.value} onInput={(e) => { reason.value = e.currentTarget.value; corrected('reason'); }} />{faultOf('reason')}</label>
        {elsewhere.map((f) => <p key={f.field + f.message} class="notice bad" role="alert">{messageOf(f)}</p>)}
        <footer><button type="button" onClick={() => dialog.current?.close()}>{w.close}</button><button type="submit" class="primary">{w.save}</button></footer>
      </form>
    </dialog>
  );
}
