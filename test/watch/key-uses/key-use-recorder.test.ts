import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { MAX_USERS_PER_KEY } from '../../../src/domain/keys/key-use.ts';
import type { CredWatchError } from '../../../src/errors.ts';
import type { StoreLimits } from '../../../src/store/contract.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { KeyUseRecorder } from '../../../src/watch/key-uses/key-use-recorder.ts';
import type { ServedKey } from '../../../src/watch/key-uses/pending-uses.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { FakeClock } from '../../support/server/fake-clock.ts';

const HOST = 'web-1';
/** The recorder writes at least this often. */
const WRITE_EVERY_MS = 5000;

const served = (changes: Partial<ServedKey> = {}): ServedKey => ({
  at: 1000,
  role: 'loader',
  accessKeyId: 'ASIAEXAMPLE1',
  expiration: 9_000_000,
  client: 'curl/8.1',
  address: '127.0.0.1',
  process: { pid: 7, program: '/usr/bin/curl', user: 'etl' },
  ...changes,
});

function startRecorder(file: string, open = () => SampleStore.open(file)) {
  const clock = new FakeClock();
  const errors: CredWatchError[] = [];
  const onError = (error: unknown) => void errors.push(error as CredWatchError);
  const recorder = new KeyUseRecorder({ open, host: HOST, clock, onError });
  recorder.start();
  onTestFinished(() => recorder.close());
  const pass = async (milliseconds: number) => {
    const sleeping = clock.nextSleep();
    clock.pass(milliseconds);
    await sleeping;
  };
  return { recorder, clock, errors, pass };
}

const list = (file: string) => {
  using store = SampleStore.openReadOnly(file);
  return store?.keyUses.list() ?? [];
};

const newFile = () => join(temporaryFolder(), 'samples.db');

test('responses are written after a few seconds, and the last ones at the end', async () => {
  const file = newFile();
  const { recorder, pass } = startRecorder(file);
  recorder.add(served());
  recorder.add(served({ at: 3000, process: { pid: 8, program: '/usr/bin/curl', user: 'etl' } }));
  recorder.add(served({ at: 2000 }));
  expect(list(file)).toEqual([]);
  await pass(WRITE_EVERY_MS);
  const { at: _, ...use } = served({ process: { pid: 8, program: '/usr/bin/curl', user: 'etl' } });
  const row = {
    ...use,
    host: HOST,
    clockOffset: null,
    firstAt: 1000,
    lastAt: 3000,
    count: 3,
    isOthers: false,
  };
  expect(list(file)).toEqual([row]);
  await pass(WRITE_EVERY_MS);
  expect(list(file)).toEqual([row]);
  recorder.add(served({ at: 4000 }));
  await recorder.close();
  expect(list(file)).toMatchObject([{ count: 4, lastAt: 4000, process: { pid: 7 } }]);
});

test('the client is the name of the SDK, without parts that differ between requests and without secrets', async () => {
  const file = newFile();
  const { recorder } = startRecorder(file);
  const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  for (const client of [
    'aws-sdk-js/3.600.0 ua/2.1 os/linux#6.1 api/sts#3.6 sid/35033f4ca1bd',
    'aws-sdk-js/3.600.0 ua/2.1 os/linux#6.1 api/s3#3.6 sid/94f58a2b1c00',
    `x ${secret}`,
    `token=${secret}`,
    '',
  ])
    recorder.add(served({ client }));
  await recorder.close();
  const rows = list(file);
  expect(rows.map(({ client, count }) => [client, count])).toEqual([
    ['', 1],
    ['[redacted]', 1],
    ['aws-sdk-js/3.600.0 os/linux#6.1', 2],
    ['token=[redacted]', 1],
  ]);
  expect(JSON.stringify(rows)).not.toContain(secret.slice(0, 10));
});

