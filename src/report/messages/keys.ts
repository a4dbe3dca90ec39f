import {
  findWrongClockOffset,
  type KeyAnswer,
  type KeyNote,
  type KeyReplacement,
  type KeyStatus,
} from '../../domain/keys/key-answer.ts';
import { canSign, KEY_ID_LENGTH, type KeyKind } from '../../domain/keys/key-kind.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { formatTimestamp } from '../text/format-values.ts';
import { describeClockNow } from './start-check/host-clock.ts';

const KIND_NAMES: Record<KeyKind, string> = {
  'long-lived': 'long-lived access key',
  temporary: 'temporary access key',
  'bearer-token': 'bearer token of STS',
  'context-specific': 'context-specific credential',
  group: 'id of a user group, not an access key',
  user: 'id of a user, not an access key',
  'instance-profile': 'id of an instance profile, not an access key',
  'managed-policy': 'id of a managed policy, not an access key',
  'managed-policy-version': 'id of a version of a managed policy, not an access key',
  'public-key': 'id of a public key, not an access key',
  role: 'id of a role, not an access key',
  certificate: 'id of a certificate, not an access key',
  other: 'not a key id of AWS',
};

export const describeKeyKind = (kind: KeyKind): string => KIND_NAMES[kind];

const NOTES: Record<KeyNote, string> = {
  UNUSUAL_LENGTH: `access key ids of AWS have ${KEY_ID_LENGTH} characters: check that the id was copied completely`,
  NOT_IN_DATABASE:
    'no series in the database has this key, so its expiration is unknown: use the database of the host that got ' +
    'the key (--db); `aws sts get-access-key-info --access-key-id` shows the account of a key',
  SEVERAL_KEYS: 'several keys have these letters: give the whole key id',
  NOT_A_KEY: 'search for the access key id instead, which begins with ASIA or AKIA',
  LONG_LIVED: 'a long-lived key works until somebody deactivates or deletes it',
  URL_INCOMPLETE:
    'the URL lacks its signing time or its duration, or one of them is invalid: give the whole URL',
  DURATION_TOO_LONG: 'S3 rejects the URL, because it accepts at most 7d',
  SESSION_TOKEN_MISSING: 'S3 rejects the URL, because it has a temporary key but no X-Amz-Security-Token',
  SIGNED_IN_FUTURE:
    'S3 rejects the URL now, because it was signed more than 15m in the future: correct the clock of the signer',
  HOST_CLOCK_AHEAD: 'the key still works by the clock of AWS: correct the clock of the host',
};

export const describeKeyNote = (
  note: KeyNote,
  { accessKeyId, sightings }: Pick<KeyAnswer, 'accessKeyId' | 'sightings'>,
): string => {
  if (note === 'UNUSUAL_LENGTH') return `this id has ${accessKeyId.length} characters, but ${NOTES[note]}`;
  const offset = findWrongClockOffset(sightings);
  return note === 'HOST_CLOCK_AHEAD' && offset !== null
    ? `${describeClockNow(offset)}, so ${NOTES[note]}`
    : NOTES[note];
};

const STATUS_NAMES: Record<KeyStatus, string> = {
  valid: 'valid',
  expired: 'expired',
  rejected: 'rejected',
  unknown: 'unknown',
};

export const formatKeyStatus = (status: KeyStatus): string => STATUS_NAMES[status];

/** The status in a sentence. */
export function describeKeyAnswer(answer: KeyAnswer): string {
  const { status, kind, url, worksUntil, worksAtMostUntil, judgedAt, notes } = answer;
  const subject = url === null ? 'the key' : 'the URL';
  const end = worksUntil ?? worksAtMostUntil;
  const elapsed = end === null ? 0 : Math.floor((judgedAt - end) / 1000);
  switch (status) {
    case 'valid':
      return worksUntil === null
        ? `valid: ${subject} works now`
        : `valid: ${subject} works until ${formatTimestamp(worksUntil)}, for ${duration(-elapsed)}`;
    case 'expired':
      if (end !== null && notes.includes('HOST_CLOCK_AHEAD'))
        return `expired by the clock of this host only: ${subject} works until ${formatTimestamp(end)} by AWS's clock`;
      return end === null
        ? `expired: ${subject} no longer works`
        : `expired: ${subject} stopped working ${worksUntil === null ? 'at the latest ' : ''}at ${formatTimestamp(end)}, ${duration(elapsed)} ago`;
    case 'rejected':
      return `rejected: ${subject} does not work`;
    case 'unknown':
      if (end !== null) return `unknown: ${subject} works at most until ${formatTimestamp(end)}`;
      if (!canSign(kind)) return 'unknown: this is not an access key';
      return kind === 'long-lived' && url === null
        ? 'unknown: a long-lived key has no expiration'
        : `unknown: nothing is known about the end of ${subject}`;
  }
}

/** What ends a URL, if its key expires first. */
export function describeUrlLimit({ url, worksUntil, limitedBy }: KeyAnswer): string | null {
  const requested = url?.requestedUntil ?? null;
  if (limitedBy !== 'key-expiration' || requested === null || worksUntil === null) return null;
  return `its key expires ${duration(Math.floor((requested - worksUntil) / 1000))} before the requested end`;
}

/** When another key replaced the key. */
export function describeReplacement(replacement: KeyReplacement | null): string {
  if (replacement === null) return 'no rotation of this key was seen';
  const { at, window, isDated } = replacement;
  return isDated
    ? formatTimestamp(at)
    : `between ${formatTimestamp(window.from)} and ${formatTimestamp(window.to)}`;
}
