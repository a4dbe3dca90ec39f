import type { CredentialValues } from './credential-values.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

/** `env`: for `eval` in sh, bash, zsh, ksh and their like; programs started afterwards have the credentials. */
export const formatPosixExports = (credentials: CredentialValues, options: VariableOptions) =>
  posixLines('export ', credentials, options);

/** `env-no-export`: they stay variables of the shell. */
export const formatPosixAssignments = (credentials: CredentialValues, options: VariableOptions) =>
  posixLines('', credentials, options);

function posixLines(verb: string, credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  return [
    ...unset.map((name) => `unset ${name}\n`),
    ...set.map(({ name, value }) => `${verb}${name}=${quoted(value)}\n`),
  ].join('');
}

/** Between single quotes nothing is special but the quote itself, not even `!` or a backslash. */
const quoted = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
