import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { getGenerationKey } from '../../src/domain/measurement/generations.ts';
import { getSeriesKey } from '../../src/domain/series-key.ts';
import type { ArchiveRecord } from '../../src/store/archive/record.ts';
import { ARCHIVE_FORMATS, type ArchiveFormat, writeArchive } from '../../src/store/archive/writer.ts';
import { SampleStore } from '../../src/store/sample-store.ts';
import { catchError } from '../support/catch-error.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { pick, seededRandom } from '../support/random.ts';
import { SEED } from '../support/seed.ts';
import { LAST_VERSION_WITH_PLAIN_SAMPLES, writeAsOldVersion } from '../support/store/old-database.ts';
import { compareSamples, generateRandomSamples } from '../support/store/random-samples.ts';
import { temporaryStore } from '../support/store/temporary-store.ts';
import { ciTest, isThorough, sampleCases } from '../support/thorough.ts';

/** After all samples. */
const END = Date.UTC(2100);

const ROUNDS = isThorough ? 60 : 2;

async function writeText(parts: Parameters<typeof writeArchive>[0], format: ArchiveFormat): Promise<string> {
  let text = '';
  for await (const piece of writeArchive(parts, format)) text += piece;
  return text;
}

const isSample = (each: ArchiveRecord): each is ArchiveRecord & { record: 'sample' } =>
  each.record === 'sample';

/** Groups the samples as an export does, and sorts those of each generation. */
function sortLikeExport<T extends ArchiveRecord & { record: 'sample' }>(
  exported: readonly T[],
  given: readonly T[],
): T[] {
  const getKey = ({ identity, sample }: T) => `${getSeriesKey(identity)} ${getGenerationKey(sample)}`;
  const order = [...new Set(exported.map(getKey))];
  return given.toSorted(
    (a, b) => order.indexOf(getKey(a)) - order.indexOf(getKey(b)) || compareSamples(a, b),
  );
}

describe(`random samples (seed ${SEED})`, () => {
  const random = seededRandom(SEED);
  const rounds = Array.from({ length: ROUNDS }, () =>
    generateRandomSamples(1 + Math.floor(random() * 400), random),
  );

  test('samples are read as they were imported, in batches and in any order', async () => {
    for (const samples of rounds) {
      const store = temporaryStore();
      for (let rest = samples; rest.length > 0; ) {
        const size = pick([1, 7, 1000], random);
        store.writeRecords(rest.slice(0, size));
        rest = rest.slice(size);
      }
      const exported = [...store.records()].filter(isSample);
      expect(exported).toEqual(sortLikeExport(exported, samples));
      for (const format of ARCHIVE_FORMATS) {
        expect(await writeText(store.exportParts(), format)).toBe(await writeText(exported, format));
      }
      // A second import finds all of them.
      expect(store.writeRecords(exported)).toEqual({ added: 0, known: samples.length });
      store.close();
    }
  });

  ciTest('samples are read as they were polled, also equal ones', () => {
    for (const samples of rounds.slice(0, 5)) {
      const store = temporaryStore();
      const polled = samples.filter(({ ordinal }) => ordinal === 0).flatMap((each) => [each, each, each]);
      for (const { identity, sample } of polled) store.recordSample(identity, sample, 'machine');
      const exported = [...store.records()].filter(isSample);
      const expected = samples
        .filter(({ ordinal }) => ordinal === 0)
        .flatMap((each) => [0, 1, 2].map((ordinal) => ({ ...each, ordinal })));
      expect(exported).toEqual(sortLikeExport(exported, expected));
      store.close();
    }
  });

  test('an export is empty after every sample was pruned, and the generations stay', () => {
    for (const samples of rounds.slice(0, 5)) {
      const store = temporaryStore();
      store.writeRecords(samples);
      const before = store.histories();
      expect(store.prune(END, { dryRun: true }).deleted).toBe(samples.length);
      expect(store.prune(END, { dryRun: false }).deleted).toBe(samples.length);
      expect([...store.records()].filter(isSample)).toEqual([]);
      expect(store.histories()).toEqual(before);
      store.close();
    }
  });
});

test('samples of one millisecond are exported in the same order, in whichever order they were recorded', () => {
  const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' } as const;
  const samples = [0, 1].flatMap((group) =>
    [-1, 5, null].flatMap((clockOffset) =>
      [1, null].map((lastUpdated): ArchiveRecord & { record: 'sample' } => {
        const sample = { accessKeyId: 'ASIA1', lastUpdated, expiration: 9, zoneless: group === 1 };
        return { record: 'sample', identity, sample: { ...sample, observedAt: 5, clockOffset }, ordinal: 0 };
      }),
    ),
  );
  const sorted = samples.toSorted(compareSamples);
  for (const given of [samples, samples.toReversed()]) {
    const store = temporaryStore();
    store.writeRecords(given);
    expect([...store.records()]).toEqual(sorted);
  }
});

