import { describe, expect, test } from 'vitest';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { findUsualGap, measure } from '../../../src/domain/measurement/measure.ts';
import {
  computeSafeStartsCurve,
  measureCoveredTime,
  sortSpans,
} from '../../../src/domain/measurement/validity.ts';
import type { Sample } from '../../../src/domain/model.ts';

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
  const findGap = (...generations: ReturnType<typeof generation>[]) =>
    findUsualGap({
      firstSeen: Array.from(generations, ({ firstSeen }) => firstSeen),
      lastSeen: Array.from(generations, ({ lastSeen }) => lastSeen),
      samples: Array.from(generations, ({ samples }) => samples),
    });

  test('the mean gap of a generation stands for all of its gaps', () => {
    expect(findGap(generation(0, 300, 4), generation(500, 600, 2))).toBe(100);
    expect(findGap(generation(0, 1200, 5), generation(1300, 1500, 3))).toBe(300);
    expect(findGap(generation(0, 1.4, 2))).toBe(1);
    expect(findGap(generation(0, 1.5, 2))).toBe(2);
  });

  test('gaps between generations count unless the generations overlap', () => {
    expect(findGap(generation(0, 0, 1), generation(60, 60, 1), generation(180, 180, 1))).toBe(60);
    // Neither an overlap nor two samples at the same time are a gap.
    expect(findGap(generation(0, 100, 2), generation(100, 100, 1), generation(50, 50, 1))).toBe(100);
    expect(findGap(generation(0, 0, 1), generation(0, 0, 1))).toBeNull();
    expect(findGap(generation(0, 0, 1))).toBeNull();
  });
});
