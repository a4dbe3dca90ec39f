import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { PushInterrupted } from '../../../src/watch/push/destination.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { describePostgres } from '../../support/postgres/describe-postgres.ts';
import type { PostgresServer, TestDatabase } from '../../support/postgres/server.ts';
import { ciTest } from '../../support/thorough.ts';
import {
  createMigrated,
  createSample,
  IDENTITY,
  openTemporaryStore,
  pushTo,
  readRows,
  recordEvents,
  recordHours,
  START,
} from '../../support/watch/push-history.ts';

/** Statements that change data, except the time of the last push. */
const CHANGES = /^(?:INSERT INTO|UPDATE|DELETE FROM) cred_watch\.(?!hosts)/;

describePostgres('a push to PostgreSQL', (server) => {
  test('the first push sends all generations, and an unchanged push sends nothing', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 10);
    const first = await pushTo(database, store);
    expect(first).toMatchObject({ sent: 10, rejected: [] });
    const second = await pushTo(database, store);
    expect(second.sent).toBe(0);
    expect(second.statements.filter((sql) => CHANGES.test(sql))).toEqual([]);
    expect(
      await database.query(
        'SELECT count(*)::int AS rows, sum(samples)::int AS samples FROM cred_watch.generations',
      ),
    ).toEqual([{ rows: 10, samples: 40 }]);
    const [series] = await database.query(
      'SELECT revision, sample_count, generation_count, worst_case FROM cred_watch.series',
    );
    expect(series).toEqual({
      revision: String(START),
      sample_count: '40',
      generation_count: '10',
      worst_case: '18000',
    });
  });

  test('a new generation revises the previous one, and no other', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 10);
    await pushTo(database, store);
    store.recordSample(IDENTITY, createSample(10, 5), 'machine');
    expect(await pushTo(database, store)).toMatchObject({ sent: 2 });
    store.recordSample(IDENTITY, createSample(10, 20), 'machine');
    expect(await pushTo(database, store)).toMatchObject({ sent: 1 });
  });

  ciTest('a larger lag of the series revises every rotation', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 10);
    await pushTo(database, store);
    // The source serves the credentials of hour 9 for two minutes after it has issued those of hour 10.
    store.recordSample(IDENTITY, createSample(9, 62), 'machine');
    store.recordSample(IDENTITY, createSample(10, 5), 'machine');
    expect((await pushTo(database, store)).sent).toBe(11);
    await expectEqualToFreshPush(database, store, server());
  });

  test('a database that was restored from a backup loses nothing that was sent', async () => {
    const database = await createMigrated(server());
    const folder = temporaryFolder();
    const file = join(folder, 'samples.db');
    using before = SampleStore.open(file);
    recordHours(before, 0, 5);
    await pushTo(database, before);
    before.close();
    const backup = join(folder, 'backup.db');
    copyFileSync(file, backup);
    using complete = SampleStore.open(file);
    recordHours(complete, 5, 10);
    await pushTo(database, complete);
    const expected = await readRows(database);
    using restored = SampleStore.open(backup);
    expect((await pushTo(database, restored)).sent).toBe(0);
    expect(await readRows(database)).toEqual(expected);
    // The next samples are joined with those that only PostgreSQL has.
    for (const minute of [5, 20]) {
      restored.recordSample(IDENTITY, createSample(10, minute), 'machine');
      complete.recordSample(IDENTITY, createSample(10, minute), 'machine');
      await pushTo(database, restored);
    }
    await expectEqualToFreshPush(database, complete, server());
  });

  ciTest('a deleted database continues with the rows of PostgreSQL', async () => {
    const database = await createMigrated(server());
    using complete = openTemporaryStore();
    recordHours(complete, 0, 5);
    await pushTo(database, complete);
    using empty = openTemporaryStore();
    recordHours(empty, 5, 8);
    recordHours(complete, 5, 8);
    await pushTo(database, empty);
    // Neither of the two knows the third sample after hour 4.
    await expectEqualToFreshPush(database, complete, server(), [
      'third_later_observed_at',
      'third_later_clock_offset',
    ]);
    const [known] = await database.query(
      'SELECT count(third_later_observed_at)::int AS count FROM cred_watch.generations',
    );
    expect(known).toEqual({ count: 7 });
  });

  test('two pushers of the same history at once send the same rows as one', async () => {
    const database = await createMigrated(server());
    const file = join(temporaryFolder(), 'samples.db');
    using one = SampleStore.open(file);
    using two = SampleStore.open(file);
    recordHours(one, 0, 20);
    await Promise.all([pushTo(database, one), pushTo(database, two)]);
    store(one);
    await Promise.all([pushTo(database, one), pushTo(database, two)]);
    await expectEqualToFreshPush(database, one, server());
    const settled = await pushTo(database, two);
    expect(settled.sent).toBe(0);

    function store(target: SampleStore) {
      recordHours(target, 20, 22);
    }
  });

  test('two databases of the same host are joined, whatever the order of their pushes', async () => {
    const [database, reversed] = [await createMigrated(server()), await createMigrated(server())];
    using complete = openTemporaryStore();
    recordHours(complete, 0, 12);
    const parts = [openTemporaryStore(), openTemporaryStore()];
    recordHours(parts[0] ?? complete, 0, 7);
    recordHours(parts[1] ?? complete, 5, 12);
    for (const part of [...parts, ...parts]) await pushTo(database, part);
    for (const part of [...parts].reverse()) await pushTo(reversed, part);
    for (const part of parts) await pushTo(reversed, part);
    await expectEqualToFreshPush(database, complete, server());
    expect(await readRows(reversed)).toEqual(await readRows(database));
    // Neither of them has anything to say any more.
    for (const part of parts) expect((await pushTo(database, part)).sent).toBe(0);
    for (const part of parts) part.close();
  });

  test('rows that PostgreSQL has lost are sent again', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 5);
    recordEvents(store);
    const tags = new Map([['team', 'loaders']]);
    const { sent } = await pushTo(database, store, { tags });
    const expected = await readRows(database);
    await database.query(
      `DELETE FROM cred_watch.generations; DELETE FROM cred_watch.series; DELETE FROM cred_watch.failed_polls;
       DELETE FROM cred_watch.job_runs; DELETE FROM cred_watch.host_tags; DELETE FROM cred_watch.findings`,
    );
    expect((await pushTo(database, store, { tags })).sent).toBe(sent);
    expect(await readRows(database)).toEqual(expected);
    expect(await database.query('SELECT name, value FROM cred_watch.host_tags')).toEqual([
      { name: 'team', value: 'loaders' },
    ]);
    expect((await pushTo(database, store, { tags })).sent).toBe(0);
  });

  ciTest('two databases of one host lose nothing when PostgreSQL is created anew', async () => {
    const database = await createMigrated(server());
    using first = openTemporaryStore();
    using second = openTemporaryStore();
    recordHours(first, 0, 5);
    recordHours(second, 5, 10);
    await pushTo(database, first);
    await database.query(
      'DELETE FROM cred_watch.generations; DELETE FROM cred_watch.series; DELETE FROM cred_watch.findings',
    );
    await pushTo(database, second, { now: START + 1 });
    await pushTo(database, first, { now: START + 2 });
    expect(await database.query('SELECT count(*)::int AS rows FROM cred_watch.generations')).toEqual([
      { rows: 10 },
    ]);
  });

  ciTest('a standby that missed the last push gets it again', async () => {
    const database = await createMigrated(server());
    const tables = ['hosts', 'host_tags', 'series', 'generations', 'failed_polls', 'job_runs', 'findings'];
    using store = openTemporaryStore();
    recordHours(store, 0, 5);
    await pushTo(database, store);
    // Only the first push is on the standby.
    for (const table of tables)
      await database.query(`CREATE TABLE standby_${table} AS SELECT * FROM cred_watch.${table}`);
    recordHours(store, 5, 7);
    recordEvents(store);
    await pushTo(database, store);
    const expected = await readRows(database);
    for (const table of tables)
      await database.query(
        `DELETE FROM cred_watch.${table}; INSERT INTO cred_watch.${table} SELECT * FROM standby_${table}`,
      );
    await pushTo(database, store);
    expect(await readRows(database)).toEqual(expected);
    expect((await pushTo(database, store)).sent).toBe(0);
  });

  ciTest('the format of dates and the time zone of the server do not matter', async () => {
    const database = await createMigrated(server());
    await database.query(
      `ALTER DATABASE ${database.name} SET datestyle = 'German'; ALTER DATABASE ${database.name} SET timezone = 'Asia/Tokyo'`,
    );
    using store = openTemporaryStore();
    recordHours(store, 0, 5);
    recordEvents(store);
    await pushTo(database, store);
    await database.query('UPDATE cred_watch.series SET revision = revision + 7');
    // All rows are compared, and all are equal.
    expect((await pushTo(database, store)).sent).toBe(0);
    expect(await database.query('SELECT day::text FROM cred_watch.failed_polls ORDER BY day')).toEqual([
      { day: '01.11.2026' },
      { day: '02.11.2026' },
    ]);
  });

  test('a series that only had failed polls gives way to its samples', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    store.recordFailedPoll(IDENTITY.host, 'imds', failedPoll(0));
    expect((await pushTo(database, store)).sent).toBe(1);
    expect(await database.query('SELECT role, sample_count FROM cred_watch.series')).toEqual([
      { role: '', sample_count: null },
    ]);
    recordHours(store, 0, 2);
    await pushTo(database, store);
    expect(await database.query('SELECT role, sample_count FROM cred_watch.series')).toEqual([
      { role: 'loader', sample_count: '8' },
    ]);
  });

  ciTest('a push to a server that is down is interrupted, and the next one sends everything', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 5);
    await pushTo(database, store);
    recordHours(store, 5, 8);
    await server().stop();
    try {
      await expect(pushTo(database, store, { timeout: 1 })).rejects.toBeInstanceOf(PushInterrupted);
    } finally {
      await server().start();
    }
    await pushTo(database, store);
    await expectEqualToFreshPush(database, store, server());
  });

  ciTest('a push waits while the server restarts', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 5);
    await server().stop();
    const pushed = pushTo(database, store, { timeout: 20 });
    await server().start();
    expect((await pushed).sent).toBe(5);
  });

  test('an abort ends the push, and the next one sends the rest', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 5);
    const stop = new AbortController();
    const onStatement = (sql: string) => void (sql.includes('cred_watch.generations') && stop.abort());
    const pushed = pushTo(database, store, { signal: stop.signal, onStatement });
    await expect(pushed).rejects.toBeInstanceOf(PushInterrupted);
    expect(await database.query('SELECT count(*)::int AS count FROM cred_watch.generations')).toEqual([
      { count: 0 },
    ]);
    expect((await pushTo(database, store)).sent).toBe(5);
  });
});

const failedPoll = (minute: number) => ({
  observedAt: createSample(0, minute).observedAt,
  reason: 'timeout' as const,
  detail: 'timed out',
  accessKeyId: null,
  expiration: null,
  clockOffset: null,
});

/** The database has the same rows as after a single push of the complete history to an empty one. */
async function expectEqualToFreshPush(
  database: TestDatabase,
  complete: SampleStore,
  server: PostgresServer,
  ignored: readonly string[] = [],
): Promise<void> {
  const fresh = await createMigrated(server);
  // The outbox of a destination with another name is empty.
  await pushTo(fresh, complete);
  expect(await readRows(database, ignored)).toEqual(await readRows(fresh, ignored));
}
