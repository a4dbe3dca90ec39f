import type { CredentialValues } from './credential-values.ts';
import { unsupportedValueError } from './unsupported-value.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

/**
 * For `docker run --env-file`, which takes the rest of a line as it is: there is no quoting. Docker Compose reads such
 * files by rules of its own (`$`, quotes).
 *
 * A container begins without the reader's variables, but its image may carry a token: where there is none of ours, an
 * empty one takes its place. Beside ours, an empty AWS_SECURITY_TOKEN would hide it from botocores of old.
 */
export function formatDockerEnvFile(credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  const blank = credentials.token === null ? unset : [];
  return [
    ...blank.map((name) => `${name}=\n`),
    ...set.map(({ name, value }) => `${name}=${unquoted(name, value)}\n`),
  ].join('');
}

const HINT = 'use cred-watch exec -- docker run -e AWS_ACCESS_KEY_ID …';

/** Docker leaves a pair of quotes alone, but Compose takes it off, and for docker/cli the same is proposed. */
function unquoted(name: string, value: string): string {
  if (/^(["']).*\1$/.test(value))
    throw unsupportedValueError('docker', name, 'it begins and ends with a quote', HINT);
  return value;
}
