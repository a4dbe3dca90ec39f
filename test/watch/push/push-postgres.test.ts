import { expect, test } from 'vitest';
import { describePostgres } from '../../support/postgres/describe-postgres.ts';
import type { PostgresServer, TestDatabase } from '../../support/postgres/server.ts';
import {
  createSample,
  IDENTITY,
  migrateDatabase,
  openTemporaryStore,
  pushTo,
  recordHours,
} from '../../support/watch/push-history.ts';

const WRITES = /^(?:INSERT INTO|UPDATE|DELETE FROM) cred_watch\.(?!hosts)/;

describePostgres('a push to PostgreSQL', (server) => {
  test('the first push sends all generations, and an unchanged push sends nothing', async () => {
    const database = await createMigrated(server());
    using store = openTemporaryStore();
    recordHours(store, 0, 10);
    const first = await pushTo(database, store);
    expect(first).toMatchObject({ sent: 10, rejected: [] });
    const second = await pushTo(database, store);
    expect(second.sent).toBe(0);
    expect(second.statements.filter((sql) => WRITES.test(sql))).toEqual([]);
    expect(
      await database.query(
        'SELECT count(*)::int AS rows, sum(samples)::int AS samples FROM cred_watch.generations',
      ),
    ).toEqual([{ rows: 10, samples: 40 }]);
    const [series] = await database.query(
      'SELECT revision, sample_count, generation_count, worst_case FROM cred_watch.series',
    );
    expect(series).toEqual({
      revision: '1',
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
});

async function createMigrated(server: PostgresServer): Promise<TestDatabase> {
  const database = await server.createDatabase();
  await migrateDatabase(database);
  return database;
}
