import { createReadStream, createWriteStream, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { getSystemErrorCode } from '../../errors.ts';
import { explainWriteError } from '../../write-errors.ts';
import type { Io } from './io.ts';

/** The name of a file that is not complete. */
export const TEMPORARY_FILE = /^\.cred-watch-\d+-\d+\.tmp$/;

type Pieces<T = string> = Iterable<T> | AsyncIterable<T>;

/** `-`, and names of stdout: opening these would truncate a file behind stdout. */
const STDOUT = /^(-|\/dev\/(stdout|fd\/1)|\/proc\/self\/fd\/1)$/;

export const isStdout = (path: string): boolean => STDOUT.test(path);

/** Names of devices and of open files. Their targets must not be replaced. /dev/shm has usual files. */
const SYSTEM_PATH = /^\/(dev(?!\/shm\/)|proc)\//;

/**
 * Writes to stdout (`-`) or to a file.
 * @throws CredWatchError if the file cannot be written
 */
export async function writeOutput(io: Io, path: string, pieces: Pieces): Promise<void> {
  if (isStdout(path)) {
    for await (const piece of pieces) {
      await io.stdout.write(piece);
      // Creating the other pieces could take minutes.
      if (io.stdout.isClosed()) return;
    }
    return;
  }
  try {
    await replaceFile(path, pieces, io);
  } catch (error) {
    throw explainWriteError(path, error, 'give another file, or - for stdout');
  }
}

/**
 * Replaces a file in one step, because another program may be reading it. The new file has the mode and the owner of
 * the old one. If this user cannot create such a file, overwrites the old one, as a shell does.
 */
export async function replaceFile(path: string, pieces: Pieces<string | Uint8Array>, io: Io): Promise<void> {
  // Unlike realpath, stat fails if the kernel does not follow a link, such as one of another user in /tmp.
  const old = await stat(path).catch(nullIfMissing);
  const isDanglingLink = old === null && (await lstat(path).catch(nullIfMissing)) !== null;
  if (isDanglingLink || old?.isFile() === false || SYSTEM_PATH.test(path)) return overwrite(path, pieces);
  const file = old === null ? path : await realpath(path);
  const temporary = join(dirname(file), `.cred-watch-${process.pid}-${Math.trunc(io.random() * 1e9)}.tmp`);
  const handle = old === null ? await open(temporary, 'wx') : await createLike(old, temporary);
  if (handle === null) return overwrite(path, pieces);
  try {
    await pipeline(Readable.from(pieces), handle.createWriteStream({ flush: true }));
    await rename(temporary, file).catch((error) => {
      // A single file that is mounted into a container cannot be replaced.
      if (getSystemErrorCode(error) !== 'EBUSY') throw error;
      return overwrite(file, createReadStream(temporary));
    });
  } finally {
    await rm(temporary, { force: true });
  }
}

const overwrite = (path: string, content: Pieces<string | Uint8Array>) =>
  pipeline(Readable.from(content), createWriteStream(path));

/** Creates a file with the mode and the owner of another file. Null if this user may not create it. */
async function createLike({ uid, gid, mode }: Stats, path: string): Promise<FileHandle | null> {
  const handle = await open(path, 'wx', 0o600).catch(() => null);
  if (handle === null) return null;
  try {
    await handle.chown(uid, gid);
    await handle.chmod(mode & 0o777);
    return handle;
  } catch {
    await handle.close();
    await rm(path);
    return null;
  }
}

function nullIfMissing(error: unknown): null {
  if (getSystemErrorCode(error) === 'ENOENT') return null;
  throw error;
}
