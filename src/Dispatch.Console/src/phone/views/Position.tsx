// Where I am: from the phone, or typed from a map, with the source of the numbers named.
import { useState } from 'preact/hooks';
import { now } from '../../live/clock';
import type { Datum } from '../../live/contract';
import { detailOf, titleOf } from '../../words/lang';
import { fault, locateNow, locating, refusal, sending, sendTyped } from '../locate';
import { consents, mayLocate, setConsent } from '../orders';
import { state } from '../phone';
import { readPlace } from '../place';
import { age, distance, w } from '../words';
import { Icon } from './Icon';
import { Page, Press, Standing } from './Parts';

export function Position() {
  const position = state.value.self?.position;
  return (
    <Page title={w().position}>
      <p class="big">{position ? w().fix(age(now.value - Date.parse(position.takenAt)), distance(position.accuracyMetres)) : w().positionNone}</p>
      {mayLocate.value ? <Sources /> : (
        <>
          <p class="refused"><Icon shape="warning" /><span>{w().needConsent}</span></p>
          <p>{w().consentLocationMeans}{w().withdraw}</p>
          {!consents.value?.location && <Press kind="yes" onPress={() => setConsent('location', true)}>{w().agreeNow}</Press>}
        </>
      )}
      <Standing lane="consents" />
    </Page>
  );
}

function Sources() {
  const refused = refusal.value;
  return (
    <>
      <p class="quiet">{w().locateWhen}</p>
      <Press kind="yes" shape="pin" onPress={locateNow}>{locating.value ? w().locating : w().locateNow}</Press>
      <div role="status">
        {sending.value === 'sending' && <p class="standing sending"><Icon shape="again" /><span>{w().sending}</span></p>}
        {sending.value === 'unconfirmed' && <p class="standing retrying"><Icon shape="warning" /><span>{w().locateUnconfirmed}</span></p>}
        {sending.value === 'confirmed' && <p class="standing confirmed"><Icon shape="tick" /><span>{w().located}</span></p>}
        {fault.value && <p class="refused"><Icon shape="warning" /><span>{fault.value === 'denied' ? w().locateDenied : w().locateFailed}</span></p>}
        {refused && <p class="refused"><Icon shape="warning" /><span>{w().refused(detailOf(refused) ?? titleOf(refused))}</span></p>}
      </div>
      <Typed />
    </>
  );
}

const datums: readonly [Datum, 'datumAmap' | 'datumBaidu' | 'datumGps' | 'datumNational'][] =
  [['gcj02', 'datumAmap'], ['bd09', 'datumBaidu'], ['wgs84', 'datumGps'], ['cgcs2000', 'datumNational']];
const faults = { empty: 'placeEmpty', notANumber: 'placeNotANumber', swapped: 'placeSwapped', outOfRange: 'placeOutOfRange', datum: 'placeDatum' } as const;

function Typed() {
  const [longitude, setLongitude] = useState('');
  const [latitude, setLatitude] = useState('');
  const [datum, setDatum] = useState<Datum | ''>('');
  const [wrong, setWrong] = useState<keyof typeof faults | null>(null);
  const save = (event: Event) => {
    event.preventDefault();
    const place = readPlace(longitude, latitude, datum);
    setWrong(place.ok ? null : place.fault);
    if (place.ok) sendTyped(place.longitude, place.latitude, place.datum);
  };
  return (
    <form class="typed" onSubmit={save}>
      <h2>{w().typed}</h2>
      <div class="pair">
        <label>{w().longitude}<input inputMode="decimal" autocomplete="off" placeholder="114.0579" value={longitude} onInput={(event) => setLongitude(event.currentTarget.value)} /></label>
        <label>{w().latitude}<input inputMode="decimal" autocomplete="off" placeholder="22.5431" value={latitude} onInput={(event) => setLatitude(event.currentTarget.value)} /></label>
      </div>
      <label>{w().datum}
        <select value={datum} onChange={(event) => setDatum(event.currentTarget.value as Datum | '')}>
          <option value="">{w().chooseDatum}</option>
          {datums.map(([value, word]) => <option key={value} value={value}>{w()[word]}</option>)}
        </select>
      </label>
      <p class="quiet">{w().datumWhy}{w().typedHolds}</p>
      {wrong && <p class="refused" role="alert"><Icon shape="warning" /><span>{w()[faults[wrong]]}</span></p>}
      <button type="submit" class="press plain"><span>{w().save}</span></button>
    </form>
  );
}
