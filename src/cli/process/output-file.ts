import { createWriteStream } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CredWatchError } from '../../errors.ts';
import type { Io } from './io.ts';

/** To stdout (`-`), or to a file that appears whole or not at all: others may be reading it. */
export async function writeOutput(
  io: Io,
  path: string,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  if (path === '-') {
    for await (const piece of pieces) {
      await io.stdout.write(piece);
      // `… | head` has read enough, and the rest could take minutes to make.
      if (io.stdout.isClosed()) return;
    }
    return;
  }
  const file = await realFile(path);
  const unfinished = join(dirname(file), `.cred-watch-${process.pid}-${Math.trunc(io.random() * 1e9)}.tmp`);
  try {
    if (await isSpecial(file)) {
      await pipeline(Readable.from(pieces), createWriteStream(file, { flags: 'w' }));
      return;
    }
    await pipeline(Readable.from(pieces), createWriteStream(unfinished, { flags: 'wx', flush: true }));
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof CredWatchError) throw error;
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    throw new CredWatchError(`${path} cannot be written${why}`, 'name another file, or - for stdout', {
      cause: error,
    });
  }
}

/** Where a link points, so that the file behind it is replaced and not the link. */
const realFile = (path: string) => realpath(path).catch(() => resolve(path));

/** A pipe or a device is written to: a file put in its place would be a disaster. */
const isSpecial = (file: string) =>
  stat(file).then(
    (stats) => !stats.isFile(),
    () => false,
  );
