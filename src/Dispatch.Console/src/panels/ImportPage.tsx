// Choose a file: it is checked at once and nothing is written. Only a file without faults can be imported, whole or not at all.
import { useSignal } from '@preact/signals';
import { Icon } from '../board/glyphs';
import { call } from '../live/api';
import type { Datum, ImportReport, Problem } from '../live/contract';
import { detailOf, messageOf, titleOf } from '../words/lang';
import { datums } from '../words/domain';
import { rosterWords } from '../words/roster';

type State =
  | { at: 'choose' }
  | { at: 'working'; dryRun: boolean }
  | { at: 'report'; report: ImportReport; refused: boolean }
  | { at: 'problem'; problem: Problem | 'unknown' };

type What = 'volunteers' | 'teams' | 'regions';

export function ImportPage({ what }: { what: What }) {
  const w = rosterWords();
  const file = useSignal<File | null>(null);
  const datum = useSignal<Datum | ''>('');
  const kind = useSignal<'official' | 'schematic'>('official');
  const state = useSignal<State>({ at: 'choose' });

  const send = async (dryRun: boolean) => {
    const chosen = file.peek();
    if (!chosen || (what === 'regions' && !datum.peek())) return;
    state.value = { at: 'working', dryRun };
    const path = what !== 'regions' ? `/api/${what}/import?dryRun=${dryRun}` : `/api/regions/import?datum=${datum.peek()}&boundaryKind=${kind.peek()}&dryRun=${dryRun}`;
    const answer = await call<ImportReport>('POST', path, { file: { content: chosen, type: typeOf(chosen, what) }, timeoutMs: 120_000 });
    if (answer.outcome === 'done') state.value = { at: 'report', report: answer.value, refused: false };
    else if (answer.outcome === 'unknown') state.value = { at: 'problem', problem: 'unknown' };
    else if (isReport(answer.body)) state.value = { at: 'report', report: answer.body, refused: true };
    else state.value = { at: 'problem', problem: answer.problem };
  };

  const s = state.value;
  return (
    <section class="roster-body import">
      <div class="import-choice">
        {what === 'regions' && (
          <>
            <label class="field"><span class="field-label">{w.datum}</span>
              <select value={datum.value} onChange={(e) => { datum.value = e.currentTarget.value as Datum; void send(true); }}>
                <option value="">{w.chooseDatum}</option>
                {Object.entries(datums()).map(([key, name]) => <option key={key} value={key}>{name}</option>)}
              </select></label>
            <label class="field"><span class="field-label">{w.boundaryKind}</span>
              <select value={kind.value} onChange={(e) => { kind.value = e.currentTarget.value as 'official'; void send(true); }}>
                <option value="official">{w.official}</option><option value="schematic">{w.schematic}</option>
              </select></label>
          </>
        )}
        <label class="file-button">{what === 'regions' ? w.chooseRegions : w.chooseRoster}
          <input type="file" class="visually-hidden" accept={what === 'regions' ? '.json,.geojson' : '.xlsx,.csv'} disabled={what === 'regions' && !datum.value}
                 onChange={(e) => { file.value = e.currentTarget.files?.[0] ?? null; void send(true); e.currentTarget.value = ''; }} /></label>
        {what === 'volunteers' && <a href="/api/volunteers/import/template.xlsx" download>{w.template}</a>}
        {file.value && <p><b>{file.value.name}</b> <span class="muted num">{Math.ceil(file.value.size / 1024)} KB</span></p>}
      </div>
      {s.at === 'working' && <p class="notice" role="status">{s.dryRun ? w.checking : w.importing}</p>}
      {s.at === 'problem' && <p class="notice bad" role="alert"><Icon name="warn" /><span>{s.problem === 'unknown' ? w.unknownOutcome : `${titleOf(s.problem)} ${detailOf(s.problem) ?? ''}`}</span></p>}
      {s.at === 'report' && <Report report={s.report} refused={s.refused} onImport={() => void send(false)} />}
    </section>
  );
}

function Report({ report, refused, onImport }: { report: ImportReport; refused: boolean; onImport: () => void }) {
  const w = rosterWords();
  const faulty = refused || report.faults.length > 0;
  const change = report.toInsert + report.toUpdate;
  return (
    <div class="report" role="status">
      <h3>{report.dryRun || faulty ? w.dryRun : w.imported}</h3>
      <ul class="report-counts">
        {report.lines !== undefined && <li><b class="num">{report.lines}</b>{w.lines}</li>}
        <li><b class="num">{report.toInsert}</b>{w.toInsert}</li><li><b class="num">{report.toUpdate}</b>{w.toUpdate}</li><li><b class="num">{report.unchanged}</b>{w.unchanged}</li>
      </ul>
      {faulty && <p class="notice bad"><Icon name="warn" />{w.faults(report.faults.length)}</p>}
      {!faulty && report.dryRun && (change > 0 ? <button type="button" class="primary" onClick={onImport}>{w.doImport(change)}</button> : <p class="notice good"><Icon name="check" />{w.nothing}</p>)}
      {!faulty && !report.dryRun && <p class="notice good"><Icon name="check" />{w.imported}</p>}
      {report.faults.length > 0 && <Findings rows={report.faults} />}
      {(report.warnings?.length ?? 0) > 0 && <><p class="notice warn"><Icon name="warn" />{w.warningsFound(report.warnings!.length)}</p><Findings rows={report.warnings!} /></>}
      {(report.preview?.length ?? 0) > 0 && <Preview rows={report.preview!} />}
    </div>
  );
}

function Findings({ rows }: { rows: ImportReport['faults'] }) {
  const w = rosterWords();
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={w.fault}>
      <table class="findings">
        <thead><tr><th scope="col">{w.line}</th><th scope="col">{w.column}</th><th scope="col">{w.value}</th><th scope="col">{w.fault}</th></tr></thead>
        <tbody>{rows.slice(0, 500).map((f, i) => <tr key={i}><td class="num">{f.line ?? f.feature ?? ''}</td><td>{f.column ?? f.field ?? ''}</td><td>{f.value ?? f.code ?? ''}</td><td>{messageOf(f)}</td></tr>)}</tbody>
      </table>
    </div>
  );
}

function Preview({ rows }: { rows: Record<string, unknown>[] }) {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return (
    <details>
      <summary>{rosterWords().preview}</summary>
      <div class="table-scroll" tabIndex={0} role="region" aria-label={rosterWords().preview}>
        <table><thead><tr>{columns.map((c) => <th key={c} scope="col">{c}</th>)}</tr></thead>
          <tbody>{rows.map((row, i) => <tr key={i}>{columns.map((c) => <td key={c}>{plain(row[c])}</td>)}</tr>)}</tbody></table>
      </div>
    </details>
  );
}

const plain = (value: unknown): string => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value));
const isReport = (body: unknown): body is ImportReport => typeof body === 'object' && body !== null && Array.isArray((body as ImportReport).faults);
function typeOf(file: File, what: What): string {
  if (what === 'regions') return 'application/json';
  return file.name.toLowerCase().endsWith('.csv') ? 'text/csv' : 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
}
