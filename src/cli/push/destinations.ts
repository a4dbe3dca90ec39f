import { CredWatchError } from '../../errors.ts';
import type { PushDestination } from '../../watch/push/destination.ts';
import type { Io } from '../process/io.ts';
import type { DestinationFlags, DestinationTarget } from './destination-target.ts';

/** The kind of destination that each of these flags concerns. All other flags concern every destination. */
export const FLAGS_OF_KINDS: Readonly<Record<string, { kind: DestinationTarget['kind']; name: string }>> = {
  '--tag': { kind: 'postgres', name: 'PostgreSQL' },
  '--migrate': { kind: 'postgres', name: 'PostgreSQL' },
  '--endpoint-url': { kind: 's3', name: 'S3' },
};

/** @throws CredWatchError if the destination or a setting is invalid */
export async function openDestination(
  target: DestinationTarget,
  flags: DestinationFlags,
  io: Io,
): Promise<PushDestination> {
  switch (target.kind) {
    case 'postgres':
      return (await import('./postgres.ts')).openPostgresDestination(target.url, flags, io);
    case 's3':
    case 'folder': {
      const { openObjectDestination } = await import('./objects.ts');
      return openObjectDestination(target, flags, io);
    }
    default:
      throw new CredWatchError(`push to ${target.kind} is not available`);
  }
}
