import { range } from '../../../domain/measurement/statistics.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import { buildValidityBuckets, type ValidityBucket } from '../../drawing/validity-buckets.ts';
import type { Palette } from '../../terminal/colour.ts';
import { LABEL_WIDTH } from '../../terminal/layout.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import { type ChartCell, clampToZero, drawDots } from './dots.ts';
import { type ChartGlyphs, getChartGlyphs } from './glyphs.ts';
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
  const legend = buildLegend(marks, (span.to - span.from) / 1000 / width, glyphs);
  // A single short entry, usually "rotation", goes into the margin to save a row.
  const [onlyEntry = ''] = legend.length === 1 ? legend : [];
  const isInMargin = onlyEntry !== '' && onlyEntry.length <= LABEL_WIDTH - 2;
  return [
    ...drawCurve(columns, createChartScale(buckets, options, glyphs), marks.isDense, glyphs, colours),
    drawMargin(isInMargin ? onlyEntry : '', '') + drawMarks(marks, ticks, glyphs, colours),
    `${drawMargin('', '')} ${labels}`,
    ...(isInMargin ? [] : wrapEntries(legend, width).map((row) => `${drawMargin('', '')} ${row}`)),
  ]
    .map((line) => line.trimEnd())
    .join('\n');
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

function createChartScale(
  buckets: readonly ValidityBucket[],
  { required, curveRows }: ChartOptions,
  { dotsPerRow }: ChartGlyphs,
): Scale {
  const known = buckets.flatMap(({ remaining }) =>
    remaining === null ? [] : [clampToZero(remaining.min), clampToZero(remaining.max)],
  );
  const { min, max } = range(known) ?? { min: 0, max: 0 };
  return createScale({
    lowest: min,
    highest: max,
    required: [...new Set(required)].sort((a, b) => a - b),
    curveRows,
    dotsPerRow,
  });
}

function drawCurve(
  columns: readonly ChartColumn[],
  scale: Scale,
  isDense: boolean,
  glyphs: ChartGlyphs,
  colours: Palette,
): string[] {
  const cells = drawDots(columns, scale, isDense, glyphs);
  const titles = ['remaining', 'validity'];
  let isBelowLine = false;
  return scale.rows.map((row) => {
    if (row.kind === 'line') {
      isBelowLine = true;
      const line = columns.map((column) =>
        isCrossed(column, row.required) ? colours.bad(glyphs.requiredCrossing) : glyphs.requiredLine,
      );
      return `${drawMargin('required', formatDuration(row.required))}${glyphs.axisAtLabel}${line.join('')}`;
    }
    const title = titles.shift() ?? '';
    if (row.kind === 'break') return `${drawMargin(title, '')}${colours.dim(glyphs.axisBreak)}`;
    const axis = row.label === '' ? glyphs.axis : glyphs.axisAtLabel;
    const curve = cells.flatMap((column) => column[row.index] ?? []);
    const text = isBelowLine ? colours.bad(joinCells(curve)) : paintBand(curve, colours);
    return `${drawMargin(title, row.label)}${colours.dim(axis)}${text}`;
  });
}

const joinCells = (cells: readonly ChartCell[]) => cells.map(({ text }) => text).join('');

/** Dims the inside of a band, so that its lower edge is prominent. */
function paintBand(cells: readonly ChartCell[], { dim }: Palette): string {
  const runs: ChartCell[][] = [];
  for (const cell of cells) {
    const run = runs.at(-1);
    if (run?.[0]?.isInsideBand === cell.isInsideBand) run.push(cell);
    else runs.push([cell]);
  }
  return runs.map((run) => (run[0]?.isInsideBand ? dim(joinCells(run)) : joinCells(run))).join('');
}

const isCrossed = (column: ChartColumn, required: Seconds) =>
  column.some(({ remaining }) => remaining !== null && remaining.min < required && remaining.max >= required);
