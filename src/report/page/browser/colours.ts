import type { Tone } from '../icons.ts';

export interface ChartColours {
  ink: string;
  muted: string;
  grid: string;
  surface: string;
  accent: string;
  accentSoft: string;
  hatch: string;
  failed: string;
  window: string;
  tones: Record<Tone, string>;
  font: string;
}

/** The colours of the style sheet in the current colour scheme. */
export function readChartColours(element: Element): ChartColours {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: colour('ink'),
    muted: colour('muted'),
    grid: colour('grid'),
    surface: colour('surface'),
    accent: colour('accent'),
    accentSoft: colour('accent-soft'),
    hatch: colour('hatch'),
    failed: colour('bad'),
    window: colour('unsure'),
    tones: { safe: colour('safe'), bad: colour('bad'), unsure: colour('unsure') },
    font: `12px ${style.fontFamily}`,
  };
}
