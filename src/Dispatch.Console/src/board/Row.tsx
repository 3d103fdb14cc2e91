import { memo } from 'preact/compat';
import type { Incident } from '../live/contract';
import { categoryOf } from '../live/reference';
import { aidWords } from '../words/aid';
import { grades, incidentStates, responseLevels, warnings } from '../words/domain';
import { kindOf, nameOf } from '../words/lang';
import { words } from '../words/console';
import { lateOf } from './attention';
import { select, useAttention } from './choices';
import { Icon } from './glyphs';
import { NeedChip } from './Needs';
import { Age, Countdown, Silence } from './Ticking';

export const Row = memo(function Row({ incident, chosen }: { incident: Incident; chosen: boolean }) {
  const w = words();
  const attention = useAttention(incident.id);
  const open = incident.state === 'open';
  return (
    <li
      id={`incident-${incident.id}`}
      role="option"
      aria-selected={chosen}
      class={`row level-${open ? attention?.level : 'ended'}${incident.drill ? ' drill' : ''}`}
      onClick={() => select(incident.id)}
    >
      <div class="row-head">
        <strong>{kindOf(incident, categoryOf(incident.category))}</strong>
        <Scales incident={incident} />
        <span class="row-age" title={w.age}>{open ? <Age since={incident.raisedAt} /> : incidentStates()[incident.state]}</span>
      </div>
      <div class="row-place">
        <span class="row-address">{incident.address}</span>
        <span class="row-region">{incident.regionNames.at(-1)}</span>
        {open && attention?.nextDue != null && <span class="row-due" title={w.nextDue}><Icon name="clock" size={12} /><Countdown to={attention.nextDue} /></span>}
      </div>
      <div class="row-needs">
        {incident.needs.map((need) => <NeedChip key={need.ordinal} need={need} lost={attention?.exhausted.includes(need) ?? false} late={lateOf(incident, need.ordinal)} />)}
      </div>
      {open && attention && <div class="flags"><Flags incident={incident} /></div>}
    </li>
  );
});

/** Three scales that look alike and are not: each has its own mark. */
export function Scales({ incident }: { incident: Pick<Incident, 'grade' | 'warning' | 'responseLevel'> }) {
  return (
    <>
      {incident.grade && <span class="tag">{grades()[incident.grade]}</span>}
      {incident.warning && <span class={`tag warning-${incident.warning}`}>{warnings()[incident.warning]}</span>}
      {incident.responseLevel && <span class="tag">{responseLevels()[incident.responseLevel]}</span>}
    </>
  );
}

export function Flags({ incident }: { incident: Incident }) {
  const w = words();
  const attention = useAttention(incident.id);
  if (!attention) return null;
  return (
    <>
      {attention.exhausted.map((need) => <span key={need.ordinal} class="flag alarm"><Icon name="flag" size={12} />{w.exhausted(nameOf(need))}</span>)}
      {attention.allAsked.map(({ need, waiting }) => <span key={need.ordinal} class="flag watch"><Icon name="flag" size={12} />{w.allAsked(nameOf(need), waiting)}</span>)}
      {attention.stuck && <span class="flag alarm"><Icon name="warn" size={12} />{w.stuck}</span>}
      {attention.nobodyAsked && <span class="flag alarm"><Icon name="warn" size={12} />{w.nobodyAsked}</span>}
      {attention.silentSince !== null && <span class="flag watch"><Icon name="warn" size={12} /><Silence since={attention.silentSince} /></span>}
      {attention.selfOffers > 0 && <span class="flag watch"><Icon name="people" size={12} />{w.selfOffers(attention.selfOffers)}</span>}
      {attention.late > 0 && <span class="flag watch" data-flag="late"><Icon name="clock" size={12} />{w.lateFlag(attention.late, attention.standIns)}</span>}
      {attention.lapsed > 0 && <span class="flag watch"><Icon name="clock" size={12} />{aidWords().lapsedFlag(attention.lapsed)}</span>}
      {attention.paused && <span class="flag watch"><Icon name="pause" size={12} />{w.paused}</span>}
    </>
  );
}
