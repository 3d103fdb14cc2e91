// One loan at a desk: whose people, for what, until when, what each is doing; and what this desk may say about its end.
import { out } from '../board/attention';
import { select, view } from '../board/choices';
import { Icon } from '../board/glyphs';
import { Countdown } from '../board/Ticking';
import { appealsHere, stillOut } from '../live/aid';
import { now } from '../live/clock';
import type { AidRelease } from '../live/contract';
import { categoryOf } from '../live/reference';
import { zone } from '../live/signing';
import { aidWords } from '../words/aid';
import { calloutStates } from '../words/domain';
import { nameOf } from '../words/lang';
import { whenOf } from '../words/times';
import type { Asked } from './AidForm';
import { Decided } from './Decided';

const HOUR = 3600_000;
const LONGEST = 7 * 24 * HOUR;
/** So near its end a loan shows what is left of it. */
const SOON = HOUR / 2;
const MINUTE = 60_000;
const at = (instant: string | number) => whenOf(instant, zone(), now.value);
const toMinute = (instant: number) => at(instant).slice(0, -3);

export function Loan({ release: l, onStep }: { release: AidRelease; onStep: (asked: Asked) => void }) {
  const w = aidWords();
  const states = calloutStates();
  const over = l.endedAt !== null;
  const ends = Date.parse(l.validUntil);
  const lapsed = !over && ends <= now.value;
  const still = stillOut(l, now.value);
  const soon = !over && !lapsed && ends - now.value < SOON && l.people.some((p) => p.returnedAt === null);
  const mayExtend = l.mayExtend && (lapsed ? still > 0 : l.people.some((p) => p.returnedAt === null));
  const decide = (decision: 'goOn' | 'callHome') => onStep({
    title: decision === 'goOn' ? w.letGoOnTitle(still) : l.mayDecideAs === 'superior' ? w.releaseAll(still) : w.callHomeTitle(still),
    about: `${namesOut(l)}。${decision === 'goOn' ? w.letGoOnHint : l.mayDecideAs === 'superior' ? '' : w.callHomeHint(l.borrower.name)}`,
    method: 'POST', path: `/api/releases/${l.id}/decide`, fields: [], body: { decision, replaces: l.decision?.at ?? null },
  });
  return (
    <article class={`aid-card${over ? ' over' : ''}${appealsHere(l, now.value) || (still > 0 && l.mayDecideAs === 'lender' && !l.decision) ? ' waits' : ''}`} data-release={l.id}>
      <div><b>{w.lentTo(l.lender.name, l.borrower.name)}</b> · {nameOf(categoryOf(l.category))} · {l.address} <span class="tag">{w.grounds[l.ground] ?? l.ground}</span>
        <span class={lapsed ? 'doubt' : 'muted'}> {over ? w.ended : lapsed ? w.lapsed : w.until(at(l.validUntil))}</span>
        {soon && <b class="doubt loan-soon"><Icon name="clock" size={12} /><Countdown to={l.validUntil} /></b>}
        <ul class="aid-names">{l.people.map((p) => <li key={p.id} class={p.returnedAt ? 'muted' : ''}><b>{p.name}</b> {p.returnedAt ? w.back : p.state ? states[p.state] : w.named}</li>)}</ul>
        {!over && still > 0 && <Decided release={l} zone={zone()} />}
        {still > 0 && l.decision === null && <p class="lapsed-all"><Icon name="warn" size={13} /><b class="doubt">{w.lapsedFlag(still)}</b>{l.mayDecideAs === 'lender' && <span>{w.theyDecide(l.borrower.name)}</span>}</p>}
        {(mayExtend || still > 0) && <p class="loan-steps">
          {still > 0 && (l.mayDecideAs === 'command' || (l.mayDecideAs === 'superior' && !appealsHere(l, now.value))) && <button type="button" class="small primary" onClick={() => { select(l.incidentId); view.value = 'command'; }}>{w.decide}</button>}
          {appealsHere(l, now.value) && <><button type="button" class="small" onClick={() => decide('callHome')}>{w.releaseAll(still)}</button><button type="button" class="small" onClick={() => decide('goOn')}>{w.letGoOn}</button></>}
          {mayExtend && <button type="button" class="small" onClick={() => onStep(extension(l))}>{w.extend}</button>}
          {still > 0 && l.mayDecideAs === 'lender' && l.decision?.decision !== 'goOn' && <button type="button" class="small" onClick={() => decide('goOn')}>{w.agreeGoOn}</button>}
          {still > 0 && l.mayDecideAs === 'lender' && l.decision?.decision !== 'callHome' && !(l.appeal?.to && l.appeal.dueAt) && <button type="button" class="small" onClick={() => decide('callHome')}>{w.callHome}</button>}
        </p>}
      </div>
    </article>
  );
}

const namesOut = (l: AidRelease) => l.people.filter((p) => p.returnedAt === null && p.state !== null && out.has(p.state)).map((p) => p.name).join('、');

/** Ends to choose from, each with the time it means here, as far as what the loan stands on carries. */
export function endsFor(l: Pick<AidRelease, 'validUntil' | 'groundEndsAt'>, at: number): { until: number; hours: number | null }[] {
  const from = Math.max(at, Date.parse(l.validUntil));
  const ground = l.groundEndsAt === null ? Infinity : Date.parse(l.groundEndsAt);
  const most = Math.min(at + LONGEST - MINUTE, ground); // a minute for whoever takes his time with the form
  const whole = [1, 2, 4, 8, 12, 24, 48, 72].map((hours) => ({ until: Math.ceil((from + hours * HOUR) / MINUTE) * MINUTE, hours })).filter(({ until }) => until < most);
  return most > from ? [...whole, { until: most, hours: null }] : [];
}

function extension(l: AidRelease): Asked {
  const w = aidWords();
  const ends = endsFor(l, now.peek());
  const options = ends.map(({ until, hours }) => [new Date(until).toISOString(),
    hours !== null ? w.hoursMore(hours, toMinute(until)) : until === Date.parse(l.groundEndsAt ?? '') ? w.groundEnd(toMinute(until)) : w.longest(toMinute(until))] as const);
  return {
    title: w.extendTitle(l.lender.name), about: options.length > 0 ? l.people.filter((p) => p.returnedAt === null).map((p) => p.name).join('、') : w.noLonger, method: 'POST', path: `/api/releases/${l.id}/extend`,
    fields: options.length > 0 ? [{ name: 'until', label: w.extendTo, options, value: options[Math.min(1, options.length - 1)]![0] }] : [], body: {},
  };
}
