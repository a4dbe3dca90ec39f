import { range } from '../../../domain/measurement/statistics.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatShortDuration } from '../../../domain/time/duration.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import { buildValidityBuckets, type ValidityBucket } from '../../drawing/validity-buckets.ts';
import type { Palette } from '../colour.ts';
import { LABEL_WIDTH } from '../layout.ts';
import { clampToZero, drawDots } from './dots.ts';
import { type ChartGlyphs, getChartGlyphs } from './glyphs.ts';
import { buildLegend, drawMarks, findMarks } from './marks.ts';
import { createScale, type Scale, type ScaleRow } from './scale.ts';
import { buildTimeLabels } from './time-labels.ts';

export interface ChartOptions {
  /** What the judged jobs require. */
  required: readonly Seconds[];
  /** With the labels. */
  width: number;
  /** For the curve alone. */
  curveRows: number;
  ascii: boolean;
}

/** Of each column of the chart, the stretches of time that it stands for: as many as it has dots across. */
type Column = readonly ValidityBucket[];

/** Remaining validity over time; null where there is nothing to draw. It stands as the values of the report stand. */
export function renderChart(analysis: SeriesAnalysis, wish: ChartOptions, colours: Palette): string | null {
  const pen = getChartGlyphs(wish.ascii);
  const width = wish.width - LABEL_WIDTH - 2;
  const stretches = buildValidityBuckets(analysis, width * pen.dotsPerColumn);
  if (stretches === null) return null;
  const span = { from: stretches[0]!.from, to: stretches.at(-1)!.to };
  const columns = Array.from({ length: width }, (_, column) =>
    stretches.slice(column * pen.dotsPerColumn, (column + 1) * pen.dotsPerColumn),
  );
  const { labels, ticks } = buildTimeLabels(span, width);
  const marks = findMarks(columns);
  const entries = buildLegend(marks, (span.to - span.from) / 1000 / width, pen);
  // Most often rotations are all there is, and a screen has few rows.
  const isBeside = entries.length === 1 && entries[0]!.length <= LABEL_WIDTH - 2;
  return [
    ...drawCurve(columns, scaleFor(stretches, wish, pen), marks.isDense, pen, colours),
    gutter(isBeside ? entries[0]! : '', '') + drawMarks(marks, ticks, pen, colours),
    `${gutter('', '')} ${labels}`,
    ...(isBeside ? [] : inRows(entries, width).map((row) => `${gutter('', '')} ${row}`)),
  ]
    .map((line) => line.trimEnd())
    .join('\n');
}

function inRows(entries: readonly string[], width: number): string[] {
  const rows: string[] = [];
  for (const entry of entries) {
    const longer = `${rows.at(-1)}   ${entry}`;
    if (rows.length > 0 && longer.length <= width) rows[rows.length - 1] = longer;
    else rows.push(entry);
  }
  return rows;
}

const gutter = (left: string, right: string) => `  ${left}${right.padStart(LABEL_WIDTH - 2 - left.length)} `;

function scaleFor(
  stretches: readonly ValidityBucket[],
  { required, curveRows }: ChartOptions,
  pen: ChartGlyphs,
): Scale {
  const known = stretches.flatMap(({ remaining }) => remaining ?? []);
  return createScale({
    lowest: clampToZero(range(known.map(({ min }) => min))!.min),
    highest: clampToZero(range(known.map(({ max }) => max))!.max),
    required: [...new Set(required)].sort((a, b) => a - b),
    curveRows,
    dotsPerRow: pen.dotsPerRow,
  });
}

function drawCurve(
  columns: readonly Column[],
  scale: Scale,
  isDense: boolean,
  pen: ChartGlyphs,
  colours: Palette,
): string[] {
  const lines = scale.rows.flatMap((row) => (row.kind === 'line' ? row.required : []));
  const cells = drawDots(columns.flat(), scale, isDense, pen);
  const title = ['remaining', 'validity'];
  let [isBelowALine, line] = [false, 0];
  return scale.rows.map((row) => {
    if (row.kind === 'line') {
      isBelowALine = true;
      const required = lines[line++]!;
      const drawn = columns.map((column) =>
        isCrossed(column, required) ? colours.bad(pen.requiredCrossing) : pen.requiredLine,
      );
      return `${gutter('required', formatShortDuration(required))}${pen.axisAtLabel}${drawn.join('')}`;
    }
    const word = title.shift() ?? '';
    const drawn = row.kind === 'break' ? [] : cells.map((column) => column[row.index]!);
    const text = drawn.join('');
    return `${gutter(word, labelOf(row))}${colours.dim(edgeOf(row, pen))}${isBelowALine ? colours.bad(text) : text}`;
  });
}

const labelOf = (row: ScaleRow) => (row.kind === 'curve' ? row.label : '');

function edgeOf(row: ScaleRow, pen: ChartGlyphs): string {
  if (row.kind === 'break') return pen.axisBreak;
  return labelOf(row) === '' ? pen.axis : pen.axisAtLabel;
}

const isCrossed = (column: Column, required: Seconds) =>
  column.some(({ remaining }) => remaining !== null && remaining.min < required && remaining.max >= required);
