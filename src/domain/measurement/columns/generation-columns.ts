import type { Generation, Instant, RecordedGeneration, SampleTime } from '../../model.ts';

// A series can have hundreds of thousands of generations. One object for each takes ten times the memory of
// columns, and most of the time of a report goes to the garbage collector.

/**
 * One number per item. NaN means absent, and is null in the object of the item. V8 stores a list of numbers like a
 * typed array, but creates a short list ten times as fast.
 */
export type Column = number[];

/** A column of zeros. */
export const createColumn = (count: number): Column => new Array<number>(count).fill(0);

/** NaN if the index is outside the column, as for the predecessor of the first item. */
export const valueAt = (column: ArrayLike<number>, index: number): number => column[index] ?? Number.NaN;

export const toNullable = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** The columns of generations as stored. The names are those of {@link RecordedGeneration}. */
export interface RecordedColumns {
  count: number;
  accessKeyIds: readonly string[];
  lastUpdated: Column;
  expiration: Column;
  latestExpiration: Column;
  /** 1 or 0. */
  zoneless: Column;
  firstSeen: Column;
  lastSeen: Column;
  rawFirstSeen: Column;
  rawLastSeen: Column;
  samples: Column;
  smallestClockOffset: Column;
  largestClockOffset: Column;
  correctedAheadMs: Column;
  rawAheadMs: Column;
  /** 1 or 0. */
  isLastUpdatedVarying: Column;
  thirdLaterObservedAt: Column;
  thirdLaterClockOffset: Column;
}

type ClockRuleColumn =
  | 'correctedAheadMs'
  | 'rawAheadMs'
  | 'isLastUpdatedVarying'
  | 'thirdLaterObservedAt'
  | 'thirdLaterClockOffset';

/** The columns of {@link Generation}, after the correction of clocks. */
export interface GenerationColumns extends Omit<RecordedColumns, ClockRuleColumn> {
  thirdSampleAfter: Column;
}

export function createRecordedColumns(count: number, accessKeyIds: readonly string[]): RecordedColumns {
  return {
    count,
    accessKeyIds,
    lastUpdated: createColumn(count),
    expiration: createColumn(count),
    latestExpiration: createColumn(count),
    zoneless: createColumn(count),
    firstSeen: createColumn(count),
    lastSeen: createColumn(count),
    rawFirstSeen: createColumn(count),
    rawLastSeen: createColumn(count),
    samples: createColumn(count),
    smallestClockOffset: createColumn(count),
    largestClockOffset: createColumn(count),
    correctedAheadMs: createColumn(count),
    rawAheadMs: createColumn(count),
    isLastUpdatedVarying: createColumn(count),
    thirdLaterObservedAt: createColumn(count),
    thirdLaterClockOffset: createColumn(count),
  };
}

export const toColumn = <T>(items: readonly T[], getValue: (item: T) => number | null): Column =>
  items.map((item) => getValue(item) ?? Number.NaN);

export const toRecordedColumns = (generations: readonly RecordedGeneration[]): RecordedColumns => ({
  ...toSharedColumns(generations),
  correctedAheadMs: toColumn(generations, (each) => each.correctedAheadMs),
  rawAheadMs: toColumn(generations, (each) => each.rawAheadMs),
  isLastUpdatedVarying: toColumn(generations, (each) => Number(each.isLastUpdatedVarying)),
  thirdLaterObservedAt: toColumn(generations, (each) => each.thirdLaterSample?.observedAt ?? null),
  thirdLaterClockOffset: toColumn(generations, (each) => each.thirdLaterSample?.clockOffset ?? null),
});

export const toGenerationColumns = (generations: readonly Generation[]): GenerationColumns => ({
  ...toSharedColumns(generations),
  thirdSampleAfter: toColumn(generations, (each) => each.thirdSampleAfter),
});

const toSharedColumns = (
  generations: readonly (RecordedGeneration | Generation)[],
): Omit<RecordedColumns, ClockRuleColumn> => ({
  count: generations.length,
  accessKeyIds: generations.map(({ accessKeyId }) => accessKeyId),
  lastUpdated: toColumn(generations, (each) => each.lastUpdated),
  expiration: toColumn(generations, (each) => each.expiration),
  latestExpiration: toColumn(generations, (each) => each.latestExpiration),
  zoneless: toColumn(generations, (each) => Number(each.zoneless)),
  firstSeen: toColumn(generations, (each) => each.firstSeen),
  lastSeen: toColumn(generations, (each) => each.lastSeen),
  rawFirstSeen: toColumn(generations, (each) => each.rawFirstSeen),
  rawLastSeen: toColumn(generations, (each) => each.rawLastSeen),
  samples: toColumn(generations, (each) => each.samples),
  smallestClockOffset: toColumn(generations, (each) => each.smallestClockOffset),
  largestClockOffset: toColumn(generations, (each) => each.largestClockOffset),
});

