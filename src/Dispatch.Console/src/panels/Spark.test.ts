import { describe, expect, it } from 'vitest';
import { ageOf, isOld, OLD_AFTER_MS } from '../live/system';
import { bytes, milliseconds, plain, seconds } from '../words/units';
import { runs } from './Spark';

describe('a plot', () => {
  it('draws nothing where nothing was measured', () => {
    expect(runs([null, 1, 2, null, null, 3, null])).toEqual([[[1, 1], [2, 2]], [[5, 3]]]);
    expect(runs([null, null])).toEqual([]);
    expect(runs([0, 0])).toEqual([[[0, 0], [1, 0]]]);
  });
});

describe('what was heard', () => {
  it('is old when several questions have gone without an answer', () => {
    const heard = { value: 1, at: 1000 };
    expect(isOld(heard, 1000 + OLD_AFTER_MS)).toBe(false);
    expect(isOld(heard, 1001 + OLD_AFTER_MS)).toBe(true);
    expect(ageOf(heard, 500)).toBe(0);
  });
});

describe('units', () => {
  it('are short', () => {
    expect([milliseconds(0.42), milliseconds(61.4), milliseconds(1530)]).toEqual(['0.4 毫秒', '61 毫秒', '1.5 秒']);
    expect([seconds(75), seconds(600), seconds(9000)]).toEqual(['75 秒', '10 分钟', '2.5 小时']);
    expect([bytes(364e6), bytes(1.25e12), bytes(12)]).toEqual(['364 MB', '1.3 TB', '12 B']);
    expect(plain(12345)).toBe('12 345');
  });
});
