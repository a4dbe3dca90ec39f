import { describe, expect, test } from 'vitest';
import {
  listRecordedGenerations,
  toRecordedColumns,
} from '../../../src/domain/measurement/columns/generation-columns.ts';
import {
  compareSampleTimes,
  correctTime,
  createGeneration,
  findThirdLaterSample,
  getGenerationKey,
  groupGenerations,
  mergeGenerations,
  mergeKeylessGenerations,
} from '../../../src/domain/measurement/generations.ts';
import type { Sample, SampleTime } from '../../../src/domain/model.ts';

const sample = (changes: Partial<Sample> = {}): Sample => ({
  accessKeyId: 'ASIA1',
  lastUpdated: 1_000_000,
  expiration: 9_000_000,
  zoneless: false,
  observedAt: 2_000_000,
  clockOffset: 0,
  ...changes,
});

const time = (observedAt: number, clockOffset: number | null = 0): SampleTime => ({
  observedAt,
  clockOffset,
});

test('a sample is corrected by an offset of over two seconds', () => {
  const corrected = [null, 0, 2, 3, -2, -3].map((clockOffset) => correctTime(time(10_000, clockOffset)));
  expect(corrected).toEqual([10_000, 10_000, 10_000, 7000, 10_000, 13_000]);
});

test('a generation is identified by its key id, or else by its times', () => {
  expect(getGenerationKey(sample())).toBe('ASIA1');
  expect(getGenerationKey(sample({ accessKeyId: '' }))).toBe('1000000/9000000');
  expect(getGenerationKey(sample({ accessKeyId: '', lastUpdated: null }))).toBe('/9000000');
});

test('samples are ordered by corrected time, then with an offset first, then by their other values', () => {
  const ordered = [
    time(1000, 0),
    time(4000, 0),
    time(14_000, 10),
    time(24_000, 20),
    time(4000, null),
    time(5000, 1),
    time(5000, 2),
    time(5000, null),
  ];
  expect(ordered.toReversed().sort(compareSampleTimes)).toEqual(ordered);
  expect(compareSampleTimes(time(1, null), time(1, null))).toBe(0);
  expect(compareSampleTimes(time(5000, -1), time(5000, 0))).toBeLessThan(0);
});

describe('merging', () => {
  test('a sample is a generation', () => {
    expect(createGeneration(sample({ clockOffset: 100, zoneless: true }))).toEqual({
      accessKeyId: 'ASIA1',
      lastUpdated: 1_000_000,
      expiration: 9_000_000,
      latestExpiration: 9_000_000,
      zoneless: true,
      firstSeen: 1_900_000,
      lastSeen: 1_900_000,
      rawFirstSeen: 2_000_000,
      rawLastSeen: 2_000_000,
      samples: 1,
      smallestClockOffset: 100,
      largestClockOffset: 100,
      correctedAheadMs: -900_000,
      rawAheadMs: -1_000_000,
      isLastUpdatedVarying: false,
      thirdLaterSample: null,
    });
    expect(createGeneration(sample({ lastUpdated: null }))).toMatchObject({
      correctedAheadMs: null,
      rawAheadMs: null,
    });
  });

  test('a merged generation has the extremes of both, in both orders', () => {
    const a = createGeneration(sample({ clockOffset: 100 }));
    const b = createGeneration(
      sample({ lastUpdated: 1_500_000, expiration: 8_000_000, observedAt: 3_000_000, clockOffset: 50 }),
    );
    const expected = {
      accessKeyId: 'ASIA1',
      lastUpdated: 1_000_000,
      expiration: 8_000_000,
      latestExpiration: 9_000_000,
      zoneless: false,
      firstSeen: 1_900_000,
      lastSeen: 2_950_000,
      rawFirstSeen: 2_000_000,
      rawLastSeen: 3_000_000,
      samples: 2,
      smallestClockOffset: 50,
      largestClockOffset: 100,
      correctedAheadMs: -900_000,
      rawAheadMs: -1_000_000,
      isLastUpdatedVarying: true,
      thirdLaterSample: null,
    };
    expect([mergeGenerations(a, b), mergeGenerations(b, a)]).toEqual([expected, expected]);
  });

  test('absent values do not hide those of the other generation', () => {
    const known = createGeneration(sample({ zoneless: true }));
    const unknown = createGeneration(sample({ lastUpdated: null, clockOffset: null }));
    for (const merged of [mergeGenerations(known, unknown), mergeGenerations(unknown, known)]) {
      expect(merged).toMatchObject({
        lastUpdated: 1_000_000,
        zoneless: true,
        smallestClockOffset: 0,
        rawAheadMs: -1_000_000,
        isLastUpdatedVarying: false,
      });
    }
    const same = mergeGenerations(known, known);
    expect([same.isLastUpdatedVarying, mergeGenerations(same, unknown).lastUpdated]).toEqual([
      false,
      1_000_000,
    ]);
    const varying = { ...known, isLastUpdatedVarying: true };
    expect(mergeGenerations(varying, known).isLastUpdatedVarying).toBe(true);
    expect(mergeGenerations(known, varying).isLastUpdatedVarying).toBe(true);
  });

  test('the third later sample is that of the generation seen last, or the earlier one', () => {
    const early = { ...createGeneration(sample()), thirdLaterSample: time(5_000_000) };
    const late = {
      ...createGeneration(sample({ observedAt: 3_000_000 })),
      thirdLaterSample: time(6_000_000),
    };
    const third = (a: typeof early, b: typeof early) => mergeGenerations(a, b).thirdLaterSample;
    expect([third(early, late), third(late, early)]).toEqual([time(6_000_000), time(6_000_000)]);
    const without = { ...late, thirdLaterSample: null as unknown as SampleTime };
    expect([third(early, without), third(without, early)]).toEqual([null, null]);
    const other = { ...late, thirdLaterSample: time(5_500_000) };
    expect([third(late, other), third(other, late)]).toEqual([time(5_500_000), time(5_500_000)]);
    expect([third(late, without), third(without, late)]).toEqual([time(6_000_000), time(6_000_000)]);
  });
});

