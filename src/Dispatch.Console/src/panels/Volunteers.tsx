import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { Icon, QualificationGlyph } from '../board/glyphs';
import { get } from '../live/api';
import { now } from '../live/clock';
import type { RosterPage, RosterVolunteer } from '../live/contract';
import { qualificationOf } from '../live/reference';
import { zone } from '../live/signing';
import { duties } from '../words/domain';
import { nameOf } from '../words/lang';
import { dateOf } from '../words/times';
import { rosterWords } from '../words/roster';
import { reachabilityWords } from '../words/channels';
import { ActivationCode } from './ActivationCode';
import { Reachability } from './Reachability';

export function Volunteers() {
  const w = rosterWords();
  const text = useSignal('');
  const page = useSignal(1);
  const data = useSignal<RosterPage | 'loading' | 'failed'>('loading');
  const size = useSignal(0);
  const codeFor = useSignal<RosterVolunteer | null>(null);
  const drillFor = useSignal<RosterVolunteer | null>(null);
  const testOf = useSignal<RosterVolunteer | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const later = setTimeout(() => void (async () => {
      const answer = await get<RosterPage>(`/api/volunteers?query=${encodeURIComponent(text.peek().trim())}&page=${page.peek()}`, { signal: stop.signal });
      if (stop.signal.aborted) return;
      data.value = answer.outcome === 'done' ? answer.value : 'failed';
      if (answer.outcome === 'done' && answer.value.page === 1) size.value = answer.value.volunteers.length;
    })(), 200);
    return () => { clearTimeout(later); stop.abort(); };
  }, [text.value, page.value]);

  const found = typeof data.value === 'object' ? data.value : null;
  const pages = found && size.value > 0 ? Math.max(1, Math.ceil(found.total / size.value)) : 1;
  return (
    <section class="roster-body">
      <div class="roster-tools">
        <input type="search" autoFocus placeholder={w.search} aria-label={w.search} value={text.value} onInput={(e) => { text.value = e.currentTarget.value; page.value = 1; }} />
        {found && <span class="muted num">{w.total(found.total)}</span>}
        <span class="pager">
          <button type="button" disabled={page.value <= 1} onClick={() => { page.value--; }}>{w.previous}</button>
          <span class="num">{w.page(page.value, pages)}</span>
          <button type="button" disabled={page.value >= pages} onClick={() => { page.value++; }}>{w.next}</button>
        </span>
      </div>
      {data.value === 'loading' && <p class="empty">{w.loading}</p>}
      {data.value === 'failed' && <p class="empty">{w.failed}</p>}
      {found?.total === 0 && <p class="empty">{w.none}</p>}
      {found && found.total > 0 && (
        <div class="table-scroll" tabIndex={0} role="region" aria-label={w.volunteers}>
          <table>
            <thead><tr>{[w.id, w.name, w.home, w.qualifications, w.fitness, w.assessment, w.insured, w.duty, w.now, w.number, w.phone].map((h) => <th key={h} scope="col">{h}</th>)}<th scope="col"><span class="visually-hidden">{w.code}</span></th></tr></thead>
            <tbody>{found.volunteers.map((v) => <Line key={v.id} v={v} onCode={() => { codeFor.value = v; }} onTest={() => { testOf.value = v; }} onDrill={() => { drillFor.value = v; }} />)}</tbody>
          </table>
        </div>
      )}
      {testOf.value && <Reachability volunteer={testOf.value} onClose={() => { testOf.value = null; }} />}
      {drillFor.value && <ActivationCode drill volunteer={drillFor.value} onClose={() => { drillFor.value = null; }} />}
      {codeFor.value && <ActivationCode volunteer={codeFor.value} onClose={() => { codeFor.value = null; }} />}
    </section>
  );
}

function Line({ v, onCode, onTest, onDrill }: { v: RosterVolunteer; onCode: () => void; onTest: () => void; onDrill: () => void }) {
  const w = rosterWords();
  const insured = v.insuredUntil !== null && v.insuredUntil >= dateOf(now.peek(), zone()); // both are days of the region
  const assessment = { passed: w.passed, pending: w.pending, failed: w.failedAssessment }[v.assessment];
  return (
    <tr>
      <td class="num muted">{v.externalId}</td>
      <th scope="row">{v.name}</th>
      <td>{v.homeRegion.name}</td>
      <td class="roster-qualifications">
        {v.qualifications.map((q) => (
          <span key={q.key} class={q.expired ? 'expired' : ''} title={q.validUntil ?? undefined}><QualificationGlyph of={q.key} size={12} />{q.expired ? <><s>{nameOf(qualificationOf(q.key))}</s><em>{w.expired}</em></> : nameOf(qualificationOf(q.key))}</span>
        ))}
      </td>
      <td class={v.fitness === 'fit' ? '' : 'doubt'}>{w[v.fitness]}</td>
      <td class={v.assessment === 'passed' ? '' : 'doubt'}>{assessment}</td>
      <td class={insured ? 'num' : 'num doubt'}>{v.insuredUntil ?? w.notInsured}{v.insuredUntil && !insured ? ` ${w.expired}` : ''}</td>
      <td>{duties()[v.duty]}</td>
      <td class="now">{v.engaged ? <><Icon name="warn" size={12} />{w.engaged}</> : v.availableNow ? <><Icon name="check" size={12} />{w.callable}</> : <span class="muted">{w.notCallable}</span>}</td>
      <td class="num">{v.phone ?? <span class="muted">{w.noNumber}</span>}</td>
      <td>{v.connected ? <><Icon name="check" size={12} />{w.connected}</> : v.activated ? w.activated : <span class="muted">{w.notActivated}</span>}</td>
      <td class="roster-buttons">
        <button type="button" class="small" onClick={onTest} aria-label={reachabilityWords().titleFor(v.name)}>{reachabilityWords().test}</button>
        <button type="button" class="small" onClick={onCode} aria-label={w.codeFor(v.name)}>{w.code}</button>
        <button type="button" class="small" onClick={onDrill} aria-label={w.drillCodeFor(v.name)}>{w.drillPhone}</button>
      </td>
    </tr>
  );
}
