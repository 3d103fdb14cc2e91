// Modes and policies of the operator's region: which mode holds and since when, the plan of every category and where each value comes from,
// and who ordered what. A value set here is bold; the rest is inherited and says from where. What another operator orders shows without being asked for.
import { useSignal } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { AsOf } from '../board/AsOf';
import { Icon } from '../board/glyphs';
import { call } from '../live/api';
import { now } from '../live/clock';
import type { PolicyPage, PolicyPlan, RegionOrder } from '../live/contract';
import { aidDesk } from '../live/aid';
import { policies } from '../live/policies';
import { categories, qualifications } from '../live/reference';
import { me, zone } from '../live/signing';
import { uuid7 } from '../live/uuid';
import { detailOf, messageOf, nameOf, titleOf } from '../words/lang';
import { levelName, modeName, policyWords } from '../words/policies';
import { dateOf, distanceOf, durationOf as duration, timeOf, whenOf } from '../words/times';
import { PolicyForm, type Editing } from './PolicyForm';

const modes = ['peacetime', 'urgent', 'disaster', 'wartime'] as const;

export function Policies() {
  const w = policyWords();
  const shown = useSignal<string | null>(null);
  const editing = useSignal<Editing | null>(null);
  const switching = useSignal<string | null>(null);
  useEffect(() => policies.watch(), []);
  const p = policies.value.value;
  const old = policies.standing.value === 'old';
  if (!p) return <main class="roster"><p class="empty">{policies.standing.value === 'failed' ? w.failed : w.loading}</p></main>;
  const mode = shown.value ?? p.mode;
  const region = nameOf(me.value?.region);
  const lineOf = (category: string | null, of: string = mode) => p.lines.find((l) => l.region === p.region && l.mode === of && l.category === category) ?? null;
  const edit = (category: string | null, about: string, plan: PolicyPlan | null) => { editing.value = { region: p.region, regionName: region, category, about, mode, line: lineOf(category), plan }; };
  return (
    <main class={`roster policies${old ? ' is-old' : ''}`} aria-labelledby="policies-title">
      <h1 id="policies-title" class="visually-hidden">{w.title}</h1>
      <AsOf of={policies} />
      <section class="mode-strip" aria-label={w.modeOf(region)}>
        <b>{w.modeOf(region)}</b>
        <div class="mode-buttons" role="group" aria-label={w.mode}>
          {modes.map((m) => (
            <button type="button" key={m} class={`mode mode-${m}`} aria-pressed={p.mode === m} data-mode={m} title={w.switchTo(modeName(m))} disabled={p.ownMode === m} onClick={() => { switching.value = m; }}>
              {p.mode === m && <Icon name="check" size={13} />}{modeName(m)}{p.ownMode === m && <small> · {w.own}</small>}
            </button>
          ))}
        </div>
        <span class="muted">{p.modes.map((m) => `${p.names[m.region] ?? m.region} ${modeName(m.mode)} ${whenOf(m.since, zone(), now.peek())}`).join('；')} {w.heavier}</span>
      </section>
      <section class="roster-body">
        <div class="policy-head">
          <h2>{w.policies}</h2>
          <div class="roster-sections" role="tablist" aria-label={w.mode}>{modes.map((m) => <button type="button" role="tab" key={m} aria-selected={mode === m} aria-current={mode === m ? 'page' : undefined} onClick={() => { shown.value = m; }}>{modeName(m)}{p.mode === m && <small> ({w.current})</small>}</button>)}</div>
          <span class="muted">{w.hint}</span>
        </div>
        <div class="table-scroll policy-table" tabIndex={0} role="region" aria-label={w.policies}>
          <table>
            <thead><tr>{[w.category, w.firstRing, w.lastRing, w.radius, w.answer, w.arrive, w.target, w.fatigue, w.quiet, w.lending, ''].map((h) => <th key={h} scope="col">{h}</th>)}</tr></thead>
            <tbody>
              <tr><th scope="row">{w.allCategories}</th><td colSpan={9} class="muted">{lineOf(null) ? changeOf({ kind: 'policySet', before: null, after: Object.fromEntries(Object.entries(lineOf(null)!).filter(([k, v]) => v !== null && !['category', 'mode'].includes(k))) } as unknown as RegionOrder, p.names) : '—'}</td>
                <td><button type="button" onClick={() => edit(null, w.allCategories, null)}>{w.edit}</button></td></tr>
              {p.plans.filter((plan) => plan.mode === mode).map((plan) => <Line key={plan.category} plan={plan} page={p} onEdit={(about) => edit(plan.category, about, plan)} />)}
            </tbody>
          </table>
        </div>
        <Orders orders={p.orders} names={p.names} />
      </section>
      {editing.value && <PolicyForm editing={editing.value} current={lineOf(editing.value.category, editing.value.mode)} onSaved={policies.put} onClose={() => { editing.value = null; }} />}
      {switching.value && <SwitchDialog region={p.region} name={region} mode={switching.value} onDone={(next) => { policies.put(next); shown.value = null; }} onClose={() => { switching.value = null; }} />}
    </main>
  );
}

