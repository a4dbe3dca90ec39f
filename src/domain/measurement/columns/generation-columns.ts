import type { Generation, Instant, RecordedGeneration, SampleTime } from '../../model.ts';
import { type Column, createColumn, toColumn, toNullable, valueAt } from './column.ts';
import type { KeyIds } from './key-ids.ts';

// A series can have hundreds of thousands of generations. One object for each takes ten times the memory of
// columns, and most of the time of a report goes to the garbage collector.

/** The columns of generations as stored. The names are those of {@link RecordedGeneration}. */
export interface RecordedColumns {
  count: number;
  accessKeyIds: KeyIds;
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

export function createRecordedColumns(count: number, accessKeyIds: KeyIds): RecordedColumns {
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
  accessKeyId: columns.accessKeyIds.at(index) ?? '',
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

const isTextColumn = (column: unknown): column is KeyIds =>
  typeof column === 'object' && column !== null && 'at' in column;

/** Copies the items with the given indexes, in this order. */
export function selectItems<T extends { count: number }>(columns: T, indexes: Int32Array): T {
  const entries = Object.entries<unknown>(columns).map(([name, column]): [string, unknown] => [
    name,
    column instanceof Float64Array
      ? Float64Array.from(indexes, (index) => valueAt(column, index))
      : isTextColumn(column)
        ? Array.from(indexes, (index) => column.at(index))
        : indexes.length,
  ]);
  // The fields are `count`, the columns, and lists such as the key ids.
  return Object.fromEntries(entries) as T;
}
