import type { NonEmpty } from '../lists.ts';
import { type Column, valueAt } from './columns/column.ts';
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

/** The weighted median: each value counts `weight` times. Null if no weight is above 0. */
export function weightedMedian(weights: ReadonlyMap<number, number>): number | null {
  const sorted = [...weights].filter(([, weight]) => weight > 0).sort(([a], [b]) => a - b);
  let missing = sorted.reduce((sum, [, weight]) => sum + weight, 0) / 2;
  for (const [value, weight] of sorted) {
    missing -= weight;
    if (missing <= 0) return value;
  }
  return null;
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
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  return min > max ? null : { min, max };
}

/** Null for an empty list. Sorts the list. */
export function findExtremes(durations: Column): Extremes | null {
  durations.sort();
  const median = findMiddle(durations.length, (index) => durations[index]);
  if (median === null) return null;
  return {
    min: valueAt(durations, 0),
    max: valueAt(durations, durations.length - 1),
    median: Math.floor(median),
  };
}
