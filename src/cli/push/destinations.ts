import { CredWatchError } from '../../errors.ts';
import type { PushDestination } from '../../watch/push/destination.ts';
import type { Io } from '../process/io.ts';
import type { PrometheusFlags } from './prometheus.ts';

/** The value of `push --to`. */
export type DestinationTarget =
  | { kind: 'postgres'; url: string }
  | { kind: 's3'; url: string }
  | { kind: 'folder'; path: string }
  | { kind: 'prometheus'; url: string };

/** Flags of `push` that concern one kind of destination. */
export interface DestinationFlags extends PrometheusFlags {
  endpointUrl?: string;
}

/** @throws CredWatchError if the text names no destination */
export function parseDestination(text: string): DestinationTarget {
  if (/^postgres(?:ql)?:\/\//.test(text)) return { kind: 'postgres', url: text };
  if (text.startsWith('s3://')) return { kind: 's3', url: text };
  if (text.startsWith('prometheus=')) return { kind: 'prometheus', url: text.slice('prometheus='.length) };
  if (/^[./]/.test(text)) return { kind: 'folder', path: text };
  throw new CredWatchError(
    `--to '${text}' is not a destination`,
    'use postgres://HOST/DATABASE, s3://BUCKET/PREFIX, prometheus=URL, or a folder such as ./history',
  );
}

export async function openDestination(
  target: DestinationTarget,
  flags: DestinationFlags,
  io: Io,
): Promise<PushDestination> {
  switch (target.kind) {
    case 'prometheus':
      return (await import('./prometheus.ts')).openPrometheus(target.url, flags, io);
    default:
      throw new CredWatchError(`push to ${target.kind} is not available`);
  }
}
