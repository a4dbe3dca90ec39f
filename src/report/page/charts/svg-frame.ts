import type { Seconds } from '../../../domain/model.ts';
import { chooseRoundStep, listMultiples } from '../../drawing/round-steps.ts';
import { type Content, html, type Markup } from '../markup.ts';
import type { Tone } from '../verdicts.ts';
import { fitLabels, type Tick, type TimeTick } from './label-widths.ts';
import { SPACE_ABOVE } from './saw-tooth-scale.ts';
import { formatAxisDuration } from './validity-labels.ts';

export interface LabelLeft extends Tick {
  tone?: Tone | null;
}

export interface SvgFrameOptions {
  /** The content in words, for screen readers. */
  label: string;
  /** Pixels of the plot, without labels. */
  height: number;
  /** Pixels below the plot for labels. */
  spaceBelow?: number;
  /** Lines across the plot, from 0 at its lower edge to 1. */
  gridLines: readonly number[];
  /** Left of the plot. */
  yLabels: readonly LabelLeft[];
  xTicks: readonly TimeTick[];
  /** Behind all other parts. */
  background?: Content;
  /** Drawn in a square of {@link SHAPE_UNITS} units, which is stretched to the size of the plot. */
  shapes?: Content;
  /** Not stretched: `x` comes from {@link formatPercent}, `y` from the argument. */
  marks?: (y: (share: number) => number) => Content;
}

/** Width and height of the square for shapes. Its origin is the upper left corner. */
const SHAPE_UNITS = 1000;
/** Pixels below the plot for labels of one line. */
const SPACE_BELOW = 22;

/** Ticks at round durations. `from` is the start of the axis and `to` its end. */
export const buildDurationTicks = (from: Seconds, to: Seconds, maxSteps: number): Tick[] =>
  listMultiples(chooseRoundStep(to - from, maxSteps), from, to).map((at) => ({
    position: (at - from) / (to - from),
    label: formatAxisDuration(at),
  }));

export const formatPercent = (share: number) => `${Number((share * 100).toFixed(3))}%`;

/**
 * A chart that fills the width of its container without a script. Shapes are stretched. Positions of texts
 * and marks are percentages, so that their size stays the same. All labels are outside of the plot.
 */
export function renderSvgFrame(frame: SvgFrameOptions): Markup {
  const { label, height, spaceBelow = SPACE_BELOW, gridLines, yLabels, xTicks } = frame;
  const y = (share: number) => Number((SPACE_ABOVE + (1 - share) * height).toFixed(2));
  return html`<div class="plot-frame"><svg class="plot" role="img" aria-label="${label}" height="${SPACE_ABOVE + height + spaceBelow}">
${frame.background}
<g class="grid">${gridLines.map((at) => html`<line x1="0" x2="100%" y1="${y(at)}" y2="${y(at)}"/>`)}</g>
<svg class="shapes" y="${SPACE_ABOVE}" width="100%" height="${height}" viewBox="0 0 ${SHAPE_UNITS} ${SHAPE_UNITS}" preserveAspectRatio="none">${frame.shapes}</svg>
${frame.marks?.(y)}
<g class="ticks">${yLabels.map(({ position: at, label: text, tone }) => html`<text${tone && html` class="job ${tone}"`} text-anchor="end" x="-8" y="${(y(at) + 4).toFixed(2)}">${text}</text>`)}
${renderXLabels(xTicks, SPACE_ABOVE + height)}</g>
</svg></div>`;
}

/** Each text is in the middle of its tick. The space beside the plot is wide enough for half of a label. */
const renderXLabels = (ticks: readonly TimeTick[], bottom: number): Markup[] =>
  fitLabels(ticks).map(({ text, position: at, line, from, until }) => {
    const classes = [
      ...(from === null ? [] : [`from-${from}`]),
      ...(until === null ? [] : [`until-${until}`]),
    ];
    const attribute = classes.length > 0 && html` class="${classes.join(' ')}"`;
    return html`<text${attribute} text-anchor="middle" x="${formatPercent(at)}" y="${bottom + (line === 'label' ? 17 : 31)}">${text}</text>`;
  });

/** Shares of the axes, from the lower left corner. */
export type Point = readonly [x: number, y: number];

export const formatPoints = (points: readonly Point[]) =>
  points
    .map(([x, y]) => `${Number((x * SHAPE_UNITS).toFixed(2))} ${Number(((1 - y) * SHAPE_UNITS).toFixed(2))}`)
    .join('L');
