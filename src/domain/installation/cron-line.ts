import { quoteForShell } from '../../untrusted-text.ts';
import type { Seconds } from '../model.ts';
import { findCronFields, findCronInterval } from './interval.ts';
import type { PollCommand, ScheduleProblem } from './schedule.ts';
import { splitShellWords } from './shell-words.ts';

/** The comment in front of our line. */
export const CRON_COMMENT = '# cred-watch samples the AWS credentials. Written by `cred-watch init`.';

/** The limit of Vixie cron, which Debian uses. Other versions allow more. */
const MAX_COMMAND_LENGTH = 998;

/** csh knows no assignments in front of a command, and a crontab can have `SHELL=/bin/csh`. */
const ENV = '/usr/bin/env ';

/**
 * A line for a crontab. It needs neither PATH nor any other variable, and works in sh, csh and fish, except that csh
 * changes a value with a `!`. cron sends a mail if the poll writes an error.
 * @throws Error if cron has no fields for the interval
 */
export function buildCronLine(poll: PollCommand, every: Seconds): string {
  const fields = findCronFields(every);
  if (fields === null) throw new Error(`cron cannot run every ${every} seconds`);
  const env = poll.variables.length === 0 ? '' : ENV;
  return `${fields} ${env}${escapePercents(buildShellCommand(poll))} > /dev/null`;
}

/** The command for a POSIX shell with an empty environment. */
export function buildShellCommand({ node, program, words, database, variables }: PollCommand): string {
  return joinShellCommand(variables, [node, program, ...words, '--db', database]);
}

const joinShellCommand = (
  variables: readonly (readonly [name: string, value: string])[],
  words: readonly string[],
): string =>
  [...variables.map(([name, value]) => `${name}=${quoteForShell(value)}`), ...words.map(quoteForShell)].join(
    ' ',
  );

/** True if {@link buildCronLine} could have written the line, so that no edit of the user is lost without it. */
export function isWrittenCronLine(line: string): boolean {
  const [, fields = '', command = ''] = /^((?:\S+ ){4}\S+) (.*) > \/dev\/null$/.exec(line) ?? [];
  // A line with other times, such as every 7 minutes, was edited.
  if (findCronInterval(fields) === null) return false;
  const start = command.startsWith(ENV) ? ENV.length : 0;
  return isWrittenCommand(command.slice(start), { hasEnv: start > 0 });
}

function isWrittenCommand(command: string, { hasEnv }: { hasEnv: boolean }): boolean {
  const words = splitShellWords(unescapeCommand(command));
  const start = words.findIndex((word) => !/^[A-Za-z_]\w*=/.test(word));
  const variables = words.slice(0, start).map((word): [string, string] => {
    const end = word.indexOf('=');
    return [word.slice(0, end), word.slice(end + 1)];
  });
  const [node = '', program = '', subcommand] = words.slice(start);
  // `env` stands only in front of variables.
  if (hasEnv && variables.length === 0) return false;
  const isPoll = node.startsWith('/') && program.startsWith('/') && subcommand === 'poll';
  const written = escapePercents(joinShellCommand(variables, words.slice(start)));
  return isPoll && words.at(-2) === '--db' && written === command;
}

/** The text after a `%` is the input of the command. */
export function unescapeCommand(command: string): string {
  const [, used = ''] = /^((?:[^%\\]|\\.)*)/.exec(command) ?? [];
  return used.replaceAll(String.raw`\%`, '%');
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
