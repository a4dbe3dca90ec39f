import { statSync } from 'node:fs';

/**
 * Whether a database location is a folder, which can have Parquet files. A file of its own, because every start
 * needs it. False for a path that cannot be read: opening the database reports the reason.
 */
export function isFolder(location: string): boolean {
  try {
    return statSync(location, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
