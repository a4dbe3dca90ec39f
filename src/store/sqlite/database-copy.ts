import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CredWatchError } from '../../errors.ts';
import { type DatabaseConnection, openDatabase } from './driver.ts';

/** A read-only container may have no writable temporary folder, but nearly always has shared memory. */
const TEMPORARY_FOLDERS = [tmpdir(), '/dev/shm'];

/** A poller outside the read-only mount may write to the database during a copy. */
const COPY_ATTEMPTS = 5;

/**
 * Opens a copy of the database, including its write-ahead log. The copy is deleted when the connection is closed.
 * @throws CredWatchError if no folder can be written, or the database changes during every attempt
 */
export function openCopy(file: string): DatabaseConnection {
  const folder = createTemporaryFolder(file);
  try {
    const copy = join(folder, basename(file));
    copyWithLog(file, copy);
    for (const each of [copy, `${copy}-wal`]) if (existsSync(each)) chmodSync(each, 0o600);
    return keepJournalInMemory(openDatabase(copy));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The folder of the copy is deleted while the file is open, so SQLite cannot create a journal in it. */
function keepJournalInMemory(connection: DatabaseConnection): DatabaseConnection {
  try {
    connection.pragma('journal_mode = MEMORY');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function createTemporaryFolder(file: string): string {
  for (const parent of TEMPORARY_FOLDERS) {
    try {
      return mkdtempSync(join(parent, 'cred-watch-'));
    } catch {
      // Try the next folder.
    }
  }
  throw new CredWatchError(
    `${file} is on a read-only mount, and no temporary folder can be written for a copy`,
    'set TMPDIR to a writable folder',
    { code: 'DATABASE_NO_PERMISSION' },
  );
}

/** Copies until neither the database nor its log changes during the copy. */
function copyWithLog(file: string, copy: string): void {
  for (let attempt = 1; ; attempt += 1) {
    const before = computeFingerprint(file);
    copyFileSync(file, copy);
    rmSync(`${copy}-wal`, { force: true });
    if (statSync(`${file}-wal`, { throwIfNoEntry: false })) copyFileSync(`${file}-wal`, `${copy}-wal`);
    if (computeFingerprint(file) === before) return;
    if (attempt >= COPY_ATTEMPTS) {
      throw new CredWatchError(`${file} changed during each of ${COPY_ATTEMPTS} copies`, 'try again later', {
        code: 'DATABASE_BUSY',
      });
    }
  }
}

function computeFingerprint(file: string): string {
  return [file, `${file}-wal`]
    .map((each) => statSync(each, { throwIfNoEntry: false }))
    .map((stats) => (stats === undefined ? 'none' : `${stats.size}/${stats.mtimeMs}`))
    .join(' ');
}