function Line({ plan, page, onEdit }: { plan: PolicyPlan; page: PolicyPage; onEdit: (about: string) => void }) {
  const w = policyWords();
  const category = categories.value.find((c) => c.key === plan.category);
  const about = category ? nameOf(category) : plan.category;
  const cell = (text: string, ...fields: string[]) => {
    const from = fields.map((field) => plan.from[field]).find(Boolean);
    const title = from ? w.from(page.names[from] ?? from) : w.fromCategory;
    return <td title={title} class={from === page.region ? 'own' : from ? 'above' : ''}>{text}{from && from !== page.region && <small class="muted"> {page.names[from]}</small>}</td>;
  };
  return (
    <tr data-category={plan.category}>
      <th scope="row">{about}</th>
      {cell(levelName(plan.firstRing), 'firstRing')}
      {cell(levelName(plan.lastRing), 'lastRing')}
      {cell(distanceOf(plan.radiusMetres), 'radiusMetres')}
      {cell(duration(plan.answerWithinSeconds), 'answerWithinSeconds')}
      {cell(duration(plan.arriveWithinSeconds), 'arriveWithinSeconds')}
      {cell(`${Math.round(plan.targetProbability * 1000) / 10} %`, 'targetProbability', 'innerTarget')}
      {cell([plan.alertBudget === null ? '' : w.perWeek(plan.alertBudget, duration(plan.alertPeriodSeconds)), plan.restFloorSeconds === null ? '' : w.restFor(duration(plan.restFloorSeconds))].filter(Boolean).join('，') || w.none, 'alertBudget', 'restFloorSeconds')}
      {cell(plan.quietFrom ? `${plan.quietFrom}–${plan.quietTo}` : w.none, 'quietFrom')}
      {cell(`${plan.aid === 'automatic' ? w.automatic : w.operator}${plan.approver === 'superior' ? `，${w.superior}` : ''}`, 'aid', 'approver')}
      <td><button type="button" aria-label={`${w.edit} ${about}`} onClick={() => onEdit(about)}>{w.edit}</button></td>
    </tr>
  );
}

function Orders({ orders, names }: { orders: RegionOrder[]; names: Record<string, string> }) {
  const w = policyWords();
  return (
    <section class="orders-on-record" aria-label={w.record}>
      <h2>{w.record}</h2>
      {orders.length === 0 ? <p class="muted">{w.nothingOnRecord}</p> : (
        <ul>{orders.map((order) => (
          <li key={order.id}>
            <span class="num muted">{whenOf(order.at, zone(), now.peek())}</span>
            <b>{names[order.region] ?? order.region} · {w.kinds[order.kind] ?? order.kind}</b>
            <span>{changeOf(order, names)}</span>
            <span>{order.reason}</span>
            <span class="muted">{order.by.name}</span>
          </li>
        ))}</ul>
      )}
    </section>
  );
}

