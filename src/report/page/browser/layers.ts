import type uPlot from 'uplot';
import { findFirstIndex } from '../../../domain/lists.ts';
import type { Span } from '../../../domain/model.ts';
import type { JobLine } from '../charts/chart-data.ts';
import type { ReadColour } from './elements.ts';
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

/** Failed polls, rotations, required validity and the worst case, above the line. */
export function drawForeground(chart: uPlot, data: SawToothData, colour: ReadColour): void {
  const { ctx } = chart;
  drawClipped(chart, () => {
    ctx.fillStyle = colour('bad');
    for (const span of findVisible(chart, data.failedPolls)) fillSpan(chart, span, 6);
    ctx.fillStyle = colour('accent');
    const spans = findVisible(chart, data.spans);
    if (spans.length <= MAX_MARKS) {
      for (const { to, expiration } of spans) drawDot(chart, to / 1000, (expiration - to) / 1000, 2.5);
    }
    for (const job of data.jobs) drawJobLine(chart, job, colour);
    drawWorstCase(chart, data, colour);
  });
}

function drawClipped({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

/** True if the visible lines are so close that they form a band. A band is drawn translucent. */
export const isDense = (chart: uPlot, { spans }: SawToothData) =>
  findVisible(chart, spans).length > chart.width / 3;

/** The visible spans. `spans` are in order and do not overlap. */
function findVisible<T extends Span>({ scales }: uPlot, spans: readonly T[]): T[] {
  const [from, to] = [(scales.x?.min ?? 0) * 1000, (scales.x?.max ?? 0) * 1000];
  return spans.slice(
    findFirstIndex(spans, (span) => span.to >= from),
    findFirstIndex(spans, (span) => span.from > to),
  );
}

/** Converts CSS pixels to canvas pixels. */
const px = (count: number) => count * (devicePixelRatio || 1);

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

function drawJobLine(chart: uPlot, { required, label, tone }: JobLine, colour: ReadColour): void {
  const { ctx, bbox } = chart;
  const right = bbox.left + bbox.width;
  const y = Math.round(chart.valToPos(required, 'y', true));
  ctx.strokeStyle = ctx.fillStyle = colour(tone);
  ctx.lineWidth = px(1.5);
  ctx.setLineDash([px(6), px(4)]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(right, y);
  ctx.stroke();
  ctx.setLineDash([]);
  drawText(chart, label, right, y - px(6), colour('surface'));
}

function drawWorstCase(chart: uPlot, { worstCase, worstCaseText }: SawToothData, colour: ReadColour): void {
  const { at, seconds } = worstCase;
  const { bbox, ctx } = chart;
  const x = chart.valToPos(at / 1000, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  ctx.fillStyle = colour('surface');
  drawDot(chart, at / 1000, seconds, 6);
  ctx.fillStyle = colour('ink');
  drawDot(chart, at / 1000, seconds, 4.5);
  const y = chart.valToPos(seconds, 'y', true) + px(20);
  const isLow = y > bbox.top + bbox.height - px(4);
  const text = `worst case ${worstCaseText}`;
  drawText(chart, text, x, isLow ? y - px(32) : y, colour('surface'));
}

/** Centred at `x` as far as the plot has space. The outline separates the text from a line below it. */
function drawText({ ctx, bbox, root }: uPlot, text: string, x: number, y: number, outline: string): void {
  ctx.font = `600 ${px(12)}px ${getComputedStyle(root).fontFamily}`;
  ctx.textAlign = 'center';
  ctx.lineWidth = px(3);
  ctx.lineJoin = 'round';
  ctx.strokeStyle = outline;
  const half = ctx.measureText(text).width / 2;
  const inside = Math.min(Math.max(x, bbox.left + half), bbox.left + bbox.width - half);
  ctx.strokeText(text, inside, y);
  ctx.fillText(text, inside, y);
}
