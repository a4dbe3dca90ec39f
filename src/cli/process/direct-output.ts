/** Output without the streams of Node, which take a millisecond to load. */
import { fstatSync, statSync, writeSync } from 'node:fs';
import { getSystemErrorCode } from '../../errors.ts';

/** Whether this is a file, a pipe or /dev/null. A terminal or a socket needs a stream. */
export function isFileOrPipe(fd: number): boolean {
  try {
    const stats = fstatSync(fd);
    return stats.isFile() || stats.isFIFO() || stats.rdev === statSync('/dev/null').rdev;
  } catch {
    return false;
  }
}

/**
 * Writes to a file or a pipe, and waits until the reader of the pipe has made room. Returns the rest of the text if the
 * pipe does not let writers wait.
 */
export function writeDirectly(fd: number, text: string): Buffer {
  let rest = Buffer.from(text);
  try {
    while (rest.length > 0) rest = rest.subarray(writeSync(fd, rest));
  } catch (error) {
    if (getSystemErrorCode(error) !== 'EAGAIN') throw error;
  }
  return rest;
}
