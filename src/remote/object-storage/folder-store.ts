import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { digest } from '../../digest.ts';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import { adviseWriteError, describeWriteError } from '../../write-errors.ts';
import {
  MAX_OBJECT_BYTES,
  type ObjectStore,
  ObjectStoreUnavailable,
  type ReplacedVersion,
  type StoredObject,
} from './object-store.ts';

/** Errors after which a later attempt can succeed, for example of a network file system. */
const TEMPORARY_ERRORS: ReadonlySet<string> = new Set(
  'EAGAIN EBUSY EDQUOT EHOSTDOWN EHOSTUNREACH EIO EMFILE ENETUNREACH ENFILE ENOLCK ENOSPC ESTALE ETIMEDOUT'.split(
    ' ',
  ),
);

const LOCK_PAUSE_MS = 50;
const MAX_LOCK_WAIT_MS = 10_000;
/** A lock is held for a few milliseconds, so an older one belongs to a process that was killed. */
const STALE_LOCK_MS = 60_000;

/** A folder with one file per object. Names that begin with a full stop are hidden from readers. */
export class FolderStore implements ObjectStore {
  readonly name: string;
  readonly #root: string;
  readonly #clock: Pick<Clock, 'sleep'>;
  /** Ends when this process holds no lock. */
  #lastWrite: Promise<unknown> = Promise.resolve();

  /** @param root an absolute path */
  constructor(root: string, clock: Pick<Clock, 'sleep'>) {
    this.name = root;
    this.#root = root;
    this.#clock = clock;
  }

  get(key: string): Promise<StoredObject | null> {
    const path = join(this.#root, key);
    return explain('read', path, async () => {
      const content = await readRegularFile(path).catch(nullIfMissing);
      return content === null ? null : { content, version: getVersion(content) };
    });
  }

  /** Writes one object after the other, so that this process does not wait for its own locks. */
  put(key: string, content: Uint8Array, replaced: ReplacedVersion): Promise<string | null> {
    const written = this.#lastWrite.then(() => this.#put(key, content, replaced));
    this.#lastWrite = written.catch(() => {});
    return written;
  }

  async #put(key: string, content: Uint8Array, replaced: ReplacedVersion): Promise<string | null> {
    const path = join(this.#root, key);
    const folder = dirname(path);
    await explain('write', folder, () => createFolder(folder));
    return this.#withLock(folder, async () => {
      const current = await this.get(key);
      const isExpected =
        replaced === 'any' ||
        (current?.version ?? 'none') === (replaced === 'none' ? replaced : replaced.version);
      if (!isExpected) return null;
      await explain('write', path, () => replaceFile(path, content));
      return getVersion(content);
    });
  }

  async close(): Promise<void> {}

  /** A lock, because no call of a file system replaces a file only if it has a known content. */
  async #withLock<T>(folder: string, action: () => Promise<T>): Promise<T> {
    const lock = join(folder, '.cred-watch-push.lock');
    for (let waited = 0; !(await explain('write', lock, () => createLock(lock))); waited += LOCK_PAUSE_MS) {
      if (waited >= MAX_LOCK_WAIT_MS)
        throw new ObjectStoreUnavailable(`another process has locked ${folder} for more than 10 seconds`);
      await this.#clock.sleep(LOCK_PAUSE_MS);
    }
    try {
      return await action();
    } finally {
      await rm(lock, { force: true }).catch(() => {});
    }
  }
}

/** A read of a pipe could wait for ever, and the poller would not end. */
async function readRegularFile(path: string): Promise<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await handle.stat();
    const problem = !status.isFile()
      ? 'is not a regular file'
      : status.size > MAX_OBJECT_BYTES
        ? 'is too large'
        : null;
    if (problem !== null) throw new CredWatchError(`${path} ${problem}`, 'move it away');
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Returns false if another process holds the lock. */
async function createLock(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx')).close();
    return true;
  } catch (error) {
    if (getSystemErrorCode(error) !== 'EEXIST') throw error;
    const known = await stat(lock).catch(nullIfMissing);
    // The clock of the file system dates both files, because the clock of this host may differ from it.
    const now = known === null ? null : await readFileTime(`${lock}-time`);
    if (known !== null && now !== null && now - known.mtimeMs > STALE_LOCK_MS)
      await rm(lock, { force: true });
    return false;
  }
}

/** The time of a new file. Null if another process creates or deletes the file at the same time. */
async function readFileTime(path: string): Promise<number | null> {
  const handle = await createFile(path).catch((error: unknown): null => {
    if (getSystemErrorCode(error) !== 'EEXIST') throw error;
    return null;
  });
  if (handle === null) return null;
  await handle.close();
  const created = await stat(path).catch(nullIfMissing);
  await rm(path, { force: true });
  return created?.mtimeMs ?? null;
}

/** The name is fixed, so that the next push replaces the leftover of a killed one. */
async function replaceFile(path: string, content: Uint8Array): Promise<void> {
  const temporary = join(dirname(path), '.cred-watch-push.tmp');
  const handle = await createFile(temporary);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}

/** Deletes the leftover of a killed push. Opens no existing file, because it could be a link to a file elsewhere. */
async function createFile(path: string): Promise<FileHandle> {
  await rm(path, { force: true });
  return open(path, 'wx');
}

/** Creates one folder at a time, because a recursive mkdir of Node never returns for a path in /proc. */
async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = getSystemErrorCode(error);
    if (code === 'EEXIST' && (await stat(folder)).isDirectory()) return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await createFolder(dirname(folder));
    // No recursion, because this never succeeds in /proc. Another process may have just created the folder.
    await mkdir(folder).catch((again: unknown) => {
      if (getSystemErrorCode(again) !== 'EEXIST') throw again;
    });
  }
}

function explain<T>(verb: 'read' | 'write', path: string, action: () => Promise<T>): Promise<T> {
  return action().catch((error: unknown) => {
    const code = getSystemErrorCode(error);
    if (code === null) throw error;
    const reason = verb === 'write' ? describeWriteError(error) : describeSystemError(error);
    const message = `could not ${verb} ${path}: ${reason}`;
    if (TEMPORARY_ERRORS.has(code)) throw new ObjectStoreUnavailable(message, { cause: error });
    const otherPlace = 'give a folder that this user can write, such as --to ./history';
    throw new CredWatchError(message, verb === 'write' ? adviseWriteError(error, otherPlace) : otherPlace, {
      cause: error,
    });
  });
}

function nullIfMissing(error: unknown): null {
  if (getSystemErrorCode(error) === 'ENOENT') return null;
  throw error;
}

const getVersion = (content: Uint8Array) => digest(content, 32);
