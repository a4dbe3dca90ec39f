import { describe, expect, test } from 'vitest';
import {
  compareBytes,
  compareText,
  findFirstIndex,
  groupBy,
  isNonEmpty,
  pairNeighbours,
} from '../../src/domain/lists.ts';
import { getLast } from '../support/get-last.ts';

describe('lists', () => {
  test('groupBy keeps the order of the groups and of their items', () => {
    const groups = groupBy([5, 2, 4, 7, 1], (item) => item % 2);
    expect([...groups]).toEqual([
      [1, [5, 7, 1]],
      [0, [2, 4]],
    ]);
  });

  test('pairNeighbours pairs each item with its successor', () => {
    expect(pairNeighbours([])).toEqual([]);
    expect(pairNeighbours([1])).toEqual([]);
    expect(pairNeighbours([1, 2, 3])).toEqual([
      [1, 2],
      [2, 3],
    ]);
  });

  test('findFirstIndex finds the first item that passes, or the length of the list', () => {
    const sorted = [10, 20, 20, 30];
    const first = (limit: number) => findFirstIndex(sorted, (item) => item >= limit);
    expect([5, 10, 15, 20, 21, 30, 31].map(first)).toEqual([0, 0, 1, 1, 3, 3, 4]);
    expect(findFirstIndex([], () => true)).toBe(0);
  });

  test('a list with one item is not empty, and its item is the last one', () => {
    expect([isNonEmpty([]), isNonEmpty([0])]).toEqual([false, true]);
    expect([getLast([7]), getLast([7, 8, 9])]).toEqual([7, 9]);
  });

  test('texts are ordered by code units, or by bytes as in SQLite', () => {
    const names = ['\u{1f600}', 'b', '\uff5e', 'a', 'B', 'b'];
    expect(names.toSorted(compareText)).toEqual(['B', 'a', 'b', 'b', '\u{1f600}', '\uff5e']);
    expect(names.toSorted(compareBytes)).toEqual(['B', 'a', 'b', 'b', '\uff5e', '\u{1f600}']);
  });
});
