import { hasMeasuredRotation } from '../../../domain/measurement/measurement.ts';
import { range } from '../../../domain/measurement/statistics.ts';
import type { Seconds, Span } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import { buildValidityBuckets, type ValidityBucket } from '../../drawing/validity-buckets.ts';
import type { Palette } from '../../terminal/colour.ts';
import { LABEL_WIDTH } from '../../terminal/layout.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import { clampToZero, drawDots } from './dots.ts';
import { type ChartGlyphs, getChartGlyphs } from './glyphs.ts';
import { buildLowerEdge, type LowerEdge } from './lower-edge.ts';
import { buildLegend, drawMarks, findMarks } from './marks.ts';
import { createScale, type Scale } from './scale.ts';
import { buildTimeLabels } from './time-labels.ts';

export interface ChartOptions {
  /** The required validity of each judged job. */
  required: readonly Seconds[];
  /** The number of terminal columns, including the labels. */
  width: number;
  /** The number of rows for the curve, without lines and labels. */
  curveRows: number;
  isAsciiOnly: boolean;
  times: TimeFormat;
}

/** The buckets of one chart column, as many as a column has dots. */
type ChartColumn = readonly ValidityBucket[];

/** Remaining validity over time, aligned with the values of the report; null without watched time. */
export function renderChart(
  analysis: SeriesAnalysis,
  options: ChartOptions,
  colours: Palette,
): string | null {
  const glyphs = getChartGlyphs(options.isAsciiOnly);
  const width = options.width - LABEL_WIDTH - 2;
  const buckets = buildValidityBuckets(analysis, width * glyphs.dotsPerColumn);
  const [first, last] = [buckets?.[0], buckets?.at(-1)];
  if (buckets === null || first === undefined || last === undefined) return null;
  const span = { from: first.from, to: last.to };
  const columns = Array.from({ length: width }, (_, column) =>
    buckets.slice(column * glyphs.dotsPerColumn, (column + 1) * glyphs.dotsPerColumn),
  );
  const { labels, ticks } = buildTimeLabels(span, width, options.times);
  const marks = findMarks(columns);
  const edge = marks.isDense ? buildLowerEdge(columns) : null;
  const curve = { columns, edge, worstCase: locateWorstCase(analysis, span, width) };
  const legend = buildLegend(marks, (span.to - span.from) / 1000 / width, glyphs);
  // A single short entry, usually "rotation", goes into the margin to save a row.
  const [onlyEntry = ''] = legend.length === 1 ? legend : [];
  const isInMargin = onlyEntry !== '' && onlyEntry.length <= LABEL_WIDTH - 2;
  return [
    ...drawCurve(curve, createChartScale(curve, options, glyphs), glyphs, colours),
    drawMargin(isInMargin ? onlyEntry : '', '') + drawMarks(marks, ticks, glyphs, colours),
    `${drawMargin('', '')} ${labels}`,
    ...(isInMargin ? [] : wrapEntries(legend, width).map((row) => `${drawMargin('', '')} ${row}`)),
  ]
    .map((line) => line.trimEnd())
    .join('\n');
}

interface Curve {
  columns: readonly ChartColumn[];
  /** Drawn instead of the saw teeth, if they are too narrow. */
  edge: LowerEdge | null;
  worstCase: { column: number; seconds: Seconds; name: string } | null;
}

function locateWorstCase(
  { measurement }: SeriesAnalysis,
  { from, to }: Span,
  width: number,
): Curve['worstCase'] {
  if (measurement === null) return null;
  const { at, seconds } = measurement.worstCase;
  const column = Math.floor(((at - from) / (to - from)) * width);
  return {
    column: Math.max(0, Math.min(width - 1, column)),
    seconds,
    // The worst case is just before a rotation.
    name: hasMeasuredRotation(measurement) ? 'worst' : 'lowest',
  };
}

