import { constants, open } from 'node:fs/promises';
import { getSystemErrorCode } from '../../errors.ts';

/** Tokens and hosts files are far smaller. */
const LARGEST = 1024 * 1024;

/**
 * A file as text. Opened without blocking and only if it is a regular one: a pipe would hold the thread that reads
 * it, and with it the exit of the process, for ever.
 */
export async function readSmallFile(path: string): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new UnreadableFile('not a regular file');
    if (status.size > LARGEST) throw new UnreadableFile('too large');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

class UnreadableFile extends Error {}

/** Why a file could not be read, without its path. */
export function describeReadError(error: unknown): string {
  return error instanceof UnreadableFile ? error.message : getSystemErrorCode(error) || 'unreadable';
}
