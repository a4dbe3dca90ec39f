import { quoteForShell } from '../../untrusted-text.ts';
import type { Seconds } from '../model.ts';
import { findCronFields } from './interval.ts';
import type { PollCommand, ScheduleProblem } from './schedule.ts';

/** The comment in front of our line. */
export const CRON_COMMENT = '# cred-watch samples the AWS credentials. Written by `cred-watch init`.';

/** The limit of Vixie cron, which Debian uses. Other versions allow more. */
const MAX_COMMAND_LENGTH = 998;

/**
 * A line for a crontab. It needs neither PATH nor any other variable. cron sends a mail if the poll writes an error.
 * @throws Error if cron has no fields for the interval
 */
export function buildCronLine(poll: PollCommand, every: Seconds): string {
  const fields = findCronFields(every);
  if (fields === null) throw new Error(`cron cannot run every ${every} seconds`);
  return `${fields} ${escapePercents(buildShellCommand(poll))} > /dev/null`;
}

/** The command for a POSIX shell with an empty environment. */
export function buildShellCommand({ node, program, words, database, variables }: PollCommand): string {
  return [
    ...variables.map(([name, value]) => `${name}=${quoteForShell(value)}`),
    ...[node, program, ...words, '--db', database].map(quoteForShell),
  ].join(' ');
}

/** cron ends a command at a `%`, also inside quotes. */
const escapePercents = (command: string): string => command.replaceAll('%', String.raw`\%`);

/** Versions of cron disagree about a backslash, except in front of a `%`. */
export function findCronLineProblem(
  { node, program, words, database, variables }: PollCommand,
  line: string,
): ScheduleProblem | null {
  const texts = [node, program, ...words, database, ...variables.map(([, value]) => value)];
  const word = texts.find((text) => text.includes('\\'));
  if (word !== undefined) return { code: 'BACKSLASH', word };
  const { length } = line;
  return length <= MAX_COMMAND_LENGTH ? null : { code: 'LINE_TOO_LONG', length, limit: MAX_COMMAND_LENGTH };
}
