import { attentionFor, selected, tab, type Tab } from '../board/choices';
import { Icon, QualificationGlyph } from '../board/glyphs';
import { LateMark, needClass, NeedBar } from '../board/Needs';
import { isShort, lateOf } from '../board/attention';
import { Flags, Scales } from '../board/Row';
import { Age } from '../board/Ticking';
import { ask, askNeed, possible, type AskedKind } from '../actions/ordering';
import { now } from '../live/clock';
import type { Incident, Need } from '../live/contract';
import { orders, putAside } from '../live/orders';
import { categoryOf } from '../live/reference';
import { timeline } from '../live/timeline';
import { detailOf, kindOf, nameOf, titleOf } from '../words/lang';
import { incidentStates } from '../words/domain';
import { call } from '../live/api';
import { leads } from '../live/signing';
import { areaKm2 } from '../map/area';
import { aidWords } from '../words/aid';
import { modeName } from '../words/policies';
import { distanceOf, whenOf } from '../words/times';
import { words } from '../words/console';
import { waveWords } from '../words/waves';
import { useSignal } from '@preact/signals';
import { AidForm, faultsOf, type Asked } from './AidForm';
import { Callouts } from './Callouts';
import { Explanation } from './Explanation';
import { Lapsed } from './Lapsed';
import { Record } from './Record';
import { Waves } from './Waves';

const tabs: Tab[] = ['callouts', 'waves', 'why', 'record'];

