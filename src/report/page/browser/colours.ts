import type { Tone } from '../icons.ts';

/** The colours of the style sheet in the current colour scheme. */
export function readChartColours(element: Element) {
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
    tones: { safe: colour('safe'), bad: colour('bad'), unsure: colour('unsure') } satisfies Record<
      Tone,
      string
    >,
    font: `12px ${style.fontFamily}`,
  };
}

export type ChartColours = ReturnType<typeof readChartColours>;
