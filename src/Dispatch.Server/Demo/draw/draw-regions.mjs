// Draws the schematic regions of the demo (示意图): names.tsv + one hand-drawn outline -> ../regions.json.
// Nobody publishes district or street polygons under a clean licence, so these cells are our own: nearest-centre (Voronoi) cells of
// roughly placed street centres inside the outline, and within each street of Futian nearest-centre cells for its communities.
// They are NOT the real borders, only neighbours in plausible places. Run by hand, node 20, no packages:
//   node src/Dispatch.Server/Demo/draw/draw-regions.mjs
//
// Invariants (checked here, and again by DemoRegionsTests):
//   - neighbours share their edges vertex for vertex, also where three regions meet;
//   - a parent is exactly the union of its children, because its rings are their edges with the inner ones cancelled.
// The same input gives the same bytes: no clock, no Math.random.

import { readFileSync, writeFileSync } from 'node:fs';

const here = new URL('.', import.meta.url);
const GRID = 1e5;            // vertices lie on a grid of 0.00001 degrees, about 1 m
const MERGE = 3;             // two computed vertices closer than 3 grid steps are the same corner
const SHRINK = Math.cos(22.58 * Math.PI / 180); // a degree of longitude against one of latitude

// One outline around Nanshan, Futian, Luohu and Longhua, drawn by hand (WGS-84): Shekou, west coast, north, east, the river, the bay.
const OUTLINE = [
  [113.893, 22.470], [113.876, 22.478], [113.866, 22.497], [113.871, 22.517], [113.868, 22.535], [113.888, 22.560], [113.903, 22.577],
  [113.911, 22.607], [113.904, 22.637], [113.928, 22.661], [113.957, 22.658], [113.953, 22.685], [113.960, 22.722], [113.985, 22.752],
  [114.021, 22.776], [114.066, 22.774], [114.101, 22.756], [114.117, 22.722], [114.104, 22.688], [114.101, 22.652], [114.108, 22.633],
  [114.131, 22.626], [114.166, 22.619], [114.196, 22.600], [114.206, 22.571], [114.191, 22.549], [114.165, 22.551], [114.141, 22.534],
  [114.119, 22.528], [114.090, 22.526], [114.071, 22.511], [114.051, 22.500], [114.030, 22.502], [114.010, 22.516], [113.985, 22.522],
  [113.966, 22.518], [113.955, 22.505], [113.947, 22.490], [113.941, 22.478], [113.920, 22.469],
];

const [, ...lines] = readFileSync(new URL('names.tsv', here), 'utf8').trim().split('\n');
const regions = lines.map(line => {
  const [code, name, nameEn, levelName, authority, longitude, latitude] = line.split('\t');
  const level = { 2: 1, 4: 2, 6: 3, 9: 4, 12: 5 }[code.length];
  return { code, name, nameEn, levelName, hasAuthority: authority === 'yes', level, centre: longitude ? toPlane([+longitude, +latitude]) : null };
});
for (const region of regions) region.parent = regions.find(r => r.level === region.level - 1 && region.code.startsWith(r.code)) ?? null;
const childrenOf = region => regions.filter(r => r.parent === region);

// ---- cells, in floating point on a plane of grid steps

function toPlane([longitude, latitude]) { return [longitude * GRID * SHRINK, latitude * GRID]; }

// The part of the polygon that is nearer to centre than to other (a half-plane cut, Sutherland-Hodgman).
function nearerHalf(polygon, centre, other) {
  const nx = other[0] - centre[0], ny = other[1] - centre[1];
  const limit = (nx * (other[0] + centre[0]) + ny * (other[1] + centre[1])) / 2;
  const side = ([x, y]) => nx * x + ny * y - limit;
  return polygon.flatMap((a, i) => {
    const b = polygon[(i + 1) % polygon.length], sa = side(a), sb = side(b);
    const kept = sa <= 0 ? [a] : [];
    if ((sa < 0 && sb > 0) || (sa > 0 && sb < 0)) kept.push([a[0] + (b[0] - a[0]) * sa / (sa - sb), a[1] + (b[1] - a[1]) * sa / (sa - sb)]);
    return kept;
  });
}
const cell = (polygon, centre, centres) => centres.filter(c => c !== centre).reduce((rest, other) => nearerHalf(rest, centre, other), polygon);

