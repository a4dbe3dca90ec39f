import { CredWatchError } from '../../errors.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { describeMissingDatabase, findRootHint } from '../database/missing-database.ts';
import type { Io } from './io.ts';

/**
 * Opens a database for reading.
 * @param command what the user has to run as root if root has the samples
 * @throws CredWatchError if the file does not exist or is empty
 */
export async function openExistingStore(
  path: string,
  command: string,
  io: Pick<Io, 'env' | 'home' | 'isRoot'>,
): Promise<SampleStore> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const store = SampleStore.openReadOnly(path);
  if (store !== null) return store;
  throw new CredWatchError(
    describeMissingDatabase(path),
    findRootHint(path, command, io) ?? 'give the database with --db, or run `cred-watch poll`',
  );
}
