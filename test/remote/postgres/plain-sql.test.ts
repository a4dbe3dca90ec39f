import { describe, expect, test } from 'vitest';
import { printMigration } from '../../../src/remote/postgres/migrate/migrate.ts';
import { POSTGRES_MIGRATIONS } from '../../../src/remote/postgres/schema.ts';
import { describePostgres } from '../../support/postgres/describe-postgres.ts';
import { DATA_TABLES, findForbidden, lacksHost } from '../../support/postgres/plain-sql.ts';
import {
  IDENTITY,
  migrateDatabase,
  openTemporaryStore,
  pushTo,
  recordEvents,
  recordHours,
  START,
} from '../../support/watch/push-history.ts';

describe('the tables', () => {
  test('the tables use no feature that other databases lack', () => {
    expect(POSTGRES_MIGRATIONS.flatMap(findForbidden)).toEqual([]);
    expect(findForbidden(printMigration({ isMonthly: false, now: START }))).toEqual([]);
  });

  test('the host is the first column of the key of every table', () => {
    const keys = POSTGRES_MIGRATIONS.flatMap((ddl) =>
      [...ddl.matchAll(/CREATE TABLE cred_watch\.(\w+)[\s\S]*?PRIMARY KEY \((\w+)/g)].map(
        ([, table, column]) => ({ table, column }),
      ),
    );
    expect(keys.map(({ table }) => table).sort()).toEqual([
      ...['failed_polls', 'findings', 'generations', 'host_tags', 'hosts', 'job_runs', 'retention', 'series'],
    ]);
    expect(keys.filter(({ table, column }) => column !== 'host' && table !== 'retention')).toEqual([]);
  });

  test('only --monthly divides a table', () => {
    expect(printMigration({ isMonthly: false, now: START })).not.toContain('PARTITION');
    expect(printMigration({ isMonthly: true, now: START })).toContain('PARTITION BY RANGE (month)');
  });
});

describe('the checks', () => {
  test.each([
    ['CREATE TABLE a (id bigserial)', 'sequences'],
    ['CREATE TABLE a (b text REFERENCES c)', 'foreign keys'],
    ['SELECT pg_advisory_lock(1)', 'advisory locks'],
    ['CREATE TEMP TABLE a (b text)', 'temporary tables'],
    ['COPY a FROM STDIN', 'COPY'],
    ['DELETE FROM a WHERE ctid = $1', 'ctid'],
    ['INSERT INTO a VALUES (1) RETURNING b', 'RETURNING'],
    ['SELECT unnest($1::text[])', 'arrays and JSON types'],
  ])('%s is found', (sql, name) => {
    expect(findForbidden(sql)).toEqual([name]);
  });

  test('a statement without the host is found', () => {
    expect(lacksHost('DELETE FROM cred_watch.series WHERE role = $1')).toBe(true);
    expect(lacksHost('SELECT host FROM cred_watch.series')).toBe(true);
    expect(lacksHost('DELETE FROM cred_watch.series WHERE host = $1 AND role = $2')).toBe(false);
    expect(lacksHost('SELECT version FROM cred_watch.schema_versions')).toBe(false);
  });
});

describePostgres('the statements of a push', (server) => {
  test('the statements of a push use no feature that other databases lack, and always name the host', async () => {
    const database = await server().createDatabase();
    await migrateDatabase(database);
    const statements: string[] = [];
    const push = async (...args: Parameters<typeof pushTo>) => {
      statements.push(...(await pushTo(...args)).statements);
    };
    const [one, two] = [openTemporaryStore(), openTemporaryStore()];
    recordHours(one, 0, 4);
    recordEvents(one);
    recordHours(one, 0, 2, { ...IDENTITY, role: 'bad\0role' });
    await push(database, one, { tags: new Map([['team', 'loaders']]) });
    // Joins the rows of both, and moves a generation to another month.
    recordHours(two, -900, -898);
    recordHours(two, 2, 6);
    await push(database, two);
    recordHours(one, 4, 5);
    await push(database, one);
    for (const store of [one, two]) store.close();
    const texts = [...new Set(statements)];
    for (const part of [
      'SAVEPOINT',
      'FOR UPDATE',
      'ON CONFLICT',
      'host_tags',
      'failed_polls',
      'job_runs',
      'findings',
    ])
      expect(
        texts.some((sql) => sql.includes(part)),
        part,
      ).toBe(true);
    expect(texts.flatMap(findForbidden)).toEqual([]);
    expect(texts.filter(lacksHost)).toEqual([]);
    // Other statements: transactions, and the version of the tables.
    const others = texts
      .filter((sql) => !DATA_TABLES.test(sql))
      .map((sql) => sql.replace(/\s+/g, ' ').slice(0, 40));
    expect(others.sort()).toEqual([
      'BEGIN; SET LOCAL statement_timeout = 600',
      'COMMIT',
      'RELEASE SAVEPOINT cred_watch_row',
      'ROLLBACK',
      'SAVEPOINT cred_watch_row',
      'SELECT deleted_before FROM cred_watch.re',
      'SELECT version, oldest_writer FROM cred_',
    ]);
  });
});
