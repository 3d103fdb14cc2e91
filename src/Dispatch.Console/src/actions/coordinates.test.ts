import { describe, expect, it } from 'vitest';
import { readCoordinates } from './coordinates';

describe('Typed coordinates', () => {
  it.each([
    ['114.0412, 22.5523'], ['114.0412 22.5523'], ['１１４．０４１２，２２．５５２３'], ['114.0412，22.5523'], ['东经114.0412° 北纬22.5523°'], ['E114.0412 N22.5523'], [' 114.0412 , 22.5523 '],
  ])('reads %s', (text) => {
    expect(readCoordinates(text)).toEqual({ ok: true, longitude: 114.0412, latitude: 22.5523, swapped: false });
  });
  it('turns latitude first around, and says so', () => {
    expect(readCoordinates('22.5523, 114.0412')).toEqual({ ok: true, longitude: 114.0412, latitude: 22.5523, swapped: true });
  });
  it.each([['', 'empty'], ['114.04', 'unreadable'], ['abc, 22', 'unreadable'], ['1,2,3', 'unreadable'], ['1e308, 22', 'unreadable'], ['NaN, 22', 'unreadable'], ['214, 22', 'outOfRange'], ['114, 95', 'outOfRange']])(
    'refuses "%s"', (text, fault) => { expect(readCoordinates(text)).toEqual({ ok: false, fault }); });
});
