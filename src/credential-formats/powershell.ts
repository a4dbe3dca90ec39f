import type { CredentialValues } from './credential-values.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

/** For `Invoke-Expression`, in Windows PowerShell and PowerShell 7. */
export function formatPowershell(credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  return [
    // Null removes the variable; an empty text did so only before 7.5.
    ...unset.map((name) => `$Env:${name} = $null\n`),
    ...set.map(({ name, value }) => `$Env:${name} = ${quoted(value)}\n`),
  ].join('');
}

/**
 * A verbatim string, in which only the quote is special, and written twice. PowerShell takes the typographic quotes
 * U+2018 to U+201B for it as well: handed values are ASCII.
 */
const quoted = (value: string) => `'${value.replaceAll("'", "''")}'`;
