import type uPlot from 'uplot';
import type { Span } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import type { ChartColours } from './colours.ts';
import { findLastSpanIndex, type SawToothData } from './saw-tooth-data.ts';

/** More visible marks cannot be distinguished, so they are omitted. */
const MAX_MARKS = 150;

/** Gaps and rotation windows, below the line. */
export function drawBackground(chart: uPlot, data: SawToothData, colours: ChartColours): void {
  const { ctx } = chart;
  drawClipped(chart, () => {
    ctx.fillStyle = createHatching(ctx, colours);
    for (const span of findVisible(chart, data.gaps)) fillSpan(chart, span, null);
    const windows = findVisible(chart, data.rotationWindows);
    if (windows.length > MAX_MARKS) return;
    ctx.fillStyle = colours.window;
    ctx.globalAlpha = 0.35;
    for (const span of windows) fillSpan(chart, span, null);
  });
}

/** Failed polls, rotations, required validity and the worst case, above the line. */
export function drawForeground(chart: uPlot, data: SawToothData, colours: ChartColours): void {
  const { ctx } = chart;
  drawClipped(chart, () => {
    ctx.fillStyle = colours.failed;
    for (const span of findVisible(chart, data.failedPolls)) fillSpan(chart, span, 6);
    ctx.fillStyle = colours.accent;
    const spans = findVisible(chart, data.spans);
    if (spans.length <= MAX_MARKS) {
      for (const { to, expiration } of spans) drawDot(chart, to / 1000, (expiration - to) / 1000, 2.5);
    }
    for (const job of data.jobs) {
      drawJobLine(chart, job.required, job.label, colours.tones[job.tone], colours);
    }
    drawWorstCase(chart, data, colours);
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

/** The visible lines are so close that they form a band, which is drawn translucent. */
export const isDense = (chart: uPlot, { spans }: SawToothData) =>
  findVisible(chart, spans).length > chart.width / 3;

/** The visible spans. `spans` are in order and do not overlap. */
function findVisible<T extends Span>({ scales }: uPlot, spans: readonly T[]): T[] {
  const [from, to] = [(scales.x?.min ?? 0) * 1000, (scales.x?.max ?? 0) * 1000];
  const first = findLastSpanIndex(spans, from);
  const begin = (spans[first]?.to ?? Number.NEGATIVE_INFINITY) >= from ? first : first + 1;
  return spans.slice(begin, findLastSpanIndex(spans, to) + 1);
}

const getPixelRatio = () => devicePixelRatio || 1;

/** @param stripHeight pixels from the bottom; null fills the whole height */
function fillSpan(chart: uPlot, { from, to }: Span, stripHeight: number | null): void {
  const { bbox, ctx } = chart;
  const left = chart.valToPos(from / 1000, 'x', true);
  // A short span must be visible.
  const width = Math.max(2 * getPixelRatio(), chart.valToPos(to / 1000, 'x', true) - left);
  const height = stripHeight === null ? bbox.height : stripHeight * getPixelRatio();
  ctx.fillRect(left, bbox.top + bbox.height - height, width, height);
}

function createHatching(
  ctx: CanvasRenderingContext2D,
  { hatch: colour }: ChartColours,
): CanvasPattern | string {
  const size = Math.round(8 * getPixelRatio());
  const tile = document.createElement('canvas');
  tile.width = tile.height = size;
  const lines = tile.getContext('2d');
  if (lines === null) return colour;
  lines.strokeStyle = colour;
  lines.lineWidth = 1.5 * getPixelRatio();
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
  ctx.arc(
    chart.valToPos(x, 'x', true),
    chart.valToPos(y, 'y', true),
    radius * getPixelRatio(),
    0,
    2 * Math.PI,
  );
  ctx.fill();
}

function drawJobLine(
  chart: uPlot,
  required: number,
  label: string,
  colour: string,
  colours: ChartColours,
): void {
  const { ctx, bbox } = chart;
  const y = Math.round(chart.valToPos(required, 'y', true));
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * getPixelRatio();
  ctx.setLineDash([6 * getPixelRatio(), 4 * getPixelRatio()]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
  drawText(
    chart,
    label,
    bbox.left + bbox.width - 4 * getPixelRatio(),
    y - 6 * getPixelRatio(),
    'right',
    colour,
    colours,
  );
}

function drawWorstCase(
  chart: uPlot,
  { worstCase: { at, seconds } }: SawToothData,
  colours: ChartColours,
): void {
  const { bbox } = chart;
  const x = chart.valToPos(at / 1000, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  const { ctx } = chart;
  ctx.fillStyle = colours.surface;
  drawDot(chart, at / 1000, seconds, 6);
  ctx.fillStyle = colours.ink;
  drawDot(chart, at / 1000, seconds, 4.5);
  const y = chart.valToPos(seconds, 'y', true) + 20 * getPixelRatio();
  const isLow = y > bbox.top + bbox.height - 4 * getPixelRatio();
  const text = `worst case ${formatDuration(seconds)}`;
  drawText(chart, text, x, isLow ? y - 32 * getPixelRatio() : y, 'center', colours.ink, colours);
}

/** With an outline in the background colour, because the text can be on top of the line. */
function drawText(
  { ctx, bbox }: uPlot,
  text: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
  colour: string,
  { font, surface }: ChartColours,
): void {
  ctx.font = `600 ${font.replace(/^\d+px/, `${12 * getPixelRatio()}px`)}`;
  ctx.textAlign = align;
  ctx.lineWidth = 3 * getPixelRatio();
  ctx.lineJoin = 'round';
  ctx.strokeStyle = surface;
  const half = align === 'center' ? ctx.measureText(text).width / 2 : 0;
  const inside = Math.min(Math.max(x, bbox.left + half), bbox.left + bbox.width - half);
  ctx.strokeText(text, inside, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, inside, y);
}
