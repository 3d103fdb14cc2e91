// The polygons of the operator's region, per level, fetched when first wanted. Used by the map, and to place an address by the name in it.
import { signal } from '@preact/signals';
import { get } from './api';
import type { BoundaryProperties } from './contract';

export type Ring = [number, number][];
export interface BoundaryFeature {
  type: 'Feature';
  properties: BoundaryProperties;
  geometry: { type: 'Polygon'; coordinates: Ring[] } | { type: 'MultiPolygon'; coordinates: Ring[][] };
}
export interface Boundaries { type: 'FeatureCollection'; features: BoundaryFeature[] }

export const boundaries = signal<ReadonlyMap<number, Boundaries>>(new Map());
const asked = new Set<number>();

export async function readBoundaries(under: string, level: number): Promise<void> {
  if (asked.has(level)) return;
  asked.add(level);
  const answer = await get<Boundaries>(`/api/regions/boundaries?under=${encodeURIComponent(under)}&level=${level}`, { timeoutMs: 20_000 });
  if (answer.outcome === 'done') boundaries.value = new Map(boundaries.peek()).set(level, answer.value);
  else {
    asked.delete(level);
    if (answer.outcome === 'unknown') setTimeout(() => void readBoundaries(under, level), 5_000);
  }
}

/** The other commands of the superior: an incident may reach into them, and a click there has to be seen to be there. */
export const neighbours = signal<readonly BoundaryFeature[]>([]);
export async function readNeighbours(): Promise<void> {
  if (asked.has(0)) return;
  asked.add(0);
  const answer = await get<Boundaries>('/api/regions/boundaries?level=3&beside=true', { timeoutMs: 20_000 });
  if (answer.outcome === 'done') neighbours.value = answer.value.features;
  else asked.delete(0); // the map does without them
}

export const outerRings = (feature: BoundaryFeature): Ring[] =>
  feature.geometry.type === 'Polygon' ? feature.geometry.coordinates.slice(0, 1) : feature.geometry.coordinates.map((polygon) => polygon[0]!);

/** [west, south, east, north] of everything given; null of nothing. */
export function boxOf(features: readonly BoundaryFeature[]): [number, number, number, number] | null {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of features.flatMap(outerRings).flat()) {
    box[0] = Math.min(box[0], x); box[1] = Math.min(box[1], y); box[2] = Math.max(box[2], x); box[3] = Math.max(box[3], y);
  }
  return Number.isFinite(box[0]) ? box : null;
}

/** Centre of the largest part. Good enough to begin with, and said to be approximate where it is used. */
export function centreOf(feature: BoundaryFeature): { longitude: number; latitude: number } {
  let best = { area: -1, x: 0, y: 0 };
  for (const ring of outerRings(feature)) {
    const [ox, oy] = ring[0]!; // near the ring: sums of small numbers stay exact
    let area = 0, x = 0, y = 0;
    for (let i = 0; i < ring.length - 1; i++) {
      const [ax, ay] = [ring[i]![0] - ox, ring[i]![1] - oy], [bx, by] = [ring[i + 1]![0] - ox, ring[i + 1]![1] - oy];
      const cross = ax * by - bx * ay;
      area += cross; x += (ax + bx) * cross; y += (ay + by) * cross;
    }
    if (Math.abs(area) > best.area && area !== 0) best = { area: Math.abs(area), x: ox + x / (3 * area), y: oy + y / (3 * area) };
  }
  return { longitude: best.x, latitude: best.y };
}

/** The deepest region whose name, with or without its last word, stands in the text; of several the longest name. */
export function namedIn(text: string, levels: ReadonlyMap<number, Boundaries>): BoundaryFeature | null {
  const found = [...levels.values()].flatMap((l) => l.features).filter(({ properties: p }) => {
    const bare = p.name.endsWith(p.levelName) ? p.name.slice(0, -p.levelName.length) : p.name;
    return text.includes(p.name) || (bare.length >= 2 && text.includes(bare));
  });
  return found.sort((a, b) => b.properties.level - a.properties.level || b.properties.name.length - a.properties.name.length)[0] ?? null;
}
