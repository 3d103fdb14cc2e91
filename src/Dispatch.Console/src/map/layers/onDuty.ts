import type { Map as GlMap } from 'maplibre-gl';
import { onDuty } from '../people';
import { shownLayers } from '../shown';
import { point, show } from './layer';
import { onTheWay } from './responders';

/** Small and quiet: hundreds of them are a ground, not a message. Callable: filled. Engaged or not available: an empty ring. */
export function onDutyLayer(map: GlMap): () => void {
  return show(
    map, 'on-duty',
    [{ id: 'on-duty', type: 'circle', paint: { 'circle-radius': ['interpolate', ['linear'], ['zoom'], 10, 1.6, 12, 2.4, 15, 5], 'circle-stroke-width': 1 } }],
    () => {
      const shown = new Set(onTheWay.value.map((r) => r.callout.volunteer.id));
      return onDuty.value.filter((r) => !shown.has(r.volunteerId)).map((r) => point([r.longitude, r.latitude], { free: r.availableNow && !r.engaged }));
    },
    (p) => ({ 'on-duty': { 'circle-color': p.idle, 'circle-opacity': ['case', ['get', 'free'], 0.6, 0], 'circle-stroke-color': p.idle, 'circle-stroke-opacity': 0.35 } }),
    () => shownLayers.value.onDuty,
  );
}
