import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { CredWatchError, describeSystemError, getSystemErrorCode } from '../../errors.ts';

/** The metadata of an instance has about 10 KiB, and EC2 accepts at most 16 KiB of user data. */
const MAX_FILE_BYTES = 4 * 1024 * 1024;

const TREE_HINT = 'use --tree with a JSON file or a folder';

/** Opens the file with O_NONBLOCK: opening a pipe without it blocks the process. */
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
  if (!stats.isFile()) throw new CredWatchError(`${path} is neither a regular file nor a folder`, TREE_HINT);
  if (stats.size > MAX_FILE_BYTES)
    throw new CredWatchError(`${path} is larger than 4 MiB`, 'use a smaller file');
}

export function toTreeReadError(error: unknown, path: string): CredWatchError {
  if (error instanceof CredWatchError) return error;
  const code = getSystemErrorCode(error);
  if (code === '') throw error;
  const message =
    code === 'ENOENT' ? `${path} does not exist` : `could not read ${path}: ${describeSystemError(error)}`;
  return new CredWatchError(message, TREE_HINT, { cause: error });
}
