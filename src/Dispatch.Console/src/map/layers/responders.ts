// People who were called for an open incident: where they are and how far they have come. Of those who have not answered, only the ones
// of the chosen incident are shown.
import { computed } from '@preact/signals';
import type { Map as GlMap } from 'maplibre-gl';
import { openIncidents, selectedId } from '../../board/choices';
import type { Callout, Incident } from '../../live/contract';
import { placeById } from '../people';
import { shownLayers } from '../shown';
import { FONT, point, show } from './layer';

const coming = ['accepted', 'enRoute', 'onScene', 'standby'];

export const onTheWay = computed(() => openIncidents.value.flatMap((incident) =>
  incident.callouts.flatMap((callout) => {
    const chosen = incident.id === selectedId.value;
    const place = placeById.value.get(callout.volunteer.id);
    return place && (coming.includes(callout.state) || (chosen && callout.state === 'offered')) ? [{ incident, callout, place, chosen }] : [];
  })));
export interface OnTheWay { incident: Incident; callout: Callout; place: [number, number]; chosen: boolean }

export function linesLayer(map: GlMap): () => void {
  return show(
    map, 'lines',
    [
      { id: 'lines-coming', type: 'line', filter: ['==', ['get', 'coming'], true], paint: { 'line-width': ['case', ['get', 'chosen'], 1.8, 1] } },
      { id: 'lines-offered', type: 'line', filter: ['==', ['get', 'coming'], false], paint: { 'line-width': 1, 'line-dasharray': [1, 3] } },
    ],
    () => onTheWay.value.filter(({ callout }) => callout.state !== 'onScene').map(({ incident, callout, place, chosen }) => ({
      type: 'Feature', properties: { coming: callout.state !== 'offered', state: callout.state, chosen }, geometry: { type: 'LineString', coordinates: [place, [incident.longitude, incident.latitude]] },
    })),
    (p) => ({
      'lines-coming': { 'line-color': ['match', ['get', 'state'], 'enRoute', p.warn, 'standby', p.hold, p.accent], 'line-opacity': ['case', ['get', 'chosen'], 0.9, 0.45] },
      'lines-offered': { 'line-color': p.muted, 'line-opacity': 0.6 },
    }),
    () => shownLayers.value.lines,
  );
}

export function respondersLayer(map: GlMap): () => void {
  return show(
    map, 'responders',
    [{
      id: 'responders', type: 'symbol',
      layout: {
        'icon-image': ['concat', 'state-', ['get', 'state']], 'icon-allow-overlap': true, 'icon-size': ['case', ['get', 'chosen'], 0.95, 0.75], 'text-optional': true,
        'text-field': ['step', ['zoom'], ['case', ['get', 'chosen'], ['get', 'name'], ''], 13, ['get', 'name']], 'text-font': FONT, 'text-size': 11, 'text-anchor': 'top', 'text-offset': [0, 0.9],
      },
      paint: { 'text-halo-width': 1.4 },
    }],
    () => onTheWay.value.map(({ callout, place, chosen }) => point(place, { state: callout.state, name: callout.state === 'offered' ? '' : callout.volunteer.name, chosen })),
    (p) => ({ responders: { 'text-color': p.text, 'text-halo-color': p.surface } }),
  );
}
