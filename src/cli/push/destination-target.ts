import type { Seconds } from '../../domain/model.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { InvalidSecretError, InvalidValueError } from '../flags/invalid-value.ts';
import type { JudgingFlags } from '../flags/judging-flags.ts';
import type { Tag } from './tags.ts';

/** The value of `push --to`. */
export type DestinationTarget =
  | { kind: 'postgres'; url: string }
  | { kind: 's3'; url: string }
  | { kind: 'folder'; path: string }
  | { kind: 'prometheus'; url: string };

/** Flags of `push` that destinations use. */
export interface DestinationFlags extends Partial<JudgingFlags> {
  /** How long to try again while the destination is not available. */
  timeout: Seconds;
  tag?: readonly Tag[];
  endpointUrl?: string;
  /** The first time of samples of metrics. Stays text, because parsing `7d` needs the current time. */
  since?: string;
}

/** The parser of `--to`. */
export function parseDestination(text: string): DestinationTarget {
  if (isPostgresUrl(text)) return { kind: 'postgres', url: text };
  if (text.startsWith('s3://')) return { kind: 's3', url: text };
  if (text.startsWith('prometheus=')) return { kind: 'prometheus', url: text.slice('prometheus='.length) };
  if (/^[./]/.test(text)) return { kind: 'folder', path: text };
  // The text can contain a password.
  const InvalidError = /@|passw/i.test(text) ? InvalidSecretError : InvalidValueError;
  throw new InvalidError(
    'is not a destination',
    'use postgres://HOST/DATABASE, s3://BUCKET/PREFIX, prometheus=URL, or a folder such as ./history',
  );
}

/** The URLs of destinations of metrics. */
export const listMetricsUrls = (targets: readonly DestinationTarget[]): string[] =>
  targets.flatMap((target) => (target.kind === 'prometheus' ? target.url : []));

/** Names a destination that could not be opened, for messages. Contains no password. */
export function describeTarget(target: DestinationTarget): string {
  if (target.kind === 'folder') return target.path;
  return URL.canParse(target.url) ? `${target.kind} at ${new URL(target.url).host}` : target.kind;
}
