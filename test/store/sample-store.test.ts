import { statSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { correctTime, getGenerationKey, groupGenerations } from '../../src/domain/measurement/generations.ts';
import { measure } from '../../src/domain/measurement/measure.ts';
import type { RecordedGeneration, Sample, SeriesIdentity } from '../../src/domain/model.ts';
import type { ArchiveRecord } from '../../src/store/archive/record.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { ciTest, isThorough } from '../support/thorough.ts';

const START = Date.UTC(2026, 0, 1);
const RUNS = isThorough ? 60 : 6;

const identity: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };

function sample(second: number, generation = 1, more: Partial<Sample> = {}): Sample {
  return {
    accessKeyId: `ASIAEXAMPLE${generation}`,
    lastUpdated: START + generation * 3_600_000,
    expiration: START + generation * 3_600_000 + 21_600_000,
    zoneless: false,
    observedAt: START + second * 1000,
    clockOffset: 0,
    ...more,
  };
}

const asRecord = (each: Sample, ordinal = 0): ArchiveRecord => ({
  record: 'sample',
  identity,
  sample: each,
  ordinal,
});

const measureStored = (store: SampleStore) =>
  measure(store.histories().flatMap(({ generations }) => generations));

/** Runs the action on a new database, which is deleted afterwards. */
function withStore(action: (store: SampleStore) => void): void {
  let deleteFolder = () => {};
  const folder = temporaryFolder((clean) => {
    deleteFolder = clean;
  });
  const store = SampleStore.open(join(folder, 'samples.db'));
  try {
    action(store);
  } finally {
    store.close();
    deleteFolder();
  }
}

const anySample: fc.Arbitrary<Sample> = fc
  .record({
    // Few seconds, so that samples often have the same time.
    second: fc.oneof(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: 0, max: 8 })),
    generation: fc.integer({ min: 1, max: 5 }),
    accessKeyId: fc.option(fc.constant('')),
    lastUpdatedShift: fc.constantFrom(0, 0, 0, 1000),
    expirationShift: fc.constantFrom(0, 0, 0, 60_000, -60_000),
    clockOffset: fc.constantFrom(null, 0, 1, 3, -90),
    zoneless: fc.boolean(),
  })
  .map(({ second, generation, accessKeyId, lastUpdatedShift, expirationShift, clockOffset, zoneless }) => {
    const base = sample(second, generation, { clockOffset, zoneless });
    return {
      ...base,
      accessKeyId: accessKeyId ?? base.accessKeyId,
      lastUpdated: START + generation * 3_600_000 + lastUpdatedShift,
      expiration: base.expiration + expirationShift,
    };
  });

