import { describe, expect, test } from 'vitest';
import {
  findExtremes,
  findMiddle,
  median,
  minBy,
  range,
  weightedMedian,
} from '../../../src/domain/measurement/statistics.ts';
import { column } from '../../support/domain/columns.ts';
import { seededRandom } from '../../support/random.ts';

describe('statistics', () => {
  test('the median is the middle value, or the mean of the two middle values rounded down', () => {
    expect([[], [7], [9, 1, 5], [10, 1, 6, 3], [2, 100, 1, 3]].map(median)).toEqual([null, 7, 5, 4, 2]);
  });

  test('the middle of an even number of values is not rounded', () => {
    const values = [1, 3, 6, 10];
    expect(findMiddle(4, (index) => values[index])).toBe(4.5);
    expect(findMiddle(3, (index) => values[index])).toBe(3);
    expect(findMiddle(0, () => undefined)).toBeNull();
  });

  test('the weighted median is the value at half of the weights', () => {
    const weighted = (...pairs: [value: number, weight: number][]) => weightedMedian(new Map(pairs));
    expect(weighted([30, 1], [10, 5], [20, 3])).toBe(10);
    expect(weighted([30, 4], [10, 2], [20, 1])).toBe(30);
    // Exactly half of the weights is enough.
    expect(weighted([20, 2], [10, 2])).toBe(10);
    expect(weighted([5, 0], [10, 1])).toBe(10);
    expect(weighted([5, 0])).toBeNull();
    expect(weighted()).toBeNull();
  });

  test('the weighted median is the value that sorting gives, for any values and weights', () => {
    const random = seededRandom(3);
    for (let run = 0; run < 300; run += 1) {
      const length = 1 + Math.floor(random() * 30);
      const weights = new Map(
        Array.from({ length }, () => [Math.floor(random() * 20), Math.floor(random() * 5)]),
      );
      const repeated = [...weights]
        .flatMap(([value, weight]) => Array<number>(weight).fill(value))
        .toSorted((a, b) => a - b);
      expect(weightedMedian(weights)).toBe(repeated[Math.ceil(repeated.length / 2) - 1] ?? null);
    }
  });

  test('minBy finds the first of equally small items', () => {
    const items = ['ccc', 'bb', 'aa', 'dddd'];
    expect(minBy(items, ({ length }) => length)).toBe('bb');
    expect(minBy(items, ({ length }) => -length)).toBe('dddd');
    expect(minBy([] as string[], ({ length }) => length)).toBeNull();
  });

  test('range finds the smallest and the largest number', () => {
    expect(range([3, -2, 8, 0])).toEqual({ min: -2, max: 8 });
    expect(range([4])).toEqual({ min: 4, max: 4 });
    expect(range([])).toBeNull();
  });

  test('findExtremes finds the smallest, the median and the largest duration', () => {
    expect(findExtremes(column(60, 10, 20))).toEqual({ min: 10, median: 20, max: 60 });
    expect(findExtremes(column())).toBeNull();
  });
});
