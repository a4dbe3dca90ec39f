import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CredWatchError, systemErrorCode } from '../../errors.ts';
import type { StoreLimits } from '../contract.ts';
import { openCopy } from './database-copy.ts';
import { type DatabaseConnection, openDatabase } from './driver.ts';
import { withErrorHints } from './error-hints.ts';
import { assertNotForeignDatabase, foreignDatabaseError } from './file-header.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/** Setting WAL on a new file does not wait for its turn as everything else does: it is tried again instead. */
const WAL_ATTEMPTS = 500;
const WAL_PAUSE = 10;

/**
 * Opens the database for writing, creating it (mode 0600) and bringing its schema up to date.
 * @throws CredWatchError where the file is not ours, is newer than this program, or cannot be written
 */
export function openForWriting(path: string, { maxPages }: StoreLimits = {}): DatabaseConnection {
  const file = resolve(path);
  return withErrorHints(file, () => {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const isNew = createPrivately(file);
    if (!isNew) assertNotForeignDatabase(file);
    const connection = openDatabase(file);
    try {
      if (!isNew) assertOurs(connection, file);
      useWriteAheadLog(connection);
      connection.pragma('synchronous = NORMAL');
      connection.pragma('foreign_keys = ON');
      if (maxPages !== undefined) connection.pragma(`max_page_count = ${maxPages}`);
      migrate(connection, file);
      return connection;
    } catch (error) {
      connection.close();
      throw error;
    }
  });
}

/**
 * Opens the database for reading; null where there is none. On a read-only mount, where SQLite cannot keep its
 * lock file, a copy is read.
 * @throws CredWatchError as {@link openForWriting}
 */
export function openForReading(path: string): DatabaseConnection | null {
  const file = resolve(path);
  return withErrorHints(file, () => {
    const size = sizeOf(file);
    if (size === null || size === 0) return null;
    assertNotForeignDatabase(file);
    const connection = openDirectly(file) ?? openOwnCopy(file);
    // Another process has just made the file and not yet its tables.
    if (schemaVersion(connection) > 0) return connection;
    connection.close();
    return null;
  });
}

/** A copy of a database of ours: what was found out about the file itself was lost when it could not be opened. */
function openOwnCopy(file: string): DatabaseConnection {
  const connection = openCopy(file);
  try {
    assertOurs(connection, file);
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * For where the database cannot be written: a copy of it, or an empty one in memory where there is none or it is
 * not fit to be read. Both can be written and are forgotten when they are closed.
 */
export function openTemporary(path: string): DatabaseConnection {
  const file = resolve(path);
  return openSoundCopy(file) ?? prepareToForget(openDatabase(':memory:'), file);
}

/** Null for whatever reason there is: whoever asks makes do without history. */
function openSoundCopy(file: string): DatabaseConnection | null {
  let connection: DatabaseConnection | undefined;
  try {
    if (!sizeOf(file)) return null;
    assertNotForeignDatabase(file);
    connection = openOwnCopy(file);
    // A damaged page would otherwise be met by whoever reads it later.
    if (connection.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new Error('damaged');
    return prepareToForget(connection, file);
  } catch {
    connection?.close();
    return null;
  }
}

/** Nothing but memory: there may be no place for temporary files. */
function prepareToForget(connection: DatabaseConnection, file: string): DatabaseConnection {
  connection.pragma('temp_store = MEMORY');
  connection.pragma('synchronous = OFF');
  connection.pragma('foreign_keys = ON');
  migrate(connection, file);
  return connection;
}

/** Null where SQLite cannot open the file in place although it is there: no lock file can be made beside it. */
function openDirectly(file: string): DatabaseConnection | null {
  let connection: DatabaseConnection | undefined;
  try {
    connection = openDatabase(file, { readonly: true });
    assertOurs(connection, file);
    return connection;
  } catch (error) {
    connection?.close();
    if (/^SQLITE_(CANTOPEN|READONLY)/.test(systemErrorCode(error))) return null;
    throw error;
  }
}

/** Makes the file before SQLite does, so that it is never readable by others; true if it is new or empty. */
function createPrivately(file: string): boolean {
  if (/^\s|\s$/.test(file)) {
    throw new CredWatchError(
      `a database's path cannot begin or end with a blank: '${file}'`,
      'choose another path',
    );
  }
  const size = sizeOf(file);
  if (size !== null) {
    if (size === 0) chmodSync(file, 0o600);
    return size === 0;
  }
  try {
    closeSync(openSync(file, 'wx', 0o600));
    // The umask may have taken more away than intended.
    chmodSync(file, 0o600);
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error;
  }
  return true;
}

/** Null where there is no such file. A pipe or device would hang the program, and a folder is a mistake. */
function sizeOf(file: string): number | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isFile()) {
    throw new CredWatchError(`${file} is not a file`, 'name a database file with --db or CRED_WATCH_DB');
  }
  return stats.size;
}

function assertOurs(connection: DatabaseConnection, file: string): void {
  const applicationId = connection.pragma('application_id', { simple: true }) as number;
  const tables = connection.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  const version = schemaVersion(connection);
  if (applicationId !== APPLICATION_ID && (tables > 0 || version > 0)) throw foreignDatabaseError(file);
  if (version > MIGRATIONS.length) {
    throw new CredWatchError(
      `${file} was written by a newer cred-watch (schema ${version}, this one knows ${MIGRATIONS.length})`,
      'nothing was changed; update cred-watch, or name another file with --db',
    );
  }
}

const schemaVersion = (connection: DatabaseConnection) =>
  connection.pragma('user_version', { simple: true }) as number;

function useWriteAheadLog(connection: DatabaseConnection): void {
  for (let attempt = 1; ; attempt += 1) {
    try {
      connection.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      if (attempt >= WAL_ATTEMPTS || systemErrorCode(error) !== 'SQLITE_BUSY') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WAL_PAUSE);
    }
  }
}

function migrate(connection: DatabaseConnection, file: string): void {
  if (schemaVersion(connection) === MIGRATIONS.length) return;
  connection
    .transaction(() => {
      // Another process may have been first, or may have made something else of the file.
      assertOurs(connection, file);
      for (const step of MIGRATIONS.slice(schemaVersion(connection))) connection.exec(step);
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      connection.pragma(`user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
}
