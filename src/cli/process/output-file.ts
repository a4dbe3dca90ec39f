import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import type { Io } from './io.ts';

const WRITE_ERRORS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'the folder does not exist'],
  ['EACCES', 'permission denied'],
  ['EISDIR', 'this is a folder'],
]);

/**
 * Writes to stdout (`-`), or replaces a file in one step, because another program may be reading the file.
 * @throws CredWatchError if the file cannot be written
 */
export async function writeOutput(
  io: Io,
  path: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  if (path === '-') {
    for await (const piece of pieces) {
      await io.stdout.write(piece);
      // Creating the other pieces could take minutes.
      if (io.stdout.isClosed()) return;
    }
    return;
  }
  const file = await followLink(path);
  const temporary = join(dirname(file), `.cred-watch-${process.pid}-${Math.trunc(io.random() * 1e9)}.tmp`);
  try {
    if (await isSpecial(file)) {
      await pipeline(Readable.from(pieces), createWriteStream(file, { flags: 'w' }));
      return;
    }
    await pipeline(Readable.from(pieces), createWriteStream(temporary, { flags: 'wx', flush: true }));
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof CredWatchError) throw error;
    const code = getSystemErrorCode(error);
    throw new CredWatchError(
      `could not write ${path}${code === '' ? '' : `: ${WRITE_ERRORS.get(code) ?? code}`}`,
      'give another file, or - for stdout',
      { cause: error },
    );
  }
}

/** The target of a symbolic link, so that the target is replaced and not the link. */
const followLink = (path: string) => realpath(path).catch(() => resolve(path));

/** Pipes and devices must not be replaced by a file: without /dev/null, other programs fail. */
const isSpecial = (file: string) =>
  stat(file).then(
    (stats) => !stats.isFile(),
    () => false,
  );
