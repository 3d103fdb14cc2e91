// Can this person be reached? One press sends a test on every channel he has; what comes back is shown as it comes, and kept.
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon, type IconName } from '../board/glyphs';
import { call, get } from '../live/api';
import { now } from '../live/clock';
import type { ChannelOutcome, Problem, ReachabilityTest, RosterVolunteer } from '../live/contract';
import { zone } from '../live/signing';
import { uuid7 } from '../live/uuid';
import { channelReasonOf, channels, reachabilityWords } from '../words/channels';
import { titleOf } from '../words/lang';
import { timeOf, whenOf } from '../words/times';

const lookEveryMs = 1_500;

export function Reachability({ volunteer, onClose }: { volunteer: RosterVolunteer; onClose: () => void }) {
  const w = reachabilityWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const returnTo = useRef(document.activeElement);
  const tests = useSignal<ReachabilityTest[] | 'loading' | 'failed'>('loading');
  const trouble = useSignal<Problem | 'unknown' | null>(null);
  const sending = useSignal(false);
  /** The id of the press that is not confirmed yet: pressing again is the same test. */
  const pressed = useRef<string | null>(null);
  const path = `/api/volunteers/${volunteer.id}/reachability`;

  useLayoutEffect(() => {
    dialog.current?.showModal();
    return () => { if (returnTo.current instanceof HTMLElement) returnTo.current.focus(); };
  }, []);
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const look = async () => {
      const answer = await get<{ tests: ReachabilityTest[] }>(path, { signal: stop.signal });
      if (stop.signal.aborted) return;
      if (answer.outcome === 'done') tests.value = answer.value.tests;
      else if (tests.peek() === 'loading') tests.value = 'failed';
      timer = setTimeout(() => void look(), lookEveryMs);
    };
    void look();
    return () => { stop.abort(); clearTimeout(timer); };
  }, [path]);

  const start = async () => {
    sending.value = true;
    pressed.current ??= uuid7();
    const answer = await call<ReachabilityTest>('POST', path, { body: { testId: pressed.current } });
    sending.value = false;
    trouble.value = answer.outcome === 'refused' ? answer.problem : answer.outcome === 'unknown' ? 'unknown' : null;
    if (answer.outcome !== 'unknown') pressed.current = null;
    if (answer.outcome === 'done') tests.value = [answer.value, ...(Array.isArray(tests.peek()) ? (tests.peek() as ReachabilityTest[]).filter((t) => t.id !== answer.value.id) : [])];
  };

  const all = Array.isArray(tests.value) ? tests.value : [];
  const [latest, ...earlier] = all;
  return (
    <dialog ref={dialog} class="confirm reachability" aria-labelledby="reach-title" onClose={onClose}>
      <h2 id="reach-title">{w.titleFor(volunteer.name)}</h2>
      <p class="muted">{w.what}</p>
      {tests.value === 'failed' && <p class="notice bad">{w.failed}</p>}
      {tests.value !== 'loading' && !latest && <p>{w.never}</p>}
      {latest && (
        <>
          <p class="muted num">{w.at(whenOf(latest.orderedAt, zone(), now.value), latest.orderedBy.name ?? '')}</p>
          <ul class="reach" aria-live="polite">{latest.channels.map((outcome) => <Outcome key={outcome.channel} outcome={outcome} />)}</ul>
        </>
      )}
      {earlier.length > 0 && (
        <details>
          <summary>{w.earlier}</summary>
          <ul class="reach-earlier">{earlier.map((test) => {
            const usable = test.channels.filter((c) => c.state !== 'unavailable');
            return <li key={test.id}><span class="num">{whenOf(test.orderedAt, zone(), now.value)}</span><span>{w.reached(usable.filter((c) => c.state === 'delivered').length, usable.length)}</span></li>;
          })}</ul>
        </details>
      )}
      {trouble.value && <p class="notice bad" role="alert">{trouble.value === 'unknown' ? w.unconfirmed : trouble.value.status === 429 ? w.tooSoon : titleOf(trouble.value)}</p>}
      <footer>
        <button type="button" onClick={() => dialog.current?.close()}>{w.close}</button>
        <button type="button" class="primary" autoFocus disabled={sending.value} onClick={() => void start()}>{sending.value ? w.testing : latest ? w.again : w.start}</button>
      </footer>
    </dialog>
  );
}

function Outcome({ outcome: o }: { outcome: ChannelOutcome }) {
  const w = reachabilityWords();
  const [kind, icon, text]: [string, IconName, string] =
    o.confirmedAt ? ['confirmed', 'check', w.confirmed]
    : o.state === 'delivered' ? ['delivered', 'check', w.delivered]
    : o.state === 'sent' ? ['sent', 'up', w.sent]
    : o.state === 'queued' ? ['queued', 'clock', w.waiting]
    : o.state === 'unavailable' ? ['unavailable', 'pause', w.unavailable] : ['failed', 'cross', w.not];
  return (
    <li class={kind} data-channel={o.channel} data-outcome={kind}>
      <b>{channels()[o.channel]}</b>
      <span><Icon name={icon} size={12} />{text}{o.reason && o.state !== 'delivered' && `：${channelReasonOf(o.reason)}`}</span>
      <span class="num muted">{o.state === 'unavailable' ? '' : timeOf(o.confirmedAt ?? o.deliveredAt ?? o.changedAt, zone())}</span>
    </li>
  );
}
