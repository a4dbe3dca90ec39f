import type { Seconds } from '../../../domain/model.ts';
import { formatShortDuration } from '../../../domain/time/duration.ts';
import { chooseRoundStep, listMultiples } from '../../drawing/round-steps.ts';

/** Curve rows are numbered from the bottom. A break stands for an omitted part of the axis. */
export type ScaleRow =
  | { kind: 'curve'; index: number; label: string }
  | { kind: 'line'; required: Seconds }
  | { kind: 'break' };

/**
 * Maps remaining validity to heights. The line for a required validity has its own row between two curve
 * rows. A value one second below the line is drawn below it, so that the curve crosses the line exactly if
 * the job is not safe.
 */
export interface Scale {
  /** From the top. */
  rows: readonly ScaleRow[];
  curveRows: number;
  /** Dots from the bottom of the curve. */
  toDot(remaining: Seconds): number;
}

export interface ScaleOptions {
  /** The smallest value of the curve. */
  lowest: Seconds;
  highest: Seconds;
  /** Ascending, without duplicates. */
  required: readonly Seconds[];
  curveRows: number;
  dotsPerRow: number;
}

/** In heights of the curve. For a line further away, the axis has a break, so that the curve is not flat. */
const MAX_LINE_DISTANCE = 1.5;

export function createScale({
  lowest,
  highest,
  required,
  curveRows: minRows,
  dotsPerRow,
}: ScaleOptions): Scale {
  const reach = Math.max(1, highest - lowest) * MAX_LINE_DISTANCE;
  const farBelow = required.filter((line) => line < lowest - reach);
  const farAbove = required.filter((line) => line > highest + reach);
  const near = required.filter((line) => line >= lowest - reach && line <= highest + reach);
  const top = Math.max(highest, near.at(-1) ?? highest);
  const least = Math.min(lowest, near[0] ?? lowest);
  const bottom = least < (top - least) / 2 ? 0 : least;

  const curveRows = Math.max(minRows, near.length + 1);
  const rowHeight = Math.max(1, top - bottom) / curveRows;
  const lines = placeLines(near, { lowest, highest, bottom, rowHeight, curveRows });
  const segments = buildSegments(lines, { bottom, top, rowHeight });
  const toDot = (remaining: Seconds): number => {
    const segment = segments.findLast(({ from }) => remaining >= from) ?? segments[0];
    if (segment === undefined) return 0;
    const share = (remaining - segment.from) / (segment.to - segment.from);
    const dots = segment.rows * dotsPerRow;
    const offset = Math.max(0, Math.min(Math.floor(share * dots), dots - 1));
    return segment.firstRow * dotsPerRow + offset;
  };

  const labels = labelRows({ bottom, top, curveRows, required }, (value) =>
    Math.floor(toDot(value) / dotsPerRow),
  );
  const rows: ScaleRow[] = farBelow.map((line) => ({ kind: 'line', required: line }));
  if (farBelow.length > 0) rows.push({ kind: 'break' });
  for (let index = 0; index <= curveRows; index += 1) {
    const here = lines.filter(({ rowsBelow }) => rowsBelow === index);
    rows.push(...here.map((line): ScaleRow => ({ kind: 'line', required: line.required })));
    if (index < curveRows) rows.push({ kind: 'curve', index, label: labels.get(index) ?? '' });
  }
  if (farAbove.length > 0) rows.push({ kind: 'break' });
  rows.push(...farAbove.map((line): ScaleRow => ({ kind: 'line', required: line })));
  return { rows: rows.reverse(), curveRows, toDot };
}

interface PlacedLine {
  required: Seconds;
  /** Curve rows below the line. */
  rowsBelow: number;
}

interface LineBounds {
  lowest: Seconds;
  highest: Seconds;
  bottom: Seconds;
  rowHeight: number;
  curveRows: number;
}

/** Leaves at least one curve row between two lines if the curve has values there. */
function placeLines(
  required: readonly Seconds[],
  { lowest, highest, bottom, rowHeight, curveRows }: LineBounds,
): PlacedLine[] {
  const hasCurve = (from: Seconds, to: Seconds) => (lowest < to && highest >= from ? 1 : 0);
  let [below, rows] = [Number.NEGATIVE_INFINITY, 0];
  const pushedUp = required.map((line): PlacedLine => {
    rows = Math.max(Math.round((line - bottom) / rowHeight), rows + hasCurve(below, line));
    below = line;
    return { required: line, rowsBelow: rows };
  });
  let above = Number.POSITIVE_INFINITY;
  rows = curveRows;
  return pushedUp
    .toReversed()
    .map(({ required: line, rowsBelow }): PlacedLine => {
      rows = Math.min(rowsBelow, rows - hasCurve(line, above));
      above = line;
      return { required: line, rowsBelow: rows };
    })
    .reverse();
}

interface Segment {
  from: Seconds;
  to: Seconds;
  firstRow: number;
  rows: number;
}

/** The scale is linear between two lines. Outside the outer lines, each row has the usual height. */
function buildSegments(
  lines: readonly PlacedLine[],
  { bottom, top, rowHeight }: { bottom: Seconds; top: Seconds; rowHeight: number },
): Segment[] {
  const [first, last] = [lines[0], lines.at(-1)];
  const total = Math.round(Math.max(1, top - bottom) / rowHeight);
  const low = first === undefined ? bottom : Math.min(bottom, first.required - first.rowsBelow * rowHeight);
  const high = last === undefined ? top : Math.max(top, last.required + (total - last.rowsBelow) * rowHeight);
  const segments: Segment[] = [];
  let lower: PlacedLine = { required: low, rowsBelow: 0 };
  for (const upper of [...lines, { required: high, rowsBelow: total }]) {
    const rows = upper.rowsBelow - lower.rowsBelow;
    if (rows > 0) {
      const to = Math.max(upper.required, lower.required + 1);
      segments.push({ from: lower.required, to, firstRow: lower.rowsBelow, rows });
    }
    lower = upper;
  }
  return segments;
}

interface LabelBounds {
  bottom: Seconds;
  top: Seconds;
  curveRows: number;
  required: readonly Seconds[];
}

/** Round durations, for every second row at most. A required validity is labelled by its own line. */
function labelRows(
  { bottom, top, curveRows, required }: LabelBounds,
  toRow: (value: Seconds) => number,
): Map<number, string> {
  const maxLabels = Math.max(2, curveRows / 2);
  const labels = new Map<number, string>();
  for (const value of listMultiples(chooseRoundStep(top - bottom, maxLabels), bottom, top)) {
    const row = toRow(value);
    if (labels.has(row) || required.includes(value)) continue;
    labels.set(row, value === 0 ? '0' : formatShortDuration(value));
  }
  return labels;
}
