// How fresh a page is that is read, and not sent.
import { inBoth } from './lang';

export const asOfWords = inBoth(
  { live: (t: string) => `读于 ${t} · 有人下命令立即重读`, catchingUp: '有变动，正在读取…', old: (t: string) => `未能重新读取：以下是 ${t} 的内容，可能已经变化。正在重试`, ago: (span: string) => `${span} 前` },
  { live: (t) => `read ${t} · again at once when somebody orders something`, catchingUp: 'something changed: reading…', old: (t) => `Could not be read again: this is from ${t} and may have changed. Trying again`, ago: (span) => `${span} ago` },
);
