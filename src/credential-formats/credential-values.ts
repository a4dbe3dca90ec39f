import type { Instant } from '../domain/model.ts';
import { floorToSecond, formatInstant } from '../domain/time/instant.ts';
import { CredWatchError } from '../errors.ts';
import type { Secret } from '../secret.ts';

/** Credentials to pass to another program. No other secret leaves cred-watch. */
export interface CredentialValues {
  /** A `Secret`, because it can be one by mistake. */
  accessKeyId: Secret;
  secretAccessKey: Secret;
  /** Null for long-term keys, which have no session token. */
  token: Secret | null;
  expiration: Instant;
  /** Null if unknown. */
  accountId: string | null;
}

/** Credentials as plain text, for output only. Never store them or put them into a message. */
type RevealedCredentials = Record<'accessKeyId' | 'secretAccessKey' | 'expiration', string> &
  Record<'token' | 'accountId', string | null>;

/** AWS uses only these characters. Spaces, line ends and NUL are special in some formats. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Returns the secrets as text. No other function of this folder calls `reveal()`.
 * @throws CredWatchError if a value is empty or not visible ASCII; the message names the variable, not its value
 */
export function revealCredentials(credentials: CredentialValues): RevealedCredentials {
  const { accessKeyId, secretAccessKey, token, expiration, accountId } = credentials;
  return {
    accessKeyId: requireVisibleAscii('AWS_ACCESS_KEY_ID', accessKeyId.reveal()),
    secretAccessKey: requireVisibleAscii('AWS_SECRET_ACCESS_KEY', secretAccessKey.reveal()),
    token: token && requireVisibleAscii('AWS_SESSION_TOKEN', token.reveal()),
    // UTC and whole seconds, because several readers of such files reject other forms. Rounded down, so that
    // no program overestimates the validity.
    expiration: formatInstant(floorToSecond(expiration)),
    accountId: accountId === null ? null : requireVisibleAscii('AWS_ACCOUNT_ID', accountId),
  };
}

function requireVisibleAscii(name: string, value: string): string {
  if (VISIBLE_ASCII.test(value)) return value;
  throw new CredWatchError(
    `${name} ${value === '' ? 'is empty' : 'contains a character that is not visible ASCII'}`,
    'the source returned damaged credentials; poll it again or choose another with --source',
  );
}

/** For a value that a format cannot contain. The message names the variable, not its value. */
export const createUnsupportedValueError = (format: string, name: string, reason: string, hint: string) =>
  new CredWatchError(`${name} cannot be written as ${format}: ${reason}`, hint);
