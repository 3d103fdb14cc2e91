// Whom, where, when, what for. One page, in that order of thinking; nothing is sent by Enter in a field.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { Icon } from '../board/glyphs';
import { get } from '../live/api';
import { now } from '../live/clock';
import type { Datum, RosterPage, RosterVolunteer, Team, Uuid } from '../live/contract';
import { zone } from '../live/signing';
import { datums } from '../words/domain';
import { detailOf, messageOf, titleOf } from '../words/lang';
import { musterWords } from '../words/muster';
import { timeOf } from '../words/times';
import { raiseWords } from '../words/raise';
import { callOpen, draft, edit, faults, refusal, send, sending } from './calling';

const choices = [15, 30, 60, 120, 240];

export function MusterForm() {
  const w = musterWords();
  const d = draft.value;
  const busy = sending.value !== 'no';
  useLayoutEffect(() => document.querySelector<HTMLElement>('#muster-form textarea')?.focus(), []);
  return (
    <section id="muster-form" class="panel muster-form" aria-labelledby="muster-title">
      <form noValidate onSubmit={(e) => { e.preventDefault(); void send(); }}
            onKeyDown={(e) => { if (e.key === 'Enter' && e.target instanceof HTMLInputElement) e.preventDefault(); if (e.key === 'Escape') { e.stopPropagation(); callOpen.value = false; } }}>
        <header class="panel-head"><h2 id="muster-title">{w.title}</h2><button type="button" class="icon-button" aria-label={w.close} title={w.close} onClick={() => { callOpen.value = false; }}><Icon name="cross" /></button></header>
        <div class="panel-body form">
          <Labelled name="purpose" label={w.purpose}><textarea rows={2} maxLength={500} placeholder={w.purposeHint} disabled={busy} value={d.purpose} onInput={(e) => edit({ purpose: e.currentTarget.value })} /></Labelled>
          <Labelled name="address" label={w.address}><input type="text" maxLength={200} autoComplete="off" disabled={busy} value={d.address} onInput={(e) => edit({ address: e.currentTarget.value })} /></Labelled>
          <Labelled name="position" label={w.position} group>
            <div class="pair">
              <input type="text" class="num" aria-label={w.position} placeholder="114.0412, 22.5523" autoComplete="off" spellcheck={false} disabled={busy} value={d.coordinates} onInput={(e) => edit({ coordinates: e.currentTarget.value })} />
              <select aria-label={raiseWords().datum} disabled={busy} value={d.datum} onChange={(e) => edit({ datum: e.currentTarget.value as Datum })}>{Object.entries(datums()).map(([key, name]) => <option key={key} value={key}>{name}</option>)}</select>
            </div>
          </Labelled>
          <Labelled name="assembleAt" label={`${w.assembleAt} · ${timeOf(now.value + d.minutes * 60_000, zone()).slice(0, 5)}`} group>
            <div class="chips" role="group">{choices.map((n) => <button type="button" key={n} disabled={busy} aria-pressed={d.minutes === n} onClick={() => edit({ minutes: n })}>{w.inMinutes(n)}</button>)}</div>
          </Labelled>
          <Teams busy={busy} />
          <People busy={busy} />
          <label class={`check drill-check${d.drill ? ' on' : ''}`}><input type="checkbox" disabled={busy} checked={d.drill} onChange={(e) => edit({ drill: e.currentTarget.checked })} /><span><b>{w.drill}</b> <span class="muted">{w.drillMeans}</span></span></label>
        </div>
        <footer class="panel-foot">
          {refusal.value && <div class="notice bad" role="alert"><Icon name="warn" /><div><b>{titleOf(refusal.value)}</b><div>{detailOf(refusal.value)}</div></div></div>}
          {sending.value === 'notConfirmed' && <div class="notice warn" role="status"><Icon name="warn" /><div>{w.notConfirmed}</div></div>}
          <p class="field-hint">{w.invitation}</p>
          <button type="submit" class="primary big" disabled={busy}>{busy ? w.sending : d.drill ? w.sendDrill : w.send}</button>
        </footer>
      </form>
    </section>
  );
}

