import { isWrittenCronLine, unescapeCommand } from './cron-line.ts';
import { type FoundPoll, findShellPolls, isSameSource } from './found-poll.ts';

/** A line of a crontab that starts a command. */
export interface CronEntry {
  line: string;
  /** Only in the crontabs of the system. */
  user: string | null;
  /** For the shell. */
  command: string;
  /** The variables that lines above set. */
  variables: ReadonlyMap<string, string>;
}

/** `hasUser`: the sixth column is the user, as in `/etc/crontab` and `/etc/cron.d`. */
export function parseCrontab(text: string, { hasUser }: { hasUser: boolean }): CronEntry[] {
  const entries: CronEntry[] = [];
  const variables = new Map<string, string>();
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [, name, value = ''] = /^["']?([A-Za-z_]\w*)["']?\s*=\s*(.*)$/.exec(line) ?? [];
    if (name !== undefined) {
      variables.set(name, value.replace(/^(["'])(.*)\1$/, '$2'));
      continue;
    }
    const [, user = null, command] = (hasUser ? WITH_USER : WITHOUT_USER).exec(line) ?? [];
    if (command === undefined) continue;
    entries.push({
      line,
      user: user || null,
      command: unescapeCommand(command),
      variables: new Map(variables),
    });
  }
  return entries;
}

const TIMES = String.raw`(?:@\w+|(?:\S+\s+){4}\S+)`;
const WITH_USER = new RegExp(String.raw`^${TIMES}\s+(\S+)\s+(.+)$`);
/** The empty group stands for the user. */
const WITHOUT_USER = new RegExp(String.raw`^${TIMES}\s+()(.+)$`);

/** A line that polls. A line with several polls has one entry for each. */
export interface CronPoll extends CronEntry {
  poll: FoundPoll;
}

export function findCronPolls(entries: readonly CronEntry[]): CronPoll[] {
  return entries.flatMap((entry) => findShellPolls(entry.command).map((poll) => ({ ...entry, poll })));
}

/**
 * Whether a line can be added to a crontab.
 * - `present`: the crontab has the line
 * - `conflict`: another line polls the same credentials. `isEdited`: the line is below the comment of `init`, but `init`
 *   could not have written it
 * - `replaceable`: `init` wrote the line at `index`, which polls the same credentials into the same database
 * - `addable`: with `addition` at the end of the crontab
 */
export type CrontabState =
  | { code: 'present' }
  | { code: 'conflict'; line: string; isEdited: boolean }
  | { code: 'replaceable'; line: string; index: number }
  | { code: 'addable'; addition: string };

/** @param comment is written in front of the line */
export function addToCrontab(text: string, comment: string, line: string): CrontabState {
  const existing = findCronPolls(parseCrontab(text, { hasUser: false }));
  if (existing.some((entry) => entry.line === line)) return { code: 'present' };
  const [added] = findCronPolls(parseCrontab(line, { hasUser: false }));
  const conflicts = existing.filter(({ poll }) => added !== undefined && isSameSource(poll, added.poll));
  const lines = text.split('\n');
  const findOwnIndex = ({ line: old, poll }: CronPoll): number =>
    poll.flags.get('--db') === added?.poll.flags.get('--db') && isWrittenCronLine(old)
      ? lines.findIndex((each, at) => each === old && lines[at - 1] === comment)
      : -1;
  const conflict = conflicts.find((each) => findOwnIndex(each) < 0) ?? conflicts[0];
  if (conflict !== undefined) {
    const index = findOwnIndex(conflict);
    const isOwn = index >= 0 && conflicts.length === 1;
    if (isOwn) return { code: 'replaceable', line: conflict.line, index };
    const isBelowComment = lines.some(
      (each, at) => each.trim() === conflict.line && lines[at - 1] === comment,
    );
    const isEdited = isBelowComment && !isWrittenCronLine(conflict.line);
    return { code: 'conflict', line: conflict.line, isEdited };
  }
  const lineEnd = text === '' || text.endsWith('\n') ? '' : '\n';
  return { code: 'addable', addition: `${lineEnd}${comment}\n${line}\n` };
}
