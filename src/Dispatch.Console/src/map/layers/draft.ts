import type { Map as GlMap } from 'maplibre-gl';
import { draft, whereabouts } from '../../actions/raising';
import { point, show } from './layer';

/** Where the incident being written down would be, in WGS-84 as the server understood it: a wrong datum is seen before it is sent. */
export function draftLayer(map: GlMap): () => void {
  return show(
    map, 'draft', [{ id: 'draft', type: 'symbol', layout: { 'icon-image': 'draft-pin', 'icon-allow-overlap': true } }],
    () => (draft.value && whereabouts.value.state === 'found' ? [point([whereabouts.value.located.longitude, whereabouts.value.located.latitude], {})] : []),
    () => ({}),
  );
}
