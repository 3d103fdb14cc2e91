import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { aidWords } from '../words/aid';
import { words } from '../words/console';
import { confirm, question, reasonIs, type Question } from './ordering';

export function ConfirmDialog() {
  const q = question.value;
  return q ? <Asking key={q.commandId} q={q} /> : null;
}

function Asking({ q }: { q: Question }) {
  const w = words();
  const dialog = useRef<HTMLDialogElement>(null);
  const reason = useSignal('');
  const missing = useSignal(false);
  const count = useSignal(q.need?.count ?? 0);
  const returnTo = useRef(document.activeElement);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    return () => { if (returnTo.current instanceof HTMLElement && returnTo.current.isConnected) returnTo.current.focus(); };
  }, []);

  const need = reasonIs[q.kind];
  const titleFor = q.kind === 'aid' ? aidWords().request : w[q.kind];
  const asked = { escalate: w.escalateAsk, recall: w.recallAsk, close: w.closeAsk, cancel: w.cancelAsk, release: w.releaseAsk(q.about), recallOne: w.recallOneAsk(q.about), need: w.needAsk(q.about, q.need?.filled ?? 0), aid: aidWords().requestAsk }[q.kind];
  const suggested = { escalate: '', recall: w.reasonsRecall, close: w.reasonsClose, cancel: w.reasonsCancel, release: w.reasonsOne, recallOne: w.reasonsOne, need: w.reasonsNeed, aid: '' }[q.kind].split('|').filter(Boolean);
  const go = (event: Event) => {
    event.preventDefault();
    if (need === 'required' && !reason.value.trim()) { missing.value = true; dialog.current?.querySelector<HTMLInputElement>('input[type=text]')?.focus(); return; }
    confirm(reason.value, count.value);
  };

  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="confirm-title" onCancel={() => { question.value = null; }} onClose={() => { question.value = null; }}>
      <form onSubmit={go} noValidate>
        <h2 id="confirm-title">{titleFor}</h2>
        <p>{asked}</p>
        {!q.calloutId && <p class="muted">{q.about}</p>}
        {q.need && <label class="field"><span class="field-label">{w.count}</span><input type="number" name="count" min={Math.max(1, q.need.filled)} max={500} value={count.value} onInput={(e) => { count.value = e.currentTarget.valueAsNumber || 0; }} /></label>}
        {need !== 'none' && (
          <>
            <label class="field">
              <span class="field-label">{need === 'required' ? w.reasonRequired : w.reasonOptional}</span>
              <input type="text" autoFocus maxLength={200} value={reason.value} aria-invalid={missing.value} onInput={(e) => { reason.value = e.currentTarget.value; missing.value = false; }} />
              {missing.value && <span class="fault" role="alert">{w.reasonNeeded}</span>}
            </label>
            <div class="chips" role="group" aria-label={w.reason}>
              {suggested.map((text) => <button type="button" key={text} aria-pressed={reason.value === text} onClick={() => { reason.value = text; missing.value = false; dialog.current?.querySelector('input')?.focus(); }}>{text}</button>)}
            </div>
          </>
        )}
        <footer>
          <span class="muted">{w.enterConfirms}</span>
          <button type="button" onClick={() => dialog.current?.close()}>{w.back}</button>
          <button type="submit" class={q.kind === 'escalate' || q.kind === 'aid' ? 'primary' : 'danger'} autoFocus={need === 'none'}>{titleFor}</button>
        </footer>
      </form>
    </dialog>
  );
}
