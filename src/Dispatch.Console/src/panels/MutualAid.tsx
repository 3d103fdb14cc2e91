// The mutual-aid desk: what waits for this region's word, whom it has lent and borrowed, and what holds in advance.
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { Icon } from '../board/glyphs';
import { Countdown } from '../board/Ticking';
import { AsOf } from '../board/AsOf';
import { aid, aidDesk } from '../live/aid';
import { call } from '../live/api';
import { now } from '../live/clock';
import type { AidAgreement, AidDesk, AidRelease, AidRequest, Uuid } from '../live/contract';
import { categories, categoryOf, qualifications } from '../live/reference';
import { me, zone } from '../live/signing';
import { uuid7 } from '../live/uuid';
import { aidWords } from '../words/aid';
import { nameOf, textOf } from '../words/lang';
import { modeName } from '../words/policies';
import { dateOf, timeOf, whenOf } from '../words/times';
import { AidAnswer } from './AidAnswer';
import { AidForm, faultsOf, type Asked } from './AidForm';
import { Loan } from './Loan';

const at = (instant: string) => whenOf(instant, zone(), now.value);

export function MutualAid() {
  const w = aidWords();
  const answering = useSignal<Uuid | null>(null);
  const form = useSignal<Asked | null>(null);
  const desk = aidDesk.value;
  if (!desk) return <main class="roster"><p class="empty">{aid.standing.value === 'failed' ? w.failed : w.loading}</p></main>;
  const waiting = desk.requests.filter((r) => r.mayAnswer);
  const others = desk.requests.filter((r) => !r.mayAnswer);
  const own = me.value?.region;
  return (
    <main class={`roster aid${aid.standing.value === 'old' ? ' is-old' : ''}`} aria-labelledby="aid-page">
      <h1 id="aid-page" class="visually-hidden">{w.title}</h1>
      <AsOf of={aid} />
      <div class="aid-body">
        <div class="aid-main">
          <Section title={w.waiting}>
            {waiting.length === 0 ? <p class="muted">{w.none}</p> : waiting.map((r) => <Request key={r.id} request={r} own onOpen={() => { answering.value = r.id; }} />)}
          </Section>
          <Section title={w.lent}>{desk.lent.length === 0 ? <p class="muted">{w.noLent}</p> : desk.lent.map((release) => <Loan key={release.id} release={release} onStep={(step) => { form.value = step; }} />)}</Section>
          <Section title={w.asked}>{others.length === 0 ? <p class="muted">{w.none}</p> : others.slice(0, 30).map((r) => <Request key={r.id} request={r} />)}</Section>
        </div>
        <div class="aid-side">
          <Section title={w.agreements} action={<button type="button" onClick={() => { form.value = agreementForm(desk, own?.code ?? ''); }}>{w.add}</button>}>
            {desk.agreements.length === 0 ? <p class="muted">{w.noAgreements}</p> : <ul class="aid-list">{desk.agreements.map((a) => <Agreed key={a.id} agreement={a} onStep={(step) => { form.value = step; }} />)}</ul>}
          </Section>
          <Section title={w.floors} action={<button type="button" onClick={() => { form.value = floorForm(own?.code ?? ''); }}>{w.addFloor}</button>}>
            {desk.floors.length === 0 ? <p class="muted">{w.noFloors}</p> : (
              <ul class="aid-list">{desk.floors.map((f) => (
                <li key={f.id}><span>{textOf(f)} <b class={`num${f.now < f.count ? ' doubt' : ''}`}>{w.nowHas(f.now)}</b></span>
                  <button type="button" class="quiet" onClick={() => { form.value = { title: w.lift, about: textOf(f), path: `/api/reserve-floors/${f.id}/lift`, method: 'POST', fields: [], body: {} }; }}>{w.lift}</button></li>
              ))}</ul>
            )}
          </Section>
          <Section title={w.liaisons} action={own && <button type="button" onClick={() => { form.value = liaisonForm(desk, own.code); }}>{w.appoint}</button>}>
            <p class="muted small">{w.liaisonsHint}</p>
            <ul class="aid-list" data-liaisons>{desk.liaisons.map(({ region, people }) => (
              <li key={region.code}><span><b>{region.name}</b> {people.length === 0 ? <span class="muted">{w.noLiaisons}</span> : people.map((p) => p.name).join('、')}</span></li>
            ))}</ul>
          </Section>
          <Section title={w.unified} action={own && own.level < 3 ? <button type="button" onClick={() => { form.value = unifiedForm(own.code); }}>{w.switchOn}</button> : undefined}>
            <p class="muted">{w.unifiedHint}</p>
            {desk.unified.length === 0 ? <p>{w.unifiedOff}</p> : (
              <ul class="aid-list">{desk.unified.map((u) => (
                <li key={u.id}><b class="doubt">{w.unifiedOn(u.region.name, at(u.until))}</b><span class="muted">{u.by}</span>
                  {u.mine && <button type="button" class="quiet" onClick={() => { form.value = { title: w.switchOff, about: w.unified, path: `/api/unified-command/${u.id}/end`, method: 'POST', fields: [], body: {} }; }}>{w.switchOff}</button>}</li>
              ))}</ul>
            )}
          </Section>
        </div>
      </div>
      {answering.value && <AidAnswer key={answering.value} id={answering.value} onClose={() => { answering.value = null; }} />}
      {form.value && <AidForm asked={form.value} onDone={async (body) => call<AidDesk | AidRelease>(form.peek()!.method, form.peek()!.path, { body }).then((answer) => {
        if (answer.outcome === 'done' && 'lent' in answer.value) aid.put(answer.value);
        else aid.moved(); // also when it was refused: somebody else may have decided
        return faultsOf(answer);
      })} onClose={() => { form.value = null; }} />}
    </main>
  );
}

