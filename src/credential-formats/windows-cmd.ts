import type { CredentialValues } from './credential-values.ts';
import { unsupportedValueError } from './unsupported-value.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

/** What cmd.exe takes in one line; it cuts longer ones. */
const LONGEST_LINE = 8191;

const HINT = 'use powershell';

/**
 * For a batch file, or a line at a time by `for /f "delims=" %i in ('…') do @%i` (where `@set` would not be known as a
 * command). Quotes around the whole assignment keep `&`, `|`, `<`, `>` and `^` from meaning anything and do not become
 * part of the value.
 */
export function formatWindowsCmd(credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  return [
    ...unset.map((name) => `set "${name}="\r\n`),
    ...set.map(({ name, value }) => line(name, value)),
  ].join('');
}

function line(name: string, value: string): string {
  // A quote ends the quoting. `%` is doubled in batch files only, and `!` matters only where expansion is delayed.
  if (/["%!]/.test(value)) throw unsupportedValueError('windows-cmd', name, 'it has a ", a % or a !', HINT);
  const assignment = `set "${name}=${value}"`;
  if (assignment.length > LONGEST_LINE)
    throw unsupportedValueError('windows-cmd', name, 'it is too long', HINT);
  return `${assignment}\r\n`;
}
