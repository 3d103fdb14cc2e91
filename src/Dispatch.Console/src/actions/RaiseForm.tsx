// Raising takes the right-hand side, not a window over everything: the map stays clickable and the board stays readable.
import { useLayoutEffect } from 'preact/hooks';
import type { Grade, ResponseLevel, Warning } from '../live/contract';
import { putAside } from '../live/orders';
import { Icon } from '../board/glyphs';
import { detailOf, messageOf, titleOf } from '../words/lang';
import { grades, responseLevels, warnings } from '../words/domain';
import { distanceOf } from '../words/times';
import { raiseWords } from '../words/raise';
import { words } from '../words/console';
import { CategoryPicker } from './CategoryPicker';
import { ExtentFields } from './ExtentFields';
import { Field, invalidAt } from './Field';
import { NeedsEditor } from './NeedsEditor';
import { PlaceFields } from './PlaceFields';
import { WhatIf } from './WhatIf';
import { closeRaise, draft, draftCategory, draftOrder, edit, faults, focusForm, hasScales, submit } from './raising';

const shownFields = ['category', 'position', 'address', 'alsoAt', 'area', 'grade', 'warning', 'responseLevel', 'risk', 'needs'];

/** Enter in a field must not call people out: only the button does, or Ctrl and Enter (keys.ts), wherever the focus is. */
function onKeyDown(event: KeyboardEvent): void {
  if (event.key === 'Enter' && event.target instanceof HTMLInputElement && !event.ctrlKey && !event.metaKey) event.preventDefault();
}

export function RaiseForm() {
  const w = raiseWords();
  const d = draft.value;
  useLayoutEffect(focusForm, [d?.id]);
  if (!d) return null;
  const order = draftOrder.value;
  const busy = order !== undefined && order.state !== 'refused';
  const category = draftCategory.value;
  const elsewhere = faults.value.filter((f) => !shownFields.some((name) => f.field === name || f.field.startsWith(`${name}.`) || f.field.startsWith(`${name}[`)));
  return (
    <section id="raise" class="panel raise" aria-labelledby="raise-title">
      <form
        onSubmit={(e) => { e.preventDefault(); void submit(); }} noValidate
        onKeyDown={onKeyDown}
      >
        <header class="panel-head">
          <h2 id="raise-title">{w.raise}</h2>
          <button type="button" class="icon-button" aria-label={w.close} title={w.close} onClick={closeRaise}><Icon name="cross" /></button>
        </header>
        <div class="panel-body form">
          <Field name="category" label={w.category} group
                 hint={category && w.plan(category.answerWithinSeconds < 120 ? words().seconds(category.answerWithinSeconds) : words().minutes(Math.round(category.answerWithinSeconds / 60)), distanceOf(category.radiusMetres))}>
            <CategoryPicker disabled={busy} />
          </Field>
          <PlaceFields disabled={busy} />
          <ExtentFields disabled={busy} />
          <Field name="risk" label={w.risk}>
            <textarea rows={2} maxLength={500} disabled={busy} {...invalidAt('risk')} value={d.risk} onInput={(e) => edit({ risk: e.currentTarget.value, own: { ...d.own, risk: true } })} />
          </Field>
          <NeedsEditor disabled={busy} />
          {!busy && <WhatIf />}
          <div class="scales">
            {hasScales.value && <Choice name="grade" label={w.grade} value={d.grade} options={grades()} disabled={busy} onChange={(grade) => edit({ grade: grade as Grade | null })} />}
            {hasScales.value && <Choice name="warning" label={w.warning} value={d.warning} options={warnings()} disabled={busy} onChange={(warning) => edit({ warning: warning as Warning | null })} />}
            <Choice name="responseLevel" label={w.responseLevel} value={d.responseLevel} options={responseLevels()} disabled={busy} onChange={(level) => edit({ responseLevel: level as ResponseLevel | null })} />
          </div>
          {!hasScales.value && <p class="field-hint">{w.noScales}</p>}
          <label class={`check drill-check${d.drill ? ' on' : ''}`}><input type="checkbox" disabled={busy} checked={d.drill} onChange={(e) => edit({ drill: e.currentTarget.checked })} /><span><b>{w.drill}</b> <span class="muted">{w.drillMeans}</span></span></label>
        </div>
        <footer class="panel-foot">
          {order?.state === 'refused' && order.problem && (
            <div class="notice bad" role="alert">
              <Icon name="warn" /><div><b>{titleOf(order.problem)}</b>{detailOf(order.problem) && <div>{detailOf(order.problem)}</div>}{elsewhere.map((f) => <div key={f.field}>{f.field}: {messageOf(f)}</div>)}</div>
            </div>
          )}
          {order?.state === 'notConfirmed' && (
            <div class="notice warn" role="status">
              <Icon name="warn" />
              <div><b>{words().notConfirmed} · {words().attempt(order.attempts)}</b><div>{words().notConfirmedLong} {w.leaveUnconfirmed}</div></div>
              <button type="button" class="link" title={words().putAsideHint} onClick={() => putAside(order.id)}>{words().putAside}</button>
            </div>
          )}
          <button type="submit" class="primary big" disabled={busy}>{busy ? w.sending : d.drill ? w.sendDrill : w.send}<kbd>Ctrl ↵</kbd></button>
        </footer>
      </form>
    </section>
  );
}

function Choice({ name, label, value, options, disabled, onChange }: { name: string; label: string; value: string | null; options: Record<string, string>; disabled: boolean; onChange: (value: string | null) => void }) {
  return (
    <Field name={name} label={label}>
      <select disabled={disabled} value={value ?? ''} {...invalidAt(name)} onChange={(e) => onChange(e.currentTarget.value || null)}>
        <option value="">{raiseWords().none}</option>
        {Object.entries(options).map(([key, text]) => <option key={key} value={key}>{text}</option>)}
      </select>
    </Field>
  );
}
