import { chmodSync, copyFileSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CredWatchError } from '../../errors.ts';
import { type DatabaseConnection, openDatabase } from './driver.ts';

/** A read-only container may have no writable temporary folder, but nearly always has shared memory. */
const PLACES = [tmpdir(), '/dev/shm'];

/** A poller on the other side of the mount may write while we copy. */
const COPY_ATTEMPTS = 5;

/** A copy of the database and of what its write-ahead log holds, which goes away when the connection is closed. */
export function openCopy(file: string): DatabaseConnection {
  const folder = makeFolder(file);
  try {
    const copy = join(folder, basename(file));
    copyWhole(file, copy);
    for (const each of [copy, `${copy}-wal`]) if (existsSync(each)) chmodSync(each, 0o600);
    return withoutFilesBeside(openDatabase(copy));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** On Linux an open file needs no name: nothing is left behind, however the program ends. */
function withoutFilesBeside(connection: DatabaseConnection): DatabaseConnection {
  try {
    connection.pragma('journal_mode = MEMORY');
    return connection;
  } catch (error) {
    connection.close();
    throw error;
  }
}

function makeFolder(file: string): string {
  for (const place of PLACES) {
    try {
      return mkdtempSync(join(place, 'cred-watch-'));
    } catch {
      // The next place may do.
    }
  }
  throw new CredWatchError(
    `${file} lies on a read-only mount and there is no temporary folder to copy it to`,
    'set TMPDIR to a folder that can be written',
  );
}

/** Copies again until neither file has changed meanwhile. */
function copyWhole(file: string, copy: string): void {
  for (let attempt = 1; ; attempt += 1) {
    const before = fingerprint(file);
    copyFileSync(file, copy);
    rmSync(`${copy}-wal`, { force: true });
    if (statSync(`${file}-wal`, { throwIfNoEntry: false })) copyFileSync(`${file}-wal`, `${copy}-wal`);
    if (fingerprint(file) === before) return;
    if (attempt >= COPY_ATTEMPTS) {
      throw new CredWatchError(`${file} keeps changing while it is read`, 'try again in a moment');
    }
  }
}

function fingerprint(file: string): string {
  return [file, `${file}-wal`]
    .map((each) => statSync(each, { throwIfNoEntry: false }))
    .map((stats) => (stats === undefined ? 'none' : `${stats.size}/${stats.mtimeMs}`))
    .join(' ');
}
