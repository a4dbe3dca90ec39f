import { close, constants, fstat, openSync, readFile } from 'node:fs';
import { promisify } from 'node:util';
import { getSystemErrorCode } from '../../errors.ts';

/** Not `node:fs/promises`, which takes 2 ms to load. */
const files = {
  stat: promisify(fstat),
  read: promisify(readFile),
  close: promisify(close),
};

/** In bytes. Token and hosts files are far smaller. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Reads a regular file as text. Rejects a pipe, which could block the exit of the process. */
export async function readSmallFile(path: string): Promise<string> {
  // Most hosts have no AWS config files. An asynchronous `open` would start four threads only to find this out.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await files.stat(file);
    if (!status.isFile()) throw new UnreadableFile('not a regular file');
    if (status.size > MAX_FILE_BYTES) throw new UnreadableFile('too large');
    return await files.read(file, 'utf8');
  } finally {
    await files.close(file);
  }
}

class UnreadableFile extends Error {}

/** The reason why a file could not be read, without its path. */
export function describeReadError(error: unknown): string {
  return error instanceof UnreadableFile ? error.message : (getSystemErrorCode(error) ?? 'unreadable');
}