describe('samples', () => {
  test('two equal samples of the same millisecond are both recorded', () => {
    const store = temporaryStore();
    store.recordSample(identity, sample(0), 'host');
    store.recordSample(identity, sample(0), 'host');
    expect([...store.records()]).toEqual([asRecord(sample(0), 0), asRecord(sample(0), 1)]);
    expect(store.histories()).toMatchObject([{ generations: [{ samples: 1 }] }]);
  });

  test('importing an export, even twice, changes nothing', () => {
    const store = temporaryStore();
    store.recordSample(identity, sample(0), 'host');
    store.recordSample(identity, sample(0), 'host');
    store.recordSample(identity, sample(5000, 2), 'host');
    store.recordFailedPoll('i-0abc', 'imds', {
      observedAt: START,
      reason: 'timeout',
      detail: '',
      accessKeyId: '',
      expiration: null,
      clockOffset: null,
    });
    const before = { records: [...store.records()], histories: store.histories() };
    expect(store.writeRecords([...before.records, ...before.records])).toEqual({ added: 0, known: 8 });
    expect({ records: [...store.records()], histories: store.histories() }).toEqual(before);
  });

  test('stored generations equal those of the raw samples, in any order and any batches', () => {
    fc.assert(
      fc.property(
        fc.array(anySample, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 25 }),
        (list, cut) => {
          withStore((store) => {
            store.writeRecords(list.slice(0, cut).map((each) => asRecord(each)));
            for (const each of list.slice(cut)) store.recordSample(identity, each, 'host');
            store.writeRecords(list.map((each) => asRecord(each)));
            expect(readGenerations(store)).toEqual(sortByKey(groupGenerations(list)));
          });
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  test('findLastHost returns the host of the newest sample of a machine', () => {
    const store = temporaryStore();
    expect(store.findLastHost('ip-10-0-0-1', 'imds')).toBeNull();
    store.recordSample(identity, sample(0), 'ip-10-0-0-1');
    store.recordSample({ ...identity, host: 'i-0new' }, sample(60), 'ip-10-0-0-1');
    expect(store.findLastHost('ip-10-0-0-1', 'imds')).toBe('i-0new');
    expect(store.findLastHost('ip-10-0-0-1', 'container')).toBeNull();
    expect(store.findLastHost('other', 'imds')).toBeNull();
  });

  test('the span of a series has the time of the newest sample of the command poll', () => {
    const store = temporaryStore();
    const readLastPoll = () => store.seriesSpans({}).map(({ lastPollAt }) => lastPollAt);
    store.recordSample(identity, sample(0), 'host', { isOfPollCommand: false });
    expect(readLastPoll()).toEqual([null]);
    store.recordSample(identity, sample(60), 'host');
    store.recordSample(identity, sample(120), 'host', { isOfPollCommand: false });
    store.recordSample(identity, sample(30), 'host');
    expect(readLastPoll()).toEqual([START + 60_000]);
  });
});

const sortByKey = (generations: readonly RecordedGeneration[]) =>
  generations.toSorted((a, b) => (getGenerationKey(a) < getGenerationKey(b) ? -1 : 1));

const readGenerations = (store: SampleStore) =>
  sortByKey(store.histories().flatMap(({ generations }) => generations));

/** Of a pruned sample, only the corrected time is known. */
const timeLaterSample = ({ thirdLaterSample, ...generation }: RecordedGeneration) => ({
  ...generation,
  thirdLaterSample: thirdLaterSample && correctTime(thirdLaterSample),
});

test('generations that were last seen at the same time have the same third later sample', () => {
  const store = temporaryStore();
  const list = [
    sample(0, 1),
    sample(0, 2),
    ...[300, 600, 900].map((second, index) => sample(second, 3 + index)),
  ];
  for (const each of list) store.recordSample(identity, each, 'host');
  expect(readGenerations(store)).toEqual(sortByKey(groupGenerations(list)));
});

describe('pruning', () => {
  ciTest('pruning changes no generation, whatever is recorded later', () => {
    fc.assert(
      fc.property(
        fc.array(anySample, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 25_000 }),
        fc.array(anySample, { maxLength: 8 }),
        (list, second, later) => {
          withStore((store) => {
            for (const each of list) store.recordSample(identity, each, 'host');
            const before = readGenerations(store);
            const predicted = store.prune(START + second * 1000, { dryRun: true });
            expect(readGenerations(store)).toEqual(before);
            expect(store.prune(START + second * 1000, { dryRun: false })).toEqual(predicted);
            expect(readGenerations(store)).toEqual(before);
            // Pruned samples that are imported again are not counted again.
            store.writeRecords(list.map((each) => asRecord(each)));
            expect(readGenerations(store)).toEqual(before);
            const newest = Math.max(...list.map(({ observedAt }) => observedAt));
            const continued = later.map((each) => ({
              ...each,
              observedAt: each.observedAt - START + newest + 1,
            }));
            for (const each of continued) store.recordSample(identity, each, 'host');
            const expected = sortByKey(groupGenerations([...list, ...continued]));
            expect(readGenerations(store).map(timeLaterSample)).toEqual(expected.map(timeLaterSample));
          });
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });

  test('a pruned database exports everything that its reports need', () => {
    fc.assert(
      fc.property(
        fc.array(anySample, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 0, max: 25_000 }),
        (list, second) => {
          withStore((store) => {
            store.writeRecords(list.map((each) => asRecord(each)));
            const whole = [...store.records()];
            store.prune(START + second * 1000, { dryRun: false });
            const pruned = [...store.records()];
            const expected = measureStored(store);
            withStore((copy) => {
              copy.writeRecords(pruned);
              copy.writeRecords(pruned);
              expect(measureStored(copy)).toEqual(expected);
              copy.writeRecords(whole);
              expect(measureStored(copy)).toEqual(expected);
            });
            withStore((full) => {
              full.writeRecords(whole);
              full.writeRecords(pruned);
              expect(measureStored(full)).toEqual(expected);
            });
          });
        },
      ),
      { numRuns: RUNS, endOnFailure: true },
    );
  });
});

test('only the owner can read the database and its auxiliary files', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'deep', 'er', 'samples.db');
  const store = SampleStore.open(file);
  store.recordSample(identity, sample(0), 'host');
  const modes = [file, `${file}-wal`, `${file}-shm`].map((each) => statSync(each).mode & 0o777);
  expect(modes).toEqual([0o600, 0o600, 0o600]);
  expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
  store.close();
});
