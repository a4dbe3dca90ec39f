import { accessSync, closeSync, constants, openSync, statfsSync } from 'node:fs';
import { devNull } from 'node:os';
import { dirname } from 'node:path';
import { getSystemErrorCode } from '../../errors.ts';

/** The database, its write-ahead log, its shared memory, and its folder. */
const NEEDED_DESCRIPTORS = 4;

/**
 * Finds why SQLite failed, because SQLite does not report the error of the system. Does not open the database:
 * closing a file releases the locks that this process has on it.
 * @returns the code of the error (`EMFILE`); null if the cause is no longer visible
 */
export function findSystemCause(file: string): string | null {
  try {
    assertEnoughDescriptors();
    accessSync(file, constants.R_OK | constants.W_OK);
    accessSync(dirname(file), constants.W_OK | constants.X_OK);
    return statfsSync(dirname(file)).bavail === 0 ? 'ENOSPC' : null;
  } catch (error) {
    return getSystemErrorCode(error);
  }
}

/** @throws the error EMFILE or ENFILE if SQLite cannot open its files */
export function assertEnoughDescriptors(): void {
  const descriptors: number[] = [];
  try {
    for (let count = 0; count < NEEDED_DESCRIPTORS; count += 1) descriptors.push(openSync(devNull, 'r'));
  } finally {
    for (const descriptor of descriptors) closeSync(descriptor);
  }
}
