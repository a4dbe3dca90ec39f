import type { PushDestination } from '../../watch/push/destination.ts';
import { JUDGING_FLAGS } from '../flags/judging-flags.ts';
import type { Io } from '../process/io.ts';
import type { DestinationFlags, DestinationTarget } from './destination-target.ts';

const POSTGRES = { kind: 'postgres', example: '--to postgres://HOST/DATABASE' } as const;
const METRICS = { kind: 'prometheus', example: '--to prometheus=URL' } as const;

/** The kind of destination that each of these flags concerns. All other flags concern every destination. */
export const FLAGS_OF_KINDS: Readonly<Record<string, { kind: DestinationTarget['kind']; example: string }>> =
  {
    '--tag': POSTGRES,
    '--migrate': POSTGRES,
    '--endpoint-url': { kind: 's3', example: '--to s3://BUCKET/PREFIX' },
    ...Object.fromEntries([...JUDGING_FLAGS, '--since'].map((flag) => [flag, METRICS])),
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
    case 'prometheus':
      return (await import('./prometheus.ts')).openPrometheus(target.url, flags, io);
  }
}
