import {
  chownSync,
  existsSync,
  lchownSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openForReading, openForWriting, openTemporary } from '../../../src/store/sqlite/database.ts';
import { type DatabaseConnection, readNumberPragma } from '../../../src/store/sqlite/driver.ts';
import { APPLICATION_ID, MIGRATIONS } from '../../../src/store/sqlite/schema.ts';
import { catchError } from '../../support/catch-error.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { replaceFs } from '../../support/store/replace-fs.ts';

function createDatabase(version = MIGRATIONS.length): string {
  const file = join(temporaryFolder(), 'samples.db');
  openForWriting(file).close();
  setPragmas(file, { user_version: version });
  return file;
}

/** Creates a database of an older version, without data. */
function createOldDatabase(version: number): string {
  const file = join(temporaryFolder(), 'samples.db');
  const database = new Database(file);
  for (const name of ['stored_key_id', 'redacted']) database.function(name, (text) => text);
  for (const step of MIGRATIONS.slice(0, version)) database.exec(step);
  database.close();
  setPragmas(file, { user_version: version, application_id: APPLICATION_ID });
  return file;
}

function setPragmas(file: string, pragmas: Record<string, number>): void {
  const database = new Database(file);
  for (const [name, value] of Object.entries(pragmas)) database.pragma(`${name} = ${value}`);
  database.close();
}

/** SQLite follows no link to its shared memory. */
const blockSharedMemory = (file: string) => symlinkSync('missing', `${file}-shm`);

function closeAfterTest(connection: DatabaseConnection | null): DatabaseConnection {
  if (connection === null) throw new Error('the file has no tables');
  onTestFinished(() => void connection.close());
  return connection;
}

const readPragmas = (connection: DatabaseConnection, ...names: string[]) =>
  names.map((name) => connection.pragma(name, { simple: true }));

const isLinux = process.platform === 'linux';

/** The number of descriptors of a file that this process has open. */
const countOpen = (file: string) =>
  readdirSync('/proc/self/fd').filter((name) => {
    try {
      return readlinkSync(join('/proc/self/fd', name)).startsWith(file);
    } catch {
      return false;
    }
  }).length;

describe('a database for writing', () => {
  test('a database for writing has the settings for durable and concurrent writes', () => {
    const connection = closeAfterTest(openForWriting(createDatabase()));
    const names = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'];
    expect(readPragmas(connection, ...names)).toEqual(['wal', 1, 1, 30_000]);
    expect(readPragmas(connection, 'application_id', 'user_version')).toEqual([
      APPLICATION_ID,
      MIGRATIONS.length,
    ]);
  });

  test('a closed database has no open file', () => {
    const file = join(temporaryFolder(), 'samples.db');
    for (const open of [openForWriting, openForReading, openForWriting, openTemporary]) {
      open(file)?.close();
      if (isLinux) expect(countOpen(file)).toBe(0);
    }
    setPragmas(file, { application_id: 1 });
    expect(() => openForWriting(file)).toThrow('another program');
    if (isLinux) expect(countOpen(file)).toBe(0);
  });

  test('the size of a database has a limit only if one is given', () => {
    const file = createDatabase();
    expect(readPragmas(closeAfterTest(openForWriting(file, { maxPages: 77 })), 'max_page_count')).toEqual([
      77,
    ]);
    const unlimited = readNumberPragma(closeAfterTest(openForWriting(file)), 'max_page_count');
    expect(unlimited).toBeGreaterThan(1_000_000);
  });

  test('a name with spaces inside is valid', () => {
    const file = join(temporaryFolder(), 'my samples.db');
    openForWriting(file).close();
    expect(existsSync(file)).toBe(true);
  });

  test('a relative path is relative to the working directory', () => {
    const file = join(temporaryFolder(), 'samples.db');
    openForWriting(relative(process.cwd(), file)).close();
    expect(readNumberPragma(closeAfterTest(openForReading(file)), 'user_version')).toBe(MIGRATIONS.length);
  });

  test('a path that is not a file is refused with a hint', () => {
    const folder = temporaryFolder();
    expect(catchError(() => openForWriting(folder))).toMatchObject({
      code: 'DATABASE_INVALID_PATH',
      message: `${folder} is not a file`,
      hint: 'name a database file with --db or CRED_WATCH_DB',
    });
  });
});

const TOO_NEW = {
  code: 'DATABASE_TOO_NEW',
  hint: 'nothing was changed; update cred-watch, or name another file with --db',
};

