import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  assertAllFailedPolls,
  assertAllGenerations,
  assertAllSamples,
  assertUndamaged,
  countGenerations,
} from '../../../src/store/sqlite/consistency.ts';
import { openForWriting } from '../../../src/store/sqlite/database.ts';
import type { DatabaseConnection } from '../../../src/store/sqlite/driver.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';

const SERIES = "INSERT INTO series (id, host, source, api_version, role) VALUES (?, ?, 'imds', '2', 'app')";
const GENERATION = `INSERT INTO generations (id, series_id, key, expiration, latest_expiration,
    zoneless, first_seen, last_seen, samples)
  VALUES (?, ?, ?, 9, 9, 0, 1, 2, 2)`;
const GROUP = `INSERT INTO sample_groups (id, generation_id, expiration, zoneless, ordinal, base_time)
  VALUES (?, ?, 9, 0, ?, 0)`;
const SAMPLE = "INSERT INTO sample_times VALUES (?, ?, '')";
const JOB_RUN = `INSERT INTO job_runs (job, host, source, api_version, role, started_at, remaining_at_start, ordinal)
  VALUES (?, 'web-1', 'imds', '2', 'app', 1, 1, 0)`;

/** Two series with one and two generations of two samples each, and two job runs. */
function createDatabase(): string {
  const file = join(temporaryFolder(), 'samples.db');
  const connection = openForWriting(file);
  const insert = (sql: string, ...values: unknown[]) => connection.prepare(sql).run(...values);
  for (const id of [1, 2]) insert(SERIES, id, `web-${id}`);
  for (const [id, series] of [
    [1, 1],
    [2, 2],
    [3, 2],
  ]) {
    insert(GENERATION, id, series, `ASIA${id}`);
    insert(GROUP, id, id, 0);
    for (const at of [1, 2]) insert(SAMPLE, id, at);
  }
  for (const job of ['daily', 'nightly']) insert(JOB_RUN, job);
  connection.close();
  return file;
}

/** Opens the database as SQLite does without the settings of cred-watch, and changes it. */
function change(file: string, ...statements: string[]): DatabaseConnection {
  const connection = new Database(file);
  onTestFinished(() => void connection.close());
  connection.pragma('foreign_keys = OFF');
  for (const statement of statements) connection.exec(statement);
  return connection;
}

/** Changes a table while SQLite does not know an index of it. The index stays as it is. */
function changeWithoutIndex(file: string, index: string, ...statements: string[]): DatabaseConnection {
  const connection = new Database(file);
  const schema = connection
    .prepare<[], { name: string; sql: string | null }>(
      'SELECT rowid AS id, type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid',
    )
    .all();
  connection.unsafeMode(true);
  connection.pragma('writable_schema = ON');
  connection.prepare('DELETE FROM sqlite_schema WHERE name = ?').run(index);
  const setSql = connection.prepare('UPDATE sqlite_schema SET sql = ? WHERE name = ?');
  for (const { name, sql } of schema) {
    // SQLite looks for the index of each constraint.
    if (sql !== null && index.includes(`_${name}_`))
      setSql.run(sql.replace(/UNIQUE \(([^)]*)\)/, 'CHECK (($1) IS ($1))'), name);
  }
  connection.pragma('writable_schema = RESET');
  connection.close();
  change(file, ...statements).close();
  const restored = new Database(file);
  restored.unsafeMode(true);
  restored.pragma('writable_schema = ON');
  restored.exec('DELETE FROM sqlite_schema');
  const insert = restored.prepare(
    'INSERT INTO sqlite_schema (rowid, type, name, tbl_name, rootpage, sql) VALUES (@id, @type, @name, @tbl_name, @rootpage, @sql)',
  );
  for (const row of schema) insert.run(row);
  restored.pragma('writable_schema = OFF');
  restored.close();
  return change(file);
}

/** Makes SQLite take the rows of one table for those of the other. */
function swapRootPages(file: string, one: string, other: string): void {
  const connection = new Database(file);
  connection.unsafeMode(true);
  connection.pragma('writable_schema = ON');
  const findRoot = connection
    .prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    .pluck();
  const roots = [findRoot.get(other), findRoot.get(one)];
  const setRoot = connection.prepare('UPDATE sqlite_schema SET rootpage = ? WHERE name = ?');
  setRoot.run(roots[0], one);
  setRoot.run(roots[1], other);
  connection.close();
}

