/** The middle value, or the mean of the two middle ones cut to a whole number; null of nothing. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle]!;
  return sorted.length % 2 === 1 ? upper : Math.floor((sorted[middle - 1]! + upper) / 2);
}

/** The middle of values that stand in for many: each counts `weight` times. Null of nothing. */
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

/** The item with the smallest figure, the earliest of equals; null of nothing. Safe for a million items. */
export function minBy<T>(items: Iterable<T>, figure: (item: T) => number): T | null {
  let smallest: { item: T; value: number } | null = null;
  for (const item of items) {
    const value = figure(item);
    if (smallest === null || value < smallest.value) smallest = { item, value };
  }
  return smallest === null ? null : smallest.item;
}

/** The smallest and largest of some numbers; null of nothing. */
export function range(values: Iterable<number>): { min: number; max: number } | null {
  let found: { min: number; max: number } | null = null;
  for (const value of values) {
    found ??= { min: value, max: value };
    found.min = Math.min(found.min, value);
    found.max = Math.max(found.max, value);
  }
  return found;
}
