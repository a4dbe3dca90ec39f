import type { Secret } from '../../../src/secret.ts';
import type { ServedCredentials } from '../../../src/server/served-credentials.ts';

type SecretField = 'accessKeyId' | 'secretAccessKey' | 'sessionToken';

/** Served credentials as text. Tests compare these, because all instances of `Secret` are equal for `toEqual`. */
export type RevealedCredentials = { [F in SecretField]: string } & Pick<
  ServedCredentials,
  'issuedAt' | 'expiration'
>;

const cached = new WeakMap<Secret, RevealedCredentials>();

/** Returns the same object for the same credentials. */
export function revealCredentials(credentials: ServedCredentials): RevealedCredentials {
  const { accessKeyId, secretAccessKey, sessionToken, issuedAt, expiration } = credentials;
  const known = cached.get(accessKeyId);
  if (known !== undefined) return known;
  const revealed = {
    accessKeyId: accessKeyId.reveal(),
    secretAccessKey: secretAccessKey.reveal(),
    sessionToken: sessionToken.reveal(),
    issuedAt,
    expiration,
  };
  cached.set(accessKeyId, revealed);
  return revealed;
}
