import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CredWatchError } from '../../errors.ts';
import { type DatabaseConnection, openDatabase, prepareOrClose } from './driver.ts';
import { withErrorHints } from './error-hints.ts';

/** A read-only container may have no writable temporary folder, but nearly always has shared memory. */
const TEMPORARY_FOLDERS = [tmpdir(), '/dev/shm'];

/** The database, its write-ahead log, and the journal of an interrupted switch to the write-ahead log. */
const FILE_SUFFIXES = ['', '-wal', '-journal'];

const TMPDIR_HINT = 'set TMPDIR to a writable folder with free space';

/** A poller outside the read-only mount may write to the database during a copy. */
const COPY_ATTEMPTS = 5;

/**
 * Opens a copy of the database, including its write-ahead log. The copy is deleted when its connection is
 * closed.
 * @throws CredWatchError if no folder has enough space, or the database changes during every attempt
 */
export function openCopy(file: string): DatabaseConnection {
  let problem: unknown = new CredWatchError(
    `could not copy ${file}: no temporary folder can be written`,
    TMPDIR_HINT,
    { code: 'DATABASE_NO_PERMISSION' },
  );
  for (const parent of TEMPORARY_FOLDERS) {
    const folder = createFolder(parent);
    if (folder === null) continue;
    try {
      return withErrorHints(file, () => openCopyIn(folder, file), {
        label: `a copy of ${file} in ${parent}`,
        hint: TMPDIR_HINT,
      });
    } catch (error) {
      problem = error;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  throw problem;
}

function createFolder(parent: string): string | null {
  try {
    return mkdtempSync(join(parent, 'cred-watch-'));
  } catch {
    return null;
  }
}

function openCopyIn(folder: string, file: string): DatabaseConnection {
  const copy = join(folder, basename(file));
  copyWithLog(file, copy);
  for (const suffix of FILE_SUFFIXES)
    if (existsSync(`${copy}${suffix}`)) chmodSync(`${copy}${suffix}`, 0o600);
  // The folder is deleted while the copy is open, so SQLite cannot create a journal in the folder.
  return prepareOrClose(openDatabase(copy), (connection) => connection.pragma('journal_mode = MEMORY'));
}

/** Copies until neither the database nor its log changes during the copy. */
function copyWithLog(file: string, copy: string): void {
  for (let attempt = 1; ; attempt += 1) {
    const before = computeFingerprint(file);
    for (const suffix of FILE_SUFFIXES) {
      rmSync(`${copy}${suffix}`, { force: true });
      if (suffix === '' || existsSync(`${file}${suffix}`))
        copyFileSync(`${file}${suffix}`, `${copy}${suffix}`);
    }
    if (computeFingerprint(file) === before) return;
    if (attempt >= COPY_ATTEMPTS) {
      throw new CredWatchError(`${file} changed during each of ${COPY_ATTEMPTS} copies`, 'try again later', {
        code: 'DATABASE_BUSY',
      });
    }
  }
}

function computeFingerprint(file: string): string {
  return FILE_SUFFIXES.map((suffix) => statSync(`${file}${suffix}`, { throwIfNoEntry: false }))
    .map((stats) => (stats === undefined ? 'none' : `${stats.size}/${stats.mtimeMs}`))
    .join(' ');
}
