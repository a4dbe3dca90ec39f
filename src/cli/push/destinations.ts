import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import type { PushDestination } from '../../watch/push/destination.ts';
import { InvalidSecretError, InvalidValueError } from '../flags/invalid-value.ts';
import type { Io } from '../process/io.ts';
import type { Tag } from './tags.ts';

/** The value of `push --to`. */
export type DestinationTarget =
  | { kind: 'postgres'; url: string }
  | { kind: 's3'; url: string }
  | { kind: 'folder'; path: string }
  | { kind: 'prometheus'; url: string };

/** Flags of `push` that destinations use. */
export interface DestinationFlags {
  /** How long to try again while the destination is not available. */
  timeout: Seconds;
  tag?: readonly Tag[];
  endpointUrl?: string;
}

/** The kind of destination that each of these flags concerns. All other flags concern every destination. */
export const FLAGS_OF_KINDS: Readonly<Record<string, { kind: DestinationTarget['kind']; name: string }>> = {
  '--tag': { kind: 'postgres', name: 'PostgreSQL' },
  '--migrate': { kind: 'postgres', name: 'PostgreSQL' },
  '--endpoint-url': { kind: 's3', name: 'S3' },
};

/** The parser of `--to`. */
export function parseDestination(text: string): DestinationTarget {
  if (/^postgres(?:ql)?:\/\//i.test(text)) return { kind: 'postgres', url: text };
  if (text.startsWith('s3://')) return { kind: 's3', url: text };
  if (text.startsWith('prometheus=')) return { kind: 'prometheus', url: text.slice('prometheus='.length) };
  if (/^[./]/.test(text)) return { kind: 'folder', path: text };
  // The text can contain a password.
  const InvalidError = text.includes('@') ? InvalidSecretError : InvalidValueError;
  throw new InvalidError(
    'is not a destination',
    'use postgres://HOST/DATABASE, s3://BUCKET/PREFIX, prometheus=URL, or a folder such as ./history',
  );
}

/** @throws CredWatchError if the destination or a setting is invalid */
export async function openDestination(
  target: DestinationTarget,
  flags: DestinationFlags,
  io: Io,
): Promise<PushDestination> {
  switch (target.kind) {
    case 'postgres':
      return (await import('./postgres.ts')).openPostgresDestination(target.url, flags, io);
    default:
      throw new CredWatchError(`push to ${target.kind} is not available`);
  }
}

/** For messages about a destination that could not be opened. Contains no password. */
export function describeTarget(target: DestinationTarget): string {
  if (target.kind === 'folder') return target.path;
  return URL.canParse(target.url) ? `${target.kind} at ${new URL(target.url).host}` : target.kind;
}
