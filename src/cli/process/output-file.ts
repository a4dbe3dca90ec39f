import { createReadStream, createWriteStream, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';
import type { Io } from './io.ts';

type Pieces = Iterable<string> | AsyncIterable<string>;

const WRITE_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'the folder does not exist'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'this is a folder'],
]);

/** `-`, and names of stdout: opening these would truncate a file behind stdout. */
const STDOUT = /^(-|\/dev\/(stdout|fd\/1)|\/proc\/self\/fd\/1)$/;

/** Names of devices and of open files. Their targets must not be replaced. */
const SYSTEM_PATH = /^\/(dev|proc)\//;

/**
 * Writes to stdout (`-`) or to a file.
 * @throws CredWatchError if the file cannot be written
 */
export async function writeOutput(io: Io, path: string, pieces: Pieces): Promise<void> {
  if (STDOUT.test(path)) {
    for await (const piece of pieces) {
      await io.stdout.write(piece);
      // Creating the other pieces could take minutes.
      if (io.stdout.isClosed()) return;
    }
    return;
  }
  try {
    await writeFile(path, pieces, io);
  } catch (error) {
    if (error instanceof CredWatchError) throw error;
    const code = getSystemErrorCode(error);
    const reason = code === null ? '' : `: ${WRITE_ERRORS.get(code) ?? describeSystemError(error)}`;
    const hint = 'give another file, or - for stdout';
    throw new CredWatchError(`could not write ${path}${reason}`, hint, { cause: error });
  }
}

/**
 * Replaces a file in one step, because another program may be reading it. The new file has the mode and the owner of
 * the old one. If this user cannot create such a file, overwrites the old one, as a shell does.
 */
async function writeFile(path: string, pieces: Pieces, io: Io): Promise<void> {
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

const overwrite = (path: string, content: Iterable<string> | AsyncIterable<string | Buffer>) =>
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
