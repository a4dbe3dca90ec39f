/**
 * Code caches of V8: the compiled functions of a bundle. A cache is written after a run, so that it includes
 * the functions that V8 compiles only when they are called.
 *
 * V8 trusts the content of a cache completely: changed content can run other code, or crash. A cache is
 * therefore used only if no other user can have written it, if the same Node made it from the same bundle,
 * and if it is not damaged. In every other case, and after every error, the program runs without a cache and
 * prints nothing.
 *
 * A file has the data twice, and both copies must be equal. Changed, moved or missing bytes are noticed unless
 * both copies have the same damage. Node must load `node:zlib` for a checksum, which takes 1.5 ms. A second copy
 * takes 0.3 ms, and a checksum in JavaScript 3 ms, because the function runs only once.
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Script } from 'node:vm';
import { getSystemErrorCode } from '../../errors.ts';
import { chooseCacheFolder, OTHERS_WRITE, openPrivateFolder } from './cache-folder.ts';

/** Changes with the content of the file. */
const FORMAT = 2;

/** The size of the JSON header before the data. A multiple of 8, because V8 copies unaligned data. */
const HEADER_BYTES = 512;

/** The suffix of all files in the folder. A file that is being written has further characters and `.tmp`. */
const CACHE_SUFFIX = '.v8-cache';

const MAX_RENEWAL_INTERVAL_MS = 30 * 86_400_000;
/** Caches in use are renewed earlier, so an older cache belongs to a removed version. */
const MAX_UNUSED_MS = 2 * MAX_RENEWAL_INTERVAL_MS;

interface Header {
  /** Everything that has to be equal for the cache to be valid. */
  key: string;
  /** When the first cache with this key was written. */
  createdAt: number;
}

type CacheTimes = Pick<Header, 'createdAt'> & { writtenAt: number };

export interface CodeCache {
  /** Null if there is no valid cache. Set it to null after use, to free memory in a long-running process. */
  data: Buffer | null;
  /** Writes or renews the cache if it is due. Call this method after the run. */
  update(script: Script): void;
}

/** Returns null if this process cannot use a cache. */
export function openCodeCache(bundle: string, filename: string): CodeCache | null {
  const user = process.geteuid?.();
  // Windows has neither owners nor modes.
  if (user === undefined) return null;
  const chosen = chooseCacheFolder(process.env, user === 0);
  if (chosen === null) return null;
  return ignoreErrors(() => {
    const folder = openPrivateFolder(chosen, user);
    if (folder === null) return null;
    const { name, key } = identify(bundle, filename);
    const path = join(folder, name);
    const { data = null, times = null } = ignoreErrors(() => readCache(path, key, user)) ?? {};
    return {
      data,
      update: (script) => {
        ignoreErrors(() => updateCache(path, key, times, script));
      },
    };
  });
}

/** Errors of a cache are not reported, because the program only starts more slowly. */
function ignoreErrors<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

/** The name contains the versions of this program and of Node, because several versions can use the folder. */
function identify(bundle: string, filename: string): { name: string; key: string } {
  const digest = CRED_WATCH_BUNDLES[bundle] ?? '';
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').trim();
  const variant = options === '' ? '' : `-${hashText(options)}`;
  const describeFile = (path: string) => {
    const { size, mtimeMs } = statSync(path);
    return [size, mtimeMs];
  };
  return {
    name: `${bundle}-${digest}-${process.version}-${process.arch}${variant}${CACHE_SUFFIX}`,
    // Node can be rebuilt, and a bundle can be edited, without a new version.
    key: JSON.stringify([
      FORMAT,
      digest,
      process.versions.v8,
      options,
      describeFile(filename),
      describeFile(process.execPath),
    ]),
  };
}

/** FNV-1a. Equal names of different options are harmless, because the key has the options. */
function hashText(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0).toString(16);
}

/** @throws an error if the file is missing, a link, or not a cache */
function readCache(path: string, key: string, user: number): { data: Buffer; times: CacheTimes } | null {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.uid !== user || (stats.mode & OTHERS_WRITE) !== 0) return null;
    return parseCache(readFileSync(file), key, stats.mtimeMs);
  } finally {
    closeSync(file);
  }
}

function parseCache(content: Buffer, key: string, writtenAt: number) {
  if (content.length <= HEADER_BYTES) return null;
  const header: Header = JSON.parse(content.toString('latin1', 0, HEADER_BYTES));
  const middle = (HEADER_BYTES + content.length) / 2;
  const data = content.subarray(HEADER_BYTES, middle);
  if (header.key !== key || !data.equals(content.subarray(middle))) return null;
  return { data, times: { createdAt: header.createdAt, writtenAt } };
}

/**
 * The first run only creates an empty file, because there may be no second run, for example in a container.
 * Later runs renew the cache at growing intervals. Each renewal adds the functions that other runs have
 * compiled, for example for another format.
 */
function updateCache(path: string, key: string, times: CacheTimes | null, script: Script): void {
  if (times === null) {
    if (createMarker(path)) return;
  } else {
    const interval = Math.min(times.writtenAt - times.createdAt, MAX_RENEWAL_INTERVAL_MS);
    if (Date.now() - times.writtenAt < interval) return;
  }
  const isAccepted = times !== null && script.cachedDataRejected !== true;
  const data = script.createCachedData();
  const header: Header = {
    key,
    // A time in the future, after the clock was set back, would renew the cache at every run.
    createdAt: isAccepted ? Math.min(times.createdAt, Date.now()) : Date.now(),
  };
  writeCache(path, Buffer.concat([Buffer.from(JSON.stringify(header).padEnd(HEADER_BYTES)), data, data]));
}

/** Creates an empty file. Returns false if the file exists. */
function createMarker(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (getSystemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Replaces the file in one step, because other processes may be reading or writing it. */
function writeCache(path: string, content: Buffer): void {
  const temporary = `${path}.${process.pid}-${Math.trunc(Math.random() * 1e9)}.tmp`;
  try {
    // Without a flush, a power failure can leave zeros in both copies.
    writeFileSync(temporary, content, { flag: 'wx', mode: 0o600, flush: true });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  removeUnused(join(path, '..'));
}

function removeUnused(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!name.includes(CACHE_SUFFIX)) continue;
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > MAX_UNUSED_MS) rmSync(path, { force: true });
  }
}
