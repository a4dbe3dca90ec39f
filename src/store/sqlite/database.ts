import { resolve } from 'node:path';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { toStoredKeyId } from '../../key-id.ts';
import { createTextRedactor } from '../../redact.ts';
import type { ReadOptions, StoreLimits } from '../contract.ts';
import { assertFilePath } from '../database-path.ts';
import { openCopy } from './database-copy.ts';
import {
  BUSY_TIMEOUT_MS,
  type DatabaseConnection,
  isOpenInThisThread,
  loadDriver,
  openDatabase,
  prepareOrClose,
  readNumberPragma,
  requireRow,
} from './driver.ts';
import { withErrorHints } from './error-hints.ts';
import { assertNotForeignDatabase, createForeignDatabaseError } from './file-header.ts';
import { enableIncrementalVacuum, rebuildFile } from './free-pages.ts';
import { createPrivateFile, readFileSize } from './private-file.ts';
import { APPLICATION_ID, FIRST_VERSION_WITHOUT_SECRETS, MIGRATIONS } from './schema.ts';

const WAL_PAUSE_MS = 10;
const WAL_ATTEMPTS = BUSY_TIMEOUT_MS / WAL_PAUSE_MS;

/**
 * Opens the database for writing. Creates the file (mode 0600) if it does not exist. Migrates an older
 * schema.
 * @throws CredWatchError if the file is not a database of cred-watch, has a newer schema, or cannot be
 *   written
 */
export function openForWriting(
  path: string,
  { maxPages, maxLockWaitMs }: StoreLimits = {},
): DatabaseConnection {
  // `resolve` would hide a space at the beginning.
  if (/^\s|\s$/.test(path)) {
    throw new CredWatchError(
      `the database path '${path}' begins or ends with a space`,
      'choose another path',
      { code: 'DATABASE_INVALID_PATH' },
    );
  }
  assertFilePath(path);
  const file = resolve(path);
  return withErrorHints(file, () => {
    // The driver is loaded first, so that no empty file remains if it is missing.
    const driver = loadDriver();
    const isNew = createPrivateFile(file);
    if (!isNew && !isOpenInThisThread(file)) assertNotForeignDatabase(file);
    return prepareOrClose(openDatabase(file, {}, driver), (connection) => {
      if (isNew) enableIncrementalVacuum(connection);
      else assertOurs(connection, file);
      enableWriteAheadLog(connection);
      connection.pragma('synchronous = NORMAL');
      connection.pragma('foreign_keys = ON');
      if (maxPages !== undefined) connection.pragma(`max_page_count = ${maxPages}`);
      const isMigrated = migrate(connection, file);
      if (isMigrated && !isNew) rebuildFile(connection);
      if (maxLockWaitMs !== undefined) connection.pragma(`busy_timeout = ${maxLockWaitMs}`);
    });
  });
}

/**
 * Opens the database for reading. Opens a copy if the schema is older, and on a read-only mount, because SQLite
 * cannot create its lock file there. While this process uses the database, `fs` never opens or copies the file:
 * closing a file releases all locks of this process on it, and then another program can delete the write-ahead log.
 * @returns null if the file does not exist, or has no tables yet
 * @throws CredWatchError if the file is not a database of cred-watch, has a newer schema, or cannot be read
 */
export function openForReading(
  path: string,
  { isOpenInOtherThread = false }: ReadOptions = {},
): DatabaseConnection | null {
  assertFilePath(path);
  const file = resolve(path);
  return withErrorHints(file, () => {
    const size = readFileSize(file);
    if (size === null || size === 0) return null;
    if (isOpenInOtherThread || isOpenInThisThread(file)) return openShared(file);
    assertNotForeignDatabase(file);
    const connection = openDirectly(file) ?? openCheckedCopy(file);
    const version = readSchemaVersion(connection);
    if (version === MIGRATIONS.length) return connection;
    connection.close();
    // Version 0: another process has just created the file, but not yet its tables.
    return version === 0 ? null : openMigratedCopy(file);
  });
}

/** Opens a database that this process has already migrated. SQLite itself keeps the locks of its connections. */
const openShared = (file: string) =>
  prepareOrClose(openDatabase(file, { readonly: true }), (connection) => {
    assertOurs(connection, file);
    if (readSchemaVersion(connection) === MIGRATIONS.length) return;
    throw new CredWatchError(`${file} was replaced while it is in use`, 'restart this program', {
      code: 'DATABASE_BUSY',
    });
  });

const openMigratedCopy = (file: string) =>
  prepareOrClose(openCheckedCopy(file), (copy) => migrate(copy, file));

const openCheckedCopy = (file: string) =>
  prepareOrClose(openCopy(file), (connection) => assertOurs(connection, file));

/**
 * Opens a writable copy of a database that cannot be written. If the file does not exist or cannot be read,
 * opens an empty database in memory. Both are deleted when they are closed.
 */