function wrapEntries(entries: readonly string[], width: number): string[] {
  const rows: string[] = [];
  for (const entry of entries) {
    const longer = `${rows.at(-1)}   ${entry}`;
    if (rows.length > 0 && longer.length <= width) rows[rows.length - 1] = longer;
    else rows.push(entry);
  }
  return rows;
}

/** The columns left of the chart, with one text at each end. A long text at the right replaces the one at the left. */
function drawMargin(left: string, right: string): string {
  const width = LABEL_WIDTH - 2;
  const isFitting = left.length + right.length < width;
  return `  ${isFitting ? left : ''}${right.padStart(isFitting ? width - left.length : width)} `;
}

/** Rotations are never exactly equal. On a shorter axis, their usual differences look like large changes. */
const MIN_EDGE_RANGE: Seconds = 1200;

function createChartScale(
  { columns, edge }: Curve,
  { required, curveRows }: ChartOptions,
  { dotsPerRow }: ChartGlyphs,
): Scale {
  const known = columns.flat().flatMap(({ remaining }) => remaining ?? []);
  const whole = range(known.flatMap(({ min, max }) => [min, max].map(clampToZero))) ?? { min: 0, max: 0 };
  const highestMinimum = Math.max(0, ...(edge ?? []).map((minimum) => minimum ?? 0));
  return createScale({
    lowest: whole.min,
    highest:
      edge === null ? whole.max : Math.max(highestMinimum, Math.min(whole.min + MIN_EDGE_RANGE, whole.max)),
    required: [...new Set(required)].sort((a, b) => a - b),
    curveRows,
    dotsPerRow,
  });
}

function drawCurve(curve: Curve, scale: Scale, glyphs: ChartGlyphs, colours: Palette): string[] {
  const { columns, edge, worstCase } = curve;
  const cells = drawDots(columns, scale, edge, glyphs);
  const worstRow = worstCase === null ? null : scale.toRow(clampToZero(worstCase.seconds));
  const titles = [...(edge === null ? [] : ['shortest']), 'remaining', 'validity'];
  let isBelowLine = false;
  return scale.rows.map((row) => {
    if (row.kind === 'line') {
      isBelowLine = true;
      return `${drawMargin('required', formatDuration(row.required))}${glyphs.axisAtLabel}${drawLine(row.required, curve, glyphs, colours)}`;
    }
    if (row.kind === 'break') return `${drawMargin('', '')}${colours.dim(glyphs.axisBreak)}`;
    const texts = cells.map((column) => column[row.index] ?? ' ');
    const paint = isBelowLine ? colours.bad : (text: string) => text;
    if (worstCase === null || row.index !== worstRow) {
      const axis = row.label === '' ? glyphs.axis : glyphs.axisAtLabel;
      return `${drawMargin(titles.shift() ?? '', row.label)}${colours.dim(axis)}${paint(texts.join(''))}`;
    }
    const [left, right] = [texts.slice(0, worstCase.column), texts.slice(worstCase.column + 1)];
    const line = paint(left.join('')) + colours.bold(paint(glyphs.worstCase)) + paint(right.join(''));
    return `${drawMargin(worstCase.name, formatDuration(worstCase.seconds))}${colours.dim(glyphs.axisAtLabel)}${line}`;
  });
}

/** The line of a required validity. Its parts above a validity that is too short differ. */
function drawLine(
  required: Seconds,
  { columns, edge }: Curve,
  glyphs: ChartGlyphs,
  { bad }: Palette,
): string {
  const cells = columns.map((column, index) => {
    const minimum = edge?.[index] ?? null;
    if (minimum !== null && minimum < required) return bad(glyphs.requiredMissed);
    return edge === null && isCrossed(column, required) ? bad(glyphs.requiredCrossing) : glyphs.requiredLine;
  });
  return cells.join('');
}

const isCrossed = (column: ChartColumn, required: Seconds) =>
  column.some(({ remaining }) => remaining !== null && remaining.min < required && remaining.max >= required);
