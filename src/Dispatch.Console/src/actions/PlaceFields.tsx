import type { Datum } from '../live/contract';
import { boundaries, centreOf, namedIn } from '../live/boundaries';
import { detailOf, nameOf, titleOf } from '../words/lang';
import { datums } from '../words/domain';
import { distanceOf } from '../words/times';
import { raiseWords } from '../words/raise';
import { words } from '../words/console';
import { Icon } from '../board/glyphs';
import { readCoordinates } from './coordinates';
import { Field, invalidAt } from './Field';
import { draft, edit, placeAt, whereabouts } from './raising';

export function PlaceFields({ disabled }: { disabled: boolean }) {
  const w = raiseWords();
  const d = draft.value!;
  const place = readCoordinates(d.coordinates);
  const named = !place.ok && d.address.trim() ? namedIn(d.address, boundaries.value) : null;
  return (
    <>
      <Field name="position" label={w.place} group hint={<Whereabouts />}>
        <div class="pair">
          <input type="text" inputMode="text" autoComplete="off" spellcheck={false} class="num" placeholder={w.coordinatesHint} aria-label={w.coordinates} disabled={disabled} {...invalidAt('position')}
                 value={d.coordinates} onInput={(e) => edit({ coordinates: e.currentTarget.value })} />
          <select aria-label={w.datum} title={w.datum} disabled={disabled} value={d.datum} onChange={(e) => edit({ datum: e.currentTarget.value as Datum })}>
            {Object.entries(datums()).map(([key, name]) => <option key={key} value={key}>{name}</option>)}
          </select>
        </div>
        {place.ok && place.swapped && <span class="field-hint">{w.swapped}</span>}
      </Field>
      <Field name="address" label={w.address}>
        <input type="text" autoComplete="off" placeholder={w.addressHint} disabled={disabled} maxLength={200} {...invalidAt('address')}
               value={d.address} onInput={(e) => edit({ address: e.currentTarget.value, own: { ...d.own, address: true } })} />
      </Field>
      {named && (
        <button type="button" class="link suggestion" onClick={() => placeAt(centreOf(named), 'place')}>
          <Icon name="pin" size={13} />{w.useCentre(nameOf(named.properties))}{named.properties.boundaryKind === 'schematic' ? ` · ${words().schematic}` : ''}
        </button>
      )}
    </>
  );
}

function Whereabouts() {
  const w = raiseWords();
  const where = whereabouts.value;
  if (where.state === 'none') return null;
  if (where.state === 'asking') return <span class="where">{w.asking}</span>;
  if (where.state === 'failed') return <span class="where warn">{w.whereFailed}</span>;
  if (where.state === 'refused') {
    const nearest = where.problem.nearest;
    return <span class="where bad" role="alert"><Icon name="warn" size={12} />{nearest ? w.outside(nearest.name, distanceOf(nearest.distanceMetres)) : (detailOf(where.problem) ?? titleOf(where.problem))}</span>;
  }
  const { longitude, latitude, names } = where.located;
  return (
    <span class="where good">
      <Icon name="pin" size={12} /><b>{names.join(' › ')}</b> <span class="num muted">{w.wgs} {longitude.toFixed(5)}, {latitude.toFixed(5)}</span>
    </span>
  );
}
