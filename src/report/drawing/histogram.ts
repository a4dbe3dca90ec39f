import type { Column } from '../../domain/measurement/columns/column.ts';
import type { Extremes } from '../../domain/measurement/measurement.ts';
import { findExtremes } from '../../domain/measurement/statistics.ts';
import type { Seconds } from '../../domain/model.ts';
import { chooseRoundStep } from './round-steps.ts';

/** Counts values from `from` (included) to `to` (excluded). */
export interface Bin {
  from: Seconds;
  to: Seconds;
  count: number;
}

/** A distribution of durations. The bins have equal size and round edges, without gaps between them. */
export interface Histogram {
  bins: readonly Bin[];
  /** The count of the fullest bin. */
  maxCount: number;
  /** The number of values, including outliers. */
  count: number;
  extremes: Extremes;
  /** Outliers outside the bins. Bins for them would leave only a few bins for all other values. */
  countBelow: number;
  countAbove: number;
}

/** Fits on a phone. */
const MAX_BINS = 24;

/** This share of the values at each end can be outliers. */
const OUTLIER_SHARE = 0.01;
/** Outliers are omitted only if the bins become smaller by more than this factor. */
const OUTLIER_FACTOR = 4;

/** Null without values. */
export function buildHistogram(values: Column): Histogram | null {
  const sorted = values.slice();
  const extremes = findExtremes(sorted);
  if (extremes === null) return null;
  const { min, max } = extremes;
  const { step, from, to } = chooseBins(sorted, min, max);
  const first = Math.floor(from / step);
  const bins = Array.from({ length: Math.floor(to / step) - first + 1 }, (_, index): Bin => {
    const start = (first + index) * step;
    return { from: start, to: start + step, count: 0 };
  });
  let [countBelow, countAbove] = [0, 0];
  for (const value of sorted) {
    const index = Math.floor(value / step) - first;
    const bin = bins[index];
    if (bin !== undefined) bin.count += 1;
    else if (index < 0) countBelow += 1;
    else countAbove += 1;
  }
  return {
    bins,
    maxCount: Math.max(...bins.map(({ count }) => count)),
    count: sorted.length,
    extremes,
    countBelow,
    countAbove,
  };
}

/** One bin less than allowed, because the edges of the first and last bin are rounded outwards. */
const chooseBinSize = (length: Seconds) => chooseRoundStep(length, MAX_BINS - 1);

function chooseBins(
  sorted: Float64Array,
  min: Seconds,
  max: Seconds,
): { step: Seconds; from: Seconds; to: Seconds } {
  const outliers = Math.floor(sorted.length * OUTLIER_SHARE);
  const [from = min, to = max] = [sorted[outliers], sorted.at(-1 - outliers)];
  const [step, stepWithoutOutliers] = [chooseBinSize(max - min), chooseBinSize(to - from)];
  return step > OUTLIER_FACTOR * stepWithoutOutliers
    ? { step: stepWithoutOutliers, from, to }
    : { step, from: min, to: max };
}
