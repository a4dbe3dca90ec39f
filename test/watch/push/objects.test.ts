import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SeriesIdentity } from '../../../src/domain/model.ts';
import { CredWatchError } from '../../../src/errors.ts';
import type { RowValues } from '../../../src/report/parquet/rows.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { PushInterrupted } from '../../../src/watch/push/destination.ts';
import { catchRejection } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { useFalseKeys } from '../../support/object-storage/aws-variables.ts';
import {
  createBucket,
  createFolder,
  type Destination,
  pushTo,
  readRows,
} from '../../support/object-storage/pushed.ts';
import { fillRichly, recordSamples, START } from '../../support/report/rich-store.ts';
import { temporaryStore } from '../../support/store/temporary-store.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

useFalseKeys();

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const LOADER: SeriesIdentity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' };
const keyOf = (day: string) => `host=i-0abc/month=2026-01/${day}.parquet`;

/** A database with hourly generations of one series. */
function createStore(from: number, hours: number, identity = LOADER): SampleStore {
  const store = temporaryStore();
  recordSamples(store, identity, { from, hours });
  return store;
}

/** What the samples of the rows say, by key: the values that no other generation can change. */
const readSamples = async (destination: Destination) =>
  Object.fromEntries(
    Object.entries(await readRows(destination)).map(([key, rows]) => [key, rows.map(toSampled)]),
  );

const toSampled = ({
  raw_first_seen_at: from,
  raw_last_seen_at: to,
  expiration,
  sample_count: count,
}: RowValues) => ({
  from,
  to,
  expiration,
  count,
});

/** The rows that a destination would have if one database had all samples. */
async function expectRowsOf(destination: Destination, store: SampleStore): Promise<void> {
  const expected = await createFolder();
  await pushTo(expected, store);
  expect(await readSamples(destination)).toEqual(await readSamples(expected));
}

const DESTINATIONS: [string, () => Promise<Destination>][] = [
  ['a bucket', () => createBucket()],
  ...(isThorough
    ? ([
        ['a folder', createFolder],
        ['a bucket of a service that ignores conditions', () => createBucket('ignored')],
        ['a bucket of a service that rejects conditions', () => createBucket('rejected')],
      ] satisfies [string, () => Promise<Destination>][])
    : []),
];

