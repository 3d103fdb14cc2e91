import { attentionFor, selected, tab, type Tab } from '../board/choices';
import { Icon, QualificationGlyph } from '../board/glyphs';
import { needClass, NeedBar } from '../board/Needs';
import { isShort } from '../board/attention';
import { Flags, Scales } from '../board/Row';
import { Age } from '../board/Ticking';
import { ask, askNeed, possible, type AskedKind } from '../actions/ordering';
import { now } from '../live/clock';
import type { Incident, Need } from '../live/contract';
import { orders, putAside } from '../live/orders';
import { categoryOf } from '../live/reference';
import { timeline } from '../live/timeline';
import { detailOf, nameOf, titleOf } from '../words/lang';
import { incidentStates } from '../words/domain';
import { modeName } from '../words/policies';
import { distanceOf, whenOf } from '../words/times';
import { words } from '../words/console';
import { Callouts } from './Callouts';
import { Explanation } from './Explanation';
import { Record } from './Record';

const tabs: Tab[] = ['callouts', 'why', 'record'];

export function IncidentPanel() {
  const w = words();
  const incident = selected.value;
  if (!incident) {
    return <section class="panel none" id="panel" tabIndex={-1}><p>{w.noneSelected}</p><p class="muted">{w.noneSelectedHint}</p></section>;
  }
  return (
    <section class="panel" id="panel" tabIndex={-1} aria-label={`${nameOf(categoryOf(incident.category))} ${incident.address}`} data-incident={incident.id}>
      <Head incident={incident} />
      <Orders incident={incident} />
      <div class="tabs" role="tablist" aria-label={w.tabs} onKeyDown={(e) => moveTab(e)}>
        {tabs.map((key, index) => (
          <button type="button" role="tab" key={key} id={`tab-${key}`} aria-selected={tab.value === key} aria-controls="tab-panel" tabIndex={tab.value === key ? 0 : -1} onClick={() => { tab.value = key; }}>
            {w[key]}<kbd>{index + 1}</kbd>
          </button>
        ))}
      </div>
      <div class="panel-body" id="tab-panel" role="tabpanel" aria-labelledby={`tab-${tab.value}`} tabIndex={0}>
        {tab.value === 'callouts' ? <Callouts incident={incident} /> : tab.value === 'why' ? <Explanation key={incident.id} incident={incident} /> : <Record incident={incident} />}
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
    <header class="incident-head">
      <div class="incident-title">
        <h2>{nameOf(categoryOf(incident.category))}</h2>
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
      <div class="flags"><Flags incident={incident} /></div>
      <ul class="need-list" aria-label={w.needs}>{incident.needs.map((need) => <NeedLine key={need.ordinal} need={need} incident={incident} />)}</ul>
    </header>
  );
}

function NeedLine({ need, incident }: { need: Need; incident: Incident }) {
  const w = words();
  const lost = attentionFor(incident.id)?.exhausted.includes(need) ?? false;
  const opened = timeline.value?.incidentId === incident.id ? timeline.value.facts.flatMap((f) => (f.kind === 'RingOpened' && f.data.needOrdinal === need.ordinal ? [f.data] : [])) : [];
  return (
    <li class={`need-line ${needClass(need, lost)}`}>
      <QualificationGlyph of={need.qualification} size={15} />
      <span class="need-what" title={nameOf(need)}>{nameOf(need)}</span>
      <NeedBar need={need} lost={lost} />
      {incident.state === 'open'
        ? <button type="button" class="link num need-count" aria-label={`${need.filled}/${need.count} · ${w.filledOf(need.filled, need.count)}，${w.need}`} title={w.need} onClick={() => askNeed(incident, need, nameOf(need))}>{need.filled}/{need.count}</button>
        : <b class="num" aria-label={w.filledOf(need.filled, need.count)}>{need.filled}/{need.count}</b>}
      <span class="need-rings muted">
        {need.ring === 0 ? w.noRing : opened.length > 0 ? opened.map((r) => r.regionName).join(' → ') : w.ring(need.ring)}
      </span>
      {lost ? <Icon name="flag" size={13} /> : !isShort(need) ? <Icon name="check" size={13} /> : <span />}
    </li>
  );
}

const buttons: { kind: AskedKind; key: string; tone: string }[] = [
  { kind: 'escalate', key: 'E', tone: 'primary' }, { kind: 'recall', key: 'R', tone: '' }, { kind: 'close', key: 'C', tone: '' }, { kind: 'cancel', key: 'X', tone: 'quiet' },
];

function Orders({ incident }: { incident: Incident }) {
  const w = words();
  const given = orders.value.filter((o) => o.incidentId === incident.id && o.kind !== 'raise');
  if (incident.state !== 'open' && given.length === 0) return null;
  return (
    <div class="orders">
      {incident.state === 'open' && (
        <div class="order-buttons" role="toolbar" aria-label={w.command}>
          {buttons.map(({ kind, key, tone }) => (
            <button type="button" key={kind} class={tone} disabled={!possible(incident, kind)} onClick={() => ask(kind, incident)}>{w[kind as 'escalate']}<kbd>{key}</kbd></button>
          ))}
        </div>
      )}
      {given.map((order) => (
        <div key={order.id} class={`notice ${order.state === 'refused' ? 'bad' : order.state === 'notConfirmed' ? 'warn' : ''}`} role="status" data-order={order.id}>
          <Icon name="warn" size={13} />
          <div>
            <b>{w[order.kind as 'escalate']}{order.kind === 'release' || order.kind === 'recallOne' ? ` ${order.about}` : ''}：{order.state === 'sending' ? w.sending : order.state === 'refused' ? w.refused : `${w.notConfirmed} · ${w.attempt(order.attempts)}`}</b>
            {order.problem && <div>{titleOf(order.problem)}{detailOf(order.problem) ? ` ${detailOf(order.problem)}` : ''}</div>}
            {order.state === 'notConfirmed' && <div>{w.notConfirmedLong}</div>}
          </div>
          {order.state !== 'sending' && <button type="button" class="link" title={order.state === 'refused' ? undefined : w.putAsideHint} onClick={() => putAside(order.id)}>{order.state === 'refused' ? w.dismiss : w.putAside}</button>}
        </div>
      ))}
    </div>
  );
}
