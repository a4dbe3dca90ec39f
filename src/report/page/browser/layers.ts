import type uPlot from 'uplot';
import type { Span } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import type { ChartColours } from './colours.ts';
import { findLastSpanIndex, type SawToothData } from './saw-tooth-data.ts';

/** Fewer than this many in sight are drawn one by one; of more nobody could tell one from the next. */
const MOST_MARKS = 150;

/** Under the line: what is not known, and when a rotation may have come. */
export function drawBackground(chart: uPlot, tooth: SawToothData, colours: ChartColours): void {
  const { ctx } = chart;
  clipped(chart, () => {
    ctx.fillStyle = hatch(ctx, colours);
    for (const span of inSight(chart, tooth.gaps)) fillSpan(chart, span, 1);
    const windows = inSight(chart, tooth.rotationWindows);
    if (windows.length > MOST_MARKS) return;
    ctx.fillStyle = colours.window;
    ctx.globalAlpha = 0.35;
    for (const span of windows) fillSpan(chart, span, 1);
  });
}

/** Over the line: failed polls, the rotations in sight, what jobs need, and the worst case. */
export function drawForeground(chart: uPlot, tooth: SawToothData, colours: ChartColours): void {
  const { ctx } = chart;
  clipped(chart, () => {
    ctx.fillStyle = colours.failed;
    for (const span of inSight(chart, tooth.failedPolls)) fillSpan(chart, span, 0, 6);
    ctx.fillStyle = colours.accent;
    const spans = inSight(chart, tooth.spans);
    if (spans.length <= MOST_MARKS) {
      for (const { to, expiration } of spans) dot(chart, to / 1000, (expiration - to) / 1000, 2.5);
    }
    for (const job of tooth.jobs) jobLine(chart, job.required, job.label, colours.tones[job.tone], colours);
    worst(chart, tooth, colours);
  });
}

function clipped({ ctx, bbox }: uPlot, draw: () => void): void {
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw();
  ctx.restore();
}

/** So many teeth in sight that their lines are a band: it is shown through. */
export const isDense = (chart: uPlot, { spans }: SawToothData) =>
  inSight(chart, spans).length > chart.width / 3;

/** The spans are in order and apart from each other. */
function inSight<T extends Span>({ scales }: uPlot, spans: readonly T[]): T[] {
  const [from, to] = [scales.x!.min! * 1000, scales.x!.max! * 1000];
  const first = findLastSpanIndex(spans, from);
  const begin = first >= 0 && spans[first]!.to >= from ? first : first + 1;
  return spans.slice(begin, findLastSpanIndex(spans, to) + 1);
}

const ratio = () => devicePixelRatio || 1;

/** From the top down, or a strip of so many pixels at the bottom; two pixels wide at least. */
function fillSpan(chart: uPlot, { from, to }: Span, isWhole: 0 | 1, strip = 0): void {
  const { bbox, ctx } = chart;
  const left = chart.valToPos(from / 1000, 'x', true);
  const width = Math.max(2 * ratio(), chart.valToPos(to / 1000, 'x', true) - left);
  const height = isWhole ? bbox.height : strip * ratio();
  ctx.fillRect(left, bbox.top + bbox.height - height, width, height);
}

function hatch(ctx: CanvasRenderingContext2D, { hatch: colour }: ChartColours): CanvasPattern | string {
  const size = Math.round(8 * ratio());
  const tile = document.createElement('canvas');
  tile.width = tile.height = size;
  const lines = tile.getContext('2d')!;
  lines.strokeStyle = colour;
  lines.lineWidth = 1.5 * ratio();
  for (const shift of [-size, 0, size]) {
    lines.moveTo(shift, size);
    lines.lineTo(shift + size, 0);
  }
  lines.stroke();
  return ctx.createPattern(tile, 'repeat') ?? colour;
}

function dot(chart: uPlot, x: number, y: number, radius: number): void {
  const { ctx } = chart;
  ctx.beginPath();
  ctx.arc(chart.valToPos(x, 'x', true), chart.valToPos(y, 'y', true), radius * ratio(), 0, 2 * Math.PI);
  ctx.fill();
}

function jobLine(chart: uPlot, required: number, label: string, colour: string, colours: ChartColours): void {
  const { ctx, bbox } = chart;
  const y = Math.round(chart.valToPos(required, 'y', true));
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.5 * ratio();
  ctx.setLineDash([6 * ratio(), 4 * ratio()]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
  write(chart, label, bbox.left + bbox.width - 4 * ratio(), y - 6 * ratio(), 'right', colour, colours);
}

function worst(chart: uPlot, { worstCase: { at, seconds } }: SawToothData, colours: ChartColours): void {
  const { bbox } = chart;
  const x = chart.valToPos(at / 1000, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  const { ctx } = chart;
  ctx.fillStyle = colours.surface;
  dot(chart, at / 1000, seconds, 6);
  ctx.fillStyle = colours.ink;
  dot(chart, at / 1000, seconds, 4.5);
  const y = chart.valToPos(seconds, 'y', true) + 20 * ratio();
  const isLow = y > bbox.top + bbox.height - 4 * ratio();
  const text = `worst case ${formatDuration(seconds)}`;
  write(chart, text, x, isLow ? y - 32 * ratio() : y, 'center', colours.ink, colours);
}

/** On a rim of the ground's colour, since it may stand on the line. */
function write(
  { ctx, bbox }: uPlot,
  text: string,
  x: number,
  y: number,
  align: CanvasTextAlign,
  colour: string,
  { font, surface }: ChartColours,
): void {
  ctx.font = `600 ${font.replace(/^\d+px/, `${12 * ratio()}px`)}`;
  ctx.textAlign = align;
  ctx.lineWidth = 3 * ratio();
  ctx.lineJoin = 'round';
  ctx.strokeStyle = surface;
  const half = align === 'center' ? ctx.measureText(text).width / 2 : 0;
  const inside = Math.min(Math.max(x, bbox.left + half), bbox.left + bbox.width - half);
  ctx.strokeText(text, inside, y);
  ctx.fillStyle = colour;
  ctx.fillText(text, inside, y);
}