const cross = (a, b) => a[0] * b[1] - b[0] * a[1];
const doubleArea = polygon => polygon.reduce((sum, a, i) => sum + cross(a, polygon[(i + 1) % polygon.length]), 0);
function centroid(polygon) {
  const [ox, oy] = polygon[0];
  const local = polygon.map(([x, y]) => [x - ox, y - oy]);
  const sums = local.map((a, i) => { const b = local[(i + 1) % local.length], w = cross(a, b); return [(a[0] + b[0]) * w, (a[1] + b[1]) * w]; });
  const area = doubleArea(local);
  return [ox + sums.reduce((s, p) => s + p[0], 0) / area / 3, oy + sums.reduce((s, p) => s + p[1], 0) / area / 3];
}
function contains(polygon, [x, y]) {
  return polygon.reduce((inside, a, i) => {
    const b = polygon[(i + 1) % polygon.length];
    return (a[1] > y) !== (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0] ? !inside : inside;
  }, false);
}

// n centres spread evenly over the polygon: seeded random points, then moved to the middle of their cells until they settle (Lloyd).
function spread(polygon, n, seed) {
  let state = seed >>> 0;
  const next = () => { state = (Math.imul(state, 1664525) + 1013904223) >>> 0; return state / 2 ** 32; };
  const xs = polygon.map(p => p[0]), ys = polygon.map(p => p[1]);
  let centres = [];
  while (centres.length < n) {
    const p = [Math.min(...xs) + next() * (Math.max(...xs) - Math.min(...xs)), Math.min(...ys) + next() * (Math.max(...ys) - Math.min(...ys))];
    if (contains(polygon, p)) centres.push(p);
  }
  for (let round = 0; round < 25; round++) centres = centres.map(c => centroid(cell(polygon, c, centres)));
  return centres.sort((a, b) => a[0] - b[0]);
}

const outline = OUTLINE.map(toPlane);
const streets = regions.filter(r => r.level === 4);
for (const street of streets) street.polygon = cell(outline, street.centre, streets.map(s => s.centre));
for (const street of streets) {
  const communities = childrenOf(street);
  const centres = communities.length > 0 ? spread(street.polygon, communities.length, +street.code) : [];
  communities.forEach((community, i) => { community.polygon = cell(street.polygon, centres[i], centres); });
}
const leaves = regions.filter(r => r.level >= 4 && childrenOf(r).length === 0);

// ---- corners: from floating point to shared vertices on the grid

const corners = []; // [x, y] in whole grid steps of longitude and latitude
function corner([px, py]) {
  const p = [px / SHRINK, py];
  const known = corners.findIndex(c => Math.hypot(c[0] - p[0], c[1] - p[1]) < MERGE);
  return known >= 0 ? known : corners.push([Math.round(p[0]), Math.round(p[1])]) - 1;
}
for (const leaf of leaves) leaf.ring = leaf.polygon.map(corner).filter((c, i, ring) => c !== ring[(i + ring.length - 1) % ring.length]);

// A corner of a neighbour on the middle of an edge becomes a corner of this ring too: no edge of one is two edges of another.
function withEveryCorner(ring) {
  return ring.flatMap((from, i) => {
    const a = corners[from], b = corners[ring[(i + 1) % ring.length]];
    const dx = b[0] - a[0], dy = b[1] - a[1], length = Math.hypot(dx, dy);
    const between = corners.map((c, id) => ({ id, along: ((c[0] - a[0]) * dx + (c[1] - a[1]) * dy) / length, off: Math.abs(dx * (c[1] - a[1]) - dy * (c[0] - a[0])) / length }))
      .filter(c => c.off < MERGE && c.along > MERGE / 2 && c.along < length - MERGE / 2 && !ring.includes(c.id))
      .sort((x, y) => x.along - y.along);
    return [from, ...between.map(c => c.id)];
  });
}
for (const leaf of leaves) leaf.ring = withEveryCorner(leaf.ring);
for (const leaf of leaves) if (doubleArea(leaf.ring.map(c => corners[c])) < 0) leaf.ring.reverse(); // anticlockwise, as RFC 7946 asks

