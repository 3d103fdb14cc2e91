import { describe, expect, it } from 'vitest';
import { boxOf, centreOf, namedIn, type Boundaries, type BoundaryFeature } from './boundaries';

const feature = (name: string, level: number, levelName: string, west = 114): BoundaryFeature => ({
  type: 'Feature',
  properties: { code: name, name, nameEn: null, level, levelName, parent: null, boundaryKind: 'schematic' },
  geometry: { type: 'Polygon', coordinates: [[[west, 22], [west + 0.2, 22], [west + 0.2, 22.1], [west, 22.1], [west, 22]]] },
});
const levels = new Map<number, Boundaries>([
  [4, { type: 'FeatureCollection', features: [feature('莲花街道', 4, '街道'), feature('福田街道', 4, '街道')] }],
  [5, { type: 'FeatureCollection', features: [feature('景田社区', 5, '社区'), feature('莲花北社区', 5, '社区')] }],
]);

describe('Boundaries', () => {
  it('have a centre and a box', () => {
    const centre = centreOf(feature('x', 4, '街道'));
    expect(centre.longitude).toBeCloseTo(114.1, 9);
    expect(centre.latitude).toBeCloseTo(22.05, 9);
    expect(boxOf([feature('a', 4, '街道'), feature('b', 4, '街道', 115)])).toEqual([114, 22, 115.2, 22.1]);
    expect(boxOf([])).toBeNull();
  });
  it.each([['莲花街道景田北六街', '景田社区'], ['莲花北社区 3 栋', '莲花北社区'], ['福田街道办', '福田街道'], ['梅林水库', undefined]])('"%s" names %s', (text, name) => {
    expect(namedIn(text, levels)?.properties.name).toBe(name);
  });
});
