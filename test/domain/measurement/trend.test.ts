import { describe, expect, test } from 'vitest';
import { createRotationColumns } from '../../../src/domain/measurement/columns/served-columns.ts';
import { computeDownwardZ, findLeadTimeTrend, listWitnessed } from '../../../src/domain/measurement/trend.ts';
import { column } from '../../support/domain/columns.ts';

const DAY = 86_400;
const HOUR = 3600;

/** Rotations at times in seconds, with their lead times. */
function findTrend(rotations: readonly (readonly [at: number, leadTime: number, isWitnessed?: 0])[]) {
  const columns = createRotationColumns(rotations.length);
  for (const [index, [at, leadTime, isWitnessed = 1]] of rotations.entries()) {
    columns.at[index] = at * 1000;
    columns.leadTime[index] = leadTime;
    columns.isWitnessed[index] = isWitnessed;
  }
  return findLeadTimeTrend(columns);
}

/** `perDay` rotations a day, whose smallest lead time becomes 100 s shorter each day. */
const daily = (days: number, perDay = 3) =>
  Array.from({ length: days * perDay }, (_, index): [number, number] => {
    const day = Math.floor(index / perDay);
    const number = index % perDay;
    return [day * DAY + number * HOUR, 20_000 - day * 100 + number * 1000];
  });

/** Rotations every hour, whose lead times become one second shorter each. */
const hourly = (count: number) =>
  Array.from({ length: count }, (_, index): [number, number] => [index * HOUR, 20_000 - index]);

describe('days', () => {
  test('ten days with falling lead times show a trend of their smallest lead times', () => {
    expect(findTrend(daily(10))).toEqual({ shrinkingPerDay: 100, points: 10 });
    expect(findTrend(daily(9))).toBeNull();
  });

  test('the smallest lead time of a day counts, wherever it is in the day', () => {
    const reversed = daily(10).map(([at, leadTime], index): [number, number] => [
      at,
      leadTime + (index % 3 === 0 ? 5000 : 0),
    ]);
    expect(findTrend(reversed)).toEqual({ shrinkingPerDay: 100, points: 10 });
  });

  test('rising and equal lead times show no trend', () => {
    expect(findTrend(daily(10).map(([at, leadTime]) => [at, 40_000 - leadTime]))).toBeNull();
    expect(findTrend(daily(10).map(([at]) => [at, 20_000]))).toBeNull();
    expect(findTrend([])).toBeNull();
  });

  test('rotations that were not witnessed do not count', () => {
    const hidden = daily(10).map(([at]): [number, number, 0] => [at + 60, 0, 0]);
    expect(findTrend([...daily(10), ...hidden])).toEqual({ shrinkingPerDay: 100, points: 10 });
  });

  test('the first and the last day count only with at least half of the usual number of rotations', () => {
    const points = (first: number, last: number) => {
      const all = daily(12, 4);
      const rotations = [
        ...all.slice(0, first),
        ...all.slice(4, -4),
        ...all.slice(-4, all.length - 4 + last),
      ];
      return findTrend(rotations)?.points;
    };
    expect(points(4, 4)).toBe(12);
    expect(points(2, 2)).toBe(12);
    expect(points(1, 4)).toBe(11);
    expect(points(4, 1)).toBe(11);
    expect(points(1, 1)).toBe(10);
  });

  test('a day in the middle counts with a single rotation', () => {
    const rotations = daily(11, 4).filter(([at], index) => Math.floor(at / DAY) !== 5 || index % 4 === 0);
    expect(findTrend(rotations)?.points).toBe(11);
  });

  test('at most the newest 366 days are compared', () => {
    // In the older days, lead times rise.
    const older = Array.from({ length: 400 }, (_, day): [number, number] => [day * DAY, day]);
    const newer = Array.from({ length: 366 }, (_, day): [number, number] => [
      (400 + day) * DAY,
      20_000 - day * 10,
    ]);
    expect(findTrend([...older, ...newer])).toEqual({ shrinkingPerDay: 10, points: 366 });
    expect(findTrend(newer.slice(1))?.points).toBe(365);
  });

  test('the slope is the median of all pairs, rounded up', () => {
    const outlier = daily(11, 1).map(([at, leadTime], day): [number, number] => [
      at,
      day === 10 ? -90_000 : leadTime,
    ]);
    expect(findTrend(outlier)).toEqual({ shrinkingPerDay: 100, points: 11 });
    const slow = daily(10, 1).map(([at], day): [number, number] => [at, 20_000 - day * 10.5]);
    expect(findTrend(slow)?.shrinkingPerDay).toBe(11);
  });
});

