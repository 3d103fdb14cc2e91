import { describe, expect, it } from 'vitest';
import { endsFor } from './Loan';

const at = Date.parse('2026-11-21T08:00:00.000Z');
const iso = (hours: number) => new Date(at + hours * 3600_000).toISOString();
const hours = (validUntil: number, ground: number | null = null) => endsFor({ validUntil: iso(validUntil), groundEndsAt: ground === null ? null : iso(ground) }, at).map((e) => [e.hours, Math.round((e.until - at) / 36_000) / 100]);

describe('The ends a loan can be extended to', () => {
  it('run from its end, or from now when it has run out', () => {
    expect(hours(3).slice(0, 2)).toEqual([[1, 4], [2, 5]]);
    expect(hours(-3).slice(0, 2)).toEqual([[1, 1], [2, 2]]);
  });
  it('go as far as seven days from now, and no further than what it stands on', () => {
    expect(hours(0).at(-1)).toEqual([null, 167.98]);
    expect(hours(100).map(([h]) => h)).toEqual([1, 2, 4, 8, 12, 24, 48, null]);
    expect(hours(1, 6)).toEqual([[1, 2], [2, 3], [4, 5], [null, 6]]);
    expect(hours(6, 6)).toEqual([]);
  });
});
