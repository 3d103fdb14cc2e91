import { describe, expect, it } from 'vitest';
import { learned, type Estimate } from './clock';

const minute = 60_000;

describe("the server's clock", () => {
  it('is taken from the first thing heard', () => {
    expect(learned(null, minute - 50, 100)).toEqual({ offset: minute, within: 50 });
    expect(learned(null, minute - 200, null).offset).toBe(minute - 200);
  });
  it('is known best by the shortest round trip, which a slow answer does not spoil', () => {
    const sharp = learned(null, minute - 5, 10);
    expect(learned(sharp, minute - 1900, 2000)).toBe(sharp);
    expect(learned(learned(null, minute - 1900, 2000), minute - 5, 10).offset).toBe(minute);
  });
  it('follows when our own clock is put right or wrong', () => {
    const sharp = learned(null, minute - 5, 10);
    expect(learned(sharp, -400, 800)).toEqual({ offset: 0, within: 400 });
  });
  it('is never pulled back by a push that took long, and is raised by one that shows we are behind', () => {
    const known: Estimate = { offset: minute, within: 50 };
    expect(learned(known, minute - 3000, null)).toBe(known);
    expect(learned(known, minute + 20, null)).toEqual({ offset: minute + 20, within: 50 });
  });
  it('stays within its own bound of the truth for any network', () => {
    let seed = 3;
    const chance = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    let known: Estimate | null = null;
    for (let i = 0; i < 1000; i++) {
      const [out, back] = [chance() * 3000, chance() * 3000];
      known = chance() < 0.5 ? learned(known, minute - back, null) : learned(known, minute - back, out + back);
      if (i > 5) expect(Math.abs(known.offset - minute)).toBeLessThanOrEqual(1500);
    }
    expect(Math.abs(known!.offset - minute)).toBeLessThan(200);
  });
});
