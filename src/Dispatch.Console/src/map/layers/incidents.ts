import type { Map as GlMap, MapLayerMouseEvent } from 'maplibre-gl';
import { attentionFor, openIncidents, select, selected, selectedId } from '../../board/choices';
import { categoryOf } from '../../live/reference';
import { kindOf } from '../../words/lang';
import { FONT, point, show } from './layer';

const order = { alarm: 3, watch: 2, calm: 1, complete: 0 };

export function incidentsLayer(map: GlMap): () => void {
  const remove = show(
    map, 'incidents',
    [{
      id: 'incidents', type: 'symbol',
      layout: {
        'icon-image': ['get', 'icon'], 'icon-allow-overlap': true, 'symbol-sort-key': ['get', 'order'], 'text-optional': true,
        'text-field': ['get', 'label'], 'text-font': FONT, 'text-size': 12, 'text-anchor': 'top', 'text-offset': ['case', ['get', 'chosen'], ['literal', [0, 1.75]], ['literal', [0, 1.25]]],
      },
      paint: { 'text-halo-width': 1.6 },
    }],
    () => {
      const ended = selected.value?.state === 'open' ? null : selected.value;
      return [...openIncidents.value, ...(ended ? [ended] : [])].map((i) => {
        const level = i.state === 'open' ? (attentionFor(i.id)?.level ?? 'calm') : 'complete';
        const chosen = i.id === selectedId.value;
        return point([i.longitude, i.latitude], { id: i.id, icon: `incident-${level}${chosen ? '-chosen' : ''}`, order: order[level] + (chosen ? 10 : 0), label: kindOf(i, categoryOf(i.category)), chosen });
      });
    },
    (p) => ({ incidents: { 'text-color': p.text, 'text-halo-color': p.surface } }),
  );
  const onClick = (event: MapLayerMouseEvent) => {
    const id = (event.features?.[0]?.properties as { id?: string } | undefined)?.id;
    if (id) select(id);
  };
  const hand = () => { map.getCanvas().style.cursor = 'pointer'; };
  const noHand = () => { map.getCanvas().style.cursor = ''; };
  const subscriptions = [map.on('click', 'incidents', onClick), map.on('mouseenter', 'incidents', hand), map.on('mouseleave', 'incidents', noHand)];
  return () => {
    for (const subscription of subscriptions) subscription.unsubscribe();
    remove();
  };
}
