import { constants, open } from 'node:fs/promises';
import { getSystemErrorCode } from '../../errors.ts';

/** In bytes. Token and hosts files are far smaller. */
const MAX_SIZE = 1024 * 1024;

/** Reads a regular file as text. Rejects a pipe, which could block the exit of the process. */
export async function readSmallFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new UnreadableFile('not a regular file');
    if (status.size > MAX_SIZE) throw new UnreadableFile('too large');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

class UnreadableFile extends Error {}

/** The reason why a file could not be read, without its path. */
export function describeReadError(error: unknown): string {
  return error instanceof UnreadableFile ? error.message : getSystemErrorCode(error) || 'unreadable';
}
