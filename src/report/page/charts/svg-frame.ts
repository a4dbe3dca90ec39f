import { type Content, html, type Markup } from '../markup.ts';

/** A place on an axis: 0 is its beginning, 1 its end. */
export interface Tick {
  position: number;
  label: string;
}

export interface SvgFrameOptions {
  /** What the picture says, in words. */
  label: string;
  /** Pixels of the plot, without the labels around it. */
  height: number;
  /** Ascending from the bottom. */
  yTicks: readonly Tick[];
  xTicks: readonly Tick[];
  /** Behind everything. */
  background?: Content;
  /** Drawn in a square of {@link SHAPE_UNITS} units that is stretched over the plot. */
  shapes?: Content;
  /** Placed by {@link formatPercent} and {@link Place}, so that nothing of them is stretched. */
  marks?: (y: (share: number) => number) => Content;
}

/** Units of the square in which shapes are drawn, from the left and from the top. */
export const SHAPE_UNITS = 1000;
const ABOVE = 20;
const BELOW = 24;

export const formatPercent = (share: number) => `${Number((share * 100).toFixed(3))}%`;

/**
 * A picture as wide as its place, whose words keep their size: shapes are stretched, all else is placed by percent.
 * It needs no script, and prints sharply.
 */
export function renderSvgFrame(frame: SvgFrameOptions): Markup {
  const { label, height, yTicks, xTicks, background, shapes, marks } = frame;
  const y = (share: number) => Number((ABOVE + (1 - share) * height).toFixed(2));
  return html`<svg class="plot" role="img" aria-label="${label}" width="100%" height="${ABOVE + height + BELOW}">
${background}
<g class="grid">${yTicks.map(({ position: at }) => html`<line x1="0" x2="100%" y1="${y(at)}" y2="${y(at)}"/>`)}</g>
<svg class="shapes" y="${ABOVE}" width="100%" height="${height}" viewBox="0 0 ${SHAPE_UNITS} ${SHAPE_UNITS}" preserveAspectRatio="none">${shapes}</svg>
<g class="ticks">${yTicks.map(({ position: at, label: text }) => html`<text x="0" y="${y(at) - 4}">${text}</text>`)}
${xTicks.map((tick, index) => xLabel(tick, index, ABOVE + height))}</g>
${marks?.(y)}
</svg>`;
}

function xLabel({ position: at, label }: Tick, index: number, bottom: number): Markup {
  const minor = index % 2 === 0 ? '' : ' minor';
  return html`<text class="${chooseAnchorClass(at, 0.04)}${minor}" x="${formatPercent(at)}" y="${bottom + 17}">${label}</text>`;
}

/** Words at the edges must not be cut off. */
export const chooseAnchorClass = (at: number, edge = 0.5) =>
  at < edge ? 'from-here' : at > 1 - edge ? 'to-here' : 'around-here';

export const formatPoints = (places: readonly (readonly [x: number, y: number])[]) =>
  places
    .map(([x, y]) => `${Number((x * SHAPE_UNITS).toFixed(2))} ${Number(((1 - y) * SHAPE_UNITS).toFixed(2))}`)
    .join('L');
