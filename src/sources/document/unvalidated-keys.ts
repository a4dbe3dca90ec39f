import type { FailureReason, Instant } from '../../domain/model.ts';
import { isTimeWithoutSeconds } from '../../domain/time/instant.ts';
import { areSwapped, isKeyId, toStoredKeyId } from '../../key-id.ts';
import { Secret } from '../../secret.ts';
import type { Notes } from '../notes.ts';
import type { FoundDocument, OngoingPoll } from '../poll.ts';
import { PollError } from '../poll-error.ts';
import type { PolledCredentials } from '../source.ts';
import { parseAccountId } from './credentials-document.ts';
import { type ChosenExpiration, chooseExpiration, type NamedExpiration } from './expirations.ts';
import { addNoteOfBlanks, findBlanks, isQuoted, type NamedValue } from './named-value.ts';

/** Unchecked keys from a variable, a program or a file, possibly without an expiration. */
export interface UnvalidatedKeys {
  accessKeyId: NamedValue;
  secretAccessKey: NamedValue;
  token: NamedValue;
  /** Only those that have a value. */
  expirations: readonly NamedExpiration[];
  accountId: string | null;
  /** The profile that has the keys. Absent: no profile. */
  profile?: string;
  /** The reason to fail with if a key id, a secret key or a needed token is missing. */
  reasonIfIncomplete: FailureReason;
  /** The detail of the failure if temporary keys have no expiration. */
  missingExpirationDetail: string;
}

/** Keys and tokens consist of these characters, which are safe in a header, a shell and an SQL literal. */
export const VISIBLE_ASCII = /^[\x21-\x7e]*$/;

/** Keys that STS issued. They are useless without a token. */
const SESSION_KEY = /^ASIA/;

/** Keys of a user, which have no token. Emulators of AWS have ids of other forms. */
const LONG_TERM_KEY = /^AKIA[A-Z0-9]{16}$/;

/** Only botocore sends a token with such a name. */
const OLD_TOKEN = /^aws_security_token$/i;

/**
 * Chooses between the session token and the token under the name from before 2014. Only botocore reads the
 * old name, and prefers it.
 */
export function chooseToken(token: NamedValue, old: NamedValue, notes: Notes): NamedValue {
  if (old.value === null || old.value === token.value) return token;
  if (token.value === null) {
    notes.add({ code: 'ONLY_OLD_TOKEN', name: old.name });
    return old;
  }
  notes.add({ code: 'TWO_SESSION_TOKENS', name: old.name, otherName: token.name });
  return token;
}

/** Validates keys that sign a request. They may be long-lived. @throws PollError */
export function createSigningKeys(keys: UnvalidatedKeys, poll: OngoingPoll): PolledCredentials['secrets'] {
  return validateKeys(keys, poll).secrets;
}

/** @throws PollError if the keys have expired */
export function rejectExpiredKeys({ expirations }: UnvalidatedKeys, poll: OngoingPoll): void {
  const { expiration } = chooseExpiration(expirations, poll.notes);
  if (expiration === null || expiration.instant > poll.options.clock.now()) return;
  throw new PollError('expired', 'the process that should assume the role printed them');
}

/** Validates keys and turns them into the document of a poll. @throws PollError if they have no expiration */
export function createKeysDocument(keys: UnvalidatedKeys, poll: OngoingPoll): FoundDocument {
  // Also for a failed poll: keys without an expiration belong to the same account.
  poll.accountId = parseAccountId(keys.accountId);
  const { secrets, known, chosen } = validateKeys(keys, poll);
  const { unreadable } = chosen;
  const { expiresAt, findKnownKey } = poll.options;
  // AWS rejects session keys without a token, and long-lived keys have no expiration.
  const knownKey = secrets.token === null ? null : (findKnownKey?.(known.accessKeyId) ?? null);
  const given = limitExpiration(chosen.expiration, expiresAt);
  const expiration = limitExpiration(given, knownKey?.expiration);
  if (expiration === null) {
    if (unreadable.length > 0) {
      const names = unreadable.map(({ name }) => name).join(', ');
      const reason = unreadable.some(isQuoted)
        ? ', because its value is quoted'
        : unreadable.some(({ value }) => isTimeWithoutSeconds(value.trim()))
          ? ', because it has no seconds; use a time like 2026-01-31T12:00:00Z'
          : '';
      throw new PollError('unknown-expiry', `${names} is not a time${reason}`, known);
    }
    if (secrets.token !== null) {
      throw new PollError('unknown-expiry', keys.missingExpirationDetail, known);
    }
    throw new PollError('long-lived', '', known);
  }
  const describe = ({ instant, zoneless }: KnownExpiration) => ({
    accessKeyId: known.accessKeyId,
    lastUpdated: null,
    expiration: instant,
    zoneless,
  });
  const document = { credentials: describe(expiration), secrets, accountId: poll.accountId, roleArn: null };
  const observedAt = poll.options.clock.now();
  const isEarlier = expiration !== given;
  const polledKey = knownKey && { ...knownKey, laterExpiration: isEarlier && given ? given.instant : null };
  if (knownKey !== null && isEarlier) {
    const { host, source } = knownKey.identity;
    poll.notes.add({ code: 'KEY_IN_DATABASE', host, source, expiresAt: knownKey.expiration });
  }
  const offsetSeconds = knownKey?.wrongClockOffset ?? null;
  if (offsetSeconds !== null) poll.notes.add({ code: 'CLOCK_WRONG', offsetSeconds });
  const found = { document, observedAt, ...(polledKey !== null && { knownKey: polledKey }) };
  if (expiration === chosen.expiration) return found;
  return { ...found, stated: chosen.expiration === null ? null : describe(chosen.expiration) };
}

