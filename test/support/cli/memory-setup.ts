/**
 * A global setup of `vitest.config.mts`. Locally, databases and programs of tests are in memory, which saves a tenth
 * of the time. CI uses the disk.
 */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statfsSync } from 'node:fs';
import { isThorough } from '../thorough.ts';

const MEMORY = '/dev/shm';
const MIN_FREE_BYTES = 4e9;

export default function useMemory(): (() => void) | undefined {
  // Also set by the setup of another project.
  if (isThorough || process.env.TMPDIR !== undefined || !isUsable()) return undefined;
  const folder = mkdtempSync(`${MEMORY}/cred-watch-tests-`);
  // Some tests run programs as another user.
  chmodSync(folder, 0o1777);
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Containers often have 64 MB, and forbid to run programs from there. */
function isUsable(): boolean {
  if (!existsSync(MEMORY)) return false;
  const { bavail, bsize } = statfsSync(MEMORY);
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return bavail * bsize > MIN_FREE_BYTES && !mounts.some((line) => / \/dev\/shm .*\bnoexec\b/.test(line));
}
