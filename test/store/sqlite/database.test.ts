import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { SampleStore } from '../../../src/store/sample-store.ts';
import { assertOurs, enableWriteAheadLog } from '../../../src/store/sqlite/database.ts';
import { openDatabase } from '../../../src/store/sqlite/driver.ts';
import { bundleProgram, PROGRAM_ENV } from '../../support/bundled-program.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { openReadOnly } from '../../support/store/temporary-store.ts';
import { ciTest } from '../../support/thorough.ts';

const identity = { host: 'i-0abc', source: 'imds', apiVersion: '2', role: 'loader' } as const;

const sample = (observedAt: number) => ({
  accessKeyId: 'ASIAEXAMPLE1',
  lastUpdated: null,
  expiration: 2_000_000_000_000,
  zoneless: false,
  observedAt,
  clockOffset: null,
});

describe('opening a database', () => {
  test('opening refuses the database of another program without changing it', () => {
    const file = join(temporaryFolder(), 'other.db');
    const other = new Database(file);
    other.exec('CREATE TABLE other (a); INSERT INTO other VALUES (1)');
    other.close();
    const before = readFileSync(file);
    expect(() => SampleStore.open(file)).toThrow(/SQLite database of another program/);
    expect(() => SampleStore.openReadOnly(file)).toThrow(/SQLite database of another program/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('opening refuses a database with a version and no tables', () => {
    const file = join(temporaryFolder(), 'other.db');
    const other = new Database(file);
    other.pragma('user_version = 1');
    other.close();
    const before = readFileSync(file);
    expect(() => SampleStore.open(file)).toThrow(/SQLite database of another program/);
    expect(() => SampleStore.openReadOnly(file)).toThrow(/SQLite database of another program/);
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('opening accepts a new database while another process creates its tables', () => {
    const file = join(temporaryFolder(), 'samples.db');
    const connection = openDatabase(file);
    connection.pragma('journal_mode = WAL');
    const readPragma = connection.pragma.bind(connection);
    let isFirst = true;
    connection.pragma = (source, options) => {
      const value = readPragma(source, options);
      if (isFirst) SampleStore.open(file).close();
      isFirst = false;
      return value;
    };
    assertOurs(connection, file);
    expect(readPragma('application_id', { simple: true })).toBeGreaterThan(0);
    connection.close();
  });

  test('opening refuses a text file', () => {
    const file = join(temporaryFolder(), 'notes.txt');
    writeFileSync(file, 'my notes '.repeat(1000));
    expect(() => SampleStore.open(file)).toThrow(/is not a database/);
    expect(readFileSync(file, 'utf8')).toBe('my notes '.repeat(1000));
  });

  test('opening refuses a database of a newer cred-watch', () => {
    const file = join(temporaryFolder(), 'samples.db');
    SampleStore.open(file).close();
    const newer = new Database(file);
    newer.pragma('user_version = 99');
    newer.close();
    expect(() => SampleStore.open(file)).toThrow(/newer cred-watch \(schema 99/);
    expect(() => SampleStore.openReadOnly(file)).toThrow(/newer cred-watch/);
  });

  test('opening reports a damaged database', () => {
    const file = join(temporaryFolder(), 'samples.db');
    const store = SampleStore.open(file);
    for (let at = 0; at < 2000; at += 1) store.recordSample(identity, sample(at), 'm');
    store.close();
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 8192);
    writeFileSync(file, bytes);
    expect(() => SampleStore.openReadOnly(file)?.histories()).toThrow(/is damaged/);
  });
});

test('an empty or missing file has no samples, and becomes a database when it is opened for writing', () => {
  const file = join(temporaryFolder(), 'samples.db');
  expect(SampleStore.openReadOnly(file)).toBeNull();
  writeFileSync(file, '');
  expect(SampleStore.openReadOnly(file)).toBeNull();
  // Another process has created the file, but not yet its tables.
  const unfinished = new Database(file);
  unfinished.pragma('journal_mode = WAL');
  unfinished.close();
  expect(SampleStore.openReadOnly(file)).toBeNull();
  const store = SampleStore.open(file);
  store.recordSample(identity, sample(1), 'm');
  store.close();
  expect(openReadOnly(file).histories()).toHaveLength(1);
});

test('a full disk is an error, and recorded samples remain', () => {
  const file = join(temporaryFolder(), 'samples.db');
  const store = SampleStore.open(file);
  store.recordSample(identity, sample(1), 'm');
  store.close();
  // SQLite's size limit causes the same error as a full disk.
  const limited = SampleStore.open(file, { maxPages: 14 });
  const fill = () => {
    for (let at = 0; at < 100_000; at += 1)
      limited.recordSample(identity, { ...sample(at), accessKeyId: `A${at}` }, 'm');
  };
  expect(fill).toThrow(/no space left/);
  limited.close();
  const after = SampleStore.open(file);
  expect([...after.records()].length).toBeGreaterThan(0);
  after.close();
});

test('a database with a write-ahead log is read in a folder without write permission', () => {
  const folder = temporaryFolder();
  const live = join(folder, 'samples.db');
  const store = SampleStore.open(live);
  store.recordSample(identity, sample(1), 'm');
  const frozen = join(folder, 'frozen');
  mkdirSync(frozen);
  // Only the write-ahead log contains the sample.
  for (const end of ['', '-wal']) copyFileSync(`${live}${end}`, join(frozen, `samples.db${end}`));
  store.close();
  chmodSync(frozen, 0o500);
  expect(openReadOnly(join(frozen, 'samples.db')).histories()).toMatchObject([
    { generations: [{ samples: 1 }] },
  ]);
  chmodSync(frozen, 0o700);
});

test.each([' samples.db', 'samples.db ', 'samples.db\n'])(
  'the path %j is refused, because it begins or ends with a space',
  (name) => {
    const folder = temporaryFolder();
    const file = name.startsWith(' ') ? name : join(folder, name);
    const open = () => SampleStore.open(file);
    expect(open).toThrow('begins or ends with a space');
    expect(open).toThrow(
      expect.objectContaining({ code: 'DATABASE_INVALID_PATH', hint: 'choose another path' }),
    );
    expect(readdirSync(folder)).toEqual([]);
  },
);

describe('enabling the write-ahead log', () => {
  /** Two connections to a new file. The second one has a lock. */
  function openLocked(lock: 'IMMEDIATE' | 'EXCLUSIVE') {
    const file = join(temporaryFolder(), 'samples.db');
    const [connection, other] = [openDatabase(file), openDatabase(file)];
    onTestFinished(() => {
      connection.close();
      other.close();
    });
    other.exec(`BEGIN ${lock}`);
    return { connection, other };
  }

  test.each(['IMMEDIATE', 'EXCLUSIVE'] as const)(
    'a database with a lock of the kind %s is retried until the lock ends',
    (lock) => {
      const { connection, other } = openLocked(lock);
      const pauses: number[] = [];
      enableWriteAheadLog(connection, (milliseconds) => {
        pauses.push(milliseconds);
        if (pauses.length === 3) other.exec('ROLLBACK');
      });
      expect(pauses).toEqual([10, 10, 10]);
      expect(connection.pragma('journal_mode', { simple: true })).toBe('wal');
      expect(connection.pragma('busy_timeout', { simple: true })).toBe(30_000);
    },
  );

  test('a lock that does not end is reported after pauses of 30 seconds', () => {
    const { connection } = openLocked('EXCLUSIVE');
    let paused = 0;
    const enable = () =>
      enableWriteAheadLog(connection, (milliseconds) => {
        paused += milliseconds;
        if (paused > 60_000) throw new Error('the retries do not end');
      });
    expect(enable).toThrow('database is locked');
    expect(paused).toBe(30_000 - 10);
  });

  test('an error other than a lock is not retried', () => {
    const { connection } = openLocked('IMMEDIATE');
    connection.close();
    const pause = () => expect.unreachable();
    expect(() => enableWriteAheadLog(connection, pause)).toThrow('not open');
    const readOnly = openDatabase(makeRollbackDatabase(), { readonly: true });
    onTestFinished(() => {
      readOnly.close();
    });
    expect(() => enableWriteAheadLog(readOnly, pause)).toThrow(/readonly/);
  });

  /** A database with a table, without a write-ahead log. */
  function makeRollbackDatabase(): string {
    const file = join(temporaryFolder(), 'samples.db');
    const database = new Database(file);
    database.exec('CREATE TABLE t (a)');
    database.close();
    return file;
  }
});

test('a report rolls back a journal that an interrupted writer left behind', () => {
  const folder = temporaryFolder();
  const live = join(folder, 'live.db');
  const store = SampleStore.open(live);
  for (let at = 0; at < 500; at += 1)
    store.recordSample(identity, { ...sample(at), accessKeyId: `A${at}` }, 'm');
  const expected = store.histories();
  store.close();
  const file = join(folder, 'samples.db');
  const writer = new Database(live);
  writer.pragma('journal_mode = DELETE');
  // A small cache, so that changed pages are written before the commit.
  writer.pragma('cache_size = 1');
  writer.exec('BEGIN; UPDATE generations SET expiration = 1');
  for (const end of ['', '-journal']) copyFileSync(`${live}${end}`, `${file}${end}`);
  writer.close();
  expect(openReadOnly(file).histories()).toEqual(expected);
});

ciTest(
  'four pollers, two job runners, an import and a report at the same time lose nothing',
  {
    timeout: 120_000,
  },
  async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'samples.db');
    const program = await bundleProgram('store/recorder.ts', folder);
    const run = (...args: string[]) =>
      new Promise<number | null>((done) => {
        const child = spawn(process.execPath, [program, file, ...args], {
          env: PROGRAM_ENV,
          stdio: 'inherit',
        });
        child.on('close', done);
      });
    const codes = await Promise.all([
      ...[1, 2, 3, 4].map((writer) => run('poll', String(writer), '150')),
      run('import', '5', '20000'),
      run('read', '6', '100'),
      // Both run on one host and in the same millisecond.
      run('run', '7', '100'),
      run('run', '7', '100'),
    ]);
    expect(codes).toEqual(Array(8).fill(0));
    const store = SampleStore.open(file);
    const runs = store.jobRuns({ job: 'nightly' });
    expect([...store.records()]).toHaveLength(4 * 150 + 20_000 + runs.length);
    const durations = runs.map(({ end }) => end?.duration).sort((a, b) => Number(a) - Number(b));
    expect(durations).toEqual(Array.from({ length: 200 }, (_, index) => Math.floor(index / 2)));
    store.close();
  },
);
