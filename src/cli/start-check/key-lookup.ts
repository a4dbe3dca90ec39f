import type { KnownKey } from '../../domain/keys/known-key.ts';
import { CredWatchError } from '../../errors.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { Io } from '../process/io.ts';

/** A database for a command that also works without it. Null if it is missing or cannot be read. */
export async function openStoredKeys(
  io: Io,
  path = resolveDatabasePath(undefined, io),
): Promise<SampleStore | null> {
  const { SampleStore } = await import('../../store/sample-store.ts');
  try {
    return SampleStore.openReadOnly(path);
  } catch (error) {
    if (error instanceof CredWatchError) return null;
    throw error;
  }
}

/** Finds what the database knows about copied keys. `store` is null without a database. */
export async function openKeyLookup(
  store: Pick<SampleStore, 'findKeys'> | null,
  { clock }: Pick<Io, 'clock'>,
): Promise<(accessKeyId: string) => KnownKey | null> {
  const { findKeys } = await import('../../watch/find-keys.ts');
  const { findKnownKey } = await import('../../domain/keys/known-key.ts');
  return (accessKeyId) => {
    const now = clock.now();
    try {
      const [answer] = findKeys(store, [{ accessKeyId, url: null }], now);
      return findKnownKey(answer?.sightings ?? [], now);
    } catch (error) {
      // A damaged database does not prevent a poll.
      if (error instanceof CredWatchError) return null;
      throw error;
    }
  };
}
