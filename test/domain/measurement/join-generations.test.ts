import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  completeLaterSamples,
  groupGenerations,
  joinGenerations,
} from '../../../src/domain/measurement/generations.ts';
import type { RecordedGeneration, Sample } from '../../../src/domain/model.ts';

const MINUTE_MS = 60_000;

/** Samples of one generation at different minutes. */
const samplesOfOne = fc
  .uniqueArray(
    fc.record({
      minute: fc.integer({ min: 0, max: 300 }),
      offset: fc.constantFrom(null, 0, 5, -90),
      updated: fc.constantFrom(null, 1, 2),
      extension: fc.constantFrom(0, 0, 0, 7),
      zoneless: fc.boolean(),
    }),
    { minLength: 1, maxLength: 8, selector: ({ minute }) => minute },
  )
  .map((polls) =>
    polls.map(
      ({ minute, offset, updated, extension, zoneless }): Sample => ({
        accessKeyId: 'ASIA1',
        lastUpdated: updated && updated * 1000,
        expiration: (400 + extension) * MINUTE_MS,
        zoneless,
        observedAt: minute * MINUTE_MS,
        clockOffset: offset,
      }),
    ),
  );

const generation = samplesOfOne.map((samples): RecordedGeneration => {
  const [first] = groupGenerations(samples);
  if (first === undefined) throw new Error('no generation');
  return first;
});

/** With any third later sample. */
const record = fc.tuple(generation, fc.constantFrom(null, 500, 600), fc.constantFrom(null, 0, 5)).map(
  ([each, minute, clockOffset]): RecordedGeneration => ({
    ...each,
    thirdLaterSample: minute === null ? null : { observedAt: minute * MINUTE_MS, clockOffset },
  }),
);

describe('joining records of a generation', () => {
  test('joined records do not depend on their order', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        expect(joinGenerations(a, b)).toEqual(joinGenerations(b, a));
      }),
    );
  });

  test('joined records do not depend on their grouping', () => {
    fc.assert(
      fc.property(record, record, record, (a, b, c) => {
        expect(joinGenerations(joinGenerations(a, b), c)).toEqual(joinGenerations(a, joinGenerations(b, c)));
      }),
    );
  });

  test('a record that is joined again changes nothing', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        const both = joinGenerations(a, b);
        expect(joinGenerations(a, a)).toEqual(a);
        expect(joinGenerations(both, a)).toEqual(both);
        expect(joinGenerations(b, both)).toEqual(both);
      }),
    );
  });

  test('the records of a database and of its older copy give those of the database', () => {
    fc.assert(
      fc.property(samplesOfOne, fc.nat(), (samples, count) => {
        const older = groupGenerations(samples.slice(0, 1 + (count % samples.length)))[0];
        const newer = groupGenerations(samples)[0];
        if (older === undefined || newer === undefined) throw new Error('no generation');
        expect(joinGenerations(older, newer)).toEqual(newer);
      }),
    );
  });

  test('joined records never make credentials last longer', () => {
    fc.assert(
      fc.property(record, record, (a, b) => {
        const both = joinGenerations(a, b);
        expect(both.expiration).toBeLessThanOrEqual(Math.min(a.expiration, b.expiration));
        expect(both.lastSeen).toBeGreaterThanOrEqual(Math.max(a.lastSeen, b.lastSeen));
      }),
    );
  });
});

describe('the third later sample of joined records', () => {
  /** Samples of several generations, in the order of time. */
  const series = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 }).map((keys) =>
    keys.map(
      (key, index): Sample => ({
        accessKeyId: `ASIA${key}`,
        lastUpdated: null,
        expiration: (1000 + key) * MINUTE_MS,
        zoneless: false,
        observedAt: index * MINUTE_MS,
        clockOffset: null,
      }),
    ),
  );

  test('the third later sample of joined records is not earlier than the real one, and is known if three are later', () => {
    fc.assert(
      fc.property(series, (samples) => {
        const complete = groupGenerations(samples);
        const forgotten = complete.map((each) => ({ ...each, thirdLaterSample: null }));
        for (const [index, { lastSeen, thirdLaterSample }] of completeLaterSamples(forgotten).entries()) {
          const real = complete[index]?.thirdLaterSample ?? null;
          if (thirdLaterSample !== null)
            expect(thirdLaterSample.observedAt).toBeGreaterThanOrEqual(
              real?.observedAt ?? Number.POSITIVE_INFINITY,
            );
          const later = complete.filter(({ firstSeen }) => firstSeen > lastSeen).length;
          if (later >= 3) expect(thirdLaterSample).not.toBeNull();
        }
      }),
    );
  });

  test('a known third later sample stays', () => {
    fc.assert(
      fc.property(series, (samples) => {
        const known = groupGenerations(samples).filter(({ thirdLaterSample }) => thirdLaterSample !== null);
        expect(completeLaterSamples(known)).toEqual(known);
      }),
    );
  });
});