describe('a database of a newer version', () => {
  const newer = MIGRATIONS.length + 1;
  const getMessage = (file: string) =>
    `${file} was written by a newer cred-watch (schema ${newer}, this version supports ${MIGRATIONS.length})`;

  test('a database of a newer version is refused and stays as it is', () => {
    const file = createDatabase(newer);
    const before = readFileSync(file);
    for (const open of [openForWriting, openForReading]) {
      expect(catchError(() => open(file))).toMatchObject({ ...TOO_NEW, message: getMessage(file) });
    }
    expect(readFileSync(file).equals(before)).toBe(true);
  });

  test('a copy of a database of a newer version is refused too', () => {
    const file = createDatabase(newer);
    blockSharedMemory(file);
    expect(catchError(() => openForReading(file))).toMatchObject({ ...TOO_NEW, message: getMessage(file) });
  });

  test('a temporary store in place of a database of a newer version is empty', () => {
    const connection = closeAfterTest(openTemporary(createDatabase(newer)));
    expect(readPragmas(connection, 'user_version')).toEqual([MIGRATIONS.length]);
    expect(connection.memory).toBe(true);
  });
});

describe('a database for reading', () => {
  test('a database is read from a copy if SQLite cannot create its shared memory', () => {
    const file = createDatabase();
    const direct = closeAfterTest(openForReading(file));
    expect(direct.name).toBe(file);
    expect(direct.readonly).toBe(true);
    const blocked = createDatabase();
    blockSharedMemory(blocked);
    const copy = closeAfterTest(openForReading(blocked));
    expect(copy.name).not.toBe(blocked);
    expect(readPragmas(copy, 'user_version')).toEqual([MIGRATIONS.length]);
  });

  test.each(MIGRATIONS.map((_, index) => index + 1).slice(0, -1))(
    'a database of version %i is read from a migrated copy, and its file is closed',
    (version) => {
      const file = createOldDatabase(version);
      const copy = closeAfterTest(openForReading(file));
      expect(copy.name).not.toBe(file);
      expect(readPragmas(copy, 'user_version')).toEqual([MIGRATIONS.length]);
      if (isLinux) expect(countOpen(file)).toBe(0);
      const unchanged = new Database(file, { readonly: true });
      expect(readPragmas(unchanged, 'user_version')).toEqual([version]);
      unchanged.close();
    },
  );

  test('a database without tables is closed', () => {
    const file = join(temporaryFolder(), 'samples.db');
    setPragmas(file, { application_id: APPLICATION_ID });
    expect(statSync(file).size).toBeGreaterThan(0);
    expect(openForReading(file)).toBeNull();
    if (isLinux) expect(countOpen(file)).toBe(0);
  });

  test('a text file is refused with its own name', () => {
    const file = join(temporaryFolder(), 'samples.db');
    writeFileSync(file, 'my notes '.repeat(1000));
    expect(catchError(() => openForReading(file))).toMatchObject({
      code: 'DATABASE_NOT_OURS',
      message: `${file} is not a database`,
    });
  });
});

describe('a database that this process uses', () => {
  /** Closing a file releases the locks that this process has on it. */
  const forbidFs = () => replaceFs('openSync', () => () => expect.unreachable('unexpected'));

  test('a database that this process uses is opened by SQLite only', () => {
    const file = createDatabase();
    closeAfterTest(openForWriting(file));
    forbidFs();
    expect(closeAfterTest(openForReading(file)).name).toBe(file);
    expect(closeAfterTest(openForWriting(file)).name).toBe(file);
  });

  test('a database that another thread uses is read by SQLite only', () => {
    const file = createDatabase();
    forbidFs();
    const connection = closeAfterTest(openForReading(file, { isOpenInOtherThread: true }));
    expect(connection.name).toBe(file);
    connection.close();
    expect(() => openForReading(file)).toThrow('unexpected');
  });

  test('a database of another version has replaced the one that is in use', () => {
    const file = createOldDatabase(1);
    const read = () => openForReading(file, { isOpenInOtherThread: true });
    expect(catchError(read)).toMatchObject({
      code: 'DATABASE_BUSY',
      message: `${file} was replaced while it is in use`,
      hint: 'restart this program',
    });
    if (isLinux) expect(countOpen(file)).toBe(0);
  });
});

