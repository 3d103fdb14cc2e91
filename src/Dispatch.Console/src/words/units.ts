// Numbers with their units, short and steady in width.
import { lang } from './lang';

const two = (value: number): string => (value > 0 && value < 10 ? value.toFixed(1) : Math.round(value).toString());

/** 0.42 → 0.4 ms, 61.4 → 61 ms, 1530 → 1.5 s. */
export function milliseconds(value: number): string {
  if (value < 1000) return `${two(value)} ${lang.value === 'zh' ? '毫秒' : 'ms'}`;
  return seconds(value / 1000);
}
/** 1.53 → 1.5 s, 75 → 75 s, 600 → 10 min, 9000 → 2.5 h. */
export function seconds(value: number): string {
  const zh = lang.value === 'zh';
  if (value < 120) return `${two(value)} ${zh ? '秒' : 's'}`;
  if (value < 7200) return `${Math.round(value / 60)} ${zh ? '分钟' : 'min'}`;
  return `${two(value / 3600)} ${zh ? '小时' : 'h'}`;
}
/** 364000000 → 364 MB. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let at = 0;
  let left = value;
  while (left >= 1000 && at < units.length - 1) { left /= 1000; at++; }
  return `${two(left)} ${units[at]}`;
}
export const plain = (value: number): string => Math.round(value).toLocaleString('en-GB').replaceAll(',', ' ');
