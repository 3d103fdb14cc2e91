// The people of one incident, by where they stand: nearest to arriving first, those still to answer next, the past folded away.
import { memo } from 'preact/compat';
import { ask } from '../actions/ordering';
import { funnelOf } from '../board/attention';
import { Icon, QualificationGlyph, StateGlyph } from '../board/glyphs';
import { Age, Countdown } from '../board/Ticking';
import type { Callout, CalloutState, Channel, Incident } from '../live/contract';
import { leads } from '../live/signing';
import { channelMark, channelReasonOf } from '../words/channels';
import { calloutStates, reasonOf } from '../words/domain';
import { nameOf } from '../words/lang';
import { distanceOf, timeOf } from '../words/times';
import { words } from '../words/console';
import { markOf } from '../words/teams';

/** Every name of a drill begins so, and its head says it already. */
const TWIN = /^演练\s*[·・]\s*/;
const active: CalloutState[] = ['onScene', 'enRoute', 'accepted', 'standby'];
const past: CalloutState[] = ['declined', 'expired', 'turnedBack', 'recalled', 'released'];

export function Callouts({ incident }: { incident: Incident }) {
  const w = words();
  if (incident.callouts.length === 0) return <p class="empty">{w.noCallouts}</p>;
  const inState = (state: CalloutState) => incident.callouts.filter((c) => c.state === state);
  const groups = [...active, 'offered' as const].map((state) => ({ state, callouts: sorted(inState(state), state) })).filter((g) => g.callouts.length > 0);
  const done = past.flatMap((state) => sorted(inState(state), state));
  return (
    <>
      <Funnel incident={incident} />
      {groups.map(({ state, callouts }) => (
        <section key={state} class="group" aria-label={calloutStates()[state]}>
          <h3><StateGlyph state={state} />{calloutStates()[state]}<span class="num">{callouts.length}</span></h3>
          <ul>{callouts.map((c) => <Line key={c.id} callout={c} incident={incident} />)}</ul>
        </section>
      ))}
      {done.length > 0 && (
        <details class="group past" open={groups.length === 0}>
          <summary>{w.past}<span class="num">{done.length}</span>{past.map((state) => { const n = inState(state).length; return n > 0 && <span key={state} class="past-count"><StateGlyph state={state} size={11} />{calloutStates()[state]} <b class="num">{n}</b></span>; })}</summary>
          <ul>{done.map((c) => <Line key={c.id} callout={c} incident={incident} />)}</ul>
        </details>
      )}
    </>
  );
}

function sorted(callouts: Callout[], state: CalloutState): Callout[] {
  return state === 'offered'
    ? callouts.sort((a, b) => Date.parse(a.dueAt) - Date.parse(b.dueAt) || a.needOrdinal - b.needOrdinal || a.distanceMetres - b.distanceMetres)
    : callouts.sort((a, b) => a.needOrdinal - b.needOrdinal || Date.parse(a.changedAt) - Date.parse(b.changedAt));
}

/** 召集 ≥ 送达 ≥ 已答复 ≥ 接受 ≥ 出动 ≥ 到场. */
function Funnel({ incident }: { incident: Incident }) {
  const w = words();
  const f = funnelOf(incident.callouts);
  const steps = [['asked', f.asked], ['delivered', f.delivered], ['answered', f.answered], ['accepted', f.accepted], ['enRoute', f.enRoute], ['onScene', f.onScene]] as const;
  return (
    <ol class="funnel">
      {steps.map(([key, n]) => (
        <li key={key} class={n > 0 ? `has step-${key}` : ''} style={{ '--share': f.asked ? n / f.asked : 0 }}><b class="num">{n}</b><span>{w[key]}</span></li>
      ))}
    </ol>
  );
}