describe('groupGenerations', () => {
  test('samples of one key are one generation, and identical samples count once', () => {
    const [generation, ...others] = groupGenerations([
      sample(),
      sample(),
      sample({ observedAt: 2_500_000 }),
      sample({ observedAt: 2_500_000, clockOffset: 1 }),
    ]);
    expect([generation?.samples, others]).toEqual([3, []]);
  });

  test('each generation knows the third sample after its last one', () => {
    // The last poll has an offset of three seconds, so its corrected time is after two seconds.
    const polls = [1, 2, 3, 4, 5].map((at) =>
      sample({
        accessKeyId: at < 2 ? 'ASIA1' : at < 4 ? 'ASIA2' : 'ASIA3',
        observedAt: at * 1000,
        clockOffset: at - 2,
      }),
    );
    const thirds = groupGenerations(polls.toReversed()).map((each) => [
      each.accessKeyId,
      each.thirdLaterSample,
    ]);
    expect(Object.fromEntries(thirds)).toEqual({ ASIA1: time(3000, 1), ASIA2: null, ASIA3: null });
  });

  test('the third later sample is found by corrected time', () => {
    const sorted = [time(1000), time(2000), time(13_000, 10), time(4000, null), time(5000)];
    expect(
      [0, 1000, 1999, 2000, 2001].map((at) => findThirdLaterSample(sorted, at)?.observedAt ?? null),
    ).toEqual([13_000, 4000, 4000, 5000, 5000]);
    expect(findThirdLaterSample(sorted, 3000)).toBeNull();
    const withMore = [time(1), time(2), { ...sample(), observedAt: 3 }];
    expect(findThirdLaterSample(withMore, 0)).toEqual(time(3));
  });
});

describe('generations without a key id', () => {
  const merge = (...samples: Sample[]) =>
    listRecordedGenerations(mergeKeylessGenerations(toRecordedColumns(samples.map(createGeneration)))).map(
      ({ accessKeyId, samples: count, lastUpdated }) => [accessKeyId, count, lastUpdated],
    );

  test('a generation without a key id becomes part of the one with the same times', () => {
    expect(merge(sample(), sample({ accessKeyId: '', observedAt: 3_000_000 }))).toEqual([
      ['ASIA1', 2, 1_000_000],
    ]);
    expect(merge(sample({ accessKeyId: '' }), sample({ observedAt: 3_000_000 }))).toEqual([
      ['ASIA1', 2, 1_000_000],
    ]);
  });

  test('the first of several generations with the same times takes the one without a key id', () => {
    expect(merge(sample(), sample({ accessKeyId: 'ASIA2' }), sample({ accessKeyId: '' }))).toEqual([
      ['ASIA1', 2, 1_000_000],
      ['ASIA2', 1, 1_000_000],
    ]);
  });

  test('generations with other times stay separate', () => {
    const [otherIssue, otherEnd] = [
      sample({ accessKeyId: '', lastUpdated: 1_000_001 }),
      sample({ accessKeyId: '', expiration: 9_000_001 }),
    ];
    expect(merge(sample(), otherIssue, otherEnd)).toEqual([
      ['ASIA1', 1, 1_000_000],
      ['', 1, 1_000_001],
      ['', 1, 1_000_000],
    ]);
  });

  test('columns are not copied if all or no generations have a key id', () => {
    for (const keyIds of [[], ['ASIA1', 'ASIA2'], ['', '']]) {
      const samples = keyIds.map((accessKeyId, index) =>
        sample({ accessKeyId, expiration: 9_000_000 + index }),
      );
      const columns = toRecordedColumns(samples.map(createGeneration));
      expect(mergeKeylessGenerations(columns)).toBe(columns);
    }
  });
});
