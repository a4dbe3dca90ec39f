import { isLoopbackClient, type PeerProcess, type StoredKeyUse } from '../../../domain/keys/key-use.ts';
import { isStillValid, type ServedKeyUsers } from '../../../domain/keys/served-keys.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { escapeUnprintable } from '../../../untrusted-text.ts';
import {
  formatCount,
  formatSpan,
  formatTimestamp,
  formatUserAgent,
  maskKeyId,
  truncateText,
} from '../../text/format-values.ts';

const PROGRAM_WIDTH = 200;
const NAME_WIDTH = 64;
const CLIENT_WIDTH = 100;

/** `2 served keys: 1 is still valid, 1 has expired`. */
export function describeServedKeys(keys: readonly ServedKeyUsers[]): string {
  const valid = keys.filter(isStillValid).length;
  const expired = keys.length - valid;
  const parts = [
    ...(valid > 0 || expired === 0 ? [`${valid} ${valid === 1 ? 'is' : 'are'} still valid`] : []),
    ...(expired > 0 ? [`${expired} ${expired === 1 ? 'has' : 'have'} expired`] : []),
  ];
  return `${formatCount(keys.length, 'served key')}: ${parts.join(', ')}`;
}

export function describeServedKey(key: ServedKeyUsers): string {
  const { role, accessKeyId, expiration, remaining } = key;
  const name = `${maskKeyId(accessKeyId)} of ${truncateText(role, NAME_WIDTH)}`;
  const end = formatTimestamp(expiration);
  return isStillValid(key)
    ? `valid: ${name} works until ${end}, for ${duration(remaining)}`
    : `expired: ${name} stopped working at ${end}, ${duration(-remaining)} ago`;
}

/** The program, or why it is unknown. */
function describeProgram({ process: peer, address, isOthers }: StoredKeyUse): string {
  if (isOthers) return 'other programs, counted together';
  if (peer?.program) return truncateText(peer.program, PROGRAM_WIDTH);
  if (peer !== null) return 'unknown program: it had ended, or it belongs to another user';
  if (address === 'unix') return 'unknown program: a Unix socket does not show its client';
  return isLoopbackClient(address)
    ? 'unknown program: it had ended, or the system does not show it'
    : 'unknown program of another host or container';
}

/** `user etl, pid 4711`. */
export const describeOwner = ({ user, pid }: Pick<PeerProcess, 'user' | 'pid'>): string =>
  [
    ...(user === null ? [] : [`user ${truncateText(user, NAME_WIDTH)}`]),
    ...(pid === null ? [] : [`pid ${pid}`]),
  ].join(', ');

/** `/usr/bin/python3.11 (user etl, pid 4711)`. */
export function describeUser(use: StoredKeyUse): string {
  const owner = use.process === null ? '' : describeOwner(use.process);
  return `${describeProgram(use)}${owner === '' ? '' : ` (${owner})`}`;
}

/** `Boto3/1.26.27 Python/3.11.2, from 127.0.0.1`. */
export const describeClient = ({ client, address }: StoredKeyUse): string =>
  `${formatUserAgent(client, CLIENT_WIDTH)}, ${address === 'unix' ? 'Unix socket' : `from ${escapeUnprintable(address)}`}`;

/** `12 responses, 2026-11-29 18:00:00Z to 19:00:00Z`. */
export const describeResponses = ({ count, firstAt, lastAt }: StoredKeyUse): string =>
  `${formatCount(count, 'response')}, ${count === 1 ? formatTimestamp(lastAt) : formatSpan(firstAt, lastAt)}`;

export const NO_SERVED_KEYS = {
  message: 'this database has no key that `cred-watch serve` has passed to a program',
  hint: 'start `cred-watch serve` with the same --db; it records each response with a key within seconds',
} as const;

export const NO_VALID_KEYS = {
  message: 'no served key is still valid',
  hint: 'remove --valid to list keys that have expired',
} as const;
