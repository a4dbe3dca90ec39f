import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CredWatchError } from '../../errors.ts';
import { type DatabaseConnection, openDatabase, prepareOrClose } from './driver.ts';

/** A read-only container may have no writable temporary folder, but nearly always has shared memory. */
const TEMPORARY_FOLDERS = [tmpdir(), '/dev/shm'];

/** Outside the read-only mount, a poller may write to the database while it is copied. */
const COPY_ATTEMPTS = 5;

/**
 * Opens a copy of the database, including its write-ahead log. The copy is deleted when its connection is
 * closed.
 * @throws CredWatchError if no folder can be written, or the database changes during every attempt
 */
export function openCopy(file: string): DatabaseConnection {
  const folder = createTemporaryFolder(file);
  try {
    const copy = join(folder, basename(file));
    copyWithLog(file, copy);
    for (const each of [copy, `${copy}-wal`]) if (existsSync(each)) chmodSync(each, 0o600);
    // The folder is deleted while the copy is open, so SQLite cannot create a journal in the folder.
    return prepareOrClose(openDatabase(copy), (connection) => connection.pragma('journal_mode = MEMORY'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
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
