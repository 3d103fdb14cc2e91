// An incident may reach beyond its place: further places, an area. Clicked on the map or typed; who then leads is said before anything is sent.
import { me } from '../live/signing';
import type { Datum } from '../live/contract';
import { Icon } from '../board/glyphs';
import { datums } from '../words/domain';
import { raiseWords } from '../words/raise';
import { Field, invalidAt } from './Field';
import { aim, draft, edit, lines, MOST_PLACES, takeBack, type Aim, type Spot } from './raising';
import { placeOf } from './spots';
import { drawn } from './whatIf';

const aims: Aim[] = ['place', 'also', 'area'];

export function ExtentFields({ disabled }: { disabled: boolean }) {
  const w = raiseWords();
  const d = draft.value!;
  const change = (index: number, to: Partial<Spot>) => edit({ also: d.also.map((s, i) => (i === index ? { ...s, ...to } : s)) });
  const addRow = () => {
    edit({ also: [...d.also, { coordinates: '', datum: d.datum }] });
    requestAnimationFrame(() => document.querySelector<HTMLElement>('#raise .spot:last-of-type input')?.focus());
  };
  const words = { place: w.aimPlace, also: w.aimAlso, area: w.aimArea };
  return (
    <>
      <div class="aim" role="group" aria-label={w.aim}>
        <span class="field-label" aria-hidden="true">{w.aim}</span>
        {aims.map((a) => <button type="button" key={a} class="small" aria-pressed={aim.value === a} disabled={disabled} onClick={() => { aim.value = a; }}>{words[a]}</button>)}
      </div>
      {(aim.value === 'also' || d.also.length > 0) && (
        <Field name="alsoAt" label={w.alsoAt} group hint={d.also.length === 0 ? w.alsoHint : undefined}>
          {d.also.map((spot, index) => (
            <div class="spot" key={index}>
              <b class="num" aria-hidden="true">{index + 2}</b>
              <input type="text" class="num" autoComplete="off" spellcheck={false} placeholder={w.coordinates} aria-label={w.alsoNumber(index + 2)} disabled={disabled} {...invalidAt(`alsoAt[${index}]`)}
                     value={spot.coordinates} onInput={(e) => change(index, { coordinates: e.currentTarget.value })} />
              <DatumChoice label={`${w.datum} ${index + 2}`} value={spot.datum} disabled={disabled} onChange={(datum) => change(index, { datum })} />
              <button type="button" class="icon-button" aria-label={`${w.removeNeed} ${w.alsoNumber(index + 2)}`} disabled={disabled} onClick={() => edit({ also: d.also.filter((_, i) => i !== index) })}><Icon name="cross" size={12} /></button>
              <Where spot={spot} />
            </div>
          ))}
          <button type="button" class="link" disabled={disabled || d.also.length >= MOST_PLACES} onClick={addRow}><Icon name="plus" size={12} />{w.addPlace}</button>
        </Field>
      )}
      {(aim.value === 'area' || d.area !== '') && (
        <Field name="area" label={w.area} group hint={w.areaHint(lines(d.area).length)}>
          <div class="pair">
            <textarea class="num" rows={3} spellcheck={false} placeholder={w.areaPlaceholder} aria-label={w.area} disabled={disabled} {...invalidAt('area')} value={d.area} onInput={(e) => edit({ area: e.currentTarget.value })} />
            <div class="area-tools">
              <DatumChoice label={`${w.datum} ${w.area}`} value={d.areaDatum} disabled={disabled} onChange={(areaDatum) => edit({ areaDatum })} />
              <span>
                <button type="button" class="quiet small" disabled={disabled || d.area === ''} onClick={() => { aim.value = 'area'; takeBack(); }}>{w.takeBack}</button>
                <button type="button" class="quiet small" disabled={disabled || d.area === ''} onClick={() => edit({ area: '' })}>{w.clearArea}</button>
              </span>
            </div>
          </div>
        </Field>
      )}
      <WhoLeads />
    </>
  );
}

function DatumChoice({ label, value, disabled, onChange }: { label: string; value: Datum; disabled: boolean; onChange: (datum: Datum) => void }) {
  return (
    <select aria-label={label} title={label} disabled={disabled} value={value} onChange={(e) => onChange(e.currentTarget.value as Datum)}>
      {Object.entries(datums()).map(([key, name]) => <option key={key} value={key}>{name}</option>)}
    </select>
  );
}

function Where({ spot }: { spot: Spot }) {
  const w = raiseWords();
  const place = placeOf(spot);
  if (place === undefined) return null;
  return place === null
    ? <span class="where bad"><Icon name="warn" size={12} />{w.outsideAll}</span>
    : <span class="where good"><Icon name="pin" size={12} />{place.names.slice(-3).join(' › ')}</span>;
}

/** As drawn by the server: the commands touched, and the common superior who would lead. */
function WhoLeads() {
  const w = raiseWords();
  const plan = drawn.value;
  if (!plan?.commands) return null;
  const lead = plan.regionNames.at(-1) ?? '';
  return (
    <p class="notice warn who-leads" role="status"><Icon name="flag" size={13} />
      <span><b>{w.leads(lead)}</b> {w.touches(plan.commands.join('、'))}{me.value?.region.name !== lead && (me.value?.region.level ?? 0) >= 3 && <> {w.youOnlySee}</>}</span></p>
  );
}
