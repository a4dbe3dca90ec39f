/** A list with at least one item, so that its last and its smallest item exist. */
export type NonEmpty<T> = readonly [T, ...T[]];

export function isNonEmpty<T>(items: readonly T[]): items is NonEmpty<T> {
  return items.length > 0;
}

/** `Map.groupBy` needs Node 21. */
export function groupBy<T, K>(items: readonly T[], getKey: (item: T) => K): Map<K, [T, ...T[]]> {
  const groups = new Map<K, [T, ...T[]]>();
  for (const item of items) {
    const key = getKey(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Each item with its successor: `[1, 2, 3]` gives `[[1, 2], [2, 3]]`. */
export function pairNeighbours<T>(items: readonly T[]): [T, T][] {
  return items.flatMap((item, index): [T, T][] => {
    const before = items[index - 1];
    return before === undefined ? [] : [[before, item]];
  });
}

/**
 * Binary search: the index of the first item that passes, or the length of the list.
 * @param sorted the items that do not pass come first
 */
export function findFirstIndex<T>(sorted: ArrayLike<T>, passes: (item: T) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const item = sorted[middle];
    if (item !== undefined && passes(item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
/** Orders texts by their UTF-16 code units, independently of the locale. Faster than {@link compareBytes}. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** Orders texts by their bytes in UTF-8, as SQLite does. */
export const compareBytes = (a: string, b: string): number =>
  a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