ciTest('samples with a LastUpdated of their own take linear time', () => {
  const identity = { host: 'web-1', source: 'imds', apiVersion: '2', role: 'app' } as const;
  const count = 30_000;
  const folder = temporaryFolder();
  const [file, old] = [join(folder, 'samples.db'), join(folder, 'old.db')];
  const sampleAt = (index: number) => {
    const document = { accessKeyId: 'ASIA1', lastUpdated: index, expiration: index + 1, zoneless: false };
    return { ...document, observedAt: index, clockOffset: 0 };
  };
  {
    using store = SampleStore.open(file);
    const records = Array.from({ length: count }, (_, index): ArchiveRecord => {
      return { record: 'sample', identity, sample: sampleAt(index), ordinal: 0 };
    });
    store.writeRecords(records);
    store.writeTogether(() => {
      for (let index = 0; index < 1000; index += 1) store.recordSample(identity, sampleAt(index), 'm');
    });
    expect(store.writeRecords(records)).toEqual({ added: 0, known: count });
  }
  writeAsOldVersion(file, old, LAST_VERSION_WITH_PLAIN_SAMPLES);
  using store = SampleStore.open(old);
  expect([...store.records()]).toHaveLength(count + 1000);
  expect(store.prune(count - 1, { dryRun: false }).deleted).toBe(count + 1000 - 3);
  expect([...store.records()]).toHaveLength(3 + 1);
});

describe('the size of a database', () => {
  const SAMPLES_PER_GENERATION = 60;
  const identity = { host: 'i-0123456789abcdef0', source: 'imds', apiVersion: '2', role: 'loader' } as const;
  const START = Date.UTC(2026, 0, 1);

  /** Samples of credentials that are replaced every hour, polled once per minute. */
  const generate = (count: number, clockOffset: number) =>
    Array.from({ length: count }, (_, index): ArchiveRecord => {
      const number = Math.floor(index / SAMPLES_PER_GENERATION);
      const lastUpdated = START + number * 3_600_000;
      return {
        record: 'sample',
        identity,
        sample: {
          accessKeyId: `ASIA${String(number).padStart(16, '0')}`,
          lastUpdated,
          expiration: lastUpdated + 6 * 3_600_000,
          zoneless: false,
          observedAt: lastUpdated + (index % SAMPLES_PER_GENERATION) * 60_000 + 1234 + (index % 7),
          clockOffset,
        },
        ordinal: 0,
      };
    });

  /** Adds samples in several imports. A difference of two sizes has no pages of empty tables. */
  function measureGrowth(shrink: (store: SampleStore) => void): number {
    const sizes = [20_000, 120_000].map((count) => {
      const file = join(temporaryFolder(), 'samples.db');
      const store = SampleStore.open(file);
      const records = generate(count, 0);
      for (let start = 0; start < count; start += 10_000)
        store.writeRecords(records.slice(start, start + 10_000));
      shrink(store);
      store.close();
      return statSync(file).size;
    });
    return (Number(sizes[1]) - Number(sizes[0])) / 100_000;
  }

  ciTest('60 samples per generation take at most 18 bytes each', () => {
    expect(measureGrowth(() => {})).toBeLessThanOrEqual(18);
  });

  ciTest('60 pruned samples per generation take at most 3 bytes each', () => {
    expect(measureGrowth((store) => store.prune(END, { dryRun: false }))).toBeLessThanOrEqual(3);
  });
});

describe('a database with values of other types is damaged', () => {
  const CHANGES = [
    "UPDATE sample_times SET elapsed = 'x'",
    'UPDATE sample_times SET elapsed = 0.5',
    'UPDATE sample_times SET elapsed = 9e15',
    "UPDATE sample_times SET clock_offset = 'x'",
    'UPDATE sample_times SET clock_offset = 0.5',
    "UPDATE sample_groups SET base_time = 'x'",
    "UPDATE sample_groups SET base_time = x'00'",
    'UPDATE sample_groups SET base_time = 8640000000000001',
    "UPDATE sample_groups SET last_updated = 'x'",
    "UPDATE sample_groups SET expiration = 'x'",
    "UPDATE sample_groups SET zoneless = 'x'",
    "UPDATE sample_groups SET ordinal = 'x'",
  ];
  /** A generation with one group, or with two. */
  const GROUPS = [1, 2];

  test.for(
    sampleCases(
      CHANGES.flatMap((change) => GROUPS.map((groups): [string, number] => [change, groups])),
      4,
    ),
  )('an export reports damage after %s with %i groups', ([change, groups]) => {
    const file = join(temporaryFolder(), 'samples.db');
    const store = SampleStore.open(file);
    onTestFinished(() => store.close());
    const [first] = generateRandomSamples(1, seededRandom(1));
    if (first === undefined) return expect.unreachable();
    for (let zoneless = 0; zoneless < groups; zoneless += 1) {
      const sample = { ...first.sample, zoneless: zoneless === 1 };
      store.writeRecords([{ ...first, sample: { ...sample, observedAt: sample.observedAt + 1000 } }]);
    }
    const database = new Database(file);
    database.exec(change);
    database.close();
    expect(catchError(() => [...store.records()])).toMatchObject({ code: 'DATABASE_DAMAGED' });
  });
});