export function getRecordedGeneration(columns: RecordedColumns, index: number): RecordedGeneration {
  return {
    ...getShared(columns, index),
    correctedAheadMs: toNullable(valueAt(columns.correctedAheadMs, index)),
    rawAheadMs: toNullable(valueAt(columns.rawAheadMs, index)),
    isLastUpdatedVarying: valueAt(columns.isLastUpdatedVarying, index) === 1,
    thirdLaterSample: getThirdLaterSample(columns, index),
  };
}

function getThirdLaterSample(columns: RecordedColumns, index: number): SampleTime | null {
  const observedAt: Instant | null = toNullable(valueAt(columns.thirdLaterObservedAt, index));
  if (observedAt === null) return null;
  return { observedAt, clockOffset: toNullable(valueAt(columns.thirdLaterClockOffset, index)) };
}

export const listRecordedGenerations = (columns: RecordedColumns): RecordedGeneration[] =>
  Array.from({ length: columns.count }, (_, index) => getRecordedGeneration(columns, index));

export const getGeneration = (columns: GenerationColumns, index: number): Generation => ({
  ...getShared(columns, index),
  thirdSampleAfter: toNullable(valueAt(columns.thirdSampleAfter, index)),
});

const getShared = (columns: Omit<RecordedColumns, ClockRuleColumn>, index: number) => ({
  accessKeyId: columns.accessKeyIds[index] ?? '',
  lastUpdated: toNullable(valueAt(columns.lastUpdated, index)),
  expiration: valueAt(columns.expiration, index),
  latestExpiration: valueAt(columns.latestExpiration, index),
  zoneless: valueAt(columns.zoneless, index) === 1,
  firstSeen: valueAt(columns.firstSeen, index),
  lastSeen: valueAt(columns.lastSeen, index),
  rawFirstSeen: valueAt(columns.rawFirstSeen, index),
  rawLastSeen: valueAt(columns.rawLastSeen, index),
  samples: valueAt(columns.samples, index),
  smallestClockOffset: toNullable(valueAt(columns.smallestClockOffset, index)),
  largestClockOffset: toNullable(valueAt(columns.largestClockOffset, index)),
});

/** Copies the items with the given indexes, in this order. */
export function selectItems<T extends { count: number }>(columns: T, indexes: Int32Array): T {
  const entries = Object.entries<unknown>(columns).map(([name, column]): [string, unknown] => [
    name,
    Array.isArray(column) ? Array.from(indexes, (index) => column[index]) : indexes.length,
  ]);
  // The fields are `count`, the columns, and lists such as the key ids.
  return Object.fromEntries(entries) as T;
}

/**
 * The indexes of the items in ascending order of the columns. Of equal items, the first one stays first.
 * Null if the items are in this order already, as nearly always.
 */
export function findOrder(...columns: readonly [Column, ...Column[]]): Int32Array | null {
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

/** The index of the smallest value, the first one if several are equal. -1 for an empty column. */
export function findSmallest(column: Column): number {
  let found = column.length === 0 ? -1 : 0;
  for (let index = 1; index < column.length; index += 1) {
    if (valueAt(column, index) < valueAt(column, found)) found = index;
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
export function findTwoLargest(column: Column): { presentCount: number; largest: number; second: number } {
  let [presentCount, largest, second] = [0, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of column) {
    if (Number.isNaN(value)) continue;
    presentCount += 1;
    second = Math.max(second, Math.min(value, largest));
    largest = Math.max(largest, value);
  }
  return { presentCount, largest, second };
}

export function sumColumn(column: Column): number {
  let sum = 0;
  for (const value of column) sum += value;
  return sum;
}

/** The number of items with this value. */
export function countValues(column: Column, counted: number): number {
  let count = 0;
  for (const value of column) if (value === counted) count += 1;
  return count;
}

/** The values whose index passes the test, in order. */
export const keepValues = (column: Column, passes: (index: number) => boolean): Column =>
  column.filter((_, index) => passes(index));

export const keepPresent = (column: Column): Column =>
  keepValues(column, (index) => !Number.isNaN(valueAt(column, index)));

export function isAllAbsent(column: Column): boolean {
  for (const value of column) if (!Number.isNaN(value)) return false;
  return true;
}