/** Only what differs, from → to; of something new, only what it is. Keys, codes and seconds never reach the screen. */
function changeOf(order: RegionOrder, names: Record<string, string>): string {
  const w = policyWords();
  const before = order.before ?? {};
  const after = order.after ?? {};
  const regionName = (code: string) => names[code] ?? aidDesk.value?.others.find((r) => r.code === code)?.name ?? code;
  const word = (key: string, value: unknown): string => {
    if (value === null || value === undefined) return '—';
    if (typeof value === 'boolean') return value ? w.yes : w.no;
    if (Array.isArray(value)) return w.people(value.length);
    if (key === 'lender' || key === 'borrower' || key === 'proposedFor') return regionName(String(value));
    if (key === 'firstRing' || key === 'lastRing') return levelName(Number(value));
    if (key === 'qualification') return nameOf(qualifications.value.find((q) => q.key === value)) || String(value);
    if (typeof value === 'number') return key.endsWith('Seconds') ? duration(value) : String(value);
    if (typeof value === 'object') return Object.values(value).filter((x) => typeof x === 'number').map((x) => (x as number).toFixed(4)).join(', ');
    if (/^\d{4}-\d\d-\d\dT/.test(String(value))) return `${dateOf(String(value), zone())} ${timeOf(String(value), zone()).slice(0, 5)}`;
    return w.modes[String(value)] ?? (w as unknown as Record<string, string>)[String(value)] ?? String(value);
  };
  const label = (key: string): string => w.ordered[key] ?? (w as unknown as Record<string, string>)[key] ?? key;
  const at = [after['category'] ?? before['category'], order.kind === 'policySet' ? modeName(String(after['mode'] ?? before['mode'] ?? '')) : ''].filter(Boolean).map((x) => nameOf(categories.value.find((c) => c.key === x)) || String(x));
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((k) => !['region', 'category', 'version', 'id'].includes(k) && !(order.kind === 'policySet' && k === 'mode') && JSON.stringify(before[k] ?? null) !== JSON.stringify(after[k] ?? null));
  return [...at, ...changed.map((k) => (before[k] === null || before[k] === undefined ? `${label(k)} ${word(k, after[k])}` : `${label(k)} ${word(k, before[k])} → ${word(k, after[k])}`))].join('；');
}

function SwitchDialog({ region, name, mode, onDone, onClose }: { region: string; name: string; mode: string; onDone: (page: PolicyPage) => void; onClose: () => void }) {
  const w = policyWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const command = useRef(uuid7());
  const reason = useSignal('');
  const trouble = useSignal('');
  useLayoutEffect(() => { dialog.current?.showModal(); }, []);
  const go = async (event: Event) => {
    event.preventDefault();
    if (!reason.value.trim()) { trouble.value = w.reasonNeeded; return; }
    const answer = await call<PolicyPage>('POST', `/api/regions/${region}/mode`, { body: { commandId: command.current, mode, reason: reason.value } });
    if (answer.outcome === 'done') { onDone(answer.value); dialog.current?.close(); }
    else if (answer.outcome === 'unknown') trouble.value = w.unconfirmed;
    else { command.current = uuid7(); trouble.value = answer.problem.errors?.map(messageOf).join('；') || `${titleOf(answer.problem)} ${detailOf(answer.problem) ?? ''}`; }
  };
  return (
    <dialog ref={dialog} class="confirm" aria-labelledby="switch-title" onClose={onClose}>
      <form onSubmit={(e) => void go(e)} noValidate>
        <h2 id="switch-title">{w.switchTo(modeName(mode))}</h2>
        <p>{w.switchAsk(name, modeName(mode))}</p>
        <label class="field"><span class="field-label">{w.reason}</span><input type="text" name="reason" autoFocus maxLength={200} value={reason.value} aria-invalid={trouble.value !== ''} onInput={(e) => { reason.value = e.currentTarget.value; }} /></label>
        {trouble.value && <p class="notice bad" role="alert">{trouble.value}</p>}
        <footer><button type="button" onClick={() => dialog.current?.close()}>{w.cancel}</button><button type="submit" class="primary">{w.switchTo(modeName(mode))}</button></footer>
      </form>
    </dialog>
  );
}
