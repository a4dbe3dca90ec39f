import type { CredentialValues } from './credential-values.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

/** For `source` in fish. */
export function formatFish(credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  return [...unset.map(erased), ...set.map(({ name, value }) => `set -gx ${name} ${quoted(value)}\n`)].join(
    '',
  );
}

/** One erasure takes the innermost variable of the name, and a universal one may lie behind it. */
const erased = (name: string) => `while set -q ${name}; set -e ${name}; end\n`;

/** Unlike in a POSIX shell, a backslash between single quotes escapes a quote and a backslash. */
const quoted = (value: string) => `'${value.replace(/['\\]/g, '\\$&')}'`;
