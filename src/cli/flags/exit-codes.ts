import { constants } from 'node:os';
import type { Safety, Verdict } from '../../domain/verdict/job-verdict.ts';
import { CredWatchError } from '../../errors.ts';
import type { HelpRow } from '../manual/command-help.ts';
import { type CommandLine, findFlagValue } from './command-line.ts';

/** Exit codes in the default style. */
export const EXIT = { ok: 0, notSafe: 1, failed: 1, usage: 2, unknown: 3, notStarted: 125 } as const;

/** Rows for the help of commands. */
export const WRONG_USAGE: HelpRow = ['2', 'wrong usage, or the command could not run'];
export const DONE: readonly HelpRow[] = [['0', 'done'], WRONG_USAGE];
/** The exit codes of a verdict that is not `safe`. */
export const NOT_SAFE: readonly HelpRow[] = [['1', 'not safe'], WRONG_USAGE, ['3', 'unknown']];
export const WAIT_INTERRUPTED: HelpRow = ['128+n', 'signal n ended the wait'];

/** The exit code that shells report for a program killed by a signal. */
export const toSignalExitCode = (signal: NodeJS.Signals): number => 128 + constants.signals[signal];

/** @param verdict null without a job */
export function toExitCode(verdict: Verdict | Safety | null): number {
  if (verdict === null || verdict === 'safe') return EXIT.ok;
  return verdict === 'unknown' ? EXIT.unknown : EXIT.notSafe;
}

/** The verdict is `unknown`, because the credentials of the job cannot be read. */
export class UnknownCredentialsError extends CredWatchError {}

export const getErrorExitCode = (error: unknown, line: CommandLine): number =>
  error instanceof UnknownCredentialsError && !line.definition?.startsProgram
    ? EXIT.unknown
    : getUsageExitCode(line);

/** `exec` has its own code, because its child may end with 2. */
export const getUsageExitCode = ({ definition }: CommandLine): number =>
  definition?.startsProgram ? EXIT.notStarted : EXIT.usage;

/**
 * Encoded codes for 0 to 3.
 * - `nagios`: 0 OK, 2 CRITICAL, 3 UNKNOWN and wrong usage (Monitoring Plugins guidelines).
 * - `airflow`: for BashOperator, where 99 skips the task and 1 fails it, so that it is retried.
 * - `systemd`: for `ExecCondition=`, where 1 to 254 skip the unit silently and 255 makes the unit fail.
 */
const ENCODINGS = {
  default: [0, 1, 2, 3],
  nagios: [0, 2, 3, 3],
  systemd: [0, 1, 255, 255],
  airflow: [0, 99, 1, 1],
} as const;

export type ExitCodeStyle = keyof typeof ENCODINGS;
export const EXIT_CODE_STYLES = [
  'default',
  'nagios',
  'systemd',
  'airflow',
] as const satisfies readonly ExitCodeStyle[];

/** Keeps codes above 3 in the default style. In other styles they mean unknown: a signal ended the wait. */
export const encodeExitCode = (code: number, style: ExitCodeStyle): number =>
  ENCODINGS[style][code] ?? (style === 'default' ? code : ENCODINGS[style][EXIT.unknown]);

/** Reads the raw arguments, because the style also applies to errors of arguments that cannot be parsed. */
export function findExitCodeStyle(argv: readonly string[]): ExitCodeStyle {
  const value = findFlagValue(argv, '--exit-codes');
  return EXIT_CODE_STYLES.find((style) => style === value) ?? 'default';
}
