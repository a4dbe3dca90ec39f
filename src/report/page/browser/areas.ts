import type uPlot from 'uplot';
import type { Seconds } from '../../../domain/model.ts';
import type { ServedSpan } from '../../drawing/minimum-validity.ts';
import { type BandPart, findShortPart } from '../charts/band.ts';
import { px, type ReadColour } from './elements.ts';

export const SHORT_OPACITY = 0.5;
/** Pixels. A shortfall of seconds must be visible on an axis of days. */
const MIN_SHORT_SIZE = 2;

/** The area between a line of required validity and the teeth below the line. */
export function fillShortTeeth(chart: uPlot, spans: readonly ServedSpan[], required: Seconds): void {
  const { ctx } = chart;
  const line = chart.valToPos(required, 'y', true);
  const edges: [left: number, height: number][] = [];
  ctx.beginPath();
  for (const span of spans) {
    const part = findShortPart(span, required);
    if (part === null) continue;
    const [left, right] = [part.from, part.to].map((at) => chart.valToPos(at / 1000, 'x', true)) as [
      number,
      number,
    ];
    const toY = (at: number) => chart.valToPos((span.expiration - at) / 1000, 'y', true);
    const bottom = Math.max(toY(part.to), line + px(MIN_SHORT_SIZE));
    // A tooth that is too short from its start needs no edge.
    if (part.from > span.from || right - left < px(MIN_SHORT_SIZE))
      edges.push([right - px(MIN_SHORT_SIZE), bottom - line]);
    ctx.moveTo(left, line);
    ctx.lineTo(right, line);
    ctx.lineTo(right, bottom);
    ctx.lineTo(left, toY(part.from));
    ctx.closePath();
  }
  ctx.fill();
  // A strong edge, because the line of a narrow tooth would show through its area.
  ctx.save();
  ctx.globalAlpha = 1;
  for (const [left, height] of edges) ctx.fillRect(left, line, px(MIN_SHORT_SIZE), height);
  ctx.restore();
}

/** The area between a line of required validity and the lower edge of a band below the line. */
export function fillShortBand(chart: uPlot, band: readonly BandPart[], required: Seconds): void {
  for (const part of listShortParts(band, required))
    fillPart(chart, part, part.min, required, MIN_SHORT_SIZE);
}

const listShortParts = (band: readonly BandPart[], required: Seconds): BandPart[] =>
  band.filter(({ min }) => min < required);

export function drawBand(chart: uPlot, band: readonly BandPart[], colour: ReadColour): void {
  const { ctx } = chart;
  ctx.fillStyle = colour('accent');
  ctx.globalAlpha = 0.3;
  for (const part of band) fillPart(chart, part, part.min, part.max);
  ctx.globalAlpha = 1;
}

/** @param minHeight pixels */
function fillPart(chart: uPlot, { from, to }: BandPart, low: Seconds, high: Seconds, minHeight = 0): void {
  const [left, right] = [chart.valToPos(from / 1000, 'x', true), chart.valToPos(to / 1000, 'x', true)];
  const [top, bottom] = [chart.valToPos(high, 'y', true), chart.valToPos(low, 'y', true)];
  chart.ctx.fillRect(left, top, right - left, Math.max(bottom - top, px(minHeight)));
}

/**
 * The shortest validity of each part: what decides whether a job was safe.
 * @param unsafe the longest required validity of a job that is not safe. Null without such a job
 */
export function drawLowerEdge(
  chart: uPlot,
  band: readonly BandPart[],
  unsafe: Seconds | null,
  colour: ReadColour,
): void {
  drawEdge(chart, band, colour('accent'));
  if (unsafe !== null) drawEdge(chart, listShortParts(band, unsafe), colour('bad'));
}

function drawEdge(chart: uPlot, band: readonly BandPart[], strokeStyle: string): void {
  const { ctx } = chart;
  ctx.strokeStyle = strokeStyle;
  ctx.lineWidth = px(2);
  ctx.lineJoin = 'round';
  ctx.beginPath();
  let previousEnd = Number.NaN;
  for (const { from, to, min } of band) {
    const y = chart.valToPos(min, 'y', true);
    const [left, right] = [chart.valToPos(from / 1000, 'x', true), chart.valToPos(to / 1000, 'x', true)];
    if (Math.abs(from - previousEnd) < 1) ctx.lineTo(left, y);
    else ctx.moveTo(left, y);
    ctx.lineTo(right, y);
    previousEnd = to;
  }
  ctx.stroke();
}
