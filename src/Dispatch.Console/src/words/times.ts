// Times on screen: in the zone of the region, never of the machine. Ages and countdowns are short, and steady in width.
import type { Instant } from '../live/contract';
import { lang } from './lang';

const formats = new Map<string, Intl.DateTimeFormat>();
function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = zone + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone, hourCycle: 'h23' });
    formats.set(key, found);
  }
  return found;
}
const ms = (at: Instant | number): number => (typeof at === 'number' ? at : Date.parse(at));

export const timeOf = (at: Instant | number, zone: string): string =>
  format(zone, { hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms(at));
export function dateOf(at: Instant | number, zone: string): string {
  const parts = Object.fromEntries(format(zone, { year: 'numeric', month: '2-digit', day: '2-digit' }).formatToParts(ms(at)).map((p) => [p.type, p.value]));
  return `${parts.year}-${parts.month}-${parts.day}`;
}
/** The time alone when it is today there, else with the date. */
export const whenOf = (at: Instant | number, zone: string, now: number): string =>
  dateOf(at, zone) === dateOf(now, zone) ? timeOf(at, zone) : `${dateOf(at, zone).slice(5)} ${timeOf(at, zone)}`;

/** 42 → 0:42, 3700 → 1:01:40, a day and more → 1d 02:00. Never negative. */
export function spanOf(milliseconds: number): string {
  const s = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (n: number) => String(n).padStart(2, '0');
  if (s < 3600) return `${Math.floor(s / 60)}:${two(s % 60)}`;
  if (s < 86_400) return `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  return `${Math.floor(s / 86_400)}d ${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}`;
}

/** 830 → 830 m, 1830 → 1.83 km. */
export function distanceOf(metres: number | null | undefined): string {
  if (metres === null || metres === undefined || !Number.isFinite(metres)) return '—';
  const zh = lang.value === 'zh';
  if (metres < 1000) return `${Math.round(metres)} ${zh ? '米' : 'm'}`;
  return `${(metres / 1000).toFixed(metres < 10_000 ? 2 : 1)} ${zh ? '公里' : 'km'}`;
}

/** 45 → 45 秒, 3600 → 1 小时, 604800 → 7 天: the largest unit that says it whole. */
export function durationOf(seconds: number): string {
  const zh = lang.value === 'zh';
  if (seconds >= 86400 && seconds % 86400 === 0) return `${seconds / 86400} ${zh ? '天' : 'd'}`;
  if (seconds >= 3600 && seconds % 1800 === 0) return `${seconds / 3600} ${zh ? '小时' : 'h'}`;
  if (seconds >= 120 && seconds % 60 === 0) return `${seconds / 60} ${zh ? '分' : 'min'}`;
  return `${seconds} ${zh ? '秒' : 's'}`;
}
