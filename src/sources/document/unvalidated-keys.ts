import type { FailureReason, Instant } from '../../domain/model.ts';
import { type ParsedInstant, parseInstant } from '../../domain/time/instant.ts';
import { Secret } from '../../secret.ts';
import type { Notes } from '../notes.ts';
import type { FoundDocument, OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import { ACCESS_KEY_ID_PATTERN, type CredentialsDocument, parseAccountId } from './credentials-document.ts';

/** A value with its name. Messages contain the name and never the value. `''` if there is no value. */
export interface NamedValue {
  name: string;
  value: string;
}

/** Unchecked keys from a variable, a program or a file, possibly without an expiration. */
export interface UnvalidatedKeys {
  accessKeyId: NamedValue;
  secretAccessKey: NamedValue;
  token: NamedValue;
  /** Only those that have a value. */
  expirations: readonly NamedValue[];
  accountId: string;
  /** The reason to fail with if a key id or a secret key is missing. */
  reasonIfIncomplete: FailureReason;
  /** The detail of the failure if temporary keys have no expiration. */
  missingExpirationDetail: string;
}

/** Keys and tokens consist of these characters, which are safe in a header, a shell and an SQL literal. */
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/** Keys that STS issued. They are useless without a token. */
const SESSION_KEY = /^ASIA/;

/**
 * Chooses between the session token and the token under the name from before 2014. Only botocore reads the
 * old name, and prefers it.
 */
export function chooseToken(token: NamedValue, old: NamedValue, notes: Notes): NamedValue {
  if (old.value === '' || old.value === token.value) return token;
  if (token.value === '') notes.add({ code: 'ONLY_OLD_TOKEN', name: old.name });
  else notes.add({ code: 'TWO_SESSION_TOKENS', name: old.name, otherName: token.name });
  return token.value === '' ? old : token;
}

/** Validates keys and turns them into the document of a poll. @throws PollError */
export function documentFromKeys(keys: UnvalidatedKeys, poll: OngoingPoll): FoundDocument {
  const document = validateKeys(keys, poll);
  poll.accountId = document.accountId;
  return { document, observedAt: poll.options.clock.now() };
}

function validateKeys(keys: UnvalidatedKeys, poll: OngoingPoll): CredentialsDocument {
  const { accessKeyId, secretAccessKey, token } = keys;
  for (const { value } of [secretAccessKey, token]) poll.secrets.add(value);
  const { expiration, unreadable } = readExpiration(keys.expirations, poll);
  const keyId = ACCESS_KEY_ID_PATTERN.test(accessKeyId.value) ? accessKeyId.value : null;
  const known = { accessKeyId: keyId, expiration: expiration?.instant ?? null };

  const missing = [accessKeyId, secretAccessKey].flatMap(({ name, value }) => (value === '' ? [name] : []));
  if (missing.length > 0) {
    throw new PollError(keys.reasonIfIncomplete, `missing: ${missing.join(', ')}`, known);
  }
  if (keyId === null) throw new PollError('malformed', `${accessKeyId.name} is not a key id`, known);
  const invalid = [secretAccessKey, token].find(({ value }) => !VISIBLE_ASCII.test(value));
  if (invalid !== undefined) {
    throw new PollError('malformed', `${invalid.name} contains characters that no key or token has`, known);
  }

  const lacksToken = SESSION_KEY.test(keyId) && token.value === '';
  if (lacksToken) poll.notes.add({ code: 'SESSION_KEY_WITHOUT_TOKEN' });
  if (expiration === null) {
    if (unreadable.length > 0) {
      throw new PollError('unknown-expiry', `${unreadable.join(', ')} is not a time`, known);
    }
    if (lacksToken || token.value !== '') {
      throw new PollError('unknown-expiry', keys.missingExpirationDetail, known);
    }
    throw new PollError('long-lived', '', known);
  }
  return {
    credentials: {
      accessKeyId: keyId,
      lastUpdated: null,
      expiration: expiration.instant,
      zoneless: expiration.zoneless,
    },
    secrets: {
      secretAccessKey: new Secret(secretAccessKey.value),
      token: token.value === '' ? null : new Secret(token.value),
    },
    accountId: parseAccountId(keys.accountId),
    roleArn: null,
  };
}

/** The earliest expiration, and the names of those that are not times. */
function readExpiration(
  expirations: readonly NamedValue[],
  poll: OngoingPoll,
): { expiration: ParsedInstant | null; unreadable: string[] } {
  const parsed = expirations.map(({ name, value }) => ({ name, instant: parseExpiration(value) }));
  const unreadable = parsed.flatMap(({ name, instant }) => (instant === null ? [name] : []));
  for (const name of unreadable) poll.notes.add({ code: 'EXPIRATION_UNREADABLE', name });
  const readable = parsed.flatMap(({ name, instant }) => (instant === null ? [] : [{ name, ...instant }]));
  readable.sort((a, b) => a.instant - b.instant);
  const [earliest] = readable;
  if (earliest === undefined) return { expiration: null, unreadable };
  // One second of tolerance: some tools write fractions of a second, others do not.
  const other = readable.find(({ instant }) => instant - earliest.instant >= 1000);
  if (other !== undefined) {
    poll.notes.add({ code: 'EXPIRATIONS_DISAGREE', name: earliest.name, otherName: other.name });
  }
  return { expiration: earliest, unreadable };
}

/** Seconds since 1970 have ten digits until 2286. Milliseconds have thirteen digits since 2001. */
const EPOCH = /^(\d{10}|\d{13})$/;

/** Also accepts the time since 1970 in seconds (written by weep) or milliseconds (from SSO). */
function parseExpiration(text: string): ParsedInstant | null {
  const trimmed = text.trim();
  if (EPOCH.test(trimmed)) return { instant: Number(trimmed.padEnd(13, '0')), zoneless: false };
  const parsed = parseInstant(trimmed);
  return parsed?.zoneless ? { ...parsed, instant: earlierOfUtcAndLocal(parsed.instant) } : parsed;
}

/** awsume writes local time without a zone, other tools UTC. The earlier instant is the safe choice. */
function earlierOfUtcAndLocal(asUtc: Instant): Instant {
  const minutesBehindUtc = new Date(asUtc).getTimezoneOffset();
  return asUtc + Math.min(0, minutesBehindUtc) * 60_000;
}
