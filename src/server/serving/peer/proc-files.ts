import {
  closeSync,
  opendirSync,
  openSync,
  read,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
} from 'node:fs';
import { promisify } from 'node:util';

/** The kernel returns at most a page of a table at a time. */
const CHUNK_BYTES = 4096;

/** A read that returns less than this ends the table, because another line would have fitted into the page. */
const FULL_CHUNK_BYTES = 3500;

/** Other requests wait for these reads. */
const CHUNKS_PER_SLICE = 4;

const readChunk = promisify(read);

/**
 * Passes the lines of a table of `/proc/net` to `visit`. The first read is asynchronous: without many connections, it
 * searches all buckets of the kernel's hash table, which takes milliseconds. The other reads are short, and on a busy
 * machine each asynchronous step takes much longer.
 */
export async function visitLines(path: string, visit: (line: string) => void): Promise<void> {
  const file = attempt(() => openSync(path, 'r'));
  if (file === null) return;
  try {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    let { bytesRead: size } = await readChunk(file, chunk, 0, CHUNK_BYTES, null);
    let rest = '';
    for (let count = 1; ; count += 1) {
      const lines = (rest + chunk.toString('latin1', 0, size)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) visit(line);
      if (size < FULL_CHUNK_BYTES) return;
      if (count % CHUNKS_PER_SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
      size = readSync(file, chunk);
    }
  } catch {
    // The rest of the lines is unknown.
  } finally {
    closeSync(file);
  }
}

// The other files are read synchronously: each read takes some microseconds, and a process can end at any time.

/** Yields the names in a folder. Yields nothing if the folder cannot be read. */
export function* readNames(path: string): Generator<string> {
  const folder = attempt(() => opendirSync(path));
  if (folder === null) return;
  try {
    for (;;) {
      const entry = attempt(() => folder.readSync());
      if (entry === null) return;
      yield entry.name;
    }
  } finally {
    folder.closeSync();
  }
}

/** Returns null if the link cannot be read. */
export const readLink = (path: string): string | null => attempt(() => readlinkSync(path));

/** Returns an empty text if the file cannot be read. */
export const readText = (path: string): string => attempt(() => readFileSync(path, 'latin1')) ?? '';

/** The user who owns a file. Null if the file does not exist. */
export const readOwner = (path: string): number | null =>
  attempt(() => statSync(path, { throwIfNoEntry: false }))?.uid ?? null;

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
