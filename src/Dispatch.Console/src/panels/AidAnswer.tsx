// One request for people: whom this region could lend, and what would remain at every tick. The server judges the floors again.
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from '../board/glyphs';
import { Countdown } from '../board/Ticking';
import { call, get } from '../live/api';
import { aid } from '../live/aid';
import type { AidRequest, Uuid } from '../live/contract';
import { categoryOf } from '../live/reference';
import { me, zone } from '../live/signing';
import { uuid7 } from '../live/uuid';
import { aidWords } from '../words/aid';
import { detailOf, nameOf, textOf, titleOf } from '../words/lang';
import { distanceOf, timeOf } from '../words/times';

export function AidAnswer({ id, onClose }: { id: Uuid; onClose: () => void }) {
  const w = aidWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const command = useRef(uuid7());
  const request = useSignal<AidRequest | null>(null);
  const chosen = useSignal<ReadonlySet<Uuid>>(new Set());
  const hours = useSignal('');
  const reason = useSignal('');
  const trouble = useSignal('');
  const sending = useSignal(false);
  useLayoutEffect(() => { dialog.current?.showModal(); }, []);
  useEffect(() => {
    void get<AidRequest>(`/api/mutual-aid/${id}`).then((answer) => {
      if (answer.outcome !== 'done') { trouble.value = w.failed; return; }
      request.value = answer.value;
      chosen.value = new Set(answer.value.offer?.people.filter((p) => p.proposed).map((p) => p.id));
      hours.value = String(answer.value.lendForSeconds / 3600);
    });
  }, [id]);

  const r = request.value;
  const offer = r?.offer;
  const send = async (answer: 'approve' | 'refuse') => {
    if (answer === 'refuse' && !reason.value.trim()) { trouble.value = w.reasonNeeded; return; }
    sending.value = true;
    const until = new Date(Date.now() + Number(hours.value) * 3600_000);
    const body = answer === 'approve'
      ? { commandId: command.current, answer, people: [...chosen.value], until: Number.isFinite(until.getTime()) ? until.toISOString() : undefined, ...(reason.value.trim() ? { reason: reason.value.trim() } : {}) }
      : { commandId: command.current, answer, reason: reason.value.trim() };
    const done = await call<AidRequest>('POST', `/api/mutual-aid/${id}/answer`, { body });
    sending.value = false;
    if (done.outcome === 'unknown') { trouble.value = w.unconfirmed; return; }
    if (done.outcome === 'refused') { command.current = uuid7(); trouble.value = `${titleOf(done.problem)} ${detailOf(done.problem) ?? ''}`; return; }
    aid.moved();
    dialog.current?.close();
  };
  const toggle = (person: Uuid) => { trouble.value = ''; const next = new Set(chosen.value); if (!next.delete(person)) next.add(person); chosen.value = next; };
  const left = (people: readonly Uuid[]) => people.filter((p) => !chosen.value.has(p)).length;

  return (
    <dialog ref={dialog} class="confirm aid-answer" aria-labelledby="aid-title" onClose={onClose}>
      <h2 id="aid-title">{r ? `${w.from(r.borrower.name)} · ${nameOf(categoryOf(r.incident.category))}` : w.loading}</h2>
      {r && <>
        {me.value?.region.code !== r.lender.code && r.mayAnswer && <p class="aid-instead"><Icon name="people" size={13} /><b>{w.inStead(r.lender.name)}</b><span class="muted">{w.because(r.stage)}</span></p>}
        <p>{r.incident.address}<span class="muted num"> {r.incident.longitude.toFixed(4)}, {r.incident.latitude.toFixed(4)}</span></p>
        <p class="incident-risk"><Icon name="warn" size={13} /><span>{r.incident.risk}</span></p>
        {r.state === 'open' && r.dueAt && <p class="aid-due"><Icon name="clock" size={13} />{w.due} <b class="num">{timeOf(r.dueAt, zone())}</b> <Countdown to={r.dueAt} /></p>}
        <p><b>{r.needs.map((n) => w.wants(n.missing, nameOf(n))).join('；')}</b></p>
      </>}
      {offer && <div class="aid-columns">
        <section aria-label={w.people}>
          <h3>{w.people} <small class="muted">{w.chosen(chosen.value.size)}</small></h3>
          <div class="chips">
            <button type="button" onClick={() => { chosen.value = new Set(offer.people.filter((p) => p.proposed).map((p) => p.id)); }}>{w.propose}</button>
            <button type="button" onClick={() => { chosen.value = new Set(offer.people.map((p) => p.id)); }}>{w.all}</button>
            <button type="button" onClick={() => { chosen.value = new Set(); }}>{w.clear}</button>
          </div>
          {offer.people.length === 0 ? <p class="muted">{w.nobody}</p> : (
            <ul class="aid-people">{offer.people.map((p) => (
              <li key={p.id}><label><input type="checkbox" checked={chosen.value.has(p.id)} onChange={() => toggle(p.id)} /><b>{p.name}</b><span class="muted">{nameOf(r!.needs.find((n) => n.ordinal === p.needOrdinal))}</span><span class="num">{p.locatedBy === 'address' && '≈'}{distanceOf(p.distanceMetres)}</span></label></li>
            ))}</ul>
          )}
        </section>
        <section aria-label={w.coverIn(r!.lender.name)} aria-live="polite">
          <h3>{w.coverIn(r!.lender.name)}</h3>
          <ul class="aid-cover">
            {offer.floors.map((f) => {
              const after = left(f.people);
              const broken = after < f.count && after < f.people.length;
              return <li key={f.id} class={broken ? 'bad' : 'good'}><Icon name={broken ? 'cross' : 'check'} size={13} /><span>{textOf(f)}<br /><small>{w.coverOf(broken ? w.floorBroken : w.floorKept, after, f.people.length)}</small></span></li>;
            })}
            {offer.cover.map((c) => <li key={c.qualification}><span>{w.coverOf(nameOf(c), left(c.people), c.people.length)}</span></li>)}
          </ul>
          <label class="field"><span class="field-label">{w.lendFor}</span><input type="number" step="0.5" min="0.5" max="168" name="hours" value={hours.value} onInput={(e) => { hours.value = e.currentTarget.value; }} /></label>
          <label class="field"><span class="field-label">{w.reason}</span><input type="text" name="reason" maxLength={200} value={reason.value} onInput={(e) => { reason.value = e.currentTarget.value; }} /></label>
          <div class="chips" role="group" aria-label={w.reason}>{w.reasonsRefuse.split('|').map((text) => <button type="button" key={text} aria-pressed={reason.value === text} onClick={() => { reason.value = text; trouble.value = ''; }}>{text}</button>)}</div>
        </section>
      </div>}
      {trouble.value && <p class="notice bad" role="alert">{trouble.value}</p>}
      <footer>
        <button type="button" onClick={() => dialog.current?.close()}>{w.close}</button>
        {r?.mayAnswer && <button type="button" class="danger" disabled={sending.value} onClick={() => void send('refuse')}>{w.refuse}</button>}
        {r?.mayAnswer && <button type="button" class="primary" disabled={sending.value || chosen.value.size === 0} onClick={() => void send('approve')}>{w.lend(chosen.value.size)}</button>}
      </footer>
    </dialog>
  );
}
