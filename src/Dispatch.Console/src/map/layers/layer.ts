// A layer owns its source, its paint and its clean-up, and nothing of any other layer.
import { effect } from '@preact/signals';
import type { GeoJSONSource, LayerSpecification, Map as GlMap } from 'maplibre-gl';
import { palette, type Palette } from '../palette';

export interface Feature { type: 'Feature'; id?: string | number; properties: object; geometry: unknown }
export type Paint = Record<string, Record<string, unknown>>;

/** A storm of facts redraws a layer five times a second, not two hundred. */
const EVERY_MS = 200;

export const FONT = ['Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', 'sans-serif'];

export const point = (coordinates: [number, number], properties: object): Feature => ({ type: 'Feature', properties, geometry: { type: 'Point', coordinates } });
export const collection = (features: readonly unknown[]) => ({ type: 'FeatureCollection', features }) as never;

/** `data` and `paint` are read as signals: they follow what they show. Returns the clean-up. */
export function show(map: GlMap, source: string, layers: readonly ({ id: string; type: string } & Record<string, unknown>)[], data: () => readonly unknown[], paint: (p: Palette) => Paint, visible: () => boolean = () => true): () => void {
  map.addSource(source, { type: 'geojson', data: collection([]) });
  for (const layer of layers) map.addLayer({ ...layer, source } as unknown as LayerSpecification);
  let wanted: readonly unknown[] = [];
  let drawnAt = 0;
  let drawn = '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const draw = () => {
    timer = undefined;
    drawnAt = performance.now();
    const next = JSON.stringify(wanted);
    if (next === drawn) return; // placing a thousand marks anew costs the map many frames
    drawn = next;
    (map.getSource(source) as GeoJSONSource | undefined)?.setData(collection(wanted));
  };
  const stops = [
    () => clearTimeout(timer),
    effect(() => { wanted = visible() ? data() : []; timer ??= setTimeout(draw, Math.max(0, drawnAt + EVERY_MS - performance.now())); }),
    effect(() => {
      for (const [id, properties] of Object.entries(paint(palette.value))) {
        for (const [name, value] of Object.entries(properties)) map.setPaintProperty(id, name as never, value as never);
      }
    }),
  ];
  return () => {
    for (const stop of stops) stop();
    for (const layer of layers) if (map.getLayer(layer.id)) map.removeLayer(layer.id);
    if (map.getSource(source)) map.removeSource(source);
  };
}
