import { type CredentialValues, createUnsupportedValueError } from './credential-values.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

/** Lines for `eval` in sh, bash, zsh, ksh and similar shells. Child processes inherit the variables. */
export const formatPosixExports = (credentials: CredentialValues, options: VariableOptions) =>
  formatPosixLines('export ', credentials, options);

/** The same without `export`: the variables exist in the shell only. */
export const formatPosixAssignments = (credentials: CredentialValues, options: VariableOptions) =>
  formatPosixLines('', credentials, options);

function formatPosixLines(prefix: string, credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  return [
    ...unset.map((name) => `unset ${name}\n`),
    ...set.map(({ name, value }) => `${prefix}${name}=${quoteForPosix(value)}\n`),
  ].join('');
}

/** Inside single quotes only the quote itself is special, not even `!` or a backslash. */
const quoteForPosix = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;

/** Lines for `source` in fish. */
export function formatFish(credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  return [
    // `set -e` erases the innermost variable only; a universal variable of the same name can remain.
    ...unset.map((name) => `while set -q ${name}; set -e ${name}; end\n`),
    ...set.map(({ name, value }) => `set -gx ${name} ${quoteForFish(value)}\n`),
  ].join('');
}

/** Unlike in a POSIX shell, a backslash inside single quotes escapes a quote or a backslash. */
const quoteForFish = (value: string) => `'${value.replace(/['\\]/g, '\\$&')}'`;

/** Lines for `Invoke-Expression` in Windows PowerShell and PowerShell 7. */
export function formatPowershell(credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  return [
    // Null removes the variable in every version; an empty string removed it only before 7.5.
    ...unset.map((name) => `$Env:${name} = $null\n`),
    ...set.map(({ name, value }) => `$Env:${name} = ${quoteForPowershell(value)}\n`),
  ].join('');
}

/**
 * A verbatim string, in which only the quote is special and is doubled. PowerShell also accepts the
 * typographic quotes U+2018 to U+201B as quotes; the values are ASCII.
 */
const quoteForPowershell = (value: string) => `'${value.replaceAll("'", "''")}'`;

/** The longest line that cmd.exe reads; it cuts longer lines. */
const LONGEST_CMD_LINE = 8191;

const CMD_HINT = 'use -f powershell';

/**
 * Lines for a batch file, or for `for /f "delims=" %i in ('…') do @%i` (which does not know `@set` as a
 * command). Quotes around the whole assignment make `&`, `|`, `<`, `>` and `^` literal and are not part of
 * the value.
 */
export function formatWindowsCmd(credentials: CredentialValues, options: VariableOptions): string {
  const { set, unset } = buildVariableChanges(credentials, options);
  return [
    ...unset.map((name) => `set "${name}="\r\n`),
    ...set.map(({ name, value }) => `${formatCmdAssignment(name, value)}\r\n`),
  ].join('');
}

function formatCmdAssignment(name: string, value: string): string {
  // A quote ends the quoting. `%%` means `%` in batch files only, and `!` is special only with delayed
  // expansion.
  if (/["%!]/.test(value)) {
    throw createUnsupportedValueError('windows-cmd', name, 'it contains ", % or !', CMD_HINT);
  }
  const assignment = `set "${name}=${value}"`;
  if (assignment.length > LONGEST_CMD_LINE) {
    throw createUnsupportedValueError(
      'windows-cmd',
      name,
      'the line is longer than 8191 characters',
      CMD_HINT,
    );
  }
  return assignment;
}
