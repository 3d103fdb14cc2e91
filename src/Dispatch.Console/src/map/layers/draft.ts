import type { Map as GlMap } from 'maplibre-gl';
import { cornersOf, draft, whereabouts } from '../../actions/raising';
import { placeOf } from '../../actions/spots';
import { drawn } from '../../actions/whatIf';
import { FONT, point, show } from './layer';

/** Where the incident being written down would be, in WGS-84 as the server understood it: a wrong datum is seen before it is sent. */
export function draftLayer(map: GlMap): () => void {
  return show(
    map, 'draft',
    [
      { id: 'draft', type: 'symbol', layout: { 'icon-image': 'draft-pin', 'icon-allow-overlap': true, 'text-field': ['get', 'number'], 'text-font': FONT, 'text-size': 13, 'text-anchor': 'left', 'text-offset': [1.5, 0], 'text-allow-overlap': true }, paint: { 'text-halo-width': 1.6 } },
    ],
    () => {
      if (!draft.value) return [];
      const main = whereabouts.value.state === 'found' ? [point([whereabouts.value.located.longitude, whereabouts.value.located.latitude], { number: draft.value.also.length > 0 ? '1' : '' })] : [];
      return [...main, ...draft.value.also.flatMap((spot, index) => { const at = placeOf(spot); return at ? [point([at.longitude, at.latitude], { number: `${index + 2}` })] : []; })];
    },
    (p) => ({ draft: { 'text-color': p.accent, 'text-halo-color': p.surface } }),
  );
}

/** The area as far as it is drawn: a line of two corners, then a surface. In another datum than ours it appears once the server has read it. */
export function draftAreaLayer(map: GlMap): () => void {
  return show(
    map, 'draft-area',
    [
      { id: 'draft-area-fill', type: 'fill', filter: ['==', ['geometry-type'], 'Polygon'], paint: { 'fill-opacity': 0.18 } },
      { id: 'draft-area-line', type: 'line', paint: { 'line-width': 2, 'line-dasharray': [2, 1.5] } },
      { id: 'draft-area-corner', type: 'circle', filter: ['==', ['geometry-type'], 'Point'], paint: { 'circle-radius': 4.5, 'circle-stroke-width': 2 } },
    ],
    () => {
      const d = draft.value;
      if (!d?.area) return [];
      const ours = d.areaDatum === 'wgs84' || d.areaDatum === 'cgcs2000';
      const corners = ours ? cornersOf(d.area) : (drawn.value?.area ?? []);
      const shape = corners.length >= 3 ? { type: 'Polygon', coordinates: [[...corners, corners[0]!]] } : { type: 'LineString', coordinates: corners };
      return [...(corners.length >= 2 ? [{ type: 'Feature', properties: {}, geometry: shape }] : []), ...corners.map((c) => point(c, {}))];
    },
    (p) => ({ 'draft-area-fill': { 'fill-color': p.accent }, 'draft-area-line': { 'line-color': p.accent }, 'draft-area-corner': { 'circle-color': p.surface, 'circle-stroke-color': p.accent } }),
  );
}
