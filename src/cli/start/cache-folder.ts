import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { getSystemErrorCode } from '../../errors.ts';

export const OTHERS_WRITE = 0o022;
const STICKY = 0o1000;
const FOLDER = 'cred-watch';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder of systemd's `CacheDirectory=`, else a folder in the XDG cache directory. The default of that
 * directory is /var/cache for root. Null if caches are disabled, or if this user has no home folder.
 */
export function chooseCacheFolder(env: Environment, isRoot: boolean): string | null {
  if (env.CRED_WATCH_NO_CACHE) return null;
  // systemd joins several folders with colons. The first one belongs to the unit.
  const [cacheDirectory] = (env.CACHE_DIRECTORY ?? '').split(':');
  if (cacheDirectory) return isAbsolute(cacheDirectory) ? cacheDirectory : null;
  // The XDG specification says that relative paths are invalid and must be ignored.
  if (isAbsolute(env.XDG_CACHE_HOME ?? '')) return join(env.XDG_CACHE_HOME ?? '', FOLDER);
  if (isRoot) return join('/var/cache', FOLDER);
  return isAbsolute(env.HOME ?? '') ? join(env.HOME ?? '', '.cache', FOLDER) : null;
}

/**
 * Creates the folder if it does not exist.
 * @returns the path without symbolic links; null if another user can change the folder, its files or its path
 * @throws a system error if the folder cannot be created
 */
export function openPrivateFolder(folder: string, user: number): string | null {
  const path = resolveOrCreate(folder, user);
  const isPrivate = path !== null && isProtected(path, user) && (lstatSync(path).mode & OTHERS_WRITE) === 0;
  return isPrivate ? path : null;
}

/** Creates no folder in a folder of another user, so that root leaves no files in the home of a user. */
function resolveOrCreate(folder: string, user: number): string | null {
  const existing = resolveLinks(folder);
  if (existing !== null) return existing;
  // One folder at a time, because a recursive mkdir of Node never returns for a path in /proc.
  const parent = resolveOrCreate(dirname(folder), user);
  if (parent === null || !isProtected(parent, user)) return null;
  const path = join(parent, basename(folder));
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Another process has just created the folder, or the path is a link without a target.
    if (getSystemErrorCode(error) !== 'EEXIST') throw error;
  }
  return resolveLinks(path);
}

/** Returns null if the folder does not exist. */
function resolveLinks(path: string): string | null {
  try {
    return realpathSync.native(path);
  } catch (error) {
    if (getSystemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/**
 * Checks owners and modes of a folder and its parents, as OpenSSH checks the path of `authorized_keys`. In a
 * sticky folder such as /tmp, other users cannot replace a folder of this user.
 * @param folder without symbolic links
 */
function isProtected(folder: string, user: number): boolean {
  for (let path = folder; ; path = dirname(path)) {
    const { uid, mode } = lstatSync(path);
    if (uid !== user && uid !== 0) return false;
    if ((mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0) return false;
    if (path === dirname(path)) return true;
  }
}
