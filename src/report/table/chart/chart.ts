import { range } from '../../../domain/measurement/statistics.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatShortDuration } from '../../../domain/time/duration.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import { type ValidityStretch, validityOverTime } from '../../drawing/validity-over-time.ts';
import type { Palette } from '../colour.ts';
import { LABEL_WIDTH } from '../layout.ts';
import { drawDots, heightOf } from './dots.ts';
import { drawMarks, findMarks, legend } from './marks.ts';
import { chartPen, type Pen } from './pen.ts';
import { makeScale, type Scale, type ScaleRow } from './scale.ts';
import { timeLabels } from './time-labels.ts';

export interface ChartWish {
  /** What the judged jobs require. */
  required: readonly Seconds[];
  /** With the labels. */
  width: number;
  /** For the curve alone. */
  rows: number;
  ascii: boolean;
}

/** Of each column of the chart, the stretches of time that it stands for: as many as it has dots across. */
type Column = readonly ValidityStretch[];

/** Remaining validity over time; null where there is nothing to draw. It stands as the values of the report stand. */
export function renderChart(analysis: SeriesAnalysis, wish: ChartWish, colours: Palette): string | null {
  const pen = chartPen(wish.ascii);
  const width = wish.width - LABEL_WIDTH - 2;
  const stretches = validityOverTime(analysis, width * pen.across);
  if (stretches === null) return null;
  const span = { from: stretches[0]!.from, to: stretches.at(-1)!.to };
  const columns = Array.from({ length: width }, (_, column) =>
    stretches.slice(column * pen.across, (column + 1) * pen.across),
  );
  const { labels, ticks } = timeLabels(span, width);
  const marks = findMarks(columns);
  const entries = legend(marks, (span.to - span.from) / 1000 / width, pen);
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

function scaleFor(stretches: readonly ValidityStretch[], { required, rows }: ChartWish, pen: Pen): Scale {
  const known = stretches.flatMap(({ remaining }) => remaining ?? []);
  return makeScale({
    lowest: heightOf(range(known.map(({ min }) => min))!.min),
    highest: heightOf(range(known.map(({ max }) => max))!.max),
    lines: [...new Set(required)].sort((a, b) => a - b),
    curveRows: rows,
    dotsPerRow: pen.down,
  });
}

function drawCurve(
  columns: readonly Column[],
  scale: Scale,
  isDense: boolean,
  pen: Pen,
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
        isCrossed(column, required) ? colours.bad(pen.crossing) : pen.line,
      );
      return `${gutter('required', formatShortDuration(required))}${pen.labelled}${drawn.join('')}`;
    }
    const word = title.shift() ?? '';
    const drawn = row.kind === 'break' ? [] : cells.map((column) => column[row.index]!);
    const text = drawn.join('');
    return `${gutter(word, labelOf(row))}${colours.faint(edgeOf(row, pen))}${isBelowALine ? colours.bad(text) : text}`;
  });
}

const labelOf = (row: ScaleRow) => (row.kind === 'curve' ? row.label : '');

function edgeOf(row: ScaleRow, pen: Pen): string {
  if (row.kind === 'break') return pen.broken;
  return labelOf(row) === '' ? pen.axis : pen.labelled;
}

const isCrossed = (column: Column, required: Seconds) =>
  column.some(({ remaining }) => remaining !== null && remaining.min < required && remaining.max >= required);
