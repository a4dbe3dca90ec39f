import { describe, expect, test } from 'vitest';
import {
  countPresent,
  countValues,
  createColumn,
  findLargest,
  findOrder,
  findSmallest,
  findTwoLargest,
  isAllAbsent,
  isAny,
  keepPresent,
  keepValues,
  listIndexes,
  removeValues,
  sumColumn,
  toColumn,
  toNullable,
  valueAt,
} from '../../../../src/domain/measurement/columns/column.ts';
import {
  createRecordedColumns,
  listRecordedGenerations,
  type RecordedColumns,
  selectItems,
  toRecordedColumns,
} from '../../../../src/domain/measurement/columns/generation-columns.ts';
import type { RecordedGeneration } from '../../../../src/domain/model.ts';
import { column } from '../../../support/domain/columns.ts';

const ABSENT = Number.NaN;

/** Each field has another value, so that the test detects swapped columns. */
const FULL: RecordedGeneration = {
  accessKeyId: 'ASIA1',
  lastUpdated: 1,
  expiration: 2,
  latestExpiration: 3,
  zoneless: true,
  firstSeen: 4,
  lastSeen: 5,
  rawFirstSeen: 6,
  rawLastSeen: 7,
  samples: 8,
  smallestClockOffset: 9,
  largestClockOffset: 10,
  correctedAheadMs: 11,
  rawAheadMs: 12,
  isLastUpdatedVarying: true,
  thirdLaterSample: { observedAt: 13, clockOffset: 14 },
};

const EMPTY: RecordedGeneration = {
  ...FULL,
  accessKeyId: '',
  lastUpdated: null,
  zoneless: false,
  smallestClockOffset: null,
  largestClockOffset: null,
  correctedAheadMs: null,
  rawAheadMs: null,
  isLastUpdatedVarying: false,
  thirdLaterSample: null,
};

describe('generations as columns', () => {
  test('generations keep all values, and null where a value is absent', () => {
    const withoutOffset = { ...FULL, thirdLaterSample: { observedAt: 13, clockOffset: null } };
    const generations = [FULL, EMPTY, withoutOffset];
    expect(listRecordedGenerations(toRecordedColumns(generations))).toEqual(generations);
    expect(listRecordedGenerations(toRecordedColumns([]))).toEqual([]);
  });

  test('new columns have a zero for each generation', () => {
    const columns = createRecordedColumns(2, ['ASIA1', 'ASIA2']);
    const { count, accessKeyIds, ...others } = columns;
    expect([count, accessKeyIds]).toEqual([2, ['ASIA1', 'ASIA2']]);
    for (const values of Object.values(others)) expect(values).toEqual(column(0, 0));
    const names = (each: RecordedColumns) => Object.keys(each).sort();
    expect(names(columns)).toEqual(names(toRecordedColumns([FULL])));
  });

  test('items are selected in the given order, with all of their columns', () => {
    const [a, b, c] = [1, 2, 3].map((firstSeen) => ({ ...FULL, firstSeen, accessKeyId: `ASIA${firstSeen}` }));
    const columns = toRecordedColumns([a!, b!, c!]);
    const selected = selectItems(columns, Int32Array.from([2, 0]));
    expect(selected).toEqual(toRecordedColumns([c!, a!]));
    expect(selected.count).toBe(2);
  });
});

describe('columns', () => {
  test('values outside of a column are absent', () => {
    expect([-1, 0, 1, 2].map((index) => valueAt(column(7, 8), index))).toEqual([ABSENT, 7, 8, ABSENT]);
    expect([5, 0, ABSENT].map(toNullable)).toEqual([5, 0, null]);
    expect(toColumn([1, null, 0], (each) => each)).toEqual(column(1, ABSENT, 0));
    expect(createColumn(3)).toEqual(column(0, 0, 0));
    expect(listIndexes(3)).toEqual(column(0, 1, 2));
  });

  test('the order is null for ordered items', () => {
    expect(findOrder(column(1, 2, 2, 3))).toBeNull();
    expect(findOrder(column())).toBeNull();
    expect(findOrder(column(1, 1, 2), column(4, 5, 1))).toBeNull();
  });

  test('equal items are ordered by the next column, and else stay in their order', () => {
    expect(findOrder(column(3, 1, 2))).toEqual(Int32Array.from([1, 2, 0]));
    expect(findOrder(column(1, 3, 2))).toEqual(Int32Array.from([0, 2, 1]));
    expect(findOrder(column(2, 1, 1, 1), column(0, 9, 8, 9))).toEqual(Int32Array.from([2, 1, 3, 0]));
    expect(findOrder(column(1, 1), column(9, 8))).toEqual(Int32Array.from([1, 0]));
  });

  test('the smallest and the largest value are the first of equal ones', () => {
    expect([column(3, 1, 2, 1), column(1, 2), column(2, 2, 1), column(5)].map(findSmallest)).toEqual([
      1, 0, 2, 0,
    ]);
    expect([column(3, 7, 2, 7), column(9, 2), column(2, 2, 3), column(5)].map(findLargest)).toEqual([
      1, 0, 2, 0,
    ]);
    expect([findSmallest(column()), findLargest(column())]).toEqual([-1, -1]);
  });

  test('the two largest values may be equal, and absent values do not count', () => {
    const infinity = Number.POSITIVE_INFINITY;
    expect(findTwoLargest(column(3, ABSENT, 7, 5))).toEqual({ presentCount: 3, largest: 7, second: 5 });
    expect(findTwoLargest(column(7, 3, 7))).toEqual({ presentCount: 3, largest: 7, second: 7 });
    expect(findTwoLargest(column(5, 7, 3))).toEqual({ presentCount: 3, largest: 7, second: 5 });
    expect(findTwoLargest(column(-4))).toEqual({ presentCount: 1, largest: -4, second: -infinity });
    expect(findTwoLargest(column(ABSENT))).toEqual({
      presentCount: 0,
      largest: -infinity,
      second: -infinity,
    });
  });

  test('values are added, counted and selected', () => {
    expect([sumColumn(column()), sumColumn(column(1, 2, 4))]).toEqual([0, 7]);
    expect(countValues(column(1, 0, 1, 1, 2), 1)).toBe(3);
    expect(keepValues(column(5, 6, 7), (index) => index !== 1)).toEqual(column(5, 7));
    expect(keepPresent(column(ABSENT, 0, 3, ABSENT))).toEqual(column(0, 3));
  });

  test('a column is absent only if all of its values are', () => {
    expect([column(), column(ABSENT, ABSENT), column(ABSENT, 0), column(1)].map(isAllAbsent)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('absent values are not counted', () => {
    expect([column(), column(ABSENT, 0, ABSENT), column(1, 2)].map(countPresent)).toEqual([0, 1, 2]);
  });

  test('removed values are absent, and a column without removed values is not copied', () => {
    const values = column(5, 6, 7);
    expect(removeValues(values, (index) => index === 1)).toEqual(column(5, ABSENT, 7));
    expect(values).toEqual(column(5, 6, 7));
    expect(removeValues(values, () => false)).toBe(values);
  });

  test('a test of indexes ends at the first one that passes', () => {
    const asked: number[] = [];
    const passes = (index: number) => asked.push(index) === 2;
    expect(isAny(3, passes)).toBe(true);
    expect(asked).toEqual([0, 1]);
    expect(isAny(3, () => false)).toBe(false);
  });
});
