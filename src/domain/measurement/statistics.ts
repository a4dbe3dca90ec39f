import type { NonEmpty } from '../lists.ts';
import type { Seconds } from '../model.ts';
import type { Extremes } from './measurement.ts';

/** The middle value, or the mean of the two middle values rounded down. Null for an empty list. */
export function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [lower, upper] = [sorted[middle - 1], sorted[middle]];
  if (upper === undefined) return null;
  return sorted.length % 2 === 1 || lower === undefined ? upper : Math.floor((lower + upper) / 2);
}

/** The median of a list in which each value occurs `weight` times. Null if the weights sum to 0. */
export function weightedMedian(values: readonly { value: number; weight: number }[]): number | null {
  const sorted = values.filter(({ weight }) => weight > 0).sort((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  for (const { value, weight } of sorted) {
    passed += weight;
    if (passed >= half) return value;
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
  let found: { min: number; max: number } | null = null;
  for (const value of values) {
    found ??= { min: value, max: value };
    found.min = Math.min(found.min, value);
    found.max = Math.max(found.max, value);
  }
  return found;
}

/** Null for an empty list. */
export function findExtremes(durations: readonly Seconds[]): Extremes | null {
  const [ends, middle] = [range(durations), median(durations)];
  return ends === null || middle === null ? null : { ...ends, median: middle };
}
