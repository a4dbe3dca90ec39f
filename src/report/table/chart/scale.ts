import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
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
  /** The dots below the line of a job that is not safe; 0 without one. Of several lines, the lowest one. */
  shortfallTop: number;
  /** Dots from the bottom of the curve. */
  toDot(remaining: Seconds): number;
  /** The index of a curve row. */
  toRow(remaining: Seconds): number;
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

export function createScale(options: ScaleOptions): Scale {
  const { lowest, highest, required, dotsPerRow } = options;
  const reach = Math.max(1, highest - lowest) * MAX_LINE_DISTANCE;
  const farBelow = required.filter((line) => line < lowest - reach).map(toLineRow);
  const farAbove = required.filter((line) => line > highest + reach).map(toLineRow);
  const near = required.filter((line) => line >= lowest - reach && line <= highest + reach);
  const top = Math.max(highest, near.at(-1) ?? highest);
  const least = Math.min(lowest, near[0] ?? lowest);
  const bottom = least < (top - least) / 2 ? 0 : least;

  const curveRows = Math.max(options.curveRows, near.length + 1);
  const axis: Axis = { bottom, top, curveRows, rowHeight: Math.max(1, top - bottom) / curveRows };
  const lines = placeLines(near, axis, options);
  const segments = buildSegments(lines, axis);
  const toDot = (remaining: Seconds): number => {
    const segment = segments.findLast(({ from }) => remaining >= from) ?? segments[0];
    if (segment === undefined) return 0;
    const share = (remaining - segment.from) / (segment.to - segment.from);
    const dots = segment.rows * dotsPerRow;
    const offset = Math.max(0, Math.min(Math.floor(share * dots), dots - 1));
    return segment.firstRow * dotsPerRow + offset;
  };

  const toRow = (remaining: Seconds) => Math.floor(toDot(remaining) / dotsPerRow);
  const labels = labelRows(axis, required, toRow);
  const rows: ScaleRow[] = [...farBelow];
  if (farBelow.length > 0) rows.push({ kind: 'break' });
  for (let index = 0; index <= curveRows; index += 1) {
    const here = lines.filter(({ rowsBelow }) => rowsBelow === index);
    rows.push(...here.map((line) => toLineRow(line.required)));
    if (index < curveRows) rows.push({ kind: 'curve', index, label: labels.get(index) ?? '' });
  }
  if (farAbove.length > 0) rows.push({ kind: 'break' });
  rows.push(...farAbove);
  const missed = lines.find((line) => line.required > lowest);
  // A line beyond the break is above all of the curve.
  const shortfallRows = missed?.rowsBelow ?? (farAbove.length > 0 ? curveRows : 0);
  const shortfallTop = shortfallRows * dotsPerRow;
  return { rows: rows.reverse(), curveRows, shortfallTop, toDot, toRow };
}

const toLineRow = (required: Seconds): ScaleRow => ({ kind: 'line', required });

/** The values that the curve rows show, without the lines far away. */
interface Axis {
  bottom: Seconds;
  top: Seconds;
  curveRows: number;
  rowHeight: Seconds;
}

interface PlacedLine {
  required: Seconds;
  /** Curve rows below the line. */
  rowsBelow: number;
}

/** Leaves at least one curve row between two lines if the curve has values there. */
function placeLines(
  required: readonly Seconds[],
  { bottom, curveRows, rowHeight }: Axis,
  { lowest, highest }: ScaleOptions,
): PlacedLine[] {
  const hasCurve = (from: Seconds, to: Seconds) => (lowest < to && highest >= from ? 1 : 0);
  const lines = required.map((line): PlacedLine => {
    return { required: line, rowsBelow: Math.round((line - bottom) / rowHeight) };
  });
  let [rows, below] = [0, Number.NEGATIVE_INFINITY];
  for (const line of lines) {
    rows = Math.max(line.rowsBelow, rows + hasCurve(below, line.required));
    line.rowsBelow = rows;
    below = line.required;
  }
  let above = Number.POSITIVE_INFINITY;
  rows = curveRows;
  for (const line of lines.toReversed()) {
    rows = Math.min(line.rowsBelow, rows - hasCurve(line.required, above));
    line.rowsBelow = rows;
    above = line.required;
  }
  return lines;
}

interface Segment {
  from: Seconds;
  to: Seconds;
  firstRow: number;
  rows: number;
}

/** The scale is linear between two lines. Outside the outer lines, each row has the usual height. */
function buildSegments(lines: readonly PlacedLine[], axis: Axis): Segment[] {
  const { bottom, top, curveRows, rowHeight } = axis;
  const [first, last] = [lines[0], lines.at(-1)];
  const low = first === undefined ? bottom : Math.min(bottom, first.required - first.rowsBelow * rowHeight);
  const high =
    last === undefined ? top : Math.max(top, last.required + (curveRows - last.rowsBelow) * rowHeight);
  const segments: Segment[] = [];
  let lower: PlacedLine = { required: low, rowsBelow: 0 };
  for (const upper of [...lines, { required: high, rowsBelow: curveRows }]) {
    const rows = upper.rowsBelow - lower.rowsBelow;
    if (rows > 0) {
      const to = Math.max(upper.required, lower.required + 1);
      segments.push({ from: lower.required, to, firstRow: lower.rowsBelow, rows });
    }
    lower = upper;
  }
  return segments;
}

/** Round durations, for five of eight rows at most. A required validity is labelled by its own line. */
function labelRows(
  { bottom, top, curveRows }: Axis,
  required: readonly Seconds[],
  toRow: (value: Seconds) => number,
): Map<number, string> {
  const maxLabels = Math.max(2, (curveRows * 5) / 8);
  const labels = new Map<number, string>();
  for (const value of listMultiples(chooseRoundStep(top - bottom, maxLabels), bottom, top)) {
    const row = toRow(value);
    if (labels.has(row) || required.includes(value)) continue;
    labels.set(row, value === 0 ? '0' : formatDuration(value));
  }
  return labels;
}
