import { expect, test } from 'vitest';
import { PostgresConnection } from '../../../src/remote/postgres/connection/postgres-connection.ts';
import {
  type MigrationOptions,
  migrate,
  printMigration,
} from '../../../src/remote/postgres/migrate/migrate.ts';
import { deleteOldRows } from '../../../src/remote/postgres/migrate/retention.ts';
import { POSTGRES_FOUNDATION, POSTGRES_MIGRATIONS } from '../../../src/remote/postgres/schema.ts';
import { resolveSettings } from '../../../src/remote/postgres/settings/settings.ts';
import { describePostgres, describePostgresInCi } from '../../support/postgres/describe-postgres.ts';
import { runScript } from '../../support/postgres/run-script.ts';
import type { TestDatabase } from '../../support/postgres/server.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';
import {
  createContext,
  createSample,
  IDENTITY,
  migrateDatabase,
  openTemporaryStore,
  pushTo,
  readRows,
  recordEvents,
  recordHours,
  START,
} from '../../support/watch/push-history.ts';

/** The user of a parameter replaces that of the host. */
const withUser = (url: string, user: string) => `${url.replace(/([?&])user=[^&]*&?/, '$1')}&user=${user}`;

const NEWEST = POSTGRES_MIGRATIONS.length;
const PLAIN: MigrationOptions = { isMonthly: false, now: START };
const MONTHLY: MigrationOptions = { isMonthly: true, now: START };

async function withConnection<T>(
  database: TestDatabase,
  action: (connection: PostgresConnection) => Promise<T>,
  user?: string,
): Promise<T> {
  const context = createContext(database);
  const url = user === undefined ? database.socketUrl : withUser(database.socketUrl, user);
  const connection = new PostgresConnection(resolveSettings(url, context), context, { timeout: 5 });
  try {
    return await action(connection);
  } finally {
    await connection.close();
  }
}

/** Tables with their columns and keys. */
const readTables = (database: TestDatabase) =>
  database.query<{ table: string; definition: string }>(
    `SELECT relname AS table, pg_get_constraintdef(pg_constraint.oid) AS definition FROM pg_class
     JOIN pg_namespace ON pg_namespace.oid = relnamespace LEFT JOIN pg_constraint ON conrelid = pg_class.oid
     WHERE nspname = 'cred_watch' AND relkind IN ('r', 'p') ORDER BY 1, 2`,
  );