test('batches give the same rows as single writes, also above the limit of users', async () => {
  const uses = fc.array(fc.tuple(fc.integer({ min: 0, max: 260 }), fc.boolean()), {
    minLength: 300,
    maxLength: 400,
  });
  await fc.assert(
    fc.asyncProperty(uses, async (random) => {
      const [batched, single] = [newFile(), newFile()];
      const { recorder, pass } = startRecorder(batched);
      using store = SampleStore.open(single);
      for (const [index, [user, writes]] of random.entries()) {
        const key = served({ at: 1000 + index, client: `client-${user}` });
        recorder.add(key);
        const { at, ...use } = key;
        store.keyUses.record(HOST, [{ ...use, firstAt: at, lastAt: at, count: 1, isOthers: false }], 0);
        if (writes && index % 40 === 0) await pass(WRITE_EVERY_MS);
      }
      await recorder.close();
      expect(list(batched)).toEqual(store.keyUses.list());
    }),
    { numRuns: 3 },
  );
});

test('a flood of random clients is bounded, and no response is lost', async () => {
  const file = newFile();
  const { recorder, pass } = startRecorder(file);
  for (let index = 0; index < 20_000; index += 1)
    recorder.add(served({ client: `client-${index}`, accessKeyId: `ASIAEXAMPLE${index % 2}` }));
  await pass(WRITE_EVERY_MS);
  const rows = list(file);
  expect(rows).toHaveLength(2 * (MAX_USERS_PER_KEY + 1));
  expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(20_000);
});

describe('a database that cannot be written', () => {
  test('the error is reported once, and the responses are written when the database works again', async () => {
    const file = newFile();
    // A folder is in the place of the database.
    mkdirSync(file);
    let isFixed = false;
    const { recorder, errors, pass } = startRecorder(file, () =>
      SampleStore.open(isFixed ? `${file}.new` : file),
    );
    for (let round = 0; round < 5; round += 1) {
      recorder.add(served());
      await pass(WRITE_EVERY_MS);
    }
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^the programs that got keys were not recorded: /),
    ]);
    isFixed = true;
    await pass(WRITE_EVERY_MS);
    expect(list(`${file}.new`)).toMatchObject([{ count: 5 }]);
  });

  test('a full disk is reported once, memory stays bounded, and no response is lost', async () => {
    const file = newFile();
    SampleStore.open(file).close();
    let limits: StoreLimits = { maxPages: 24 };
    const { recorder, errors, pass } = startRecorder(file, () => SampleStore.open(file, limits));
    for (let round = 0; round < 20; round += 1) {
      for (let index = 0; index < 300; index += 1)
        recorder.add(served({ client: `client-${round}-${index}`, accessKeyId: `ASIAEXAMPLE${round}` }));
      await pass(WRITE_EVERY_MS);
    }
    expect(errors).toMatchObject([{ code: 'DATABASE_FULL' }]);
    limits = {};
    await pass(WRITE_EVERY_MS);
    const rows = list(file);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(20 * 300);
    // The first clients, and one row for the others of each key.
    expect(rows.length).toBeLessThan(1000 + 20);
    expect(rows.filter(({ isOthers }) => isOthers)).toHaveLength(20);
  });

  test('a short lock of another program is not reported, and delays no response', async () => {
    const file = newFile();
    const { recorder, errors, pass } = startRecorder(file);
    recorder.add(served());
    await pass(WRITE_EVERY_MS);
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    recorder.add(served());
    const startedAt = performance.now();
    await pass(WRITE_EVERY_MS);
    expect(performance.now() - startedAt).toBeLessThan(2000);
    expect(errors).toEqual([]);
    other.exec('COMMIT');
    await pass(WRITE_EVERY_MS);
    expect(list(file)).toMatchObject([{ count: 2 }]);
    other.exec('BEGIN IMMEDIATE');
    recorder.add(served());
    for (let round = 0; round < 10; round += 1) await pass(WRITE_EVERY_MS);
    expect(errors).toMatchObject([{ code: 'DATABASE_BUSY' }]);
    other.exec('COMMIT');
    other.close();
  });

  test('an error of the error handler ends nothing', async () => {
    const file = newFile();
    mkdirSync(file);
    const clock = new FakeClock();
    const onError = () => {
      throw new Error('stderr is closed');
    };
    const recorder = new KeyUseRecorder({ open: () => SampleStore.open(file), host: HOST, clock, onError });
    recorder.add(served());
    await expect(recorder.close()).resolves.toBeUndefined();
  });
});
