import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinSpans } from '../../../src/domain/time/spans.ts';
import { buildHistogram } from '../../../src/report/drawing/histogram.ts';
import { findMinimumValiditySpans } from '../../../src/report/drawing/minimum-validity.ts';
import { chooseRoundStep, multiplesWithin } from '../../../src/report/drawing/round-steps.ts';
import { buildTimeAxis } from '../../../src/report/drawing/time-axis.ts';
import { buildValidityEnvelope } from '../../../src/report/drawing/validity-envelope.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

describe('round steps', () => {
  test.for([
    [0, 5, 1],
    [100, 10, 10],
    [101, 10, 15],
    [6 * HOUR, 6, HOUR],
    [6 * HOUR + 1, 6, 2 * HOUR],
    [10 * DAY, 5, 2 * DAY],
    [360 * DAY * 50, 10, 5 * 360 * DAY],
  ])('%d seconds in at most %d parts take steps of %d', ([length, atMost, step]) => {
    expect(chooseRoundStep(length!, atMost!)).toBe(step);
  });

  test('lie at multiples, both ends included, and never at minus zero', () => {
    expect(multiplesWithin(10, -11, 20)).toEqual([-10, 0, 10, 20]);
    expect(multiplesWithin(10, 1, 9)).toEqual([]);
  });

  test('of time lie at round hours of UTC', () => {
    const from = Date.UTC(2026, 2, 1, 0, 20);
    expect(buildTimeAxis({ from, to: from + 3 * HOUR * 1000 }, 4)).toEqual({
      ticks: [1, 2, 3].map((hour) => Date.UTC(2026, 2, 1, hour)),
      step: HOUR,
    });
  });
});

describe('a histogram', () => {
  test('has round edges, no holes, and every value', () => {
    const found = buildHistogram([3601, 3605, 3605, 3723])!;
    expect(found.bins[0]).toEqual({ from: 3600, to: 3610, count: 3 });
    expect(found.bins.at(-1)).toEqual({ from: 3720, to: 3730, count: 1 });
    expect(found.bins).toHaveLength(13);
    expect(found).toMatchObject({ maxCount: 3, count: 4, extremes: { min: 3601, median: 3605, max: 3723 } });
  });

  test('of nothing is none, and of one value one bin', () => {
    expect(buildHistogram([])).toBeNull();
    expect(buildHistogram([HOUR, HOUR])!.bins).toEqual([{ from: HOUR, to: HOUR + 1, count: 2 }]);
  });

  test('leaves out the few that lie so far away that no shape would be left, and counts them', () => {
    const usual = Array.from({ length: 200 }, (_, index) => HOUR + (index % 20) * 10);
    const found = buildHistogram([...usual, 30 * DAY, 5])!;
    expect([found.countBelow, found.countAbove, found.count]).toEqual([1, 1, 202]);
    expect(found.bins[0]!.to - found.bins[0]!.from).toBe(10);
    expect(found.extremes).toMatchObject({ min: 5, max: 30 * DAY });
    const near = buildHistogram([...usual, HOUR + 5 * MINUTE])!;
    expect([near.countBelow, near.countAbove]).toEqual([0, 0]);
  });

  test('of anything counts each value once, in few bins', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: -DAY, max: 40 * DAY }), { minLength: 1, maxLength: 300 }),
        (values) => {
          const { bins, countBelow, countAbove } = buildHistogram(values)!;
          expect(bins.reduce((sum, { count }) => sum + count, countBelow + countAbove)).toBe(values.length);
          expect(bins.length).toBeLessThanOrEqual(24);
          for (const { from, to, count } of countBelow + countAbove === 0 ? bins : [])
            expect(count).toBe(values.filter((value) => value >= from && value < to).length);
        },
      ),
    );
  });
});

describe('what a job could at least have been handed', () => {
  const service = fc
    .tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 12 }), fc.integer({ min: 40, max: 60 }))
    .map(([from, length, expiration]) => ({ from, to: from + length, generation: { expiration } }));

  test('is at every moment the earliest end of what was served, step by step', () => {
    fc.assert(
      fc.property(fc.array(service, { maxLength: 12 }), (services) => {
        const spans = findMinimumValiditySpans(services);
        for (let at = 0.5; at < 60; at += 1) {
          const served = services.filter(({ from, to }) => from < at && at < to);
          const ends = served.map(({ generation }) => generation.expiration);
          const told = spans.filter(({ from, to }) => from < at && at < to);
          expect(told.map(({ expiration }) => expiration)).toEqual(
            ends.length === 0 ? [] : [Math.min(...ends)],
          );
        }
      }),
    );
  });

  test('comes in order, without overlaps, and with every moment that was served alone', () => {
    fc.assert(
      fc.property(fc.array(service, { maxLength: 12 }), (services) => {
        const spans = findMinimumValiditySpans(services);
        for (const [index, { from, to }] of spans.entries()) {
          expect(from).toBeLessThanOrEqual(to);
          const before = spans[index - 1]?.to ?? -1;
          // What is of no length stands alone.
          expect(from > before || (from === before && from < to)).toBe(true);
        }
        for (const { from, to } of services)
          expect(spans.some((span) => span.from <= from && to <= span.to) || from < to).toBe(true);
      }),
    );
  });
});

describe('an envelope', () => {
  test('has the extremes of each part, and leaves out what is not known', () => {
    const spans = [
      { from: 0, to: 10_000, expiration: 100_000 },
      { from: 10_000, to: 20_000, expiration: 130_000 },
      { from: 50_000, to: 80_000, expiration: 150_000 },
    ];
    expect(buildValidityEnvelope(spans, { from: 0, to: 80_000 }, 4)).toEqual([
      { from: 0, to: 20_000, min: 90, max: 120 },
      { from: 20_000, to: 40_000, min: 110, max: 110 },
      { from: 40_000, to: 60_000, min: 90, max: 100 },
      { from: 60_000, to: 80_000, min: 70, max: 90 },
    ]);
  });
});

test('spans that nobody could tell apart are one', () => {
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
