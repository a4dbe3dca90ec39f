import { describe, expect, test } from 'vitest';
import { getHistoryColumns } from '../../../src/domain/measurement/columns/column-measurement.ts';
import { createRotationColumns } from '../../../src/domain/measurement/columns/served-columns.ts';
import { findUsualGap } from '../../../src/domain/measurement/columns/usual-gap.ts';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import {
  computeSafeStartsCurve,
  computeShareOfSafeStarts,
  findLongestServedValidity,
  findSampledMinimum,
  findServedPeriods,
  findUnwitnessedWindows,
  findWorstCase,
  getRemainingWhenServedLast,
  measureCoveredTime,
  measureServedTime,
  sortSpans,
} from '../../../src/domain/measurement/validity.ts';
import type { Sample } from '../../../src/domain/model.ts';
import { column } from '../../support/domain/columns.ts';
import { createGenerations } from '../../support/domain/generations.ts';

const START = Date.UTC(2026, 2, 1);

const span = (from: number, to: number) => ({ from, to });

/** One generation, sampled at two seconds, with the given validity at the first sample. */
const measuredFor = (validity: number, seconds = [0, 1]) =>
  measure(
    groupGenerations(
      seconds.map(
        (second): Sample => ({
          accessKeyId: 'ASIA1',
          lastUpdated: null,
          expiration: START + validity * 1000,
          zoneless: false,
          observedAt: START + second * 1000,
          clockOffset: 0,
        }),
      ),
    ),
  );

describe('covered time', () => {
  test('overlapping, equal and unordered spans count once', () => {
    expect(measureCoveredTime([span(50, 60), span(0, 10), span(5, 20), span(7, 8), span(50, 60)])).toBe(30);
    expect(measureCoveredTime([])).toBe(0);
  });

  test('spans are sorted by their start, and sorted spans are not copied', () => {
    const sorted = [span(0, 9), span(0, 5), span(3, 4)];
    expect(sortSpans(sorted)).toBe(sorted);
    const unsorted = [span(3, 4), span(0, 9)];
    expect(sortSpans(unsorted)).toEqual([span(0, 9), span(3, 4)]);
    expect(unsorted[0]).toEqual(span(3, 4));
  });
});

describe('served periods', () => {
  const generations = createGenerations(
    { seen: [0, 100], expires: 1000 },
    { seen: [150, 200], expires: 300 },
    { seen: [500, 600], expires: 300 },
  );
  const rotations = {
    ...createRotationColumns(2),
    windowFrom: column(100_000, 200_000),
    windowTo: column(150_000, 500_000),
    at: column(120_000, 500_000),
  };

  test('a witnessed rotation ends the period of the old generation and begins the next one', () => {
    expect(findServedPeriods(generations, { ...rotations, isWitnessed: column(1, 0) })).toEqual({
      count: 3,
      from: column(0, 120_000, 500_000),
      to: column(120_000, 200_000, 600_000),
    });
    // A rotation is dated before the first sample of the new generation.
    const late = { ...rotations, at: column(160_000, 500_000), isWitnessed: column(1, 1) };
    expect(findServedPeriods(generations, late)).toEqual({
      count: 3,
      from: column(0, 150_000, 500_000),
      to: column(160_000, 500_000, 600_000),
    });
    expect(generations.firstSeen).toEqual(column(0, 150_000, 500_000));
    expect(generations.lastSeen).toEqual(column(100_000, 200_000, 600_000));
  });

  test('the windows of unwitnessed rotations are gaps, unless they are empty', () => {
    expect(findUnwitnessedWindows({ ...rotations, isWitnessed: column(1, 0) })).toEqual([
      { from: 200_000, to: 500_000 },
    ]);
    expect(findUnwitnessedWindows({ ...rotations, isWitnessed: column(0, 0) })).toHaveLength(2);
    const empty = { ...rotations, windowTo: column(100_000, 200_001), isWitnessed: column(0, 0) };
    expect(findUnwitnessedWindows(empty)).toEqual([{ from: 200_000, to: 200_001 }]);
  });

  test('the smallest validity is that of a last sample, or of the end of a served period', () => {
    const served = { count: 3, from: column(0, 120_000, 500_000), to: column(120_000, 290_000, 600_000) };
    const history = { generations, served };
    expect([0, 1, 2].map((index) => getRemainingWhenServedLast(history, index))).toEqual([880, 10, -300]);
    expect([findSampledMinimum(generations), findWorstCase(history)]).toEqual([2, 2]);
    const two = createGenerations({ seen: [0, 100], expires: 1000 }, { seen: [150, 200], expires: 1050 });
    expect(findSampledMinimum(two)).toBe(1);
    const longer = { count: 2, from: column(0, 150_000), to: column(180_000, 200_000) };
    expect(findWorstCase({ generations: two, served: longer })).toBe(0);
  });

  test('the served time is the length of the union of the periods', () => {
    const time = (...spans: [number, number][]) =>
      measureServedTime({
        count: spans.length,
        from: column(...spans.map(([from]) => from)),
        to: column(...spans.map(([, to]) => to)),
      });
    expect(time([0, 10], [10, 30], [40, 45])).toBe(35);
    expect(time([0, 20], [10, 30])).toBe(30);
    expect(time([20, 30], [0, 10])).toBe(20);
    // A clock that was corrected differently may reverse a period.
    expect(time([0, 10], [20, 15], [30, 40])).toBe(20);
    expect(time()).toBe(0);
  });
});

