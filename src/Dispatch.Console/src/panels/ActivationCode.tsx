// The code is shown once and kept nowhere: closing the dialog is the end of it.
import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { call } from '../live/api';
import { now } from '../live/clock';
import type { Problem, RosterVolunteer } from '../live/contract';
import { zone } from '../live/signing';
import { titleOf } from '../words/lang';
import { whenOf } from '../words/times';
import { words } from '../words/console';
import { rosterWords } from '../words/roster';

/** `drill`: the code of a drill phone, which real incidents never reach. */
export function ActivationCode({ volunteer, drill = false, onClose }: { volunteer: RosterVolunteer; drill?: boolean; onClose: () => void }) {
  const w = rosterWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const made = useSignal<{ code: string; expiresAt: string } | null>(null);
  const problem = useSignal<Problem | 'unknown' | null>(null);
  const copied = useSignal(false);
  const returnTo = useRef(document.activeElement);
  useLayoutEffect(() => {
    dialog.current?.showModal();
    return () => { if (returnTo.current instanceof HTMLElement) returnTo.current.focus(); };
  }, []);
  const make = async (event: Event) => {
    event.preventDefault();
    const answer = await call<{ code: string; expiresAt: string }>('POST', `/api/volunteers/${volunteer.id}/${drill ? 'drill-phone' : 'activation-code'}`);
    if (answer.outcome === 'done') made.value = answer.value;
    problem.value = answer.outcome === 'refused' ? answer.problem : answer.outcome === 'unknown' ? 'unknown' : null;
  };
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="code-title" onClose={onClose}>
      <h2 id="code-title">{drill ? w.drillCodeFor(volunteer.name) : w.codeFor(volunteer.name)}</h2>
      {made.value ? (
        <>
          <p class="code" data-code={made.value.code}>{made.value.code.replace(/(.{4})(?=.)/g, '$1 ')}</p>
          <p>{w.codeOnce}</p>
          <p class="muted num">{w.expires(whenOf(made.value.expiresAt, zone(), now.peek()))}</p>
          <footer class="dialog-foot">
            <button type="button" onClick={() => { void navigator.clipboard?.writeText(made.value!.code).then(() => { copied.value = true; }); }}>{copied.value ? w.copied : w.copy}</button>
            <button type="button" class="primary" autoFocus onClick={() => dialog.current?.close()}>{w.close}</button>
          </footer>
        </>
      ) : (
        <form onSubmit={(e) => void make(e)}>
          <p>{drill ? w.drillCodeAsk(volunteer.name) : w.codeAsk(volunteer.name)}</p>
          {!drill && volunteer.activated && <p class="notice warn">{w.codeAskAgain}</p>}
          {problem.value && <p class="notice bad" role="alert">{problem.value === 'unknown' ? words().unknownOutcome : titleOf(problem.value)}</p>}
          <footer><button type="button" onClick={() => dialog.current?.close()}>{words().back}</button><button type="submit" class="primary" autoFocus>{w.make}</button></footer>
        </form>
      )}
    </dialog>
  );
}
