// Two languages, one switch. Every word on a page is written in both, side by side, so that neither can be forgotten:
//   const words = inBoth({ close: '关闭' }, { close: 'Close' });   …   <button>{words().close}</button>
import { effect, signal } from '@preact/signals';

export type Lang = 'zh' | 'en';
const KEPT = 'dispatch.lang';

export const lang = signal<Lang>(kept());
export const switchLang = (): void => { lang.value = lang.value === 'zh' ? 'en' : 'zh'; };

/** The two must have the same keys; a missing one does not compile. Read inside a component or a computed: it follows the switch. */
export function inBoth<T extends object>(zh: T, en: NoInfer<Widened<T>>): () => T {
  return () => (lang.value === 'zh' ? zh : (en as unknown as T));
}
type Widened<T> = { [K in keyof T]: T[K] extends string ? string : T[K] extends (...args: infer A) => string ? (...args: A) => string : T[K] };

/** The name of anything that carries both. */
export const nameOf = (thing: { name: string; nameEn?: string | null } | null | undefined): string =>
  !thing ? '' : lang.value === 'en' && thing.nameEn ? thing.nameEn : thing.name;
/** The kind of an incident in words. A drill says so wherever it is named. */
export const kindOf = (incident: { drill?: boolean }, category: { name: string; nameEn?: string | null }): string =>
  drillMark(incident) + nameOf(category);
export const drillMark = (of: { drill?: boolean }): string => (of.drill ? (lang.value === 'zh' ? '【演练】' : 'DRILL · ') : '');
/** A muster by its place, a drill as such: its purpose or address alone would not say so. */
export const placeOf = (muster: { drill?: boolean; address: string }): string => drillMark(muster) + muster.address;
export const textOf = (thing: { text: string; textEn?: string | null }): string =>
  lang.value === 'en' && thing.textEn ? thing.textEn : thing.text;
export const titleOf = (problem: { title: string; titleEn?: string }): string =>
  lang.value === 'en' && problem.titleEn ? problem.titleEn : problem.title;
export const detailOf = (problem: { detail?: string; detailEn?: string }): string | undefined =>
  lang.value === 'en' && problem.detailEn ? problem.detailEn : problem.detail;
export const messageOf = (fault: { message: string; messageEn?: string }): string =>
  lang.value === 'en' && fault.messageEn ? fault.messageEn : fault.message;

function kept(): Lang {
  try { return localStorage.getItem(KEPT) === 'en' ? 'en' : 'zh'; } catch { return 'zh'; }
}
if (typeof document !== 'undefined') {
  effect(() => {
    document.documentElement.lang = lang.value === 'zh' ? 'zh-CN' : 'en';
    try { localStorage.setItem(KEPT, lang.value); } catch { /* private mode: the switch lasts as long as the page */ }
  });
}
