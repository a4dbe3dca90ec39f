import type uPlot from 'uplot';
import { findFirstIndex } from '../../../domain/lists.ts';
import type { Seconds, Span } from '../../../domain/model.ts';
import type { ServedSpan } from '../../drawing/minimum-validity.ts';
import { buildBand, isBand } from '../charts/band.ts';
import { getDash, listUnsafe } from '../charts/job-lines.ts';
import { PLOT_HEIGHT } from '../charts/saw-tooth-scale.ts';
import { chooseValidityLabels } from '../charts/validity-labels.ts';
import { drawBand, drawLowerEdge, fillShortBand, fillShortTeeth, SHORT_OPACITY } from './areas.ts';
import { px, type ReadColour } from './elements.ts';
import type { SawToothData } from './saw-tooth-data.ts';

/** More visible marks cannot be distinguished, so they are omitted. */
const MAX_MARKS = 150;

/** Gaps and rotation windows, below the line. */
export function drawBackground(chart: uPlot, data: SawToothData, colour: ReadColour): void {
  const { ctx } = chart;
  drawClipped(chart, () => {
    ctx.fillStyle = createHatching(ctx, colour('hatch'));
    for (const span of findVisible(chart, data.gaps)) fillSpan(chart, span, null);
    const windows = findVisible(chart, data.rotationWindows);
    if (windows.length > MAX_MARKS) return;
    ctx.fillStyle = colour('unsure');
    ctx.globalAlpha = 0.35;
    for (const span of windows) fillSpan(chart, span, null);
  });
}

/** Short validity, failed polls, rotations, required validity and the worst case, above the line. */
export function drawForeground(chart: uPlot, data: SawToothData, colour: ReadColour): void {
  const { ctx } = chart;
  const spans = findVisible(chart, data.spans);
  drawClipped(chart, () => {
    const band = isDense(chart, data) ? buildVisibleBand(chart, spans) : null;
    if (band !== null) drawBand(chart, band, colour);
    ctx.fillStyle = colour('bad');
    ctx.globalAlpha = SHORT_OPACITY;
    const unsafe = listUnsafe(data.jobs);
    const longestUnsafe = unsafe.length === 0 ? null : Math.max(...unsafe);
    for (const required of unsafe) {
      if (band === null) fillShortTeeth(chart, spans, required);
      else fillShortBand(chart, band, required);
    }
    ctx.globalAlpha = 1;
    if (band !== null) drawLowerEdge(chart, band, longestUnsafe, colour);
    ctx.fillStyle = colour('bad');
    for (const span of findVisible(chart, data.failedPolls)) fillSpan(chart, span, 6);
    if (spans.length <= MAX_MARKS && band === null) {
      for (const { to, expiration } of spans) {
        const remaining = (expiration - to) / 1000;
        ctx.fillStyle = colour(longestUnsafe !== null && remaining < longestUnsafe ? 'bad' : 'accent');
        drawDot(chart, to / 1000, remaining, 2.5);
      }
    }
    for (const [index, { required, tone }] of data.jobs.entries())
      drawRequired(chart, required, colour(tone), getDash(index));
  });
  drawWorstCase(chart, data, colour);
  drawJobLabels(chart, data, colour);
}

function drawClipped({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

/** True if the visible teeth are so narrow that a band replaces them. */
export const isDense = (chart: uPlot, { spans }: SawToothData) =>
  isBand(findVisible(chart, spans).length, chart.bbox.width / px(1));

/** The visible spans. `spans` are in order and do not overlap. */
function findVisible<T extends Span>({ scales }: uPlot, spans: readonly T[]): T[] {
  const [from, to] = [(scales.x?.min ?? 0) * 1000, (scales.x?.max ?? 0) * 1000];
  return spans.slice(
    findFirstIndex(spans, (span) => span.to >= from),
    findFirstIndex(spans, (span) => span.from > to),
  );
}

/** The band of the visible time. */
function buildVisibleBand(chart: uPlot, spans: readonly ServedSpan[]) {
  const { min = 0, max = 0 } = chart.scales.x ?? {};
  return buildBand(spans, { from: min * 1000, to: max * 1000 }, chart.bbox.width / px(1));
}

/** @param stripHeight pixels from the bottom; null fills the whole height */
function fillSpan(chart: uPlot, { from, to }: Span, stripHeight: number | null): void {
  const { bbox, ctx } = chart;
  const left = chart.valToPos(from / 1000, 'x', true);
  // A short span must be visible.
  const width = Math.max(px(2), chart.valToPos(to / 1000, 'x', true) - left);
  const height = stripHeight === null ? bbox.height : px(stripHeight);
  ctx.fillRect(left, bbox.top + bbox.height - height, width, height);
}

function createHatching(ctx: CanvasRenderingContext2D, colour: string): CanvasPattern | string {
  const size = Math.round(px(8));
  const tile = document.createElement('canvas');
  tile.width = tile.height = size;
  const lines = tile.getContext('2d');
  if (lines === null) return colour;
  lines.strokeStyle = colour;
  lines.lineWidth = px(1.5);
  for (const shift of [-size, 0, size]) {
    lines.moveTo(shift, size);
    lines.lineTo(shift + size, 0);
  }
  lines.stroke();
  return ctx.createPattern(tile, 'repeat') ?? colour;
}

function drawDot(chart: uPlot, x: number, y: number, radius: number): void {
  const { ctx } = chart;
  ctx.beginPath();
  ctx.arc(chart.valToPos(x, 'x', true), chart.valToPos(y, 'y', true), px(radius), 0, 2 * Math.PI);
  ctx.fill();
}

function drawRequired(
  { ctx, bbox, valToPos }: uPlot,
  required: Seconds,
  colour: string,
  dash: readonly number[],
): void {
  const y = Math.round(valToPos(required, 'y', true));
  ctx.strokeStyle = colour;
  ctx.lineWidth = px(1.5);
  ctx.setLineDash(dash.map(px));
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Not clipped, because a whole dot at the edge is easier to see. */
function drawWorstCase(chart: uPlot, { worstCase }: SawToothData, colour: ReadColour): void {
  const { at, seconds } = worstCase;
  const { ctx, scales } = chart;
  const { min, max } = scales.x ?? {};
  if (at / 1000 < (min ?? 0) || at / 1000 > (max ?? 0)) return;
  ctx.fillStyle = colour('surface');
  drawDot(chart, at / 1000, seconds, 6);
  ctx.fillStyle = colour('ink');
  drawDot(chart, at / 1000, seconds, 4.5);
}

/** Left of the plot, between the labels of the axis. */
function drawJobLabels(chart: uPlot, data: SawToothData, colour: ReadColour): void {
  const { ctx, bbox, root } = chart;
  ctx.save();
  ctx.font = `600 ${px(12)}px ${getComputedStyle(root).fontFamily}`;
  ctx.textAlign = 'right';
  ctx.textBaseline = 'middle';
  for (const { seconds, text, tone } of chooseValidityLabels(data, PLOT_HEIGHT, data.jobs)) {
    if (tone === null) continue;
    ctx.fillStyle = colour(tone);
    ctx.fillText(text, bbox.left - px(8), chart.valToPos(seconds, 'y', true));
  }
  ctx.restore();
}
