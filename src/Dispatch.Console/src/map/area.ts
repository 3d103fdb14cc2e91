// How large an area is, for people: on a flat earth around its middle, which is right to a part in a thousand for a city. Pure.

const METRES_PER_DEGREE = 111_320;

export function areaKm2(ring: readonly (readonly [number, number])[]): number {
  if (ring.length < 3) return 0;
  const middle = ring.reduce((sum, [, y]) => sum + y, 0) / ring.length;
  const [ox, oy] = ring[0]!;
  const scale = Math.cos((middle * Math.PI) / 180) * METRES_PER_DEGREE * METRES_PER_DEGREE;
  let twice = 0;
  ring.forEach(([ax, ay], i) => { const [bx, by] = ring[(i + 1) % ring.length]!; twice += (ax - ox) * (by - oy) - (bx - ox) * (ay - oy); });
  return (Math.abs(twice) / 2) * scale / 1e6;
}
