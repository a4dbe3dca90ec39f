import { formatInstant } from '../domain/time/instant.ts';
import { CredWatchError } from '../errors.ts';
import type { CredentialValues } from './credential-values.ts';

/** Handed credentials in plain text: never kept, and never part of a message. */
export interface RevealedCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  token: string | null;
  /** UTC with `Z`: readers of the neighbours' files stumbled over every other zone. */
  expiration: string;
  accountId: string | null;
}

/** AWS uses no other characters. A space, a line end or a NUL would mean something to somebody down the line. */
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/** The one place where secrets become text. What is refused is named and never quoted. */
export function revealCredentials(credentials: CredentialValues): RevealedCredentials {
  const { accessKeyId, secretAccessKey, token, expiration, accountId } = credentials;
  return {
    accessKeyId: checked('AWS_ACCESS_KEY_ID', accessKeyId),
    secretAccessKey: checked('AWS_SECRET_ACCESS_KEY', secretAccessKey.reveal()),
    token: token && checked('AWS_SESSION_TOKEN', token.reveal()),
    // Rounded down: nobody may be told of more validity than there is.
    expiration: formatInstant(Math.floor(expiration / 1000) * 1000),
    accountId: accountId === '' ? null : checked('AWS_ACCOUNT_ID', accountId),
  };
}

function checked(name: string, value: string): string {
  if (VISIBLE_ASCII.test(value)) return value;
  throw new CredWatchError(
    `${name} is ${value === '' ? 'empty' : 'not visible ASCII throughout'}`,
    'what the source hands out is damaged: keys and tokens have no spaces, line ends or other alphabets',
  );
}
