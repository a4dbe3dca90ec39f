import { type CredentialValues, revealCredentials } from './credential-values.ts';

interface VariableChanges {
  /** Names and values, in the order of the output. */
  set: Readonly<Record<string, string>>;
  /**
   * Names of session tokens that the reader may still have from other credentials. AWS rejects keys with a
   * foreign token, and botocore prefers AWS_SECURITY_TOKEN to AWS_SESSION_TOKEN (`EnvProvider.TOKENS` in
   * credentials.py).
   */
  unset: readonly string[];
}

export interface VariableOptions {
  /** Also set AWS_SECURITY_TOKEN, the only name that programs based on boto 2 read. */
  legacyToken: boolean;
}

/** @throws CredWatchError if a value is empty or not visible ASCII */
export function buildVariableChanges(
  credentials: CredentialValues,
  { legacyToken }: VariableOptions,
): VariableChanges {
  const { accessKeyId, secretAccessKey, token, expiration } = revealCredentials(credentials);
  const set = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(token !== null && { AWS_SESSION_TOKEN: token }),
    ...(token !== null && legacyToken && { AWS_SECURITY_TOKEN: token }),
    AWS_CREDENTIAL_EXPIRATION: expiration,
  };
  return { set, unset: ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'].filter((name) => !(name in set)) };
}
