import { describe, expect, it } from 'vitest';
import { bearingDegrees, compassPoint, distanceMetres, distanceParts, geoUri, readPlace } from './place';
import { worthSending } from './locate';
import { plainCode } from './tokens';
import { validity } from './views/validity';

const civicCentre = { longitude: 114.0579, latitude: 22.5431 };

describe('distance and direction', () => {
  it('agree with the sphere', () => {
    expect(distanceMetres(civicCentre, { longitude: 114.0579, latitude: 22.6431 })).toBeCloseTo(11_119.5, 0);
    expect(distanceMetres(civicCentre, civicCentre)).toBe(0);
  });
  it.each([[0, 0.1, 0], [0.1, 0.0925, 1], [0.1, 0, 2], [0.1, -0.0925, 3], [0, -0.1, 4], [-0.1, -0.0925, 5], [-0.1, 0, 6], [-0.1, 0.0925, 7]])(
    'point %d east and %d north the right way', (east, north, point) => {
      const to = { longitude: civicCentre.longitude + east, latitude: civicCentre.latitude + north };
      expect(compassPoint(bearingDegrees(civicCentre, to))).toBe(point);
    });
  it.each([[3, '10 m'], [832, '830 m'], [994, '990 m'], [996, '1.0 km'], [1830, '1.8 km'], [9949, '9.9 km'], [9951, '10 km'], [12_400, '12 km']])('of %d m is said as %s', (metres, said) => {
    const { value, unit } = distanceParts(metres);
    expect(`${value} ${unit}`).toBe(said);
  });
  it('gives map programs latitude first', () => {
    expect(geoUri(civicCentre, '景田')).toBe('geo:22.543100,114.057900?q=22.543100,114.057900(%E6%99%AF%E7%94%B0)');
  });
});

describe('a typed place', () => {
  it.each([['114.0579', '22.5431'], ['１１４．０５７９', '２２．５４３１'], ['114.0579, 22.5431', ''], ['114.0579，22.5431', ''], ['东经114.0579°', '北纬 22.5431°']])('reads %s %s', (a, b) => {
    expect(readPlace(a, b, 'gcj02')).toEqual({ ok: true, ...civicCentre, datum: 'gcj02' });
  });
  it.each([['', '', 'empty'], ['114.0', '', 'empty'], ['abc', '22', 'notANumber'], ['1e2', '22', 'notANumber'], ['22.5431', '114.0579', 'swapped'], ['200', '22', 'outOfRange'], ['0', '0', 'outOfRange']] as const)(
    'refuses %s %s as %s', (a, b, fault) => { expect(readPlace(a, b, 'wgs84')).toEqual({ ok: false, fault }); });
  it('does not enter without a datum', () => { expect(readPlace('114.0579', '22.5431', '')).toEqual({ ok: false, fault: 'datum' }); });
});

describe('a position report', () => {
  const near = { longitude: 114.0583, latitude: 22.5431 }; // 41 m
  it('goes out often with a task and rarely without', () => {
    expect(worthSending(null, near, 0, false)).toBe(true);
    expect([worthSending(civicCentre, near, 6_000, true), worthSending(civicCentre, near, 6_000, false)]).toEqual([true, false]);
    expect([worthSending(near, near, 16_000, true), worthSending(near, near, 16_000, false), worthSending(near, near, 121_000, false)]).toEqual([true, false, true]);
  });
});

it('reads a code as the server does: case, spaces and full width do not count', () => {
  expect(plainCode(' ab12-ＣＤ34 ')).toBe('AB12CD34');
});

it('counts a certificate to the end of its last day', () => {
  const judged = (until: string | null) => validity(until, '2026-11-21', '2026-12-21');
  expect(['2026-11-20', '2026-11-21', '2026-12-21', '2026-12-22', null].map(judged)).toEqual(['expired', 'soon', 'soon', 'valid', 'valid']);
});
