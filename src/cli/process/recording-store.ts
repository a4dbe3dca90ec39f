import type { ErrorCode } from '../../errors.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { watchCreation } from '../database/created-database.ts';
import type { Io } from './io.ts';

/** A wrong path needs no further explanation. */
const PATH_ERRORS: ReadonlySet<ErrorCode> = new Set([
  'DATABASE_INVALID_PATH',
  'DATABASE_NOT_OURS',
  'DATABASE_TOO_NEW',
  'DATABASE_DRIVER_MISSING',
]);

/**
 * Opens the database of a poller.
 * @param db the value of `--db`
 */
export async function openRecordingStore(path: string, db: string | undefined, io: Io): Promise<SampleStore> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const { explainLoss } = await import('../../watch/poll-once.ts');
  const noteCreation = watchCreation(db, io);
  const store = explainLoss('no sample was recorded', () => SampleStore.open(path), PATH_ERRORS);
  await noteCreation();
  return store;
}