export function openTemporary(path: string): DatabaseConnection {
  const file = resolve(path);
  const prepare = (connection: DatabaseConnection) => {
    // Without this, SQLite may need a temporary folder, which may not be writable.
    connection.pragma('temp_store = MEMORY');
    connection.pragma('synchronous = OFF');
    connection.pragma('foreign_keys = ON');
    migrate(connection, file);
  };
  try {
    if (readFileSize(file)) {
      assertNotForeignDatabase(file);
      return prepareOrClose(openCheckedCopy(file), (copy) => {
        // Without this check, a later query could fail at a damaged page.
        if (copy.pragma('quick_check(1)', { simple: true }) !== 'ok') throw new Error('damaged');
        prepare(copy);
      });
    }
  } catch {
    // Any error means a temporary database without history.
  }
  return prepareOrClose(openDatabase(':memory:'), prepare);
}

/** Returns null if SQLite cannot create its lock file next to the database. */
function openDirectly(file: string): DatabaseConnection | null {
  try {
    return prepareOrClose(openDatabase(file, { readonly: true }), (direct) => assertOurs(direct, file));
  } catch (error) {
    if (/^SQLITE_(CANTOPEN|READONLY)/.test(getSystemErrorCode(error) ?? '')) return null;
    throw error;
  }
}

/**
 * @throws CredWatchError if the file is not a database of cred-watch, or has a newer schema
 * @throws Error that is reported as a damaged database, if it has tables but no version, or the reverse
 */
export function assertOurs(connection: DatabaseConnection, file: string): void {
  const { applicationId, tables, version } = readIdentity(connection);
  if (applicationId !== APPLICATION_ID && (tables > 0 || version > 0)) throw createForeignDatabaseError(file);
  // The tables and the version are created in one transaction.
  if (tables > 0 !== version > 0) throw Object.assign(new Error('no tables'), { code: 'SQLITE_CORRUPT' });
  assertNotNewer(connection, file, 'nothing was changed; update cred-watch, or name another file with --db');
}

/** Reads all values in one transaction, because another process may be creating the tables. */
const readIdentity = (connection: DatabaseConnection) =>
  connection.transaction(() => ({
    applicationId: readNumberPragma(connection, 'application_id'),
    tables: requireRow(connection.prepare<[], number>('SELECT count(*) FROM sqlite_schema').pluck().get()),
    version: readSchemaVersion(connection),
  }))();

/** @throws CredWatchError if a newer version has migrated the database */
export function assertNotNewer(connection: DatabaseConnection, file: string, hint: string): void {
  const version = readSchemaVersion(connection);
  if (version <= MIGRATIONS.length) return;
  throw new CredWatchError(
    `${file} was written by a newer cred-watch (schema ${version}, this version supports ${MIGRATIONS.length})`,
    hint,
    { code: 'DATABASE_TOO_NEW' },
  );
}

const readSchemaVersion = (connection: DatabaseConnection) => readNumberPragma(connection, 'user_version');

/**
 * Enables WAL. Retries for as long as SQLite's busy timeout, which SQLite ignores on a new file.
 * @param pause waits for some milliseconds, for tests
 */
export function enableWriteAheadLog(
  connection: DatabaseConnection,
  pause: (milliseconds: number) => void = sleepInThread,
): void {
  // If another process has an exclusive lock, each attempt would wait for the whole timeout.
  connection.pragma('busy_timeout = 0');
  for (let attempt = 1; ; attempt += 1) {
    try {
      connection.pragma('journal_mode = WAL');
      break;
    } catch (error) {
      if (attempt >= WAL_ATTEMPTS || getSystemErrorCode(error) !== 'SQLITE_BUSY') throw error;
      pause(WAL_PAUSE_MS);
    }
  }
  connection.pragma(`busy_timeout = ${BUSY_TIMEOUT_MS}`);
}

const sleepInThread = (milliseconds: number) =>
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);

/** Returns false if the schema is current. */
function migrate(connection: DatabaseConnection, file: string): boolean {
  if (readSchemaVersion(connection) === MIGRATIONS.length) return false;
  connection
    .transaction(() => {
      // Another process may have migrated or replaced the file in the meantime.
      assertOurs(connection, file);
      const version = readSchemaVersion(connection);
      connection.function('stored_key_id', { deterministic: true }, (keyId) => toStoredKeyId(String(keyId)));
      const redact = createTextRedactor();
      connection.function('redacted', { deterministic: true }, (text) => redact(String(text)));
      // Overwrites the values that a step replaces, which can be secrets. This takes long for millions of samples.
      if (version < FIRST_VERSION_WITHOUT_SECRETS) connection.pragma('secure_delete = ON');
      runMigrations(connection, version);
      connection.pragma(`application_id = ${APPLICATION_ID}`);
      connection.pragma(`user_version = ${MIGRATIONS.length}`);
    })
    .immediate();
  return true;
}

/** @throws Error that is reported as a damaged database, if the rows violate a constraint */
function runMigrations(connection: DatabaseConnection, version: number): void {
  try {
    for (const step of MIGRATIONS.slice(version)) connection.exec(step);
  } catch (cause) {
    if (!/^SQLITE_CONSTRAINT/.test(getSystemErrorCode(cause) ?? '')) throw cause;
    throw Object.assign(new Error('could not migrate a row', { cause }), { code: 'SQLITE_CORRUPT' });
  }
}
