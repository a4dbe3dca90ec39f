import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createGeneration,
  getGenerationKey,
  groupGenerations,
  mergeGenerations,
} from '../../../src/domain/measurement/generations.ts';
import { measure } from '../../../src/domain/measurement/measure.ts';
import {
  computeSafeStartsCurve,
  computeShareOfSafeStarts,
} from '../../../src/domain/measurement/validity.ts';
import type { RecordedGeneration, Sample } from '../../../src/domain/model.ts';
import { judgeJob } from '../../../src/domain/verdict/job.ts';
import { isThorough } from '../../support/thorough.ts';

const START = Date.UTC(2026, 0, 1);

/** Any samples, even implausible ones: overlapping, expired, extended, from the future, duplicated. */
const anySample: fc.Arbitrary<Sample> = fc.record({
  accessKeyId: fc.constantFrom('', 'ASIA1', 'ASIA2', 'ASIA3', 'ASIA4'),
  lastUpdated: fc.option(fc.integer({ min: -3600, max: 7200 }).map((second) => START + second * 1000)),
  expiration: fc.integer({ min: -3600, max: 21_600 }).map((second) => START + second * 1000),
  zoneless: fc.boolean(),
  observedAt: fc.integer({ min: 0, max: 7_200_000 }).map((millisecond) => START + millisecond),
  clockOffset: fc.option(fc.integer({ min: -100, max: 100 })),
});
const samples = fc.array(anySample, { minLength: 1, maxLength: 30 });

/** Samples whose times often coincide. */
const crowdedSamples = fc.array(
  fc.record({
    accessKeyId: fc.constantFrom('', 'ASIA1', 'ASIA2', 'ASIA3'),
    lastUpdated: fc.option(fc.integer({ min: -3, max: 3 }).map((second) => START + second * 1000)),
    expiration: fc.integer({ min: -2, max: 5 }).map((second) => START + second * 1000),
    zoneless: fc.boolean(),
    observedAt: fc.integer({ min: 0, max: 12 }).map((half) => START + half * 500),
    clockOffset: fc.option(fc.integer({ min: -4, max: 4 })),
  }),
  { minLength: 1, maxLength: 30 },
);

describe('for any samples', () => {
  test.each([
    ['any samples', samples],
    ['samples at the same times', crowdedSamples],
  ])('order and repetition of %s do not change the measurement', (_, lists) => {
    fc.assert(
      fc.property(
        lists.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        ([list, shuffled]) => {
          const expected = measure(groupGenerations(list));
          expect(measure(groupGenerations([...shuffled, ...list]))).toEqual(expected);
        },
      ),
      { numRuns: isThorough ? 1000 : 100 },
    );
  });

  test('merging samples one by one gives the same generations as grouping all samples', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anySample, { minLength: 1, maxLength: 30, selector: (s) => JSON.stringify(s) }),
        (list) => {
          const merged = new Map<string, RecordedGeneration>();
          for (const sample of list) {
            const key = getGenerationKey(sample);
            const known = merged.get(key);
            merged.set(
              key,
              known ? mergeGenerations(known, createGeneration(sample)) : createGeneration(sample),
            );
          }
          const grouped = groupGenerations(list).map((generation) => ({
            ...generation,
            thirdLaterSample: null,
          }));
          expect([...merged.values()]).toEqual(grouped);
        },
      ),
    );
  });

  test('the worst case never exceeds the sampled minimum', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const { worstCase, sampledMinimum, overstatement } = measure(groupGenerations(list));
        expect(worstCase.seconds).toBeLessThanOrEqual(sampledMinimum.seconds);
        expect(overstatement).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('the share of safe starts is from 0 to 1 and never rises with the job duration', () => {
    fc.assert(
      fc.property(
        samples,
        fc.integer({ min: 0, max: 30_000 }),
        fc.integer({ min: 0, max: 30_000 }),
        (list, a, b) => {
          const measurement = measure(groupGenerations(list));
          const share = computeShareOfSafeStarts(measurement, Math.min(a, b));
          const longer = computeShareOfSafeStarts(measurement, Math.max(a, b));
          if (share === null || longer === null) {
            expect(longer).toBe(share);
            return;
          }
          expect(share).toBeLessThanOrEqual(1);
          expect(longer).toBeGreaterThanOrEqual(0);
          expect(longer).toBeLessThanOrEqual(share);
          const curve = computeSafeStartsCurve(measurement, 0).map((point) => point.share);
          expect(curve).toEqual([...curve].sort((x, y) => y - x));
        },
      ),
    );
  });

  test('watched time and gaps add up to the time from the first sample to the last', () => {
    fc.assert(
      fc.property(samples, (list) => {
        const { watchedTime, gaps, firstSample, lastSample, isIssuedPerRequest, severalEndpoints } = measure(
          groupGenerations(list),
        );
        // A source per request has no watched time. With several endpoints, the last samples show too little.
        fc.pre(!isIssuedPerRequest && severalEndpoints === null);
        const blind = gaps.reduce((sum, { from, to }) => sum + (to - from), 0);
        expect(watchedTime * 1000 + blind).toBeGreaterThanOrEqual(lastSample - firstSample - 1000);
        expect(watchedTime * 1000).toBeLessThanOrEqual(lastSample - firstSample);
      }),
    );
  });

  test('with the verdict `safe` every measured start is safe, with `never` no start is safe', () => {
    fc.assert(
      fc.property(samples, fc.integer({ min: 1, max: 30_000 }), (list, duration) => {
        const measurement = measure(groupGenerations(list));
        const identity = { host: 'h', source: 'imds', apiVersion: '2', role: 'r' } as const;
        const analysis = {
          identity,
          isPolled: true,
          failedPolls: [],
          failedPollSpans: [],
          measurement,
          session: null,
          analysedAt: 0,
          age: 0,
          maxAge: null,
          findings: [],
        };
        const { verdict, shareOfSafeStarts: share } = judgeJob(analysis, { name: null, duration, margin: 0 });
        if (verdict === 'safe') expect(share ?? 1).toBe(1);
        if (verdict === 'never') expect(share ?? 0).toBe(0);
      }),
    );
  });
});
