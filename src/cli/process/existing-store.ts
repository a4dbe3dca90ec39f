import { statSync } from 'node:fs';
import { CredWatchError } from '../../errors.ts';
import type { SampleStore } from '../../store/sample-store.ts';

/**
 * Opens a database for reading.
 * @throws CredWatchError if the file does not exist or is empty
 */
export async function openExistingStore(path: string): Promise<SampleStore> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.openReadOnly(path);
  if (store !== null) return store;
  throw new CredWatchError(
    describeMissingDatabase(path),
    'give the database with --db, or run `cred-watch poll`',
  );
}

/** A full disk can leave an empty file. SQLite treats it as a new database. */
export const describeMissingDatabase = (path: string): string =>
  statSync(path, { throwIfNoEntry: false })?.size === 0
    ? `${path} is empty (0 bytes)`
    : `${path} does not exist`;
