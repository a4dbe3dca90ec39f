import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import { chooseRoundStep, listMultiples } from '../../drawing/round-steps.ts';
import { type Content, html, type Markup } from '../markup.ts';

export interface Tick {
  /** From 0 at the start of the axis to 1 at its end. */
  position: number;
  label: string;
}

export interface SvgFrameOptions {
  /** The content in words, for screen readers. */
  label: string;
  /** Pixels of the plot, without labels. */
  height: number;
  /** Ascending from the bottom. */
  yTicks: readonly Tick[];
  xTicks: readonly Tick[];
  /** Behind all other parts. */
  background?: Content;
  /** Drawn in a square of {@link SHAPE_UNITS} units, which is stretched to the size of the plot. */
  shapes?: Content;
  /** Not stretched: `x` comes from {@link formatPercent}, `y` from the argument. */
  marks?: (y: (share: number) => number) => Content;
}

/** Width and height of the square for shapes. Its origin is the upper left corner. */
const SHAPE_UNITS = 1000;
/** Pixels for labels above and below the plot. */
const [SPACE_ABOVE, SPACE_BELOW] = [20, 24];

/** Ticks at round durations. `from` is the start of the axis and `to` its end. */
export const buildDurationTicks = (from: Seconds, to: Seconds, maxSteps: number): Tick[] =>
  listMultiples(chooseRoundStep(to - from, maxSteps), from, to).map((at) => ({
    position: (at - from) / (to - from),
    label: formatDuration(at),
  }));

export const formatPercent = (share: number) => `${Number((share * 100).toFixed(3))}%`;

/**
 * A chart that fills the width of its container without a script. Shapes are stretched. Positions of texts
 * and marks are percentages, so that their size stays the same.
 */
export function renderSvgFrame(frame: SvgFrameOptions): Markup {
  const { label, height, yTicks, xTicks, background, shapes, marks } = frame;
  const y = (share: number) => Number((SPACE_ABOVE + (1 - share) * height).toFixed(2));
  return html`<svg class="plot" role="img" aria-label="${label}" width="100%" height="${SPACE_ABOVE + height + SPACE_BELOW}">
${background}
<g class="grid">${yTicks.map(({ position: at }) => html`<line x1="0" x2="100%" y1="${y(at)}" y2="${y(at)}"/>`)}</g>
<svg class="shapes" y="${SPACE_ABOVE}" width="100%" height="${height}" viewBox="0 0 ${SHAPE_UNITS} ${SHAPE_UNITS}" preserveAspectRatio="none">${shapes}</svg>
<g class="ticks">${yTicks.map(({ position: at, label: text }) => html`<text x="0" y="${y(at) - 4}">${text}</text>`)}
${xTicks.map((tick, index) => renderXLabel(tick, index, SPACE_ABOVE + height))}</g>
${marks?.(y)}
</svg>`;
}

function renderXLabel({ position: at, label }: Tick, index: number, bottom: number): Markup {
  // A phone omits every second label.
  const className = index % 2 === 0 ? 'major' : 'minor';
  return html`<text class="${className}" text-anchor="${chooseAnchor(at, 0.04)}" x="${formatPercent(at)}" y="${bottom + 17}">${label}</text>`;
}

/** For `text-anchor`. A text near an edge extends to the inside, so that it is not cut off. */
export const chooseAnchor = (at: number, edge: number) =>
  at < edge ? 'start' : at > 1 - edge ? 'end' : 'middle';

/** Shares of the axes, from the lower left corner. */
export type Point = readonly [x: number, y: number];

export const formatPoints = (points: readonly Point[]) =>
  points
    .map(([x, y]) => `${Number((x * SHAPE_UNITS).toFixed(2))} ${Number(((1 - y) * SHAPE_UNITS).toFixed(2))}`)
    .join('L');