describePostgres('a migration', (server) => {
  test('a migration creates the tables once, also if many hosts migrate at the same time', async () => {
    const database = await server().createDatabase();
    const results = await Promise.all(
      Array.from({ length: 6 }, () => withConnection(database, (connection) => migrate(connection, PLAIN))),
    );
    expect(results.filter(({ from }) => from === 0)).toHaveLength(1);
    expect(results.every(({ to, missingRoles }) => to === NEWEST && missingRoles.length === 0)).toBe(true);
    expect(await database.query('SELECT version FROM cred_watch.schema_versions ORDER BY 1')).toEqual([
      ...Array.from({ length: NEWEST + 1 }, (_, version) => ({ version: String(version) })),
    ]);
  });

  test('a migration adds what the tables of the first version lack, and a push fills it', async () => {
    const database = await server().createDatabase();
    for (const sql of [...POSTGRES_FOUNDATION, ...POSTGRES_MIGRATIONS.slice(0, 1)]) await database.query(sql);
    await database.query('INSERT INTO cred_watch.schema_versions VALUES (1, 1)');
    using store = openTemporaryStore();
    recordHours(store, 0, 3);
    await expect(pushTo(database, store)).rejects.toThrow('has the tables of an older version of cred-watch');
    const result = await withConnection(database, (connection) => migrate(connection, PLAIN));
    expect(result).toMatchObject({ from: 1, to: NEWEST });
    expect(await pushTo(database, store)).toMatchObject({ rejected: [] });
    expect(await database.query('SELECT unproven_validity FROM cred_watch.series')).toEqual([
      { unproven_validity: null },
    ]);
  });

  test('--print prints the statements in parts that users with different privileges run', async () => {
    const [printed, migrated] = [await server().createDatabase(), await server().createDatabase()];
    await withConnection(migrated, (connection) => migrate(connection, PLAIN));
    await printed.query(
      `CREATE ROLE printed_owner LOGIN;
       GRANT CREATE ON DATABASE ${printed.name} TO printed_owner;
       CREATE ROLE administrator LOGIN CREATEROLE;
       ALTER ROLE cred_watch_writer RENAME TO other_writer`,
    );
    const parts = printMigration(PLAIN).split(/^(?=-- Part \d: )/m);
    expect(parts.map((part) => part.slice(0, 10))).toEqual(['-- Part 1:', '-- Part 2:', '-- Part 3:']);
    const [tables = '', roles = '', privileges = ''] = parts;
    try {
      await runScript(server(), 'printed_owner', printed.name, tables);
      // The other role exists.
      await expect(runScript(server(), 'administrator', printed.name, roles)).rejects.toThrow(
        'role "cred_watch_reader" already exists',
      );
      await runScript(server(), 'printed_owner', printed.name, privileges);
      await runScript(server(), 'printed_owner', printed.name, privileges);
      expect(await readTables(printed)).toEqual(await readTables(migrated));
      const result = await withConnection(
        printed,
        (connection) => migrate(connection, PLAIN),
        'printed_owner',
      );
      expect(result).toEqual({ from: NEWEST, to: NEWEST, missingRoles: [], missingPrivileges: [] });
    } finally {
      await printed.query(
        'DROP OWNED BY cred_watch_writer; DROP ROLE cred_watch_writer; ALTER ROLE other_writer RENAME TO cred_watch_writer',
      );
    }
  });

  test('a migration by a user who may not create roles names the missing roles', async () => {
    const database = await server().createDatabase();
    await database.query('CREATE ROLE owner_only LOGIN');
    await database.query(`GRANT CREATE ON DATABASE ${database.name} TO owner_only`);
    await database.query('ALTER ROLE cred_watch_writer RENAME TO other_writer');
    try {
      const run = () => withConnection(database, (connection) => migrate(connection, PLAIN), 'owner_only');
      for (const from of [0, NEWEST])
        expect(await run()).toEqual({
          from,
          to: NEWEST,
          missingRoles: ['cred_watch_writer'],
          missingPrivileges: [],
        });
    } finally {
      await database.query('ALTER ROLE other_writer RENAME TO cred_watch_writer');
    }
  });

  test('--print prints the statements in parts that users with different privileges run', async () => {
    const database = await server().createDatabase();
    await database.query('CREATE ROLE nobody_special LOGIN');
    const failed = withConnection(database, (connection) => migrate(connection, PLAIN), 'nobody_special');
    await expect(failed).rejects.toMatchObject({ message: expect.stringContaining('permission denied') });
  });

  test('a monthly migration divides the generations, and adds partitions later', async () => {
    const database = await server().createDatabase();
    await withConnection(database, (connection) => migrate(connection, MONTHLY));
    const partitions = async () =>
      (await readTables(database)).map(({ table }) => table).filter((table) => /^generations_/.test(table));
    expect(new Set(await partitions()).size).toBe(14);
    using store = openTemporaryStore();
    // Fourteen months after the migration, in the partition of other months.
    recordHours(store, 0, 3);
    recordHours(store, 24 * 425, 24 * 425 + 3);
    await pushTo(database, store);
    const count = async (table: string) =>
      (await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM cred_watch.${table}`))[0]
        ?.count;
    expect(await count('generations_2026_11')).toBe(3);
    expect(await count('generations_other')).toBe(3);
    const rows = await readRows(database);
    const later = { isMonthly: false, now: START + 400 * 86_400_000 };
    await withConnection(database, (connection) => migrate(connection, later));
    expect(await count('generations_other')).toBe(0);
    expect(await readRows(database)).toEqual(rows);
    expect((await pushTo(database, store)).sent).toBe(0);
  });

  test('a monthly migration of undivided tables is an error', async () => {
    const database = await server().createDatabase();
    await migrateDatabase(database);
    const failed = withConnection(database, (connection) => migrate(connection, MONTHLY));
    await expect(failed).rejects.toMatchObject({
      message: expect.stringContaining('is not divided by month'),
    });
  });

  test.each(sampleCases([false, true], 2))(
    'a generation that moves to another month has one row (monthly: %s)',
    async (isMonthly) => {
      const database = await server().createDatabase();
      await migrateDatabase(database, isMonthly);
      using store = openTemporaryStore();
      recordHours(store, 0, 2);
      await pushTo(database, store);
      // An older log shows that the first credentials were served in October already.
      store.recordSample(IDENTITY, createSample(0, -90, { lastUpdated: null }), 'machine');
      await pushTo(database, store);
      expect(await database.query(`SELECT month::text FROM cred_watch.generations ORDER BY 1`)).toEqual([
        { month: '2026-10-01' },
        { month: '2026-11-01' },
      ]);
    },
  );
});

describePostgresInCi('retention', (server) => {
  test.each(sampleCases([false, true], 2))(
    'deletes old rows, which are not sent again (monthly: %s)',
    async (isMonthly) => {
      const database = await server().createDatabase();
      await migrateDatabase(database, isMonthly);
      using store = openTemporaryStore();
      recordHours(store, 0, 30);
      recordHours(store, 24 * 40, 24 * 40 + 5);
      recordEvents(store);
      await pushTo(database, store);
      const before = START + 24 * 35 * 3_600_000;
      const result = await withConnection(database, (connection) => deleteOldRows(connection, before));
      expect(result).toEqual({
        deletedBefore: before,
        droppedPartitions: isMonthly ? 1 : 0,
        generations: isMonthly ? 0 : 30,
        hosts: 0,
      });
      const count = async (table: string) =>
        (await database.query<{ count: number }>(`SELECT count(*)::int AS count FROM cred_watch.${table}`))[0]
          ?.count;
      expect(await count('generations')).toBe(5);
      expect(await count('failed_polls')).toBe(0);
      expect(await count('job_runs')).toBe(0);
      recordHours(store, 24 * 40 + 5, 24 * 40 + 6);
      await pushTo(database, store);
      expect(await count('generations')).toBe(6);
      expect(await count('failed_polls')).toBe(0);
      expect(await database.query('SELECT generation_count, sample_count FROM cred_watch.series')).toEqual([
        { generation_count: '6', sample_count: '24' },
      ]);
      // An earlier time does not bring anything back.
      await withConnection(database, (connection) => deleteOldRows(connection, START));
      expect((await pushTo(database, store)).sent).toBe(0);
    },
  );

  ciTest('retention deletes the series and findings of hosts that are no longer seen', async () => {
    const database = await server().createDatabase();
    await migrateDatabase(database);
    using store = openTemporaryStore();
    recordHours(store, 0, 3);
    recordHours(store, 100, 103, { ...IDENTITY, host: 'i-new' });
    await pushTo(database, store);
    await withConnection(database, (connection) => deleteOldRows(connection, START + 50 * 3_600_000));
    for (const table of ['series', 'generations'])
      expect(await database.query(`SELECT DISTINCT host FROM cred_watch.${table}`)).toEqual([
        { host: 'i-new' },
      ]);
    // An unchanged series with old samples only is not sent again.
    expect((await pushTo(database, store)).sent).toBe(0);
    for (const table of ['series', 'generations'])
      expect(await database.query(`SELECT DISTINCT host FROM cred_watch.${table}`)).toEqual([
        { host: 'i-new' },
      ]);
  });
});

describePostgres('roles', (server) => {
  test('a writer can push and cannot do anything else', async () => {
    const database = await server().createDatabase();
    await migrateDatabase(database);
    await database.query(
      'CREATE ROLE some_writer LOGIN IN ROLE cred_watch_writer; CREATE TABLE private (secret text)',
    );
    using store = openTemporaryStore();
    recordHours(store, 0, 3);
    recordEvents(store);
    const url = withUser(database.socketUrl, 'some_writer');
    const tags = new Map([['team', 'loaders']]);
    expect(await pushTo(database, store, { url, tags })).toMatchObject({ rejected: [] });
    recordHours(store, 3, 4);
    expect((await pushTo(database, store, { url, tags: new Map([['team', 'other']]) })).sent).toBeGreaterThan(
      0,
    );
    const forbidden = [
      'DROP TABLE cred_watch.generations',
      'TRUNCATE cred_watch.generations',
      'ALTER TABLE cred_watch.series ADD COLUMN x text',
      'CREATE TABLE cred_watch.x (a text)',
      'DROP SCHEMA cred_watch CASCADE',
      'DELETE FROM cred_watch.failed_polls',
      'DELETE FROM cred_watch.job_runs',
      'DELETE FROM cred_watch.hosts',
      'UPDATE cred_watch.schema_versions SET version = 9',
      "INSERT INTO cred_watch.retention (name, deleted_before) VALUES ('all', 1)",
      'SELECT value FROM cred_watch.host_tags',
      'SELECT fields FROM cred_watch.findings',
      'SELECT * FROM private',
    ];
    for (const sql of forbidden)
      await expect(runAs('some_writer', database, sql), sql).rejects.toThrow(
        /permission denied|must be owner/,
      );
  });

  test('a reader can read all tables and write none', async () => {
    const database = await server().createDatabase();
    await migrateDatabase(database);
    await database.query(
      'CREATE ROLE some_reader LOGIN IN ROLE cred_watch_reader; CREATE TABLE private (secret text)',
    );
    const tables = [
      'hosts',
      'host_tags',
      'series',
      'generations',
      'failed_polls',
      'job_runs',
      'findings',
      'retention',
      'schema_versions',
    ];
    for (const table of tables) {
      await runAs('some_reader', database, `SELECT * FROM cred_watch.${table}`);
      for (const sql of [
        `DELETE FROM cred_watch.${table}`,
        `DROP TABLE cred_watch.${table}`,
        `INSERT INTO cred_watch.${table} DEFAULT VALUES`,
      ])
        await expect(runAs('some_reader', database, sql), sql).rejects.toThrow(
          /permission denied|must be owner/,
        );
    }
    await expect(runAs('some_reader', database, 'SELECT * FROM private')).rejects.toThrow(
      'permission denied',
    );
  });
});

const runAs = (user: string, database: TestDatabase, sql: string) =>
  withConnection(database, (connection) => connection.query(sql), user);
