import { describe, expect, test } from 'vitest';
import { groupGenerations } from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import { measureUrlLifetimes } from '../../../src/domain/presigned/url-lifetimes.ts';
import { toSample } from '../../support/domain/samples.ts';
import { between, seededRandom } from '../../support/random.ts';

const HOUR = 3600;

/** A source with dated rotations, and the polls of 20 hours. All times are whole seconds. */
function simulate(seed: number) {
  const random = seededRandom(seed);
  const generations: { key: string; issued: number; expires: number }[] = [];
  for (
    let issued = 1_000_000;
    issued < 1_000_000 + 24 * HOUR;
    issued += Math.round(between(3000, 5400, random))
  ) {
    const expires = issued + Math.round(between(5.9 * HOUR, 6.6 * HOUR, random));
    generations.push({ key: `ASIA${String(issued).padStart(16, '0')}`, issued, expires });
  }
  const [start, end] = [1_010_000, 1_010_000 + 20 * HOUR];
  const served = (at: number) => generations.findLast(({ issued }) => issued <= at) ?? generations[0];
  const samples = [];
  for (let at = start; at <= end; at += 300) {
    const current = served(at);
    if (current !== undefined) samples.push(toSample({ ...current, at }));
  }
  const measurement = measure(groupGenerations(samples), null);
  /** The real lifetime of a URL that is signed in the middle of each watched second. */
  const listLifetimes = (requested: number) =>
    Array.from({ length: end - start }, (_, second) => {
      const signedAt = start + second + 0.5;
      return Math.min(requested, (served(signedAt)?.expires ?? 0) - signedAt);
    });
  return { measurement, listLifetimes };
}

describe.each([1, 2])('URLs signed in every second of 20 hours (seed %i)', (seed) => {
  const { measurement, listLifetimes } = simulate(seed);

  test.each([4 * HOUR, 5 * HOUR, 5.5 * HOUR, 6 * HOUR, 168 * HOUR])('requested for %i s', (requested) => {
    const real = listLifetimes(requested).sort((a, b) => a - b);
    const shareAtLeast = (seconds: number) => real.filter((each) => each >= seconds).length / real.length;
    const measured = measureUrlLifetimes(measurement, requested);
    if (measured === null) return expect.unreachable('no rotation was witnessed');
    expect(measured.shortest).toBe(Math.floor(real[0] ?? 0));
    expect(measured.shareOfFullDuration).toBeCloseTo(shareAtLeast(requested), 12);
    expect(shareAtLeast(measured.median ?? 0)).toBeGreaterThanOrEqual(0.5);
    if (measured.median !== requested) expect(shareAtLeast((measured.median ?? 0) + 1)).toBeLessThan(0.5);
    expect(shareAtLeast(Math.min(measured.longestAlways ?? 0, requested))).toBe(1);
    if ((measured.longestAlways ?? 0) < requested)
      expect(shareAtLeast((measured.longestAlways ?? 0) + 1)).toBeLessThan(1);
  });
});

describe('little data', () => {
  const KEY = 'ASIATESTTESTTEST000';
  const measureSamples = (polls: readonly [number: number, at: number, expires: number][]) =>
    measure(
      groupGenerations(
        polls.map(([number, at, expires]) => toSample({ key: `${KEY}${number}`, at, expires })),
      ),
      null,
    );

  test('without a witnessed rotation, lifetimes are unknown', () => {
    expect(measureUrlLifetimes(measureSamples([[0, 1000, 9000]]), HOUR)).toBeNull();
  });

  test('a URL of expired credentials never works', () => {
    const measurement = measureSamples([
      [0, 10_000, 12_000],
      [0, 12_300, 12_000],
      [1, 12_600, 40_000],
    ]);
    const lifetimes = measureUrlLifetimes(measurement, HOUR);
    expect(lifetimes).toMatchObject({ shortest: 0, longestAlways: null });
  });

  test('for credentials per request, shares count samples', () => {
    const measurement = measureSamples([
      [0, 1000, 4600],
      [1, 1030, 4630],
      [2, 1060, 5260],
    ]);
    expect(measurement.isIssuedPerRequest).toBe(true);
    expect(measureUrlLifetimes(measurement, 4200)).toEqual({
      shortest: 3600,
      median: 3600,
      shareOfFullDuration: 1 / 3,
      longestAlways: 3600,
    });
  });
});
