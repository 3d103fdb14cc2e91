import { describe, expect, it } from 'vitest';
import { areaKm2 } from './area';

describe('The size of an area', () => {
  it('is that of a rectangle of a hundredth of a degree at 22.5 north, whichever way round it is drawn', () => {
    const ring: [number, number][] = [[114.0, 22.5], [114.01, 22.5], [114.01, 22.51], [114.0, 22.51]];
    expect(areaKm2(ring)).toBeCloseTo(1.145, 2);
    expect(areaKm2([...ring].reverse())).toBeCloseTo(1.145, 2);
  });
  it('of fewer than three corners is nothing', () => { expect(areaKm2([[114, 22], [115, 22]])).toBe(0); });
});
