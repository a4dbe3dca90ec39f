import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';

/** Some 10 KiB is a whole instance, and 16 KiB the most that EC2 takes as user data. */
const LARGEST = 4 * 1024 * 1024;

const NAME_A_TREE = 'name a JSON file or a folder with --tree';

/** Opened without blocking: a pipe would hold the whole process. */
export function readRegularFile(path: string): Buffer {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    assertReadable(fstatSync(descriptor), path);
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function assertReadable(stats: Stats, path: string): void {
  if (!stats.isFile())
    throw new CredWatchError(`${path} is neither a regular file nor a folder`, NAME_A_TREE);
  if (stats.size > LARGEST)
    throw new CredWatchError(`${path} is larger than 4 MiB`, 'serve something smaller');
}

export function toTreeReadError(error: unknown, path: string): CredWatchError {
  if (error instanceof CredWatchError) return error;
  const code = getSystemErrorCode(error);
  if (code === '') throw error;
  const message = code === 'ENOENT' ? `there is no ${path}` : `cannot read ${path} (${code})`;
  return new CredWatchError(message, NAME_A_TREE, { cause: error });
}
