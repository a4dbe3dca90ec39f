import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../cli/temporary-folder.ts';

const SHARED_MEMORY = '/dev/shm';

/** Enough for the servers of all workers. Containers often have 64 MB. */
const MIN_FREE_BYTES = 2e9;

/**
 * A temporary folder in memory, if there is enough. PostgreSQL copies 300 files for each new database, which takes
 * ten times as long on a disk.
 */
export function memoryFolder(finished: (clean: () => void) => void): string {
  if (!hasMemory()) return temporaryFolder(finished);
  const folder = mkdtempSync(join(SHARED_MEMORY, 'cred-watch-test-'));
  finished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function hasMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(SHARED_MEMORY);
    return bavail * bsize > MIN_FREE_BYTES;
  } catch {
    return false;
  }
}
