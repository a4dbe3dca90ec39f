import { CredWatchError } from '../../errors.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { describeMissingDatabase, findRootHint, type RootHintIo } from '../database/missing-database.ts';

/**
 * Opens a database for reading.
 * @throws CredWatchError if the file does not exist or is empty
 */
export async function openExistingStore(path: string, io: RootHintIo): Promise<SampleStore> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.openReadOnly(path);
  if (store !== null) return store;
  throw new CredWatchError(
    describeMissingDatabase(path),
    findRootHint(path, io) ?? 'give the database with --db, or run `cred-watch poll`',
  );
}
