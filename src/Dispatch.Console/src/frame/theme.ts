import { effect, signal } from '@preact/signals';

export type Theme = 'dark' | 'light';
const KEPT = 'dispatch.theme';

function kept(): Theme {
  try { return localStorage.getItem(KEPT) === 'light' ? 'light' : 'dark'; } catch { return 'dark'; }
}
/** Dark unless chosen otherwise: the night shift is the rule. */
export const theme = signal<Theme>(kept());
export const switchTheme = (): void => { theme.value = theme.value === 'dark' ? 'light' : 'dark'; };

effect(() => {
  document.documentElement.dataset.theme = theme.value;
  try { localStorage.setItem(KEPT, theme.value); } catch { /* lasts as long as the page */ }
});
