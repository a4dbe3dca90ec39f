import { type CredentialValues, createUnsupportedValueError } from './credential-values.ts';
import { buildVariableChanges, type VariableOptions } from './variables.ts';

/** The syntax of a shell. Each function returns a line with its line end. */
interface ShellSyntax {
  unset(name: string): string;
  set(name: string, value: string): string;
}

const createFormatter =
  ({ unset, set }: ShellSyntax) =>
  (credentials: CredentialValues, options: VariableOptions): string => {
    const changes = buildVariableChanges(credentials, options);
    return [
      ...changes.unset.map((name) => unset(name)),
      ...Object.entries(changes.set).map(([name, value]) => set(name, value)),
    ].join('');
  };

/** Inside single quotes only the quote itself is special, not even `!` or a backslash. */
const quoteForPosix = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;

/** Lines for `eval` in sh, bash, zsh, ksh and similar shells. Child processes inherit the variables. */
export const formatPosixExports = createFormatter({
  unset: (name) => `unset ${name}\n`,
  set: (name, value) => `export ${name}=${quoteForPosix(value)}\n`,
});

/** The same without `export`: child processes do not inherit the variables. */
export const formatPosixAssignments = createFormatter({
  unset: (name) => `unset ${name}\n`,
  set: (name, value) => `${name}=${quoteForPosix(value)}\n`,
});

/** Lines for `source` in fish. */
export const formatFish = createFormatter({
  // `set -e` erases the innermost variable only; a universal variable of the same name can remain.
  unset: (name) => `while set -q ${name}; set -e ${name}; end\n`,
  // Unlike in a POSIX shell, a backslash inside single quotes escapes a quote or a backslash.
  set: (name, value) => `set -gx ${name} '${value.replace(/['\\]/g, '\\$&')}'\n`,
});

/** Lines for `Invoke-Expression` in Windows PowerShell and PowerShell 7. */
export const formatPowershell = createFormatter({
  // Null removes the variable in every version; an empty string removed it only before 7.5.
  unset: (name) => `$Env:${name} = $null\n`,
  // In a verbatim string only the quote is special, and it is doubled. PowerShell also treats the typographic
  // quotes U+2018 to U+201B as quotes, but the values are ASCII.
  set: (name, value) => `$Env:${name} = '${value.replaceAll("'", "''")}'\n`,
});

/** cmd.exe cuts longer lines. */
const MAX_CMD_LINE_LENGTH = 8191;

/**
 * Lines for a batch file, or for `for /f "delims=" %i in ('…') do @%i` (which does not know `@set` as a
 * command). Quotes around the whole assignment make `&`, `|`, `<`, `>` and `^` literal and are not part of
 * the value.
 */
export const formatWindowsCmd = createFormatter({
  unset: (name) => `set "${name}="\r\n`,
  set: formatCmdAssignment,
});

function formatCmdAssignment(name: string, value: string): string {
  const assignment = `set "${name}=${value}"`;
  // A quote ends the quoting. `%%` means `%` in batch files only. `!` is special only with delayed expansion.
  const problem = /["%!]/.test(value)
    ? 'it contains ", % or !'
    : assignment.length > MAX_CMD_LINE_LENGTH
      ? `the line is longer than ${MAX_CMD_LINE_LENGTH} characters`
      : null;
  if (problem === null) return `${assignment}\r\n`;
  throw createUnsupportedValueError('windows-cmd', name, problem, 'use -f powershell');
}
