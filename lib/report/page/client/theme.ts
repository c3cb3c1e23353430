import type { Colour } from '../chart-spec.js';

/** The colours that a canvas is drawn in: the stylesheet's, which are others in the dark. */
export interface Theme {
  readonly text: string;
  readonly grid: string;
  readonly background: string;
  readonly shades: Readonly<Record<'faint' | 'strong', string>>;
  readonly series: Readonly<Record<Colour, string>>;
}

export function readTheme(): Theme {
  const style = getComputedStyle(document.documentElement);
  const read = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: read('text-soft'),
    grid: read('line'),
    background: read('card'),
    shades: { faint: read('shade-faint'), strong: read('shade-strong') },
    series: {
      blue: read('blue'),
      orange: read('orange'),
      green: read('green'),
      purple: read('purple'),
      grey: read('grey'),
    },
  };
}

/** Calls back when light turns into dark, or the other way round. */
export function onThemeChange(listener: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', listener);
}