type KnownExpiration = NonNullable<ChosenExpiration['expiration']>;

/** The earlier one of the stated expiration and another one, which the user or the database knows. */
function limitExpiration(stated: KnownExpiration | null, given: Instant | undefined): KnownExpiration | null {
  if (given === undefined || (stated !== null && stated.instant <= given)) return stated;
  return { instant: given, zoneless: false };
}

function findProfileWithKeys({ profile: name }: UnvalidatedKeys, { options }: OngoingPoll) {
  if (name === undefined) return null;
  const isSelectedByVariable = options.profile === undefined && options.env.AWS_PROFILE === name;
  return { name, isSelectedByVariable };
}

interface ValidatedKeys {
  secrets: PolledCredentials['secrets'];
  known: { accessKeyId: string; expiration: Instant | null };
  chosen: ChosenExpiration;
}

function validateKeys(keys: UnvalidatedKeys, poll: OngoingPoll): ValidatedKeys {
  const { accessKeyId, secretAccessKey, token } = keys;
  for (const { value } of [accessKeyId, secretAccessKey, token]) {
    if (value !== null) poll.secrets.add(value);
  }
  const chosen = chooseExpiration(keys.expirations, poll.notes);
  const rawKeyId = accessKeyId.value ?? '';
  const isSwapped = areSwapped(rawKeyId, secretAccessKey.value ?? '');
  const keyId = isSwapped || !isKeyId(rawKeyId) ? null : toStoredKeyId(rawKeyId);
  const known = { accessKeyId: keyId, expiration: chosen.expiration?.instant ?? null };

  if (accessKeyId.value === null || secretAccessKey.value === null) {
    const missing = [accessKeyId, secretAccessKey].flatMap(({ name, value }) =>
      value === null ? [name] : [],
    );
    throw new PollError(keys.reasonIfIncomplete, `missing: ${missing.join(', ')}`, known);
  }
  const quoted = [accessKeyId, secretAccessKey, token].find(isQuoted);
  if (quoted !== undefined) {
    poll.notes.add({ code: 'VALUE_QUOTED', name: quoted.name });
    throw new PollError(keys.reasonIfIncomplete, `${quoted.name} is quoted`, known);
  }
  const padded = [accessKeyId, secretAccessKey, token].find(({ value }) => findBlanks(value ?? '') !== null);
  if (padded !== undefined) {
    const { name } = padded;
    addNoteOfBlanks(padded, poll.notes);
    const misconfiguration = { code: 'INVALID_SETTING', name } as const;
    throw new PollError(
      keys.reasonIfIncomplete,
      `the value of ${name} begins or ends with a blank or line break`,
      {
        ...known,
        misconfiguration,
      },
    );
  }
  if (isSwapped) {
    const names = `${accessKeyId.name} and ${secretAccessKey.name}`;
    throw new PollError(keys.reasonIfIncomplete, `the values of ${names} seem to be swapped`, {
      ...known,
      misconfiguration: {
        code: 'KEYS_SWAPPED',
        keyIdName: accessKeyId.name,
        secretKeyName: secretAccessKey.name,
      },
    });
  }
  if (keyId === null)
    throw new PollError(keys.reasonIfIncomplete, `${accessKeyId.name} is not a key id`, known);
  const invalid = [secretAccessKey, token].find(({ value }) => !VISIBLE_ASCII.test(value ?? ''));
  if (invalid !== undefined) {
    const detail = `${invalid.name} contains characters that no key or token has`;
    throw new PollError(keys.reasonIfIncomplete, detail, known);
  }

  if (SESSION_KEY.test(rawKeyId) && token.value === null) {
    poll.notes.add({ code: 'SESSION_KEY_WITHOUT_TOKEN' });
    const profile = findProfileWithKeys(keys, poll);
    const misconfiguration = {
      code: 'NO_SESSION_TOKEN',
      name: token.name,
      ...(profile !== null && { profile }),
    } as const;
    throw new PollError(keys.reasonIfIncomplete, `missing: ${token.name}`, {
      ...known,
      accessKeyId: keyId,
      misconfiguration,
    });
  }
  if (LONG_TERM_KEY.test(rawKeyId) && token.value !== null && !OLD_TOKEN.test(token.name)) {
    const detail = `${token.name} belongs to other keys: a key id that begins with AKIA has no session token, and AWS rejects both together`;
    const misconfiguration = { code: 'TOKEN_OF_OTHER_KEY', name: token.name } as const;
    throw new PollError(keys.reasonIfIncomplete, detail, { ...known, misconfiguration });
  }
  return {
    secrets: {
      accessKeyId: new Secret(rawKeyId),
      secretAccessKey: new Secret(secretAccessKey.value),
      token: token.value === null ? null : new Secret(token.value),
    },
    known: { ...known, accessKeyId: keyId },
    chosen,
  };
}
