import type { FailureReason, Instant } from '../../domain/model.ts';
import { type ParsedInstant, parseInstant } from '../../domain/time/instant.ts';
import { Secret } from '../../secret.ts';
import type { Notes } from '../notes.ts';
import type { FoundDocument, OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import {
  ACCESS_KEY_ID_PATTERN,
  ACCOUNT_ID_PATTERN,
  type CredentialsDocument,
} from './credentials-document.ts';

/** A value, `''` where there is none, and what it goes by: a value is never shown. */
export interface NamedValue {
  name: string;
  value: string;
}

/** Keys as a person, a program or a file gives them: nobody vouches for their form, or that they have an end. */
export interface UnvalidatedKeys {
  accessKeyId: NamedValue;
  secretAccessKey: NamedValue;
  token: NamedValue;
  /** Those that are there. */
  expirations: readonly NamedValue[];
  accountId: string;
  /** Why one key without the other fails. */
  reasonIfIncomplete: FailureReason;
  /** What is missing where nothing tells the end of temporary keys. */
  missingExpirationDetail: string;
}

/** Whatever goes into a header, a shell or a SQL literal is made of these. */
const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/** Keys that STS issued; they are good for nothing without a token. */
const SESSION_KEY = /^ASIA/;

/** The name that tokens had before 2014 is read by botocore alone, and there it counts before the new one. */
export function chooseToken(token: NamedValue, old: NamedValue, notes: Notes): NamedValue {
  if (old.value === '' || old.value === token.value) return token;
  if (token.value === '') notes.add({ code: 'ONLY_OLD_TOKEN', name: old.name });
  else notes.add({ code: 'TWO_SESSION_TOKENS', name: old.name, otherName: token.name });
  return token.value === '' ? old : token;
}

/** Ends a look with these keys, or throws a {@link PollError}. */
export function documentFromKeys(keys: UnvalidatedKeys, look: OngoingPoll): FoundDocument {
  const document = vet(keys, look);
  look.accountId = document.accountId;
  return { document, observedAt: look.options.clock.now() };
}

function vet(keys: UnvalidatedKeys, look: OngoingPoll): CredentialsDocument {
  const { accessKeyId, secretAccessKey, token, accountId } = keys;
  for (const { value } of [secretAccessKey, token]) look.secrets.add(value);
  const { expiration, unreadable } = readExpiration(keys.expirations, look);
  const keyId = ACCESS_KEY_ID_PATTERN.test(accessKeyId.value) ? accessKeyId.value : '';
  const known = { accessKeyId: keyId, expiration: expiration?.instant ?? null };

  const missing = [accessKeyId, secretAccessKey].flatMap(({ name, value }) => (value === '' ? [name] : []));
  if (missing.length > 0)
    throw new PollError(keys.reasonIfIncomplete, `missing: ${missing.join(', ')}`, known);
  if (keyId === '') throw new PollError('malformed', `${accessKeyId.name} is not a key id`, known);
  const broken = [secretAccessKey, token].find(({ value }) => !VISIBLE_ASCII.test(value));
  if (broken !== undefined) {
    throw new PollError('malformed', `${broken.name} has characters that no key or token has`, known);
  }

  const lacksToken = SESSION_KEY.test(keyId) && token.value === '';
  if (lacksToken) look.notes.add({ code: 'SESSION_KEY_WITHOUT_TOKEN' });
  if (expiration === null) {
    if (unreadable !== '') throw new PollError('unknown-expiry', `${unreadable} is not a time`, known);
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
    accountId: ACCOUNT_ID_PATTERN.test(accountId) ? accountId : '',
    roleArn: '',
  };
}

/** The earliest one counts; what cannot be read is noted. */
function readExpiration(
  expirations: readonly NamedValue[],
  look: OngoingPoll,
): { expiration: ParsedInstant | null; unreadable: string } {
  const read = expirations.map(({ name, value }) => ({ name, parsed: parseWrittenInstant(value) }));
  const told = read.flatMap(({ name, parsed }) => (parsed === null ? [] : [{ name, ...parsed }]));
  const unreadable = read.flatMap(({ name, parsed }) => (parsed === null ? [name] : []));
  told.sort((a, b) => a.instant - b.instant);
  const [earliest] = told;
  for (const name of unreadable) look.notes.add({ code: 'EXPIRATION_UNREADABLE', name });
  if (earliest === undefined) return { expiration: null, unreadable: unreadable.join(', ') };
  // Some write fractions of a second, and others cut them off.
  const other = told.find(({ instant }) => instant - earliest.instant >= 1000);
  if (other !== undefined) {
    look.notes.add({ code: 'EXPIRATIONS_DISAGREE', name: earliest.name, otherName: other.name });
  }
  return { expiration: earliest, unreadable: '' };
}

/** Ten digits are seconds until 2286, thirteen milliseconds from 2001 on. */
const EPOCH = /^(\d{10}|\d{13})$/;

/** Also a count since 1970, in seconds (weep) or milliseconds (what SSO gives, passed on). */
function parseWrittenInstant(text: string): ParsedInstant | null {
  const trimmed = text.trim();
  if (EPOCH.test(trimmed)) return { instant: Number(trimmed.padEnd(13, '0')), zoneless: false };
  const parsed = parseInstant(trimmed);
  return parsed?.zoneless ? { ...parsed, instant: earlierReading(parsed.instant) } : parsed;
}

/** Without a zone a person's tool (awsume) means the local time, others UTC: the earlier one promises nothing too much. */
function earlierReading(asUtc: Instant): Instant {
  const minutesBehindUtc = new Date(asUtc).getTimezoneOffset();
  return asUtc + Math.min(0, minutesBehindUtc) * 60_000;
}