// ---- parents: the children's edges, each inner one cancelled by its reverse

const edgesOf = ring => ring.map((a, i) => [a, ring[(i + 1) % ring.length]]);
function union(rings) {
  const edges = new Map(rings.flatMap(edgesOf).map(([a, b]) => [`${a}-${b}`, [a, b]]));
  const outer = [...edges.values()].filter(([a, b]) => !edges.has(`${b}-${a}`));
  const next = new Map(outer);
  if (next.size !== outer.length) throw new Error('a corner is touched twice: the union is not one simple ring');
  const start = Math.min(...next.keys()), ring = [start];
  for (let at = next.get(start); at !== start; at = next.get(at)) ring.push(at);
  if (ring.length !== outer.length) throw new Error('the union has more than one ring');
  return ring;
}
for (const level of [4, 3, 2, 1])
  for (const region of regions.filter(r => r.level === level && !r.ring)) region.ring = union(childrenOf(region).map(r => r.ring));

// ---- checks

const seen = new Set();
for (const leaf of leaves) {
  if (new Set(leaf.ring).size !== leaf.ring.length) throw new Error(`${leaf.name} visits a corner twice`);
  for (const [a, b] of edgesOf(leaf.ring)) {
    if (seen.has(`${a}-${b}`)) throw new Error(`${leaf.name} overlaps a neighbour`);
    seen.add(`${a}-${b}`);
  }
}
const area = region => doubleArea(region.ring.map(c => corners[c]));
for (const region of regions) {
  const children = childrenOf(region);
  if (children.length > 0 && children.reduce((sum, c) => sum + area(c), 0) !== area(region)) throw new Error(`${region.name} is not the sum of its children`);
}

// ---- out: parents before children, one feature a line so that a difference can be read

const degrees = c => [corners[c][0] / GRID, corners[c][1] / GRID];
const features = regions.map(r => JSON.stringify({
  type: 'Feature',
  properties: { code: r.code, name: r.name, nameEn: r.nameEn, level: r.level, levelName: r.levelName, parent: r.parent?.code ?? null, hasAuthority: r.hasAuthority, timeZone: 'Asia/Shanghai' },
  geometry: { type: 'Polygon', coordinates: [[...r.ring, r.ring[0]].map(degrees)] },
}));
writeFileSync(new URL('../regions.json', here), `{"type":"FeatureCollection","features":[\n${features.join(',\n')}\n]}\n`);
console.log(`${regions.length} regions, ${corners.length} corners`);

if (process.argv[2]) { // a picture to look at: node draw-regions.mjs picture.svg
  const colour = r => `hsl(${[...r.code].reduce((h, d) => (h * 31 + +d) % 360, 7)} 55% 80%)`;
  const shape = (r, fill, stroke, width) => `<polygon points="${r.ring.map(c => [(corners[c][0] - 11386000) * SHRINK / 20, (22780 * 100 - corners[c][1]) / 20].join()).join(' ')}" fill="${fill}" stroke="${stroke}" stroke-width="${width}"/>`;
  const label = r => { const [x, y] = centroid(r.ring.map(c => corners[c])); return `<text x="${(x - 11386000) * SHRINK / 20}" y="${(2278000 - y) / 20}" font-size="${r.level === 5 ? 9 : 16}" text-anchor="middle">${r.name}</text>`; };
  writeFileSync(process.argv[2], `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-20 -20 1680 1620" width="1680" height="1620">${leaves.map(r => shape(r, colour(r), '#999', 1)).join('')}${streets.map(r => shape(r, 'none', '#555', 2)).join('')}${regions.filter(r => r.level === 3).map(r => shape(r, 'none', '#c00', 3)).join('')}${[...leaves].map(label).join('')}</svg>`);
}