describe('blocks', () => {
  test('sixty rotations in fewer than ten days are compared in twelve blocks of at least five', () => {
    // Each block has five rotations, and the last one has the smallest lead time.
    expect(findTrend(hourly(60))).toEqual({ shrinkingPerDay: 24, points: 12 });
    expect(findTrend(hourly(59))).toBeNull();
  });

  test('blocks contain all rotations, even if their number is not a multiple of twelve', () => {
    const dips = (index: number) =>
      findTrend(hourly(71).map(([at, leadTime], each) => [at, each === index ? 1 : leadTime]))?.points;
    expect([dips(0), dips(35), dips(70)]).toEqual([12, 12, 12]);
    expect(findTrend(hourly(71))?.shrinkingPerDay).toBe(24);
  });

  test('rotations at the same time have no slope', () => {
    const sameTime = hourly(60).map(([, leadTime]): [number, number] => [0, leadTime]);
    expect(findTrend(sameTime)).toBeNull();
    // The first two blocks have the same time. All other pairs of blocks fall by 1 s per hour.
    const partly = hourly(60).map(([at, leadTime], index): [number, number] => [
      index < 10 ? 9 * HOUR : at,
      leadTime,
    ]);
    expect(findTrend(partly)?.shrinkingPerDay).toBe(24);
  });
});

test('witnessed rotations are listed in the order of time', () => {
  const columns = createRotationColumns(3);
  columns.at = column(3, 1, 2);
  columns.leadTime = column(30, 10, 20);
  columns.isWitnessed = column(1, 0, 1);
  expect(listWitnessed(columns)).toEqual({ count: 2, at: column(2, 3), leadTime: column(20, 30) });
});

describe('the statistic of Mann and Kendall', () => {
  test('the statistic is the number of falls, less one, in standard deviations', () => {
    // All 10 pairs of 5 values fall. The variance is 5 · 4 · 15 / 18.
    expect(computeDownwardZ([5, 4, 3, 2, 1])).toBeCloseTo(9 / Math.sqrt(300 / 18), 10);
    expect(computeDownwardZ([5, 4, 3, 1, 2])).toBeCloseTo(7 / Math.sqrt(300 / 18), 10);
  });

  test('ties reduce the variance', () => {
    // Two values are equal, so 9 pairs fall, and the variance is less by 2 · 1 · 9 / 18.
    expect(computeDownwardZ([5, 4, 3, 3, 1])).toBeCloseTo(8 / Math.sqrt((300 - 18) / 18), 10);
    // Three equal values: 7 falls, and a variance less by 3 · 2 · 11 / 18.
    expect(computeDownwardZ([5, 3, 3, 3, 1])).toBeCloseTo(6 / Math.sqrt((300 - 66) / 18), 10);
  });

  test('the statistic is 0 for values that rise, are equal, or are alone', () => {
    expect([[1, 2, 3], [4, 4, 4], [7], [], [1, 3, 2, 2]].map(computeDownwardZ)).toEqual([0, 0, 0, 0, 0]);
  });

  test('a trend needs a statistic above 2.33', () => {
    const withFalls = (values: readonly number[]) =>
      findTrend(values.map((value, day): [number, number] => [day * DAY, value]));
    // Of 45 pairs, 36 fall and 9 rise: 26 / sqrt(125) is 2.326. With 37 and 8, 28 / sqrt(125) is 2.504.
    const falling = [9, 8, 7, 6, 5, 4, 3, 2, 1, 0];
    const swap = (values: readonly number[], swaps: readonly number[]) => {
      const changed = [...values];
      for (const index of swaps)
        [changed[index], changed[index + 1]] = [changed[index + 1]!, changed[index]!];
      return changed;
    };
    const nine = swap(falling, [0, 2, 4, 6, 8, 1, 3, 5, 7]);
    expect(computeDownwardZ(nine)).toBeCloseTo(26 / Math.sqrt(125), 5);
    expect(withFalls(nine)).toBeNull();
    const eight = swap(falling, [0, 2, 4, 6, 8, 1, 3, 5]);
    expect(computeDownwardZ(eight)).toBeCloseTo(28 / Math.sqrt(125), 5);
    expect(withFalls(eight)).not.toBeNull();
  });
});
