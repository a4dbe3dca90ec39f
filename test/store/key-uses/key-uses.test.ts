import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type KeyUse, MAX_USERS_PER_KEY, OTHER_USERS } from '../../../src/domain/keys/key-use.ts';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { MIGRATIONS } from '../../../src/store/sqlite/schema.ts';
import { bundleProgram, PROGRAM_ENV } from '../../support/bundled-program.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { writeAsOldVersion } from '../../support/store/old-database.ts';
import { openReadOnly, temporaryStore } from '../../support/store/temporary-store.ts';
import { isThorough } from '../../support/thorough.ts';

const START = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const HOST = 'web-1';

const use = (changes: Partial<KeyUse> = {}): KeyUse => ({
  role: 'loader',
  accessKeyId: 'ASIAEXAMPLE1',
  client: 'Boto3/1.26',
  address: '127.0.0.1',
  process: { pid: 100, program: '/usr/bin/python3.11', user: 'etl' },
  expiration: START + HOUR,
  firstAt: START,
  lastAt: START,
  count: 1,
  isOthers: false,
  ...changes,
});

const record = (store: SampleStore, ...uses: KeyUse[]) => store.keyUses.record(HOST, uses, 1000);

describe('uses of keys', () => {
  test('uses of one user are added up, with the pid of the last one', () => {
    const store = temporaryStore();
    const process = { pid: 101, program: '/usr/bin/python3.11', user: 'etl' };
    record(store, use({ lastAt: START + 5, count: 3 }));
    record(store, use({ firstAt: START + 7, lastAt: START + 9, count: 2, process }));
    record(store, use({ firstAt: START - 4, lastAt: START - 4 }));
    expect(store.keyUses.list()).toEqual([
      { ...use(), host: HOST, clockOffset: null, firstAt: START - 4, lastAt: START + 9, count: 6, process },
    ]);
  });

  test('each host, role, key, client, program, user and address has a row of its own', () => {
    const store = temporaryStore();
    const process = { pid: 100, program: '/usr/bin/python3.11', user: 'etl' };
    const uses = [
      use(),
      use({ role: 'other' }),
      use({ accessKeyId: 'ASIAEXAMPLE2' }),
      use({ client: 'curl/8' }),
      use({ address: '10.0.0.7' }),
      use({ process: { ...process, program: '/usr/bin/python3' } }),
      use({ process: { ...process, user: 'root' } }),
      use({ process: { pid: null, program: null, user: 'etl' } }),
      use({ process: null }),
    ];
    record(store, ...uses);
    record(store, ...uses.toReversed());
    store.keyUses.record('web-2', [use()], 0);
    const rows = store.keyUses.list({ host: HOST });
    expect(rows.map(({ count }) => count)).toEqual(uses.map(() => 2));
    expect(rows).toEqual(
      expect.arrayContaining(uses.map((each) => ({ ...each, host: HOST, clockOffset: null, count: 2 }))),
    );
    expect(store.keyUses.list({ accessKeyId: 'ASIAEXAMPLE2' })).toMatchObject([
      { accessKeyId: 'ASIAEXAMPLE2' },
    ]);
    expect(store.keyUses.list()).toHaveLength(uses.length + 1);
  });

  test('a key id of an unknown form is stored as a digest', () => {
    const store = temporaryStore();
    record(store, use({ accessKeyId: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }));
    expect(store.keyUses.list()[0]?.accessKeyId).toMatch(/^sha256:/);
  });

  test('users above the limit of a key are counted together, in any number of batches', () => {
    const store = temporaryStore();
    const uses = Array.from({ length: MAX_USERS_PER_KEY + 50 }, (_, index) =>
      use({ client: `client-${index}`, firstAt: START + index, lastAt: START + index }),
    );
    record(store, ...uses.slice(0, 150));
    record(store, ...uses.slice(150));
    record(store, ...uses);
    record(store, use({ role: 'other', client: 'client-249' }));
    const rows = store.keyUses.list().filter(({ role }) => role === 'loader');
    expect(rows).toHaveLength(MAX_USERS_PER_KEY + 1);
    expect(rows.filter(({ isOthers }) => isOthers)).toEqual([
      {
        ...use(),
        ...OTHER_USERS,
        host: HOST,
        clockOffset: null,
        firstAt: START + MAX_USERS_PER_KEY,
        lastAt: START + MAX_USERS_PER_KEY + 49,
        count: 100,
      },
    ]);
    expect(rows.filter(({ isOthers }) => !isOthers).every(({ count }) => count === 2)).toBe(true);
    expect(store.keyUses.list({ host: HOST }).filter(({ role }) => role === 'other')).toHaveLength(1);
  });

  test('any batches give the same rows as single uses', () => {
    const uses = fc.array(
      fc.record({
        client: fc.constantFrom('', 'a', 'b'),
        role: fc.constantFrom('r1', 'r2'),
        pid: fc.option(fc.integer({ min: 1, max: 5 })),
        at: fc.integer({ min: 0, max: 50 }),
      }),
      { maxLength: 30 },
    );
    fc.assert(
      fc.property(uses, fc.array(fc.integer({ min: 0, max: 30 })), (random, cuts) => {
        const all = random.map(({ client, role, pid, at }, index) =>
          use({
            client,
            role,
            process: { pid, program: '/bin/x', user: null },
            // Equal times would leave the pid open.
            firstAt: START + at * 100 + index,
            lastAt: START + at * 100 + index,
          }),
        );
        const [single, batched] = [temporaryStore(), temporaryStore()];
        for (const each of all) record(single, each);
        const ends = [...cuts.filter((cut) => cut < all.length).sort((a, b) => a - b), all.length];
        for (const [index, end] of ends.entries()) record(batched, ...all.slice(ends[index - 1] ?? 0, end));
        expect(batched.keyUses.list()).toEqual(single.keyUses.list());
        single.close();
        batched.close();
      }),
      { numRuns: isThorough ? 20 : 5 },
    );
  });

  test('two processes at once lose no use', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'samples.db');
    const program = await bundleProgram('store/key-use-writer.ts', folder);
    const run = (user: string) =>
      promisify(execFile)(process.execPath, [program, file, user, '200'], { env: PROGRAM_ENV });
    await Promise.all([run('a'), run('b')]);
    const rows = openReadOnly(file).keyUses.list();
    expect(rows.map(({ client, count }) => [client, count])).toEqual([
      ['a', 100],
      ['b', 100],
      ['both', 200],
    ]);
  });
});