const Line = memo(function Line({ callout: c, incident }: { callout: Callout; incident: Incident }) {
  const w = words();
  const need = incident.needs.find((n) => n.ordinal === c.needOrdinal);
  const zone = incident.timeZone;
  const open = incident.state === 'open';
  const mine = open && leads(incident);
  return (
    <li class={`callout state-${c.state}`} data-callout={c.id} data-state={c.state}>
      <StateGlyph state={c.state} />
      <span class="callout-name" data-volunteer={c.volunteer.id} title={c.volunteer.name}>{incident.drill ? c.volunteer.name.replace(TWIN, '') : c.volunteer.name}</span>
      <span class="callout-need muted" title={nameOf(need)}>{need && <QualificationGlyph of={need.qualification} size={12} />}<span>{nameOf(need)}</span></span>
      <span class="callout-distance num" title={`${c.locatedBy === 'fix' ? w.byFix : w.byAddress} · ${w.rank(c.rank)} · ${w.wave(c.wave)} · ${w.ring(c.ring)}`}>{c.locatedBy === 'address' && '≈'}{distanceOf(c.distanceMetres)}</span>
      <Receipts callout={c} zone={zone} />
      <span class="callout-time">
        {c.state === 'offered' && open ? <><Icon name="clock" size={11} /><Countdown to={c.dueAt} /></> : <span class="muted" title={timeOf(c.changedAt, zone)}>{active.includes(c.state) && open ? <Age since={c.changedAt} /> : <span class="num">{timeOf(c.changedAt, zone)}</span>}</span>}
      </span>
      {mine && c.state === 'offered' && <button type="button" class="quiet small" onClick={() => ask('recallOne', incident, c)} aria-label={`${w.recallOne} ${c.volunteer.name}`}>{w.recallOne}</button>}
      {mine && active.includes(c.state) && <button type="button" class="quiet small" onClick={() => ask('release', incident, c)} aria-label={`${w.release} ${c.volunteer.name}`}>{w.release}</button>}
      {c.channels && c.channels.length > 0 && <Channels callout={c} zone={zone} />}
      {c.answeredBy && <span class={`callout-reason on-behalf${c.answeredBy.repudiatedAt ? ' repudiated' : ''}`}><Icon name={c.answeredBy.repudiatedAt ? 'cross' : 'flag'} size={11} />{markOf(c.answeredBy)}</span>}
      {c.lateSince && open && <span class="callout-reason running-late"><Icon name="clock" size={11} />{w.runningLate(timeOf(c.lateSince, zone))}</span>}
      {c.reason && <span class="callout-reason muted">{calloutStates()[c.state]}：{reasonOf(c.reason)}</span>}
    </li>
  );
});

/** Beside the live line: one short mark per channel, with its shape; the times and reasons on asking. */
export function Channels({ callout: c, zone }: { callout: Callout; zone: string }) {
  return (
    <ul class="channels">
      {[...c.channels!].sort((a, b) => order.indexOf(a.channel) - order.indexOf(b.channel)).map((outcome) => {
        const { kind, text } = channelMark(outcome);
        return (
          <li key={`${outcome.channel}-${outcome.letter}`} class={`channel ${kind}`} data-channel={outcome.channel} data-letter={outcome.letter ?? 'callOut'} data-outcome={kind} title={[timeOf(outcome.changedAt, zone), channelReasonOf(outcome.reason)].filter(Boolean).join(' · ')}>
            <Icon name={kind === 'failed' ? 'cross' : kind === 'queued' ? 'clock' : kind === 'sent' ? 'up' : 'check'} size={10} />{text}
            {outcome.reason && <span class="visually-hidden">{channelReasonOf(outcome.reason)}</span>}
          </li>
        );
      })}
    </ul>
  );
}
const order: Channel[] = ['live', 'push', 'sms', 'voice'];

/** Three marks that fill from the left: sent, delivered, seen. */
function Receipts({ callout: c, zone }: { callout: Callout; zone: string }) {
  const w = words();
  const steps: [string, string, string | null][] = [[w.sent, w.notSent, c.sentAt], [w.delivered, w.notDelivered, c.deliveredAt], [w.seen, w.notSeen, c.seenAt]];
  const text = steps.map(([done, not, at]) => (at ? `${done} ${timeOf(at, zone)}` : not)).join('，');
  const last = steps.filter(([, , at]) => at).at(-1)?.[0] ?? w.notSent;
  return (
    <span class="receipts" role="img" aria-label={text} title={text}>
      {steps.map(([name, , at]) => <i key={name} class={at ? 'on' : ''} />)}
      <span class="receipts-text">{last}</span>
    </span>
  );
}