describe('a database with our application id', () => {
  const damaged = { code: 'DATABASE_DAMAGED' };

  test('a version without tables is damage', () => {
    const file = join(temporaryFolder(), 'samples.db');
    setPragmas(file, { application_id: APPLICATION_ID, user_version: 1 });
    for (const open of [openForWriting, openForReading]) {
      expect(catchError(() => open(file))).toMatchObject(damaged);
    }
  });

  test('tables without a version are damage', () => {
    const file = createDatabase(0);
    for (const open of [openForWriting, openForReading]) {
      expect(catchError(() => open(file))).toMatchObject(damaged);
    }
  });

  test('another application id is not ours, with tables or with a version', () => {
    for (const pragmas of [{ user_version: 1 }, { user_version: 0 }]) {
      const file = createDatabase();
      setPragmas(file, { ...pragmas, application_id: 0 });
      expect(catchError(() => openForWriting(file))).toMatchObject({ code: 'DATABASE_NOT_OURS' });
    }
  });
});

describe('a temporary database', () => {
  const SETTINGS = ['temp_store', 'synchronous', 'foreign_keys', 'user_version'];

  test('a temporary database needs no temporary folder, and is not synchronized', () => {
    const copy = closeAfterTest(openTemporary(createDatabase()));
    const empty = closeAfterTest(openTemporary(join(temporaryFolder(), 'samples.db')));
    for (const connection of [copy, empty])
      expect(readPragmas(connection, ...SETTINGS)).toEqual([2, 0, 1, MIGRATIONS.length]);
    expect([copy.memory, empty.memory]).toEqual([false, true]);
  });

  test('a temporary copy of an older database is migrated', () => {
    const copy = closeAfterTest(openTemporary(createOldDatabase(1)));
    expect(readPragmas(copy, ...SETTINGS)).toEqual([2, 0, 1, MIGRATIONS.length]);
    expect(copy.memory).toBe(false);
  });
});

const isRoot = process.geteuid?.() === 0;
const skipped = isRoot ? '' : ' (skipped: only root can act as another user)';
const NOBODY = 65_534;
const OTHER = 65_533;

/** Runs `action` as a user without privileges. */
function asNobody<T>(action: () => T): T {
  process.seteuid?.(NOBODY);
  try {
    return action();
  } finally {
    process.seteuid?.(0);
  }
}

/** A folder of the user without privileges, with a link that has the given owner. */
function createLink(owner: number): { link: string; target: string } {
  const folder = temporaryFolder();
  chownSync(folder, NOBODY, NOBODY);
  const [link, target] = [join(folder, 'samples.db'), join(folder, 'target.db')];
  symlinkSync(target, link);
  lchownSync(link, owner, owner);
  return { link, target };
}

describe.skipIf(!isRoot)(`links and files of several users${skipped}`, () => {
  const HINT = 'name the database file itself, in a folder that only you can write';

  test.each([
    ['its own', NOBODY],
    ['a link of root', 0],
  ])('a user may use %s', (_, owner) => {
    const { link, target } = createLink(owner);
    asNobody(() => openForWriting(link).close());
    expect(statSync(target).uid).toBe(NOBODY);
  });

  test('a user may not use a link of another user', () => {
    const { link, target } = createLink(OTHER);
    expect(catchError(() => asNobody(() => openForWriting(link)))).toMatchObject({
      code: 'DATABASE_INVALID_PATH',
      message: `${link} is a link of another user`,
      hint: HINT,
    });
    expect(existsSync(target)).toBe(false);
  });

  test('a user may not use a link to a link of another user', () => {
    const { link } = createLink(OTHER);
    const first = join(link, '..', 'first.db');
    symlinkSync('samples.db', first);
    lchownSync(first, NOBODY, NOBODY);
    expect(catchError(() => asNobody(() => openForWriting(first))).message).toBe(
      `${link} is a link of another user`,
    );
  });

  test('a link to an empty file of another user is refused with a hint', () => {
    const { link, target } = createLink(0);
    writeFileSync(target, '', { mode: 0o666 });
    chownSync(target, OTHER, OTHER);
    expect(catchError(() => openForWriting(link))).toMatchObject({
      code: 'DATABASE_INVALID_PATH',
      message: `${link} is a link to an empty file of another user`,
      hint: HINT,
    });
  });

  test('an empty file of another user is used and keeps its mode', () => {
    const file = join(temporaryFolder(), 'samples.db');
    writeFileSync(file, '');
    chownSync(file, NOBODY, NOBODY);
    const { mode } = statSync(file);
    openForWriting(file).close();
    expect([statSync(file).mode, statSync(file).uid]).toEqual([mode, NOBODY]);
    expect(statSync(file).size).toBeGreaterThan(0);
  });
});
