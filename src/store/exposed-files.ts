import { existsSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const OTHERS_READ = 0o044;
const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;

/** Files that other users can read or change. */
export interface ExposedFiles {
  readable: readonly string[];
  writable: readonly string[];
  /** Folders in which other users can replace the database, or the link to it. */
  folders: readonly string[];
}

/**
 * Checks the modes of a database, its write-ahead log, its shared memory, its journal and its folder.
 * @param owner `self`: only files whose mode this user can change
 */
export function findExposedFiles(path: string, owner: 'self' | 'any' = 'self'): ExposedFiles {
  const link = resolve(path);
  const file = existsSync(link) ? realpathSync(link) : link;
  const files = ['', '-wal', '-shm', '-journal'].map((end) => ({
    path: `${file}${end}`,
    mode: readMode(`${file}${end}`, owner),
  }));
  const select = (bits: number) => files.filter(({ mode }) => (mode & bits) !== 0).map((each) => each.path);
  return {
    readable: select(OTHERS_READ),
    writable: select(OTHERS_WRITE),
    folders: [...new Set([dirname(link), dirname(file)])].filter(canOthersReplaceFilesIn),
  };
}

/** Returns 0 for a missing file, and for a file of another owner. */
function readMode(path: string, owner: 'self' | 'any'): number {
  const stats = readStats(path);
  return stats !== null && (owner === 'any' || isOwn(stats.uid)) ? stats.mode : 0;
}

function canOthersReplaceFilesIn(folder: string): boolean {
  const stats = readStats(folder);
  if (stats === null || !isOwn(stats.uid) || (stats.mode & STICKY) !== 0) return false;
  // By convention, a group with the same id as a user has only that user as a member.
  const others = stats.gid === stats.uid ? 0o002 : OTHERS_WRITE;
  return (stats.mode & others) !== 0;
}

/** Null if there is no such file. Opening the database reports why. */
function readStats(path: string): Stats | null {
  try {
    return statSync(path);
  } catch {
    return null;
  }
}

function isOwn(uid: number): boolean {
  const user = process.geteuid?.();
  return user === 0 || user === uid;
}
