// Boundaries: the region itself, its streets, its communities. Labels come from local fonts.
import type { Map as GlMap } from 'maplibre-gl';
import { boundaries, neighbours } from '../../live/boundaries';
import { lang } from '../../words/lang';
import { shownLayers } from '../shown';
import { FONT, show } from './layer';

const level = (n: number) => boundaries.value.get(n)?.features ?? [];
const labelled = (n: number) => level(n).map((f) => ({ ...f, properties: { ...f.properties, label: lang.value === 'en' && f.properties.nameEn ? f.properties.nameEn : f.properties.name } }));

/** The superior's other commands: outline and name, fainter than one's own. */
export function neighboursLayer(map: GlMap): () => void {
  return show(
    map, 'neighbours',
    [
      { id: 'neighbours-line', type: 'line', paint: { 'line-width': 1, 'line-dasharray': [4, 3] } },
      { id: 'neighbours-name', type: 'symbol', maxzoom: 13, layout: { 'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 13 }, paint: { 'text-halo-width': 1.4 } },
    ],
    () => {
      const own = new Set(level(3).map((f) => f.properties.code));
      return neighbours.value.filter((f) => !own.has(f.properties.code)).map((f) => ({ ...f, properties: { ...f.properties, label: lang.value === 'en' && f.properties.nameEn ? f.properties.nameEn : f.properties.name } }));
    },
    (p) => ({ 'neighbours-line': { 'line-color': p['land-strong'], 'line-opacity': 0.7 }, 'neighbours-name': { 'text-color': p.muted, 'text-halo-color': p.bg } }),
    () => shownLayers.value.regions,
  );
}

export function communitiesLayer(map: GlMap): () => void {
  return show(
    map, 'communities',
    [
      { id: 'communities-line', type: 'line', minzoom: 11.5, paint: { 'line-width': 0.6 } },
      { id: 'communities-name', type: 'symbol', minzoom: 13.2, layout: { 'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 11 }, paint: { 'text-halo-width': 1.2 } },
    ],
    () => labelled(5),
    (p) => ({ 'communities-line': { 'line-color': p['land-line'] }, 'communities-name': { 'text-color': p.muted, 'text-halo-color': p.land } }),
    () => shownLayers.value.communities,
  );
}

export function streetsLayer(map: GlMap): () => void {
  return show(
    map, 'streets',
    [
      { id: 'streets-fill', type: 'fill' },
      { id: 'streets-line', type: 'line', paint: { 'line-width': 1.2, 'line-dasharray': [3, 2] } },
      { id: 'streets-name', type: 'symbol', maxzoom: 14.5, layout: { 'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 12.5 }, paint: { 'text-halo-width': 1.4 } },
    ],
    () => labelled(4),
    (p) => ({ 'streets-fill': { 'fill-color': p.land }, 'streets-line': { 'line-color': p['land-strong'] }, 'streets-name': { 'text-color': p.muted, 'text-halo-color': p.land } }),
    () => shownLayers.value.regions,
  );
}

export function regionLayer(map: GlMap): () => void {
  return show(
    map, 'region', [{ id: 'region-line', type: 'line', paint: { 'line-width': 2.4 } }],
    () => level(3),
    (p) => ({ 'region-line': { 'line-color': p['land-strong'] } }),
  );
}