describe('countGenerations', () => {
  test('the generations of each series are counted', () => {
    expect([...countGenerations(change(createDatabase()))]).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('an empty database has no generations', () => {
    const connection = openForWriting(join(temporaryFolder(), 'samples.db'));
    onTestFinished(() => void connection.close());
    expect([...countGenerations(connection)]).toEqual([]);
  });

  test.each([1, 2])('a missing series %s is damage', (id) => {
    const connection = change(createDatabase(), `DELETE FROM series WHERE id = ${id}`);
    expect(() => countGenerations(connection)).toThrow('a series is missing');
    expect(() => countGenerations(connection)).toThrow(expect.objectContaining({ code: 'SQLITE_CORRUPT' }));
  });

  test.each([1, 2, 3])('samples of a missing generation %s are damage', (id) => {
    const connection = change(createDatabase(), `DELETE FROM generations WHERE id = ${id}`);
    expect(() => countGenerations(connection)).toThrow('a generation is missing');
  });

  test.each([1, 2, 3])('samples of a missing group %s are damage', (id) => {
    const connection = change(createDatabase(), `DELETE FROM sample_groups WHERE id = ${id}`);
    expect(() => countGenerations(connection)).toThrow('a group of samples is missing');
  });

  test('samples whose group is a text are damage', () => {
    const file = createDatabase();
    change(
      file,
      `INSERT INTO judged_jobs (process, arguments, host, source, api_version, role, judged_at, keep_until)
       VALUES ('1', '', 'web-1', 'imds', '2', 'app', 1, 2)`,
    ).close();
    swapRootPages(file, 'sample_times', 'judged_jobs');
    expect(() => countGenerations(change(file))).toThrow('a group of samples is missing');
  });

  test('a generation without samples is not damage', () => {
    const connection = change(createDatabase(), 'DELETE FROM sample_times WHERE group_id <> 2');
    expect([...countGenerations(connection).values()]).toEqual([1, 2]);
  });

  test.each([
    [
      'sqlite_autoindex_series_1',
      'UPDATE series SET polled = 1; DELETE FROM series WHERE id = 1',
      'an index has 2 of 1 series',
    ],
    [
      'sqlite_autoindex_generations_1',
      'DELETE FROM generations WHERE id = 3',
      'an index has 3 of 2 generations',
    ],
    ['generations_last_seen', 'DELETE FROM generations WHERE id = 3', 'an index has 3 of 2 generations'],
    ['sqlite_autoindex_job_runs_1', 'DELETE FROM job_runs WHERE id = 1', 'an index has 2 of 1 job_runs'],
    [
      'sample_groups_generation',
      'DELETE FROM sample_groups WHERE id = 3',
      'an index has 3 of 2 sample_groups',
    ],
  ])('the index %s with too many entries is damage', (index, statement, message) => {
    const withoutGenerations = statement.includes('series')
      ? ['DELETE FROM sample_times; DELETE FROM sample_groups; DELETE FROM generations']
      : [];
    const connection = changeWithoutIndex(createDatabase(), index, ...withoutGenerations, statement);
    expect(() => countGenerations(connection)).toThrow(message);
  });
});

test('other numbers of generations than were counted are damage', () => {
  expect(() => assertAllGenerations(3, 1, 3)).not.toThrow();
  const wrong = (counted: number, read: number) => () => assertAllGenerations(counted, 1, read);
  expect(wrong(3, 2)).toThrow('series 1 has 3 generations, but 2 were read');
  expect(wrong(3, 4)).toThrow('series 1 has 3 generations, but 4 were read');
  expect(wrong(3, 0)).toThrow('series 1 has 3 generations, but 0 were read');
  expect(wrong(0, 1)).toThrow('series 1 has 0 generations, but 1 were read');
  expect(wrong(0, 0)).toThrow('series 1 has 0 generations, but 0 were read');
});

test('only a check of a single table compares its index', () => {
  const file = createDatabase();
  const rename = "UPDATE job_runs SET job = 'other' WHERE id = 1";
  const connection = changeWithoutIndex(file, 'sqlite_autoindex_job_runs_1', rename);
  expect(() => assertUndamaged(connection)).not.toThrow();
  expect(() => assertUndamaged(connection, 'failed_polls')).not.toThrow();
  const check = () => assertUndamaged(connection, 'job_runs');
  expect(check).toThrow(/index sqlite_autoindex_job_runs_1/);
  expect(check).toThrow(expect.objectContaining({ code: 'SQLITE_CORRUPT' }));
});

test('a generation with another number of samples than it counts is damage, unless it is pruned', () => {
  const check = (...statements: string[]) => {
    const connection = change(createDatabase(), ...statements);
    return () => assertAllSamples(connection, 2);
  };
  expect(check()).not.toThrow();
  expect(check('DELETE FROM sample_times WHERE group_id <> 2')).not.toThrow();
  const message = 'samples of generation 2 are missing';
  expect(check('DELETE FROM sample_times WHERE group_id = 2')).toThrow(message);
  expect(check('DELETE FROM sample_times WHERE group_id = 2 AND elapsed = 2')).toThrow(message);
  expect(check(SAMPLE.replace('?, ?', '2, 3'))).toThrow(message);
  // An equal sample is not counted again.
  const equal = [GROUP.replace('?, ?', '4, 2').replace('?', '1'), SAMPLE.replace('?, ?', '4, 2')];
  expect(check(...equal)).not.toThrow();
  const prune = 'UPDATE generations SET pruned_until = 2';
  expect(check('DELETE FROM sample_times WHERE group_id = 2', prune)).not.toThrow();
  expect(check('DELETE FROM generations WHERE id = 2')).not.toThrow();
});

test('failed polls that are missing are damage', () => {
  const file = createDatabase();
  const poll = (at: number) =>
    `INSERT INTO failed_polls VALUES ('web-1', 'imds', ${at}, 'timeout', '', '', '', 0, NULL)`;
  const check = (...statements: string[]) => {
    const connection = change(file, ...statements);
    return () => assertAllFailedPolls(connection);
  };
  expect(check()).not.toThrow();
  expect(check(poll(1), poll(2), poll(2).replace('INSERT', 'INSERT OR IGNORE'), poll(3))).not.toThrow();
  expect(check('DELETE FROM failed_polls WHERE observed_at = 1')).not.toThrow();
  const drop = 'DROP TRIGGER failed_polls_deleted';
  expect(check(drop, 'DELETE FROM failed_polls WHERE observed_at = 2')).toThrow(
    '1 of 2 failed polls were found',
  );
  expect(check('DELETE FROM failed_polls')).toThrow('0 of 2 failed polls were found');
  expect(check('DELETE FROM row_counts')).toThrow(expect.objectContaining({ code: 'SQLITE_CORRUPT' }));
});
