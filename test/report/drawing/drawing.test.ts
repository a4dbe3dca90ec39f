import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinSpans } from '../../../src/domain/time/spans.ts';
import { buildHistogram } from '../../../src/report/drawing/histogram.ts';
import { findMinimumValiditySpans } from '../../../src/report/drawing/minimum-validity.ts';
import { chooseRoundStep, listMultiples } from '../../../src/report/drawing/round-steps.ts';
import { buildTimeAxis } from '../../../src/report/drawing/time-axis.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

describe('round steps', () => {
  test.for<[length: number, maxSteps: number, step: number]>([
    [0, 5, 1],
    [100, 10, 10],
    [101, 10, 15],
    [6 * HOUR, 6, HOUR],
    [6 * HOUR + 1, 6, 2 * HOUR],
    [10 * DAY, 5, 2 * DAY],
    [360 * DAY * 50, 10, 5 * 360 * DAY],
  ])('the round step for %d s in at most %d parts is %d s', ([length, maxSteps, step]) => {
    expect(chooseRoundStep(length, maxSteps)).toBe(step);
  });

  test('round steps are multiples between two values, including both, without -0', () => {
    expect(listMultiples(10, -11, 20)).toEqual([-10, 0, 10, 20]);
    expect(listMultiples(10, 1, 9)).toEqual([]);
  });

  test('round steps of a time axis are round hours in UTC', () => {
    const from = Date.UTC(2026, 2, 1, 0, 20);
    expect(buildTimeAxis({ from, to: from + 3 * HOUR * 1000 }, 4)).toEqual({
      ticks: [1, 2, 3].map((hour) => Date.UTC(2026, 2, 1, hour)),
      step: HOUR,
    });
  });
});

describe('a histogram', () => {
  test('a histogram has round edges and no gaps, and counts every value', () => {
    const found = buildHistogram(Float64Array.from([3601, 3605, 3605, 3723]));
    expect(found?.bins[0]).toEqual({ from: 3600, to: 3610, count: 3 });
    expect(found?.bins.at(-1)).toEqual({ from: 3720, to: 3730, count: 1 });
    expect(found?.bins).toHaveLength(13);
    expect(found).toMatchObject({ maxCount: 3, count: 4, extremes: { min: 3601, median: 3605, max: 3723 } });
  });

  test('a histogram is null without values, and has one bin for one value', () => {
    expect(buildHistogram(Float64Array.from([]))).toBeNull();
    expect(buildHistogram(Float64Array.from([HOUR, HOUR]))?.bins).toEqual([
      { from: HOUR, to: HOUR + 1, count: 2 },
    ]);
  });

  test('a histogram omits and counts a few outliers that would make the bins too large', () => {
    const usual = Array.from({ length: 200 }, (_, index) => HOUR + (index % 20) * 10);
    const found = buildHistogram(Float64Array.from([...usual, 30 * DAY, 5]))!;
    expect([found.countBelow, found.countAbove, found.count]).toEqual([1, 1, 202]);
    expect(found.bins[0]!.to - found.bins[0]!.from).toBe(10);
    expect(found.extremes).toMatchObject({ min: 5, max: 30 * DAY });
    const near = buildHistogram(Float64Array.from([...usual, HOUR + 5 * MINUTE]))!;
    expect([near.countBelow, near.countAbove]).toEqual([0, 0]);
  });

  test('a histogram counts each value once and has at most 24 bins for any values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -DAY, max: 40 * DAY }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const { bins, countBelow, countAbove } = buildHistogram(Float64Array.from(values))!;
          expect(bins.reduce((sum, { count }) => sum + count, countBelow + countAbove)).toBe(values.length);
          expect(bins.length).toBeLessThanOrEqual(24);
          for (const { from, to, count } of countBelow + countAbove === 0 ? bins : [])
            expect(count).toBe(values.filter((value) => value >= from && value < to).length);
        },
      ),
    );
  });
});

describe('minimum validity spans', () => {
  const period = fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 40, max: 60 }))
    .map(([from, length, expiration]) => ({ from, to: from + length, expiration }));

  test('minimum validity spans have the earliest expiration of all served generations at every moment', () => {
    fc.assert(
      fc.property(fc.array(period, { maxLength: 12 }), (periods) => {
        const spans = findMinimumValiditySpans(periods);
        for (let at = 0.5; at < 60; at += 1) {
          const served = periods.filter(({ from, to }) => from < at && at < to);
          const ends = served.map(({ expiration }) => expiration);
          const found = spans.filter(({ from, to }) => from < at && at < to);
          expect(found.map(({ expiration }) => expiration)).toEqual(
            ends.length === 0 ? [] : [Math.min(...ends)],
          );
        }
      }),
    );
  });

  test('minimum validity spans are in order, do not overlap, and cover every generation that was sampled once', () => {
    fc.assert(
      fc.property(fc.array(period, { maxLength: 12 }), (periods) => {
        const spans = findMinimumValiditySpans(periods);
        for (const [index, { from, to }] of spans.entries()) {
          expect(from).toBeLessThanOrEqual(to);
          const before = spans[index - 1]?.to ?? -1;
          // A span of length 0 never touches another span.
          expect(from > before || (from === before && from < to)).toBe(true);
        }
        for (const { from, to } of periods)
          expect(spans.some((span) => span.from <= from && to <= span.to) || from < to).toBe(true);
      }),
    );
  });
});

test('joinSpans joins spans closer together than the given distance', () => {
  const spans = [
    { from: 50, to: 60 },
    { from: 0, to: 5 },
    { from: 8, to: 8 },
    { from: 9, to: 30 },
    { from: 10, to: 12 },
  ];
  expect(joinSpans(spans, 4)).toEqual([
    { from: 0, to: 30 },
    { from: 50, to: 60 },
  ]);
});
