import { describe, expect, it } from 'vitest';
import { quarters, share, toggled, type Span } from './hours';

const [night, morning, afternoon, evening] = quarters;
const on = (weekday: number, from: string, to: string): Span => ({ weekday, from, to });

describe('the hours of the week', () => {
  it('take a quarter in and out again', () => {
    const week = toggled([], 1, morning);
    expect(week).toEqual([on(1, '06:00', '12:00')]);
    expect(toggled(week, 1, morning)).toEqual([]);
  });
  it('become one stretch where they touch, and fall apart where one is taken out', () => {
    const day = quarters.reduce((week, quarter) => toggled(week, 3, quarter), [] as Span[]);
    expect(day).toEqual([on(3, '00:00', '23:59')]);
    expect(toggled(day, 3, afternoon)).toEqual([on(3, '00:00', '12:00'), on(3, '18:00', '23:59')]);
    expect(toggled(day, 3, night)).toEqual([on(3, '06:00', '23:59')]);
  });
  it('keep what the station entered where nothing was touched', () => {
    const week = [on(1, '18:30:00', '23:00:00'), on(2, '08:00', '09:00')];
    expect([share(week, 1, evening), share(week, 1, night), share(week, 2, morning)]).toEqual(['some', 'none', 'some']);
    expect(toggled(week, 2, evening)).toEqual([on(1, '18:30', '23:00'), on(2, '08:00', '09:00'), on(2, '18:00', '23:59')]);
  });
  it('fill a quarter that was only partly in', () => {
    expect(toggled([on(1, '18:30', '23:00')], 1, evening)).toEqual([on(1, '18:00', '23:59')]);
  });
  it('never need more stretches than the server takes', () => {
    let seed = 11;
    const chance = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
    let week: Span[] = [];
    for (let i = 0; i < 2000; i++) {
      const [weekday, quarter] = [Math.floor(chance() * 7), quarters[Math.floor(chance() * 4)]!];
      const was = share(week, weekday, quarter);
      week = toggled(week, weekday, quarter);
      expect(share(week, weekday, quarter)).toBe(was === 'all' ? 'none' : 'all');
      expect(week.length).toBeLessThanOrEqual(14);
    }
  });
});
