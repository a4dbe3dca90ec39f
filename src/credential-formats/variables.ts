import { type CredentialValues, revealCredentials } from './credential-values.ts';

export interface EnvironmentVariable {
  name: string;
  value: string;
}

export interface VariableChanges {
  set: readonly EnvironmentVariable[];
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

const TOKEN_NAMES = ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'];

/** @throws CredWatchError if a value is empty or not visible ASCII */
export function buildVariableChanges(
  credentials: CredentialValues,
  { legacyToken }: VariableOptions,
): VariableChanges {
  const { accessKeyId, secretAccessKey, token, expiration } = revealCredentials(credentials);
  const set = [
    { name: 'AWS_ACCESS_KEY_ID', value: accessKeyId },
    { name: 'AWS_SECRET_ACCESS_KEY', value: secretAccessKey },
  ];
  if (token !== null) set.push({ name: 'AWS_SESSION_TOKEN', value: token });
  if (token !== null && legacyToken) set.push({ name: 'AWS_SECURITY_TOKEN', value: token });
  set.push({ name: 'AWS_CREDENTIAL_EXPIRATION', value: expiration });
  return { set, unset: TOKEN_NAMES.filter((name) => !set.some((variable) => variable.name === name)) };
}