const Section = ({ title, action, children }: { title: string; action?: ComponentChildren; children: ComponentChildren }) => (
  <section class="aid-section" aria-label={title}><header><h2>{title}</h2>{action}</header>{children}</section>
);

function Request({ request: r, own = false, onOpen }: { request: AidRequest; own?: boolean; onOpen?: () => void }) {
  const w = aidWords();
  const mine = me.value?.region.code === r.lender.code;
  return (
    <article class={`aid-card${own ? ' waits' : ''}`} data-aid={r.id}>
      <div><b>{mine || own ? w.from(r.borrower.name) : `${r.borrower.name} ${w.to(r.lender.name)}`}</b> · {nameOf(categoryOf(r.incident.category))} · {r.incident.address}
        {own && !mine && <p class="aid-instead"><Icon name="people" size={13} /><b>{w.inStead(r.lender.name)}</b><span class="muted">{w.because(r.stage)}</span></p>}
        <p class="muted">{r.needs.map((n) => w.wants(n.missing, nameOf(n))).join('；')}{r.reason && `；${r.reason}`}</p>
        <p class="muted small">{w.askedAt} <span class="num">{at(r.askedAt)}</span> {r.askedBy ? r.askedBy.name : w.byPolicy}
          {r.answeredAt && <> · <span class="num">{at(r.answeredAt)}</span></>}
          {r.answeredBy && <> · {r.answeredBy.name}</>}</p>
      </div>
      <div class="aid-state">
        {r.state === 'open' && r.dueAt && <span class="aid-due"><Icon name="clock" size={12} /><Countdown to={r.dueAt} /><small class="muted">{w.dueIn(at(r.dueAt))} · {w.stageNow(w.stages[r.stage] ?? r.stage)}</small></span>}
        {own ? <button type="button" class="primary" onClick={onOpen}>{w.open}</button> : <span class={`tag aid-${r.state}`}>{w.states[r.state] ?? r.state}</span>}
      </div>
    </article>
  );
}

