import type { NonEmpty } from '../lists.ts';
import { type Column, keepValues, sumColumn, valueAt } from './columns/generation-columns.ts';
import type { Extremes } from './measurement.ts';

/** The middle value, or the mean of the two middle values rounded down. Null for an empty list. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = findMiddle(sorted.length, (index) => sorted[index]);
  return middle === null ? null : Math.floor(middle);
}

/** The middle one of `count` sorted values, or the mean of the two middle ones. Null without a value. */
export function findMiddle(count: number, valueAt: (index: number) => number | undefined): number | null {
  const [lower, upper] = [valueAt((count - 1) >> 1), valueAt(count >> 1)];
  return lower === undefined || upper === undefined ? null : (lower + upper) / 2;
}

/**
 * The median of a list in which each value occurs `weight` times. Null if no weight is above 0.
 *
 * Divides the values by a pivot and continues in the part with the median, because sorting values together with
 * their weights takes ten times as long.
 */
export function weightedMedian(values: Column, weights: Column): number | null {
  const isCounted = (index: number) => valueAt(weights, index) > 0;
  const items = {
    values: keepValues(values, isCounted),
    weights: keepValues(weights, isCounted),
  };
  const half = sumColumn(items.weights) / 2;
  let [begin, end, passed] = [0, items.values.length, 0];
  while (begin < end) {
    const pivot = valueAt(items.values, (begin + end) >> 1);
    const { equalBegin, equalEnd, weightBelow, weightEqual } = partition(items, pivot, begin, end);
    if (passed + weightBelow >= half) end = equalBegin;
    else if (passed + weightBelow + weightEqual >= half) return pivot;
    else {
      passed += weightBelow + weightEqual;
      begin = equalEnd;
    }
  }
  return null;
}

/** Moves the values below the pivot to the beginning of the range, and the values above it to the end. */
function partition(
  { values, weights }: { values: Column; weights: Column },
  pivot: number,
  begin: number,
  end: number,
) {
  let [equalBegin, equalEnd, weightBelow, weightEqual] = [begin, end, 0, 0];
  const swap = (a: number, b: number) => {
    const [value, weight] = [valueAt(values, a), valueAt(weights, a)];
    values[a] = valueAt(values, b);
    weights[a] = valueAt(weights, b);
    values[b] = value;
    weights[b] = weight;
  };
  for (let index = begin; index < equalEnd; ) {
    const value = valueAt(values, index);
    if (value > pivot) {
      equalEnd -= 1;
      swap(index, equalEnd);
      continue;
    }
    if (value < pivot) {
      weightBelow += valueAt(weights, index);
      swap(index, equalBegin);
      equalBegin += 1;
    } else weightEqual += valueAt(weights, index);
    index += 1;
  }
  return { equalBegin, equalEnd, weightBelow, weightEqual };
}

/** The item with the smallest value, the first one if several are equal. Null for an empty list. */
export function minBy<T>(items: NonEmpty<T>, getValue: (item: T) => number): T;
export function minBy<T>(items: Iterable<T>, getValue: (item: T) => number): T | null;
export function minBy<T>(items: Iterable<T>, getValue: (item: T) => number): T | null {
  let smallest: { item: T; value: number } | null = null;
  for (const item of items) {
    const value = getValue(item);
    if (smallest === null || value < smallest.value) smallest = { item, value };
  }
  return smallest === null ? null : smallest.item;
}

/** The smallest and the largest number. Null for an empty list. */
export function range(values: Iterable<number>): { min: number; max: number } | null {
  // Math.min(...values) fails for a list of some 100,000 items.
  let found: { min: number; max: number } | null = null;
  for (const value of values) {
    found ??= { min: value, max: value };
    found.min = Math.min(found.min, value);
    found.max = Math.max(found.max, value);
  }
  return found;
}

/** Null for an empty list. */
export function findExtremes(durations: ArrayLike<number>): Extremes | null {
  const sorted = new Float64Array(durations).sort();
  const middle = findMiddle(sorted.length, (index) => sorted[index]);
  const [min, max] = [sorted[0], sorted[sorted.length - 1]];
  return middle === null || min === undefined || max === undefined
    ? null
    : { min, max, median: Math.floor(middle) };
}
