import { CredWatchError } from '../../errors.ts';
import type { StoreLimits } from '../../store/contract.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { StartCheckStore } from '../../store/memory-store.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { assertNotPostgres } from '../database/database-location.ts';
import type { Io } from './io.ts';
import { printMissingDatabaseNote, printUnwritableDatabaseNote } from './messages.ts';

/**
 * Opens the database. If it cannot be used, prints a note and returns a temporary one.
 * @param hint what a temporary database means for the command
 */
export async function openBestEffortStore(
  db: string | undefined,
  io: Io,
  limits?: StoreLimits,
  hint?: string,
): Promise<SampleStore | StartCheckStore> {
  assertNotPostgres(db, io);
  const { SampleStore } = await import('../../store/sample-store.ts');
  try {
    let isOpen = false;
    const errors: CredWatchError[] = [];
    const onFallback = (error: CredWatchError) =>
      isOpen ? void printMissingDatabaseNote(io, error.message, hint) : void errors.push(error);
    const store = SampleStore.openBestEffort(resolveDatabasePath(db, io), onFallback, limits);
    isOpen = true;
    for (const { message } of errors) {
      // A file that can only be read still gives the forecast.
      if (store.seriesNames('host').length > 0) await printUnwritableDatabaseNote(io, message, hint);
      else await printMissingDatabaseNote(io, message, hint);
    }
    return store;
  } catch (error) {
    // The addon is missing, or the home folder is unknown.
    if (!(error instanceof CredWatchError)) throw error;
    await printMissingDatabaseNote(io, error.message, error.hint ?? hint);
    const { MemoryStore } = await import('../../store/memory-store.ts');
    return new MemoryStore();
  }
}
