// How far incidents reach beyond their place: areas as surfaces, further places as small triangles that belong to their incident.
import type { Map as GlMap } from 'maplibre-gl';
import { attentionFor, openIncidents, select, selected, selectedId } from '../../board/choices';
import type { Incident } from '../../live/contract';
import { point, show } from './layer';

const shown = (): readonly Incident[] => [...openIncidents.value, ...(selected.value && selected.value.state !== 'open' ? [selected.value] : [])];

export function extentLayer(map: GlMap): () => void {
  return show(
    map, 'extents',
    [
      { id: 'extents-fill', type: 'fill', paint: { 'fill-opacity': ['case', ['get', 'chosen'], 0.2, 0.1] } },
      { id: 'extents-line', type: 'line', paint: { 'line-width': ['case', ['get', 'chosen'], 2.2, 1.2] } },
    ],
    () => shown().filter((i) => i.area).map((i) => ({
      type: 'Feature', properties: { chosen: i.id === selectedId.value }, geometry: { type: 'Polygon', coordinates: [[...i.area!, i.area![0]!]] },
    })),
    (p) => ({ 'extents-fill': { 'fill-color': p.bad }, 'extents-line': { 'line-color': p.bad } }),
  );
}

export function extentPointsLayer(map: GlMap): () => void {
  const remove = show(
    map, 'extent-points',
    [{ id: 'extent-points', type: 'symbol', layout: { 'icon-image': ['get', 'icon'], 'icon-size': 0.62, 'icon-allow-overlap': true } }],
    () => shown().flatMap((i) => (i.alsoAt ?? []).map((at) => point(at, { id: i.id, icon: `incident-${i.state === 'open' ? (attentionFor(i.id)?.level ?? 'calm') : 'complete'}${i.id === selectedId.value ? '-chosen' : ''}` }))),
    () => ({}),
  );
  const click = map.on('click', 'extent-points', (event) => {
    const id = (event.features?.[0]?.properties as { id?: string } | undefined)?.id;
    if (id) select(id);
  });
  return () => { click.unsubscribe(); remove(); };
}