describe('the database of key uses', () => {
  const openFile = () => {
    const file = join(temporaryFolder(), 'samples.db');
    const store = SampleStore.open(file);
    onTestFinished(() => store.close());
    return { file, store };
  };

  test('a lock of another program is waited for only briefly, and the next attempt works', () => {
    const { file, store } = openFile();
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    const startedAt = performance.now();
    expect(catchError(() => store.keyUses.record(HOST, [use()], 20))).toMatchObject({
      code: 'DATABASE_BUSY',
    });
    expect(performance.now() - startedAt).toBeLessThan(5000);
    other.exec('COMMIT');
    other.close();
    store.keyUses.record(HOST, [use()], 20);
    expect(store.keyUses.list()).toHaveLength(1);
  });

  test('after a short wait, other writes wait for a lock as long as before', async () => {
    const { file, store } = openFile();
    record(store, use());
    // Another thread releases the lock, because a write blocks this one.
    const release = `const Database = require(require('node:worker_threads').workerData.driver);
      const database = new Database(require('node:worker_threads').workerData.file);
      database.exec('BEGIN IMMEDIATE');
      require('node:worker_threads').parentPort.postMessage('locked');
      setTimeout(() => database.close(), 1500);`;
    const driver = createRequire(import.meta.url).resolve('better-sqlite3');
    const locking = new Worker(release, { eval: true, workerData: { file, driver } });
    await once(locking, 'message');
    const poll = {
      reason: 'timeout',
      detail: '',
      accessKeyId: null,
      expiration: null,
      clockOffset: null,
    } as const;
    expect(() => store.recordFailedPoll(HOST, 'imds', { ...poll, observedAt: START })).not.toThrow();
    await once(locking, 'exit');
  });

  test('a best-effort store tries the file again', () => {
    const { file } = openFile();
    const fallbacks: unknown[] = [];
    using store = SampleStore.openBestEffort(file, (error) => fallbacks.push(error));
    const other = new Database(file);
    other.exec('BEGIN IMMEDIATE');
    expect(() => record(store, use())).toThrow();
    other.exec('COMMIT');
    other.close();
    record(store, use());
    expect(fallbacks).toEqual([]);
    expect(openReadOnly(file).keyUses.list()).toHaveLength(1);
  });

  test('a database of the version before is migrated, and has no uses', () => {
    const { file, store } = openFile();
    const sample = { accessKeyId: 'ASIA1', lastUpdated: null, expiration: START + HOUR, zoneless: false };
    const identity = { host: HOST, source: 'imds', apiVersion: '2', role: 'r' } as const;
    store.recordSample(identity, { ...sample, observedAt: START, clockOffset: 0 }, 'm');
    const histories = store.histories();
    const old = `${file}.old`;
    const version = MIGRATIONS.findIndex((step) => step.includes('key_uses'));
    writeAsOldVersion(file, old, version);
    expect(openReadOnly(old).keyUses.list()).toEqual([]);
    using migrated = SampleStore.open(old);
    record(migrated, use());
    expect(migrated.keyUses.list()).toHaveLength(1);
    expect(migrated.histories()).toEqual(histories);
  });

  test.each(["client = x'00'", "pid = 'text'", "uses = 'many'", 'expiration = 1.5', "last_at = ''"])(
    'a damaged value is an error: %s',
    (assignment) => {
      const { file, store } = openFile();
      record(store, use());
      const database = new Database(file);
      database.exec(`UPDATE key_uses SET ${assignment}`);
      database.close();
      expect(catchError(() => store.keyUses.list())).toMatchObject({ code: 'DATABASE_DAMAGED' });
    },
  );

  test('prune deletes the uses of keys that expired before the given time', () => {
    const { store } = openFile();
    const expirations = [START, START + 1, START + 2];
    record(store, ...expirations.map((expiration) => use({ expiration, accessKeyId: `ASIA${expiration}` })));
    expect(store.prune(START + 1, { dryRun: true })).toEqual({ deleted: 0, deletedKeyUses: 1 });
    expect(store.keyUses.list()).toHaveLength(3);
    expect(store.prune(START + 2, { dryRun: false })).toEqual({ deleted: 0, deletedKeyUses: 2 });
    expect(store.keyUses.list()).toMatchObject([{ expiration: START + 2 }]);
  });

  test('prune deletes more uses than fit into one step', () => {
    const { file, store } = openFile();
    record(store, use());
    const database = new Database(file);
    database.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
      INSERT INTO key_uses SELECT NULL, 'h', 'r', 'ASIA' || i, '', '', '', '', 0, NULL, 5, 5, 5, 1 FROM n`);
    database.close();
    expect(store.prune(START, { dryRun: false })).toEqual({ deleted: 0, deletedKeyUses: 20_000 });
    expect(store.keyUses.list()).toHaveLength(1);
  });

  test('an export has no key uses', () => {
    const { store } = openFile();
    record(store, use());
    expect([...store.records()]).toEqual([]);
  });
});
