import type { PushDestination } from '../../watch/push/destination.ts';
import { PostgresDestination } from '../../watch/push/postgres/postgres-destination.ts';
import type { Io } from '../process/io.ts';
import type { DestinationFlags } from './destination-target.ts';

export const openPostgresDestination = (
  url: string,
  { timeout, tag }: DestinationFlags,
  io: Io,
): PushDestination =>
  new PostgresDestination(url, io, {
    timeout,
    version: CRED_WATCH_VERSION,
    tags: tag === undefined ? null : new Map(tag.map(({ name, value }) => [name, value])),
  });
