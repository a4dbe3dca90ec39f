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

/** The text after a `%` is the input of the command. */
function unescapeCommand(command: string): string {
  const [, used = ''] = /^((?:[^%\\]|\\.)*)/.exec(command) ?? [];
  return used.replaceAll(String.raw`\%`, '%');
}

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
 * - `conflict`: another line polls the same credentials
 * - `addable`: with `addition` at the end of the crontab
 */
export type CrontabState =
  | { code: 'present' }
  | { code: 'conflict'; line: string }
  | { code: 'addable'; addition: string };

/** @param comment is written in front of the line */
export function addToCrontab(text: string, comment: string, line: string): CrontabState {
  const existing = findCronPolls(parseCrontab(text, { hasUser: false }));
  if (existing.some((entry) => entry.line === line)) return { code: 'present' };
  const [added] = findCronPolls(parseCrontab(line, { hasUser: false }));
  const conflict = existing.find(({ poll }) => added !== undefined && isSameSource(poll, added.poll));
  if (conflict !== undefined) return { code: 'conflict', line: conflict.line };
  const lineEnd = text === '' || text.endsWith('\n') ? '' : '\n';
  return { code: 'addable', addition: `${lineEnd}${comment}\n${line}\n` };
}
