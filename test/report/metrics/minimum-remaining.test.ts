import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import type { Measurement } from '../../../src/domain/measurement/measurement.ts';
import {
  findMinimumRemaining,
  findMinimumRemainingOverTime,
  MINIMUM_WINDOWS,
} from '../../../src/report/metrics/minimum-remaining.ts';
import { simulate } from '../../support/domain/simulated-source.ts';
import { seededRandom } from '../../support/random.ts';

const SOURCE = {
  interval: 3600,
  intervalSpread: 300,
  lifetime: 21_600,
  lifetimeSpread: 1800,
  lag: 0,
  lateShare: 0.1,
};
const POLLING = {
  every: 600,
  spread: 60,
  missedShare: 0.1,
  pauseShare: 0.02,
  longestPause: 20_000,
  polls: 400,
};

/** Some days of a source that is sometimes late, polled with gaps. */
const measurements: fc.Arbitrary<Measurement> = fc
  .record({ seed: fc.integer(), dated: fc.boolean() })
  .map(({ seed, dated }) => {
    const source = { ...SOURCE, dated, keyed: true };
    return measure(groupGenerations(simulate(source, POLLING, seededRandom(seed)).samples));
  });

test('the minimum over all time is the worst case', () => {
  fc.assert(
    fc.property(measurements, (measurement) => {
      expect(findMinimumRemaining(measurement, 'all', measurement.lastSample)).toBe(
        measurement.worstCase.seconds,
      );
    }),
    { numRuns: 40 },
  );
});

test('the minimum over time equals the minimum computed at each moment', () => {
  fc.assert(
    fc.property(measurements, (measurement) => {
      for (const window of MINIMUM_WINDOWS) {
        const series = [...findMinimumRemainingOverTime(measurement, window)];
        expect(series).toHaveLength(measurement.servedPeriods.length);
        for (const { at, seconds } of series) {
          const known = {
            ...measurement,
            servedPeriods: measurement.servedPeriods.filter(({ to }) => to <= at),
          };
          expect(seconds).toBe(findMinimumRemaining(known, window, at));
        }
      }
    }),
    { numRuns: 10 },
  );
});

test('a window without served credentials has no minimum', () => {
  const { samples } = simulate({ ...SOURCE, dated: true, keyed: true }, POLLING, seededRandom(1));
  const measurement = measure(groupGenerations(samples));
  const later = measurement.lastSample + 3 * 86_400_000;
  expect(findMinimumRemaining(measurement, '24h', later)).toBeNull();
  expect(findMinimumRemaining(measurement, '7d', later)).toBe(measurement.worstCase.seconds);
});

test.each([
  ['24h', 1],
  ['7d', 7],
  ['30d', 30],
] as const)(
  'the window %s includes credentials that were served until %d days before, and none before',
  (window, days) => {
    const { samples } = simulate({ ...SOURCE, dated: true, keyed: true }, POLLING, seededRandom(1));
    const measurement = measure(groupGenerations(samples));
    const end = Math.max(...measurement.servedPeriods.map(({ to }) => to));
    expect(findMinimumRemaining(measurement, window, end + days * 86_400_000)).toBeGreaterThan(0);
    expect(findMinimumRemaining(measurement, window, end + days * 86_400_000 + 1)).toBeNull();
  },
);
