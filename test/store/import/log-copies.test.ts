import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SeriesIdentity } from '../../../src/domain/model.ts';
import type { ArchiveRecord } from '../../../src/store/archive/record.ts';
import { FingerprintCollector, findStoredCopies } from '../../../src/store/import/log-copies.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const folder = temporaryFolder(afterAll);
let count = 0;

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 20);
const IDENTITY: SeriesIdentity = { host: 'web', source: 'imds', apiVersion: '', role: '' };
const OTHER = { ...IDENTITY, host: 'other' };

interface Log {
  identity?: SeriesIdentity;
  /** Added to the times of the samples. */
  shift?: number | ((index: number) => number);
  /** The numbers of the generations. Each has two samples. */
  generations?: readonly number[];
}

function createRecords({
  identity = IDENTITY,
  shift = 0,
  generations = [0, 1, 2, 3, 4],
}: Log): ArchiveRecord[] {
  return generations.flatMap((index) =>
    [0, 20 * 60_000].map((later): ArchiveRecord => {
      const issuedAt = START + index * HOUR;
      const added = typeof shift === 'number' ? shift : shift(index);
      return {
        record: 'sample',
        identity,
        ordinal: 0,
        sample: {
          accessKeyId: `ASIA${index}`,
          lastUpdated: issuedAt,
          expiration: issuedAt + 6 * HOUR,
          zoneless: false,
          observedAt: issuedAt + 60_000 + later + added,
          clockOffset: null,
        },
      };
    }),
  );
}

/** The copies of `log` that a database with the other logs has. */
function findCopies(log: Log, ...stored: Log[]) {
  const file = join(folder, `${++count}.db`);
  using store = SampleStore.open(file);
  for (const each of stored) store.writeRecords(createRecords(each));
  const collector = new FingerprintCollector();
  collector.add(createRecords(log));
  return findStoredCopies(file, collector.fingerprints);
}

test('a database that does not exist has no copies', () => {
  const collector = new FingerprintCollector();
  collector.add(createRecords({}));
  expect(findStoredCopies(join(folder, 'missing.db'), collector.fingerprints)).toEqual([]);
});

test('the same import again, and an unknown log, are no copies', () => {
  expect(findCopies({}, {})).toEqual([]);
  expect(findCopies({}, { generations: [7, 8, 9] })).toEqual([]);
});

test('the same samples of another host are a copy', () => {
  expect(findCopies({}, { identity: OTHER })).toEqual([{ identity: OTHER, shiftMs: 0, seriesTogether: 1 }]);
  expect(findCopies({ generations: [3] }, { identity: OTHER })).toHaveLength(1);
});

test.each([HOUR, -5 * HOUR, 5.75 * HOUR])(
  'samples of the same series that are %d ms later are a copy',
  (shift) => {
    expect(findCopies({}, { shift })).toEqual([{ identity: IDENTITY, shiftMs: shift, seriesTogether: 1 }]);
    expect(findCopies({ generations: [1, 2, 8, 9] }, { shift })).toHaveLength(1);
  },
);

test('a change to summer time in the log does not hide the copy', () => {
  expect(findCopies({}, { shift: (index) => (index < 3 ? HOUR : 2 * HOUR) })).toHaveLength(1);
});

test('the series that one removal selects are counted', () => {
  const [copy] = findCopies(
    {},
    { shift: HOUR },
    { identity: { ...IDENTITY, role: 'app' }, generations: [9] },
  );
  expect(copy).toMatchObject({ identity: IDENTITY, seriesTogether: 2 });
});

test.each<[string, Log, Log]>([
  ['another poller of the same endpoint', {}, { identity: OTHER, shift: (index) => 1000 * (index + 1) }],
  ['a shift that no time zone has', {}, { shift: 10 * 60_000 }],
  ['a shift of more than a day', {}, { shift: 48 * HOUR }],
  ['a log that continues in the same generation', { generations: [4, 5, 6] }, { shift: HOUR }],
  ['one generation at another time', { generations: [2] }, { shift: HOUR }],
])('%s is no copy', (_, log, stored) => expect(findCopies(log, stored)).toEqual([]));

test('the first sample counts, in any order of the lines', () => {
  const file = join(folder, `${++count}.db`);
  using store = SampleStore.open(file);
  store.writeRecords(createRecords({ identity: OTHER }));
  const collector = new FingerprintCollector();
  collector.add(createRecords({}).toReversed());
  expect(findStoredCopies(file, collector.fingerprints)).toHaveLength(1);
});