function Teams({ busy }: { busy: boolean }) {
  const w = musterWords();
  const teams = useSignal<Team[]>([]);
  const text = useSignal('');
  useEffect(() => { void get<Team[]>('/api/teams').then((answer) => { if (answer.outcome === 'done') teams.value = answer.value; }); }, []);
  const d = draft.value;
  const chosen = new Set(d.teams);
  const toggle = (id: Uuid) => edit({ teams: chosen.has(id) ? d.teams.filter((each) => each !== id) : [...d.teams, id] });
  const shown = teams.value.filter((t) => chosen.has(t.id) || `${t.name} ${t.externalId}`.toLowerCase().includes(text.value.trim().toLowerCase())).slice(0, 200);
  const sizeOf = (t: Team) => (d.drill ? t.drillPhones : t.members);
  const total = teams.value.filter((t) => chosen.has(t.id)).reduce((sum, t) => sum + sizeOf(t), 0) + d.people.length;
  return (
    <Labelled name="teams" label={`${w.teams}${total ? ` · ${d.drill ? w.totalDrill(total) : w.total(total)}` : ''}`} group>
      <input type="search" placeholder={w.findTeam} aria-label={w.findTeam} value={text.value} onInput={(e) => { text.value = e.currentTarget.value; }} />
      <div class="team-list">
        {shown.map((t) => <label key={t.id} class="check"><input type="checkbox" disabled={busy} checked={chosen.has(t.id)} onChange={() => toggle(t.id)} /><span>{t.name}</span><span class="muted num">{d.drill ? w.drillPhones(t.drillPhones, t.members) : w.members(t.members)}</span></label>)}
      </div>
    </Labelled>
  );
}

function People({ busy }: { busy: boolean }) {
  const w = musterWords();
  const text = useSignal('');
  const found = useSignal<RosterVolunteer[]>([]);
  useEffect(() => {
    const query = text.value.trim();
    if (!query) { found.value = []; return undefined; }
    const later = setTimeout(() => void get<RosterPage>(`/api/volunteers?query=${encodeURIComponent(query)}&page=1`).then((answer) => { if (answer.outcome === 'done') found.value = answer.value.volunteers.slice(0, 6); }), 200);
    return () => clearTimeout(later);
  }, [text.value]);
  const d = draft.value;
  const add = (v: RosterVolunteer) => { if (!d.people.some((p) => p.id === v.id)) edit({ people: [...d.people, { id: v.id, name: v.name }] }); text.value = ''; };
  return (
    <Labelled name="volunteers" label={w.people} group>
      <input type="search" placeholder={w.findPerson} aria-label={w.findPerson} disabled={busy} value={text.value} onInput={(e) => { text.value = e.currentTarget.value; }}
             onKeyDown={(e) => { if (e.key === 'Enter' && found.value[0]) { e.preventDefault(); add(found.value[0]); } }} />
      {found.value.length > 0 && <div class="chips">{found.value.map((v) => <button type="button" key={v.id} onClick={() => add(v)}>{v.name} · {v.externalId}</button>)}</div>}
      {d.people.length > 0 && <div class="chips">{d.people.map((p) => <button type="button" key={p.id} aria-pressed="true" title={w.remove} onClick={() => edit({ people: d.people.filter((each) => each.id !== p.id) })}>{p.name} ×</button>)}</div>}
    </Labelled>
  );
}

function Labelled({ name, label, group = false, children }: { name: string; label: string; group?: boolean; children: ComponentChildren }) {
  const own = faults.value.filter((f) => f.field === name || f.field.startsWith(`${name}.`) || f.field.startsWith(`${name}[`));
  const content = <><span class="field-label">{label}</span>{children}{own.map((f) => <span key={f.field + f.message} class="fault" role="alert">{messageOf(f)}</span>)}</>;
  return group ? <div class="field" role="group" aria-label={label}>{content}</div> : <label class="field">{content}</label>;
}