export function IncidentPanel() {
  const w = words();
  const incident = selected.value;
  if (!incident) {
    return <section class="panel none" id="panel" tabIndex={-1}><p>{w.noneSelected}</p><p class="muted">{w.noneSelectedHint}</p></section>;
  }
  return (
    <section class="panel" id="panel" tabIndex={-1} aria-label={`${kindOf(incident, categoryOf(incident.category))} ${incident.address}`} data-incident={incident.id}>
      <Head incident={incident} />
      <Orders incident={incident} />
      <div class="tabs" role="tablist" aria-label={w.tabs} onKeyDown={(e) => moveTab(e)}>
        {tabs.map((key, index) => (
          <button type="button" role="tab" key={key} id={`tab-${key}`} aria-selected={tab.value === key} aria-controls="tab-panel" tabIndex={tab.value === key ? 0 : -1} onClick={() => { tab.value = key; }}>
            {key === 'waves' ? waveWords().tab : w[key]}<kbd>{index + 1}</kbd>
          </button>
        ))}
      </div>
      <div class="panel-body" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab.value}`} tabIndex={0}>
        {tab.value === 'callouts' ? <Callouts incident={incident} /> : tab.value === 'waves' ? <Waves key={incident.id} incident={incident} /> : tab.value === 'why' ? <Explanation key={incident.id} incident={incident} /> : <Record incident={incident} />}
      </div>
    </section>
  );
}

function moveTab(event: KeyboardEvent): void {
  const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (by === 0) return;
  tab.value = tabs[(tabs.indexOf(tab.peek()) + by + tabs.length) % tabs.length]!;
  document.getElementById(`tab-${tab.peek()}`)?.focus();
  event.preventDefault();
}

function Head({ incident }: { incident: Incident }) {
  const w = words();
  const open = incident.state === 'open';
  return (
    <header class={`incident-head${incident.drill ? ' drill' : ''}`}>
      <div class="incident-title">
        <h2>{kindOf(incident, categoryOf(incident.category))}</h2>
        <Scales incident={incident} />
        {open ? <span class="row-age big"><Age since={incident.raisedAt} /></span> : <span class="tag">{incidentStates()[incident.state]}</span>}
      </div>
      <p class="incident-address">{incident.address}</p>
      <p class="muted">{incident.regionNames.slice(-4).join(' › ')} · <span class="num">{incident.longitude.toFixed(5)}, {incident.latitude.toFixed(5)}</span></p>
      <p class="incident-risk"><Icon name="warn" size={13} /><span>{incident.risk}</span></p>
      <p class="muted small">
        {w.raisedBy} {incident.raisedBy.name} <span class="num">{whenOf(incident.raisedAt, incident.timeZone, now.peek())}</span>
        {incident.endedAt && <> · {w.endedAt} <span class="num">{whenOf(incident.endedAt, incident.timeZone, now.peek())}</span></>}
        {' · '}{w.answerWithin} {incident.answerWithinSeconds < 120 ? w.seconds(incident.answerWithinSeconds) : w.minutes(Math.round(incident.answerWithinSeconds / 60))}
        {' · '}{w.radius} {distanceOf(incident.radiusMetres)}
        {incident.mode && incident.mode !== 'peacetime' && <> · {modeName(incident.mode)}</>}
        {incident.hazardous && <> · {w.hazardous}</>}
        {incident.lifeCritical && <> · {w.lifeCritical}</>}
      </p>
      <Extent incident={incident} />
      <div class="flags"><Flags incident={incident} /></div>
      <Lapsed incident={incident} />
      <SelfOffers incident={incident} />
      <ul class="need-list" aria-label={w.needs}>{incident.needs.map((need) => <NeedLine key={need.ordinal} need={need} incident={incident} />)}</ul>
    </header>
  );
}

/** Over several commands: which, who leads, what it was raised with, and whether this desk only looks on. */
function Extent({ incident }: { incident: Incident }) {
  const w = aidWords();
  const more = [incident.alsoAt && w.morePlaces(incident.alsoAt.length), incident.area && w.areaOf(areaKm2(incident.area))].filter(Boolean).join('，');
  if (!more && !incident.commands) return null;
  return (
    <p class="incident-extent"><Icon name="flag" size={13} />
      <span>{incident.commands && <><b>{w.over(incident.commands.map((c) => c.name).join('、'))}</b> {w.led(incident.district.name)}{!leads(incident) && <b class="doubt"> {w.onlyLooking}</b>} </>}<span class="muted">{more}</span></span></p>
  );
}

/** Who offered to come without being asked: nobody deploys himself, so somebody here has to say yes or no. */
function SelfOffers({ incident }: { incident: Incident }) {
  const w = aidWords();
  const form = useSignal<Asked | null>(null);
  if (incident.state !== 'open' || !leads(incident) || timeline.value?.incidentId !== incident.id) return null;
  const { facts } = timeline.value;
  const decided = new Set(facts.flatMap((f) => (f.kind === 'SelfOfferDecided' ? [f.data.offerId] : [])));
  const open = facts.filter((f) => f.kind === 'SelfOffered' && !decided.has(f.data.offerId));
  const decide = (offerId: string, who: string, answer: 'accept' | 'decline') => {
    const short = incident.needs.filter(isShort);
    form.value = {
      title: answer === 'accept' ? w.takeUp : w.notTaken, about: who, method: 'POST', path: `/api/incidents/${incident.id}/offers/${offerId}`,
      fields: answer === 'accept' ? [{ name: 'needOrdinal', label: w.forNeed, type: 'number', options: short.map((n) => [String(n.ordinal), nameOf(n)] as const), value: String(short[0]?.ordinal ?? '') }] : [], body: { answer },
    };
  };
  return <>
    {open.map((f) => f.kind === 'SelfOffered' && (
      <p key={f.data.offerId} class="notice warn self-offer" data-offer={f.data.offerId}><Icon name="flag" size={13} /><span>{w.selfOffer(f.by.name ?? '', f.data.note ?? '')}</span>
        <button type="button" onClick={() => decide(f.data.offerId, f.by.name ?? '', 'accept')}>{w.takeUp}</button>
        <button type="button" class="quiet" onClick={() => decide(f.data.offerId, f.by.name ?? '', 'decline')}>{w.notTaken}</button></p>
    ))}
    {form.value && <AidForm asked={form.value} onDone={async (body) => call<Incident>('POST', form.peek()!.path, { body }).then((answer) => faultsOf(answer))} onClose={() => { form.value = null; }} />}
  </>;
}

function NeedLine({ need, incident }: { need: Need; incident: Incident }) {
  const w = words();
  const lost = attentionFor(incident.id)?.exhausted.includes(need) ?? false;
  const late = lateOf(incident, need.ordinal);
  const opened = timeline.value?.incidentId === incident.id ? timeline.value.facts.flatMap((f) => (f.kind === 'RingOpened' && f.data.needOrdinal === need.ordinal ? [f.data] : [])) : [];
  return (
    <li class={`need-line ${needClass(need, lost)}`}>
      <QualificationGlyph of={need.qualification} size={15} />
      <span class="need-what" title={nameOf(need)}>{nameOf(need)}</span>
      <NeedBar need={need} lost={lost} />
      {incident.state === 'open' && leads(incident)
        ? <button type="button" class="link num need-count" aria-label={`${need.filled}/${need.count} · ${w.filledOf(need.filled, need.count)}，${w.need}`} title={w.need} onClick={() => askNeed(incident, need, nameOf(need))}>{need.filled}/{need.count}</button>
        : <b class="num" aria-label={w.filledOf(need.filled, need.count)}>{need.filled}/{need.count}</b>}
      <span class="need-rings muted">
        {need.ring === 0 ? w.noRing : opened.length > 0 ? opened.map((r) => r.regionName).join(' → ') : w.ring(need.ring)}
      </span>
      {lost ? <Icon name="flag" size={13} /> : late > 0 ? <LateMark late={late} /> : !isShort(need) ? <Icon name="check" size={13} /> : <span />}
    </li>
  );
}

const buttons: { kind: AskedKind; key: string; tone: string }[] = [
  { kind: 'escalate', key: 'E', tone: 'primary' }, { kind: 'aid', key: 'H', tone: '' }, { kind: 'recall', key: 'R', tone: '' }, { kind: 'close', key: 'C', tone: '' }, { kind: 'cancel', key: 'X', tone: 'quiet' },
];

function Orders({ incident }: { incident: Incident }) {
  const w = words();
  const given = orders.value.filter((o) => o.incidentId === incident.id && o.kind !== 'raise');
  const orderable = incident.state === 'open' && leads(incident);
  if (!orderable && given.length === 0) return null;
  return (
    <div class="orders">
      {orderable && (
        <div class="order-buttons" role="toolbar" aria-label={w.command}>
          {buttons.map(({ kind, key, tone }) => (
            <button type="button" key={kind} class={tone} disabled={!possible(incident, kind)} onClick={() => ask(kind, incident)}>{kind === 'aid' ? aidWords().request : w[kind as 'escalate']}<kbd>{key}</kbd></button>
          ))}
        </div>
      )}
      {given.map((order) => (
        <div key={order.id} class={`notice ${order.state === 'refused' ? 'bad' : order.state === 'notConfirmed' ? 'warn' : ''}`} role="status" data-order={order.id}>
          <Icon name="warn" size={13} />
          <div>
            <b>{order.kind === 'aid' ? aidWords().request : w[order.kind as 'escalate']}{order.kind === 'release' || order.kind === 'recallOne' ? ` ${order.about}` : ''}：{order.state === 'sending' ? w.sending : order.state === 'refused' ? w.refused : `${w.notConfirmed} · ${w.attempt(order.attempts)}`}</b>
            {order.problem && <div>{titleOf(order.problem)}{detailOf(order.problem) ? ` ${detailOf(order.problem)}` : ''}</div>}
            {order.state === 'notConfirmed' && <div>{w.notConfirmedLong}</div>}
          </div>
          {order.state !== 'sending' && <button type="button" class="link" title={order.state === 'refused' ? undefined : w.putAsideHint} onClick={() => putAside(order.id)}>{order.state === 'refused' ? w.dismiss : w.putAside}</button>}
        </div>
      ))}
    </div>
  );
}
