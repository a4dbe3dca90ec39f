import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';

/**
 * Creates the file and its folder before SQLite does, so that other users can never read them.
 * @returns true if the file is new or empty
 */
export function createPrivateFile(file: string): boolean {
  // The file exists, so nothing is created. SQLite follows the links, as far as the system allows.
  if ((readFileSize(file) ?? 0) > 0) return false;
  const target = findLinkTarget(file);
  createFolder(dirname(target));
  // Another process may create the file at the same time.
  const descriptor = openSync(target, constants.O_CREAT | constants.O_RDWR | constants.O_NOFOLLOW, 0o600);
  try {
    const isOwn = fstatSync(descriptor).uid === process.geteuid?.();
    if (!isOwn && target !== file)
      throw createLinkError(`${file} is a link to an empty file of another user`);
    // An empty file may have another mode, and the umask may have removed the owner's own permissions.
    if (isOwn) fchmodSync(descriptor, 0o600);
  } finally {
    closeSync(descriptor);
  }
  return true;
}

/** Creates one folder at a time, because a recursive mkdir of Node never returns for a path in /proc. */
function createFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false }) !== undefined) return;
  createFolder(dirname(folder));
  try {
    mkdirSync(folder, 0o700);
  } catch (error) {
    // Another process has just created the folder, or the path is a link without a target.
    if (getSystemErrorCode(error) !== 'EEXIST') throw error;
  }
}

/** Linux follows at most 40 links. */
const MAX_LINKS = 40;

/**
 * Follows symbolic links, also to a file that does not exist.
 * @throws CredWatchError DATABASE_INVALID_PATH for a link of another user, who could choose the file that is
 *   created
 */
function findLinkTarget(file: string): string {
  let target = file;
  for (let count = 0; count <= MAX_LINKS; count += 1) {
    const stats = lstatSync(target, { throwIfNoEntry: false });
    if (!stats?.isSymbolicLink()) return target;
    if (!isTrusted(stats.uid, dirname(target))) {
      throw createLinkError(`${target} is a link of another user`);
    }
    target = resolve(dirname(target), readlinkSync(target));
  }
  return target;
}

/** The owner of a folder can replace every file in the folder anyway. Linux trusts the same owners in `/tmp`. */
const isTrusted = (owner: number, folder: string) =>
  owner === 0 || owner === process.geteuid?.() || owner === statSync(folder).uid;

const createLinkError = (message: string) =>
  new CredWatchError(message, 'name the database file itself, in a folder that only you can write', {
    code: 'DATABASE_INVALID_PATH',
  });

/** Returns null if the file does not exist. Throws for pipes and devices, which would block the program. */
export function readFileSize(file: string): number | null {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return null;
  if (!stats.isFile()) {
    throw new CredWatchError(`${file} is not a file`, 'name a database file with --db or CRED_WATCH_DB', {
      code: 'DATABASE_INVALID_PATH',
    });
  }
  return stats.size;
}
