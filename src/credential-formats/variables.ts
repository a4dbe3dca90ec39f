import type { CredentialValues } from './credential-values.ts';
import { revealCredentials } from './revealed-credentials.ts';

export interface EnvironmentVariable {
  name: string;
  value: string;
}

export interface VariableChanges {
  set: readonly EnvironmentVariable[];
  /**
   * Tokens of other credentials that the reader may still have. With a foreign token the best keys are refused, and
   * botocore even prefers AWS_SECURITY_TOKEN to AWS_SESSION_TOKEN (`EnvProvider.TOKENS` in its credentials.py).
   */
  unset: readonly string[];
}

export interface VariableOptions {
  /** AWS_SECURITY_TOKEN too, for programs of boto 2's time. */
  legacyToken: boolean;
}

const TOKEN_NAMES = ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'];

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
  return { set, unset: TOKEN_NAMES.filter((name) => !set.some((each) => each.name === name)) };
}
