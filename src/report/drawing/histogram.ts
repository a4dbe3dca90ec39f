import type { Extremes } from '../../domain/measurement/measurement.ts';
import { median } from '../../domain/measurement/statistics.ts';
import type { Seconds } from '../../domain/model.ts';
import { chooseRoundStep } from './round-steps.ts';

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
  maxCount: number;
  count: number;
  extremes: Extremes;
  /** Values beside the bins: they lie so far from all others that with them no shape would be left. */
  countBelow: number;
  countAbove: number;
}

/** So many show a shape on a phone, too. */
const MOST_BINS = 24;

/** At each end this part of the values may be left out, where bins are then finer by so much. */
const FAR_SHARE = 0.01;
const FINER = 4;

/** Null of nothing. */
export function buildHistogram(values: readonly Seconds[]): Histogram | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const [min, max] = [sorted[0]!, sorted.at(-1)!];
  const { step, from, to } = scale(sorted);
  const first = Math.floor(from / step);
  const counts = new Array<number>(Math.floor(to / step) - first + 1).fill(0);
  let [below, above] = [0, 0];
  for (const value of sorted) {
    const bin = Math.floor(value / step) - first;
    if (bin < 0) below += 1;
    else if (bin >= counts.length) above += 1;
    else counts[bin]! += 1;
  }
  return {
    bins: counts.map((count, index) => ({
      from: (first + index) * step,
      to: (first + index + 1) * step,
      count,
    })),
    maxCount: Math.max(...counts),
    count: sorted.length,
    extremes: { min, median: median(sorted)!, max },
    countBelow: below,
    countAbove: above,
  };
}

/** Edges that do not fall onto those of the values can take one bin more than the length has. */
const binSize = (length: Seconds) => chooseRoundStep(length, MOST_BINS - 1);

function scale(sorted: readonly Seconds[]): { step: Seconds; from: Seconds; to: Seconds } {
  const far = Math.floor(sorted.length * FAR_SHARE);
  const [from, to] = [sorted[far]!, sorted.at(-1 - far)!];
  const [min, max] = [sorted[0]!, sorted.at(-1)!];
  const [whole, finer] = [binSize(max - min), binSize(to - from)];
  return whole > FINER * finer ? { step: finer, from, to } : { step: whole, from: min, to: max };
}
