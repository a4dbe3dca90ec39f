import type { KeyAnswer } from '../../domain/keys/key-answer.ts';
import type { StoredKeyUse } from '../../domain/keys/key-use.ts';
import { listServedKeys } from '../../domain/keys/served-keys.ts';
import { toStoredKeyId } from '../../key-id.ts';
import type { SampleStore } from '../../store/sample-store.ts';

/**
 * Finds the programs that got keys from `serve`.
 * @param store null if the database does not exist
 * @returns a function that returns the programs of an answer
 */
export function createKeyUserFinder(store: Pick<SampleStore, 'keyUses'> | null) {
  // The time decides only the remaining validity, which is not used here.
  const keys = listServedKeys(store?.keyUses.list() ?? [], 0);
  return ({ accessKeyId, sightings }: KeyAnswer): readonly StoredKeyUse[] => {
    const ids = new Set([toStoredKeyId(accessKeyId), ...sightings.map((each) => each.accessKeyId)]);
    return keys.flatMap((key) => (ids.has(key.accessKeyId) ? key.users : []));
  };
}
