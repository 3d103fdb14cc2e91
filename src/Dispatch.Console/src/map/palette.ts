// The map's colours are the page's: read from the style sheet, and read again when the theme changes.
import { computed } from '@preact/signals';
import { theme } from '../frame/theme';

const names = ['bg', 'land', 'land-line', 'land-strong', 'text', 'muted', 'surface', 'accent', 'bad', 'warn', 'ok', 'hold', 'idle'] as const;
export type Palette = Record<(typeof names)[number], string>;

export const palette = computed<Palette>(() => {
  void theme.value;
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])) as Palette;
});
