import type { ChainFacts } from '../../domain/provider-chain/providers.ts';
import { CredWatchError } from '../../errors.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { Io } from '../process/io.ts';

/**
 * Whether the endpoint that the credentials of a job hide is known to exist: a setting names it, or it was polled on
 * this machine. Sends no request.
 */
export async function hasHiddenEndpoint(
  { providers, setVariables }: ChainFacts,
  db: string | undefined,
  io: Io,
): Promise<boolean> {
  if (providers.container.state !== 'absent') return true;
  if (setVariables.has('AWS_EC2_METADATA_SERVICE_ENDPOINT')) return true;
  const { SampleStore } = await import('../../store/sample-store.ts');
  try {
    using store = SampleStore.openReadOnly(resolveDatabasePath(db, io));
    return (store?.findLastHost(io.machine, 'imds') ?? null) !== null;
  } catch (error) {
    // The command itself reports a database that cannot be read.
    if (error instanceof CredWatchError) return false;
    throw error;
  }
}
