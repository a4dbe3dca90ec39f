import type { ChainFacts } from '../../domain/provider-chain/providers.ts';
import { isEndpointSource } from '../../domain/series-key.ts';
import { CredWatchError } from '../../errors.ts';
import { isKeyId, toStoredKeyId } from '../../key-id.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { Io } from '../process/io.ts';

/**
 * Whether the endpoint that the credentials of a job hide is known to exist: a setting names it, or it was polled on
 * this machine. False if the keys in the variables are a copy of its credentials, as `exec` passes them. Sends no
 * request.
 */
export async function hasHiddenEndpoint(
  { providers, setVariables }: ChainFacts,
  db: string | undefined,
  io: Io,
): Promise<boolean> {
  const isNamed =
    providers.container.state !== 'absent' || setVariables.has('AWS_EC2_METADATA_SERVICE_ENDPOINT');
  const { SampleStore } = await import('../../store/sample-store.ts');
  try {
    using store = SampleStore.openReadOnly(resolveDatabasePath(db, io));
    if (store === null) return isNamed;
    if (!isNamed && store.findLastHost(io.machine, 'imds') === null) return false;
    return !isEndpointKey(store, io.env.AWS_ACCESS_KEY_ID ?? '');
  } catch (error) {
    // The command itself reports a database that cannot be read.
    if (error instanceof CredWatchError) return isNamed;
    throw error;
  }
}

function isEndpointKey(store: SampleStore, accessKeyId: string): boolean {
  if (!isKeyId(accessKeyId)) return false;
  let isKnown = false;
  store.findKeys([{ keyId: toStoredKeyId(accessKeyId) }], ({ identity: { source } }) => {
    isKnown ||= isEndpointSource(source);
  });
  return isKnown;
}
