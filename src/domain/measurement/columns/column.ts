/** One number per item. NaN means absent, and is null in the object of the item. */
export type Column = Float64Array;

/** A column of zeros. */
export const createColumn = (count: number): Column => new Float64Array(count);

/** A column with the values 0, 1, 2 and so on. */
export function listIndexes(count: number): Column {
  const indexes = createColumn(count);
  for (let index = 0; index < count; index += 1) indexes[index] = index;
  return indexes;
}

/** NaN if the index is outside the column, as for the predecessor of the first item. */
export const valueAt = (column: Float64Array, index: number): number => column[index] ?? Number.NaN;

export const toNullable = (value: number): number | null => (Number.isNaN(value) ? null : value);

export const toColumn = <T>(items: readonly T[], getValue: (item: T) => number | null): Column =>
  Float64Array.from(items, (item) => getValue(item) ?? Number.NaN);

/**
 * The indexes of the items in ascending order of the columns. Of equal items, the first one stays first.
 * Null if the items are in this order already, as nearly always.
 */
export function findOrder(...columns: readonly [Column, ...Column[]]): Int32Array | null {
  if (isStrictlyAscending(columns[0])) return null;
  const compare = (a: number, b: number): number => {
    for (const column of columns) {
      const difference = valueAt(column, a) - valueAt(column, b);
      if (difference !== 0) return difference;
    }
    return 0;
  };
  const { length } = columns[0];
  let isOrdered = true;
  for (let index = 1; index < length && isOrdered; index += 1) isOrdered = compare(index - 1, index) <= 0;
  return isOrdered ? null : Int32Array.from({ length }, (_, index) => index).sort(compare);
}

function isStrictlyAscending(column: Column): boolean {
  for (let index = 1; index < column.length; index += 1) {
    if (!(valueAt(column, index) > valueAt(column, index - 1))) return false;
  }
  return true;
}

/** The index of the smallest value, the first one if several are equal. -1 for an empty column. */
export const findSmallest = (column: Column): number =>
  findSmallestBy(column.length, (index) => valueAt(column, index));

/** As {@link findSmallest}, for computed values. */
export function findSmallestBy(count: number, getValue: (index: number) => number): number {
  let found = count === 0 ? -1 : 0;
  let smallest = getValue(0);
  for (let index = 1; index < count; index += 1) {
    const value = getValue(index);
    if (!(value < smallest)) continue;
    found = index;
    smallest = value;
  }
  return found;
}

/** The index of the largest value, the first one if several are equal. -1 for an empty column. */
export function findLargest(column: Column): number {
  let found = column.length === 0 ? -1 : 0;
  for (let index = 1; index < column.length; index += 1) {
    if (valueAt(column, index) > valueAt(column, found)) found = index;
  }
  return found;
}

/** The two largest values, which may be equal, and the number of values that are not absent. */
export const findTwoLargest = (column: Column) =>
  findTwoLargestBy(column.length, (index) => valueAt(column, index));

/** As {@link findTwoLargest}, for computed values. */
export function findTwoLargestBy(
  count: number,
  getValue: (index: number) => number,
): { presentCount: number; largest: number; second: number } {
  // V8 compiles assignments to a list slowly.
  let presentCount = 0;
  let largest = Number.NEGATIVE_INFINITY;
  let second = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < count; index += 1) {
    const value = getValue(index);
    if (Number.isNaN(value)) continue;
    presentCount += 1;
    second = Math.max(second, Math.min(value, largest));
    largest = Math.max(largest, value);
  }
  return { presentCount, largest, second };
}

export function sumColumn(column: Column): number {
  let sum = 0;
  for (let index = 0; index < column.length; index += 1) sum += valueAt(column, index);
  return sum;
}

/** The number of items with this value. */
export function countValues(column: Column, counted: number): number {
  let count = 0;
  for (let index = 0; index < column.length; index += 1) if (column[index] === counted) count += 1;
  return count;
}

/** The number of values that are not absent. */
export function countPresent(column: Column): number {
  let count = 0;
  for (let index = 0; index < column.length; index += 1) {
    if (!Number.isNaN(valueAt(column, index))) count += 1;
  }
  return count;
}

/** Whether an index from 0 to before `count` passes the test. */
export function isAny(count: number, passes: (index: number) => boolean): boolean {
  for (let index = 0; index < count; index += 1) if (passes(index)) return true;
  return false;
}

/** The first values, without copying them. */
export const takeFirst = (column: Column, count: number): Column =>
  count === column.length ? column : column.subarray(0, count);

/** The values whose index passes the test, in order. */
export function keepValues(column: Column, passes: (index: number) => boolean): Column {
  const kept = createColumn(column.length);
  let count = 0;
  for (let index = 0; index < column.length; index += 1) {
    if (!passes(index)) continue;
    kept[count] = valueAt(column, index);
    count += 1;
  }
  return takeFirst(kept, count);
}

/** Replaces the values whose index passes the test by NaN. Copies the column only if there are such values. */
export function removeValues(column: Column, passes: (index: number) => boolean): Column {
  let changed = column;
  for (let index = 0; index < column.length; index += 1) {
    if (!passes(index)) continue;
    if (changed === column) changed = column.slice();
    changed[index] = Number.NaN;
  }
  return changed;
}

export const keepPresent = (column: Column): Column =>
  keepValues(column, (index) => !Number.isNaN(valueAt(column, index)));

export function isAllAbsent(column: Column): boolean {
  for (let index = 0; index < column.length; index += 1) {
    if (!Number.isNaN(valueAt(column, index))) return false;
  }
  return true;
}
