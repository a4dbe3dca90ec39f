import type { Seconds } from '../../../domain/model.ts';
import { formatShortDuration } from '../../../domain/time/duration.ts';
import { chooseRoundStep, multiplesWithin } from '../../drawing/round-steps.ts';

/** A row of the chart. The curve's rows count from its bottom; a line has one to itself; a break stands for what is left out. */
export type ScaleRow =
  | { kind: 'curve'; index: number; label: string }
  | { kind: 'line'; required: Seconds }
  | { kind: 'break' };

/**
 * Which remaining validity is drawn at which height. A line takes a row of its own between those of the curve, and what
 * is below it by a second is drawn below it: to cross the line and not to be safe are the same.
 */
export interface Scale {
  /** From the top. */
  rows: readonly ScaleRow[];
  curveRows: number;
  /** From the bottom of the curve, in dots. */
  toDot(remaining: Seconds): number;
}

export interface ScaleOptions {
  lowest: Seconds;
  highest: Seconds;
  /** Ascending, each once. */
  required: readonly Seconds[];
  curveRows: number;
  dotsPerRow: number;
}

/** A line further from the curve than so many times its height would flatten it: the axis is broken instead. */
const REACH = 1.5;

export function createScale({
  lowest,
  highest,
  required: lines,
  curveRows: wanted,
  dotsPerRow,
}: ScaleOptions): Scale {
  const reach = Math.max(1, highest - lowest) * REACH;
  const farBelow = lines.filter((line) => line < lowest - reach);
  const farAbove = lines.filter((line) => line > highest + reach);
  const near = lines.filter((line) => line >= lowest - reach && line <= highest + reach);
  const top = Math.max(highest, near.at(-1) ?? highest);
  const least = Math.min(lowest, near[0] ?? lowest);
  const bottom = least < (top - least) / 2 ? 0 : least;

  const curveRows = Math.max(wanted, near.length + 1);
  const rowHeight = Math.max(1, top - bottom) / curveRows;
  const borders = placeLines(near, { lowest, highest, bottom, rowHeight, curveRows });
  const segments = toSegments(near, borders, { bottom, top, rowHeight });
  const dotOf = (remaining: Seconds): number => {
    const segment = segments.findLast(({ from }) => remaining >= from) ?? segments[0]!;
    const share = (remaining - segment.from) / (segment.to - segment.from);
    const dots = Math.floor(share * segment.rows * dotsPerRow);
    const within = Math.max(0, Math.min(dots, segment.rows * dotsPerRow - 1));
    return segment.firstRow * dotsPerRow + within;
  };

  const labels = labelRows({ bottom, top, curveRows, lines }, (value) =>
    Math.floor(dotOf(value) / dotsPerRow),
  );
  const rows: ScaleRow[] = farBelow.map((required) => ({ kind: 'line', required }));
  if (farBelow.length > 0) rows.push({ kind: 'break' });
  for (let index = 0; index <= curveRows; index += 1) {
    const here = near.filter((_, line) => borders[line] === index);
    rows.push(...here.map((required): ScaleRow => ({ kind: 'line', required })));
    if (index < curveRows) rows.push({ kind: 'curve', index, label: labels.get(index) ?? '' });
  }
  if (farAbove.length > 0) rows.push({ kind: 'break' });
  rows.push(...farAbove.map((required): ScaleRow => ({ kind: 'line', required })));
  return { rows: rows.reverse(), curveRows, toDot: dotOf };
}

interface Bounds {
  lowest: Seconds;
  highest: Seconds;
  bottom: Seconds;
  rowHeight: number;
  curveRows: number;
}

/** How many rows of the curve lie below each line: at least one wherever there is something to draw. */
function placeLines(
  lines: readonly Seconds[],
  { lowest, highest, bottom, rowHeight, curveRows }: Bounds,
): number[] {
  const edges = [Number.NEGATIVE_INFINITY, ...lines, Number.POSITIVE_INFINITY];
  const needs = edges.slice(1).map((to, index) => (lowest < to && highest >= edges[index]! ? 1 : 0));
  const borders = lines.map((line) => Math.round((line - bottom) / rowHeight));
  for (const index of borders.keys()) {
    borders[index] = Math.max(borders[index]!, (borders[index - 1] ?? 0) + needs[index]!);
  }
  for (const index of [...borders.keys()].reverse()) {
    borders[index] = Math.min(borders[index]!, (borders[index + 1] ?? curveRows) - needs[index + 1]!);
  }
  return borders;
}

interface Segment {
  from: Seconds;
  to: Seconds;
  firstRow: number;
  rows: number;
}

/** Between two lines heights are in proportion; beyond the outer ones a row stands for as much as anywhere. */
function toSegments(
  lines: readonly Seconds[],
  borders: readonly number[],
  { bottom, top, rowHeight }: { bottom: Seconds; top: Seconds; rowHeight: number },
): Segment[] {
  const [first, last] = [lines[0], lines.at(-1)];
  const total = Math.round(Math.max(1, top - bottom) / rowHeight);
  const low = first === undefined ? bottom : Math.min(bottom, first - borders[0]! * rowHeight);
  const high = last === undefined ? top : Math.max(top, last + (total - borders.at(-1)!) * rowHeight);
  const edges = [low, ...lines, high];
  const rows = [0, ...borders, total];
  return edges.slice(1).flatMap((to, index): Segment[] => {
    const segment = {
      from: edges[index]!,
      to: Math.max(to, edges[index]! + 1),
      firstRow: rows[index]!,
      rows: rows[index + 1]! - rows[index]!,
    };
    return segment.rows > 0 ? [segment] : [];
  });
}

interface Ruler {
  bottom: Seconds;
  top: Seconds;
  curveRows: number;
  lines: readonly Seconds[];
}

/** Round durations, in no more than every second row. */
function labelRows(
  { bottom, top, curveRows, lines }: Ruler,
  rowOf: (value: Seconds) => number,
): Map<number, string> {
  const most = Math.max(2, curveRows / 2);
  const labels = new Map<number, string>();
  for (const value of multiplesWithin(chooseRoundStep(top - bottom, most), bottom, top)) {
    const row = rowOf(value);
    if (labels.has(row) || lines.includes(value)) continue;
    labels.set(row, value === 0 ? '0' : formatShortDuration(value));
  }
  return labels;
}