function Agreed({ agreement: a, onStep }: { agreement: AidAgreement; onStep: (asked: Asked) => void }) {
  const w = aidWords();
  const about = `${a.lender.name} ${a.bothWays ? '⇄' : '→'} ${a.borrower.name}`;
  const over = Date.parse(a.validUntil) <= now.value;
  const step = (kind: 'accept' | 'end') => onStep({ title: w[kind], about, path: `/api/agreements/${a.id}/${kind}`, method: 'POST', fields: [], body: {} });
  return (
    <li data-agreement={a.id}>
      <span><b>{about}</b> {a.category ? nameOf(categoryOf(a.category)) : w.allCategories} · {a.mode ? modeName(a.mode) : w.allModes}<br />
        <small class="muted">{over ? <b class="doubt">{w.lapsed}</b> : a.proposedFor ? w.waitsFor(a.proposedFor.name) : w.inForce} · {w.until(`${dateOf(a.validUntil, zone())} ${timeOf(a.validUntil, zone()).slice(0, 5)}`)}</small></span>
      <span class="aid-steps">{a.mayAccept && !over && <button type="button" class="primary" onClick={() => step('accept')}>{w.accept}</button>}{a.mayEnd && <button type="button" class="quiet" onClick={() => step('end')}>{w.end}</button>}</span>
    </li>
  );
}

function agreementForm(desk: AidDesk, own: string): Asked {
  const w = aidWords();
  const regions = desk.others.map((r) => [r.code, r.name] as const);
  return {
    title: w.add, about: '', method: 'PUT', path: `/api/agreements/${uuid7()}`,
    fields: [
      { name: 'lender', label: w.lender, options: regions, value: regions.find(([code]) => code !== own)?.[0] ?? '' },
      { name: 'borrower', label: w.borrower, options: regions, value: regions.some(([code]) => code === own) ? own : '' },
      { name: 'category', label: w.category, options: [['', w.allCategories], ...categories.value.map((c) => [c.key, nameOf(c)] as const)], value: 'flood' },
      { name: 'mode', label: w.mode, options: [['', w.allModes], ...['peacetime', 'urgent', 'disaster', 'wartime'].map((m) => [m, modeName(m)] as const)], value: '' },
      { name: 'validUntil', label: w.validUntil, type: 'date', value: new Date(Date.now() + 180 * 86400_000).toISOString().slice(0, 10) },
      { name: 'bothWays', label: w.bothWays, type: 'checkbox', value: '' },
    ],
    body: {},
  };
}

/** The whole list at once: who is ticked is appointed, who is not is not. */
function liaisonForm(desk: AidDesk, own: string): Asked {
  const w = aidWords();
  const now = new Set(desk.liaisons.find((l) => l.region.code === own)?.people.map((p) => p.username));
  return {
    title: w.appoint, about: w.appointHint, method: 'PUT', path: `/api/regions/${own}/liaisons`, body: { usernames: [] },
    fields: desk.operators.map((o) => ({ name: o.username, label: `${o.name}（${o.username}）`, type: 'checkbox' as const, list: 'usernames', value: now.has(o.username) ? 'on' : '' })),
  };
}

function floorForm(own: string): Asked {
  const w = aidWords();
  return {
    title: w.addFloor, about: '', method: 'PUT', path: `/api/reserve-floors/${uuid7()}`,
    fields: [
      { name: 'qualification', label: w.qualification, options: qualifications.value.map((q) => [q.key, nameOf(q)] as const), value: 'rescue.emergencyMedical' },
      { name: 'count', label: w.count, type: 'number', value: '2' },
      { name: 'withinMinutes', label: `${w.within}（${w.minutes}）`, type: 'number', value: '', hint: w.anywhere },
      { name: 'withinMetres', label: `${w.within}（${w.metres}）`, type: 'number', value: '', hint: w.anywhere },
      { name: 'place', label: w.place, type: 'text', value: '' },
      { name: 'longitude', label: w.longitude, type: 'number', value: '', of: 'position' },
      { name: 'latitude', label: w.latitude, type: 'number', value: '', of: 'position' },
    ],
    body: { region: own },
  };
}

function unifiedForm(own: string): Asked {
  const w = aidWords();
  return { title: w.switchOn, about: w.unifiedHint, method: 'PUT', path: `/api/unified-command/${uuid7()}`, fields: [{ name: 'hours', label: w.hours, type: 'number', value: '12' }], body: { region: own } };
}
