import type { Extremes, Seconds } from './model.ts';
import { roundStep } from './round-steps.ts';
import { median, range } from './statistics.ts';

/** From `from` on, and less than `to`. */
export interface Bin {
  from: Seconds;
  to: Seconds;
  count: number;
}

/** How some durations are distributed: bins of one size, with round edges, one after another and none left out. */
export interface Histogram {
  bins: readonly Bin[];
  /** Of the fullest bin. */
  most: number;
  count: number;
  extremes: Extremes;
}

/** So many show a shape on a phone, too. */
const MOST_BINS = 24;

/** Null of nothing. */
export function histogram(values: readonly Seconds[]): Histogram | null {
  const ends = range(values);
  if (ends === null) return null;
  const step = binSize(ends);
  const first = Math.floor(ends.min / step);
  const counts = new Array<number>(Math.floor(ends.max / step) - first + 1).fill(0);
  for (const value of values) counts[Math.floor(value / step) - first]! += 1;
  return {
    bins: counts.map((count, index) => ({
      from: (first + index) * step,
      to: (first + index + 1) * step,
      count,
    })),
    most: range(counts)!.max,
    count: values.length,
    extremes: { ...ends, median: median(values)! },
  };
}

/** Edges that do not fall onto those of the values can take one bin more than the length has. */
const binSize = ({ min, max }: { min: Seconds; max: Seconds }) => roundStep(max - min, MOST_BINS - 1);
