import type { ErrorCode } from '../../errors.ts';
import type { SampleStore } from '../../store/sample-store.ts';

/** A wrong path needs no further explanation. */
const PATH_ERRORS: ReadonlySet<ErrorCode> = new Set([
  'DATABASE_INVALID_PATH',
  'DATABASE_NOT_OURS',
  'DATABASE_TOO_NEW',
  'DATABASE_DRIVER_MISSING',
]);

/** Opens the database of a poller. */
export async function openRecordingStore(path: string): Promise<SampleStore> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  const { explainLoss } = await import('../../watch/poll-once.ts');
  return explainLoss('no sample was recorded', () => SampleStore.open(path), PATH_ERRORS);
}