describe.each(DESTINATIONS)('push to %s', (_, create) => {
  test('each host and day has one object with all of its series', async () => {
    const [destination, store] = [await create(), temporaryStore()];
    fillRichly(store);
    expect(await pushTo(destination, store)).toEqual({ sent: 6, rejected: [] });
    const rows = await readRows(destination);
    expect(Object.keys(rows).map((key) => key.replace(/^host=[^/]{12,}\//, 'host=…/'))).toEqual([
      'host=…/month=2026-01/2026-01-02.parquet',
      'host=i-0abc/month=2025-12/2025-12-31.parquet',
      'host=i-0abc/month=2026-01/2026-01-01.parquet',
      'host=i-0abc/month=2026-01/2026-01-02.parquet',
      'host=task/month=2026-01/2026-01-01.parquet',
      'host=task/month=2026-01/2026-01-02.parquet',
    ]);
    expect(
      new Set(rows['host=i-0abc/month=2025-12/2025-12-31.parquet']?.map((row) => row.api_version)),
    ).toEqual(new Set(['1']));
  });

  test('a second push sends nothing, and a new sample only the day of its generation', async () => {
    const [destination, store] = [await create(), createStore(START, 49)];
    expect((await pushTo(destination, store)).sent).toBe(3);
    expect((await pushTo(destination, store)).sent).toBe(0);
    recordSamples(store, LOADER, { from: START + 50 * HOUR, hours: 1 });
    expect((await pushTo(destination, store)).sent).toBe(1);
    await expectRowsOf(destination, store);
  });

  test('a generation that moves to an earlier day leaves its old object', async () => {
    const [destination, store] = [await create(), temporaryStore()];
    const night = START + DAY - 30 * 60_000;
    const samples = { lifetime: 6, rotateEvery: 600, hours: 1, dated: false };
    recordSamples(store, LOADER, { ...samples, from: night + HOUR });
    await pushTo(destination, store);
    expect(Object.keys(await readRows(destination))).toEqual([keyOf('2026-01-02')]);
    // An import of an older log has an earlier sample of the same generation.
    recordAgain(store, night);
    await pushTo(destination, store);
    expect(Object.keys(await readRows(destination))).toEqual([keyOf('2026-01-01')]);
    await expectRowsOf(destination, store);
  });

  ciTest('a new database after a loss keeps the days and the rows that it lacks', async () => {
    const destination = await create();
    const [before, after, all] = [
      createStore(START, 40),
      createStore(START + 42 * HOUR, 10),
      createStore(START, 40),
    ];
    recordSamples(all, LOADER, { from: START + 42 * HOUR, hours: 10 });
    await pushTo(destination, before);
    await pushTo(destination, after);
    await expectRowsOf(destination, all);
    expect((await pushTo(destination, after)).sent).toBe(0);
    // The newer rows of the same day do not remove the older ones either.
    recordSamples(after, LOADER, { from: START + 53 * HOUR, hours: 2 });
    recordSamples(all, LOADER, { from: START + 53 * HOUR, hours: 2 });
    await pushTo(destination, after);
    await expectRowsOf(destination, all);
    const newest = Object.values(await readRows(destination)).flatMap((rows) =>
      rows.filter((row) => row.newest),
    );
    expect(newest.length).toBe(1);
  });

  test('a database that lost the beginning of a generation finds its row in the day before', async () => {
    const destination = await create();
    const night = START + DAY - 30 * 60_000;
    const samples = { rotateEvery: 600, lifetime: 12 };
    const [before, all] = [temporaryStore(), temporaryStore()];
    for (const store of [before, all]) recordSamples(store, LOADER, { ...samples, from: night, hours: 1 });
    recordSamples(all, LOADER, { ...samples, from: night, hours: 3 });
    await pushTo(destination, before);
    // The samples after midnight of the same credentials.
    const after = temporaryStore();
    for (const { sample } of all.histories({}).flatMap((history) => recordsAfter(history, START + DAY)))
      after.recordSample(LOADER, sample, 'machine');
    await pushTo(destination, after);
    const rows = await readRows(destination);
    expect(Object.keys(rows)).toEqual([keyOf('2026-01-01')]);
    expect(rows[keyOf('2026-01-01')]?.map(({ raw_last_seen_at: to }) => to)).toEqual([
      night + 3 * HOUR + 7321,
    ]);
  });

  ciTest('two databases of one host push in turns, and each row has what both know', async () => {
    const destination = await create();
    const [first, second, all] = [temporaryStore(), temporaryStore(), temporaryStore()];
    for (let hour = 0; hour < 6; hour += 1) {
      const samples = { from: START + 5 * HOUR + hour * HOUR, hours: 0.9 };
      recordSamples(first, LOADER, { ...samples, every: 20 });
      recordSamples(second, LOADER, { ...samples, every: 30 });
      for (const every of [20, 30]) recordSamples(all, LOADER, { ...samples, every });
      await pushTo(destination, first);
      await pushTo(destination, second);
    }
    const [pushed, expected] = [await readSamples(destination), await createFolder()];
    await pushTo(expected, all);
    const withoutCounts = (rows: Awaited<ReturnType<typeof readSamples>>) =>
      Object.entries(rows).map(([key, each]) => [key, each.map(({ count: _count, ...rest }) => rest)]);
    expect(withoutCounts(pushed)).toEqual(withoutCounts(await readSamples(expected)));
    expect((await pushTo(destination, second)).sent).toBe(0);
  });

  ciTest('two databases with different sources of one host share its objects', async () => {
    const destination = await create();
    const [imds, container] = [
      createStore(START, 5),
      createStore(START, 5, { ...LOADER, source: 'container', apiVersion: '' }),
    ];
    await pushTo(destination, imds);
    await pushTo(destination, container);
    const rows = (await readRows(destination))[keyOf('2026-01-01')] ?? [];
    expect(rows.map(({ source }) => source)).toEqual([
      ...Array(6).fill('container'),
      ...Array(6).fill('imds'),
    ]);
    await pushTo(destination, imds);
    recordSamples(imds, LOADER, { from: START + 6 * HOUR, hours: 1 });
    await pushTo(destination, imds);
    expect((await readRows(destination))[keyOf('2026-01-01')]?.length).toBe(14);
  });

  ciTest('a restored database and its outbox remove nothing', async () => {
    const destination = await create();
    const folder = temporaryFolder();
    const all = createStore(START, 30);
    const restored = SampleStore.open(join(folder, 'restored.db'));
    onTestFinished(() => restored.close());
    recordSamples(restored, LOADER, { from: START, hours: 12 });
    await pushTo(destination, restored);
    // The database continued on another disk, and then the old one came back.
    await pushTo(destination, all);
    expect((await pushTo(destination, restored)).sent).toBe(0);
    recordSamples(restored, LOADER, { from: START + 31 * HOUR, hours: 1 });
    recordSamples(all, LOADER, { from: START + 31 * HOUR, hours: 1 });
    await pushTo(destination, restored);
    await expectRowsOf(destination, all);
  });

  ciTest('an emptied destination gets everything again', async () => {
    const [destination, store] = [await create(), createStore(START, 30)];
    await pushTo(destination, store);
    const other = await create();
    const moved = { ...other, open: () => Object.assign(other.open(), { name: destination.open().name }) };
    expect((await pushTo(moved, store)).sent).toBe(2);
    expect(await readSamples(other)).toEqual(await readSamples(destination));
  });

  test('a host of another database with the same folder is refused', async () => {
    const destination = await create();
    await pushTo(destination, createStore(START, 3));
    const other = createStore(START, 3, { ...LOADER, host: 'I-0ABC' });
    // As on a file system that does not distinguish upper and lower case.
    destination.write(keyOf('2026-01-01').replace('i-0abc', 'I-0ABC'), destination.read(keyOf('2026-01-01')));
    const error = await catchRejection(pushTo(destination, other));
    expect(error).toBeInstanceOf(CredWatchError);
    expect(error.message).toMatch(/2026-01-01.parquet has rows of the host "i-0abc", and not of "I-0ABC"$/);
  });

  test('an object of another program is refused, and stays as it is', async () => {
    const destination = await create();
    const content = Buffer.from('not a Parquet file');
    destination.write(keyOf('2026-01-01'), content);
    const error = await catchRejection(pushTo(destination, createStore(START, 3)));
    expect(error.message).toMatch(/2026-01-01.parquet is not an object of push: /);
    expect(Buffer.from(destination.read(keyOf('2026-01-01')))).toEqual(content);
  });

  test('a destination of an export is refused', async () => {
    const destination = await create();
    destination.write('_cred-watch-export.json', Buffer.from('{"schema_version":1,"format":"parquet"}'));
    const error = await catchRejection(pushTo(destination, createStore(START, 3)));
    expect(error.message).toMatch(/has a Parquet export, or objects of another version$/);
    expect(destination.keys()).toEqual([]);
  });
});

/** Records another sample of the newest generation. */
function recordAgain(store: SampleStore, observedAt: number): void {
  const generation = store.histories({})[0]?.generations.at(-1);
  if (generation === undefined) throw new Error('no generation');
  const { accessKeyId, lastUpdated, expiration, zoneless } = generation;
  store.recordSample(
    LOADER,
    { accessKeyId, lastUpdated, expiration, zoneless, observedAt, clockOffset: 0 },
    'machine',
  );
}

type History = ReturnType<SampleStore['histories']>[number];

/** One sample at midnight and one at the end of the generation. */
function recordsAfter({ generations }: History, from: number) {
  return generations.flatMap((generation) =>
    [from + 7321, generation.rawLastSeen].map((observedAt) => ({
      sample: {
        accessKeyId: generation.accessKeyId,
        lastUpdated: generation.lastUpdated,
        expiration: generation.expiration,
        zoneless: false,
        observedAt,
        clockOffset: 0,
      },
    })),
  );
}

describe('interruptions of a push to a bucket', () => {
  ciTest('each request can fail, and a later push sends the rest', async () => {
    for (const failing of sampleCases(
      Array.from({ length: 14 }, (_, index) => index),
      4,
    )) {
      const [destination, store] = [await createBucket(), createStore(START, 49)];
      const { server } = destination;
      if (server === null) throw new Error('no server');
      server.fail = (_, index) => (index >= failing ? { status: 403, code: 'AccessDenied' } : undefined);
      const error = await pushTo(destination, store).catch((reason: unknown) => reason);
      expect(error instanceof CredWatchError).toBe(failing < server.requests.length);
      server.fail = () => undefined;
      await pushTo(destination, store);
      await expectRowsOf(destination, store);
      expect((await pushTo(destination, store)).sent).toBe(0);
    }
  });

  test('after a lost reply, the object is not written twice', async () => {
    const [destination, store] = [await createBucket(), createStore(START, 3)];
    const { server } = destination;
    if (server === null) throw new Error('no server');
    const isWrite = (key: string, action: string) => key.endsWith('.parquet') && action === 's3:PutObject';
    server.fail = ({ key, action }) =>
      isWrite(key, action) ? { status: 403, code: 'AccessDenied', written: true } : undefined;
    await catchRejection(pushTo(destination, store));
    const before = server.objects.get(`cw/${keyOf('2026-01-01')}`);
    expect(before).toBeDefined();
    server.fail = () => undefined;
    server.requests.length = 0;
    expect((await pushTo(destination, store)).sent).toBe(0);
    expect(server.requests.filter(({ key, action }) => isWrite(key, action))).toEqual([]);
    expect((await pushTo(destination, store)).sent).toBe(0);
  });

  test('an outage is reported as an interruption with the number of sent objects', async () => {
    const [destination, store] = [await createBucket(), createStore(START, 49)];
    const { server } = destination;
    if (server === null) throw new Error('no server');
    let written = 0;
    server.fail = ({ key, action }) => {
      if (!key.endsWith('.parquet') || action !== 's3:PutObject') return undefined;
      written += 1;
      return written > 1 ? { status: 503, code: 'SlowDown' } : undefined;
    };
    const error = await catchRejection(pushTo(destination, store));
    expect(error).toBeInstanceOf(PushInterrupted);
    expect((error as PushInterrupted).sent).toBe(1);
  });

  ciTest('another process writes between the read and the write', async () => {
    const [destination, store] = [await createBucket(), createStore(START, 3)];
    const { server } = destination;
    if (server === null) throw new Error('no server');
    const other = await createBucket();
    const container = createStore(START, 3, { ...LOADER, source: 'container', apiVersion: '' });
    await pushTo(other, container);
    let isWritten = false;
    server.fail = ({ key, action }) => {
      if (isWritten || !key.endsWith('.parquet') || action !== 's3:PutObject') return undefined;
      isWritten = true;
      destination.write(keyOf('2026-01-01'), other.read(keyOf('2026-01-01')));
      return undefined;
    };
    await pushTo(destination, store);
    expect((await readRows(destination))[keyOf('2026-01-01')]?.length).toBe(8);
  });

  ciTest('the usual push reads the marker and writes one object', async () => {
    const [destination, store] = [await createBucket(), temporaryStore()];
    const { server } = destination;
    if (server === null) throw new Error('no server');
    recordSamples(store, LOADER, {
      from: START,
      hours: 20 * 24,
      rotateEvery: 12 * 60,
      every: 60,
      lifetime: 18,
    });
    await pushTo(destination, store);
    server.requests.length = 0;
    recordAgain(store, START + 20 * DAY + HOUR);
    await pushTo(destination, store);
    expect(server.requests.map(({ action, key }) => [action, key])).toEqual([
      ['s3:GetObject', 'cw/_cred-watch-export.json'],
      ['s3:PutObject', `cw/${keyOf('2026-01-21')}`],
    ]);
  });
});

ciTest('two databases of one host push to a folder at the same time', async () => {
  const destination = await createFolder();
  const identities = (['imds', 'container', 'process', 'profile'] as const).map((source) => ({
    ...LOADER,
    source,
  }));
  const stores = identities.map((identity) => createStore(START, 30, identity));
  await Promise.all(stores.map((store) => pushTo(destination, store)));
  const rows = await readRows(destination);
  expect(Object.values(rows).map((each) => each.length)).toEqual([24 * 4, 7 * 4]);
});