describe('the share of safe starts', () => {
  const at = (second: number) => START + second * 1000;
  const sample = (key: string, second: number, expires: number): Sample => ({
    accessKeyId: key,
    lastUpdated: null,
    expiration: at(expires),
    zoneless: false,
    observedAt: at(second),
    clockOffset: 0,
  });
  const share = (samples: readonly Sample[], ...required: number[]) =>
    required.map((each) => computeShareOfSafeStarts(measure(groupGenerations(samples)), each));

  test('a start is safe while the served generation has the required validity left', () => {
    const one = [0, 250, 1000].map((second) => sample('ASIA1', second, 2000));
    expect(share(one, 1000, 1001, 1500, 2000, 2001)).toEqual([1, 0.999, 0.5, 0, 0]);
  });

  test('the served generation with the least validity counts if several endpoints serve two', () => {
    // Both are served from 0 to 3000 s, except that one begins 600 s later.
    const times = [0, 600, 1200, 1800, 2400, 3000];
    const turns = [
      ...times.map((second) => sample('ASIA1', second, 6000)),
      ...times.slice(1).map((second) => sample('ASIA2', second - 1, 9000)),
    ];
    const measurement = measure(groupGenerations(turns));
    expect(measurement.severalEndpoints).not.toBeNull();
    expect(share(turns, 3000, 4500, 6000, 9000)).toEqual([1, 0.5, 0, 0]);
    expect(findLongestServedValidity(getHistoryColumns(measurement))).toBe(9000 - 599);
  });

  test('the share of credentials per request is that of the samples', () => {
    const perRequest = [0, 60, 120, 180].map((second) => sample(`ASIA${second}`, second, second * 10 + 900));
    expect(share(perRequest, 900, 901, 1440, 1441, 2520, 2521)).toEqual([1, 0.75, 0.75, 0.5, 0.25, 0]);
  });

  test('the share is unknown for a single sample', () => {
    expect(share([sample('ASIA1', 0, 900)], 60)).toEqual([null]);
  });
});

describe('the curve of safe starts', () => {
  test.each([
    [240, 10],
    [241, 30],
    [720, 30],
    [721, 60],
    [1440, 60],
    [1441, 300],
    [7200, 300],
    [7201, 600],
    [14_400, 600],
    [14_401, 900],
    [21_600, 900],
    [21_601, 1800],
    [43_200, 1800],
    [43_201, 3600],
    [86_400, 3600],
    [86_401, 7200],
    [172_800, 7200],
    [172_801, 21_600],
    [518_400, 21_600],
    [518_401, 86_400],
  ])('for a validity of %d s, the points are %d s apart', (validity, step) => {
    const points = computeSafeStartsCurve(measuredFor(validity), 0);
    expect(points.slice(0, 3).map(({ jobDuration }) => jobDuration)).toEqual([0, step, 2 * step]);
  });

  test('the curve has points where it bends, and ends at the first length without a safe start', () => {
    // Safe at any start up to 95 s, never from 100 s on.
    const points = computeSafeStartsCurve(measuredFor(100, [0, 5]), 0);
    expect(points.map(({ jobDuration, share }) => [jobDuration, share])).toEqual([
      ...[0, 10, 20, 30, 40, 50, 60, 70, 80, 90].map((length) => [length, 1]),
      [95, 1],
      [100, 0],
    ]);
    // A margin of 7 s makes every job 7 s shorter.
    const shorter = computeSafeStartsCurve(measuredFor(100, [0, 5]), 7);
    expect(shorter.slice(-3).map(({ jobDuration }) => jobDuration)).toEqual(
      [80, 88, 90].concat(93).slice(-3),
    );
  });

  test('a length at which the curve bends is one point, even if it is round', () => {
    const points = computeSafeStartsCurve(measuredFor(100, [0, 10]), 0);
    expect(points.map(({ jobDuration }) => jobDuration)).toEqual([
      0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100,
    ]);
  });

  test('the curve ends after 48 steps for credentials that are valid for months', () => {
    const points = computeSafeStartsCurve(measuredFor(365 * 86_400), 0);
    expect(points.at(-1)).toEqual({ jobDuration: 48 * 86_400, share: 1 });
  });

  test('the curve is empty without watched time', () => {
    expect(computeSafeStartsCurve(measuredFor(100, [0]), 0)).toEqual([]);
  });
});

describe('the usual gap between samples', () => {
  const generation = (firstSeen: number, lastSeen: number, samples: number) => ({
    firstSeen: firstSeen * 1000,
    lastSeen: lastSeen * 1000,
    samples,
  });
  const findPause = (...generations: ReturnType<typeof generation>[]) =>
    findUsualGap({
      firstSeen: Float64Array.from(generations, ({ firstSeen }) => firstSeen),
      lastSeen: Float64Array.from(generations, ({ lastSeen }) => lastSeen),
      samples: Float64Array.from(generations, ({ samples }) => samples),
    });

  test('the mean pause of a generation stands for all of its pauses', () => {
    expect(findPause(generation(0, 300, 4), generation(500, 600, 2))).toBe(100);
    expect(findPause(generation(0, 1200, 5), generation(1300, 1500, 3))).toBe(300);
    expect(findPause(generation(0, 0, 1), generation(50, 650, 3), generation(1000, 1000, 1))).toBe(300);
    expect(findPause(generation(0, 1.4, 2))).toBe(1);
    expect(findPause(generation(0, 1.5, 2))).toBe(2);
  });

  test('pauses between generations count unless the generations overlap', () => {
    expect(findPause(generation(0, 0, 1), generation(60, 60, 1), generation(180, 180, 1))).toBe(60);
    // Neither an overlap nor two samples at the same time are a pause.
    expect(findPause(generation(0, 100, 2), generation(100, 100, 1), generation(50, 50, 1))).toBe(100);
    expect(findPause(generation(0, 0, 1), generation(0, 0, 1))).toBeNull();
    expect(findPause(generation(0, 0, 1))).toBeNull();
  });
});
