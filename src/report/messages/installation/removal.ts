import type {
  FoundSchedules,
  KeptSchedule,
  RemovalState,
  WrittenSchedule,
} from '../../../domain/installation/removal.ts';
import { quoteForShell } from '../../../untrusted-text.ts';
import { joinWords } from '../../text/format-values.ts';

export interface RemovalContext {
  user: string;
  /** The database that the user selected. Null: none. */
  selected: string | null;
  /** The databases that stay. */
  databases: readonly string[];
  /** root has units in the folder of the system, which this user cannot remove. */
  hasSystemUnits: boolean;
  /** Units of a user are removed. */
  isUserScope: boolean;
  /** Returns a line of a crontab without secrets. */
  showLine(line: string): string;
}

/** The sentence in front of a line or of the names of the units. */
export function introduceWritten(schedule: WrittenSchedule, { user }: RemovalContext): string {
  if (schedule.kind === 'cron') return `\`init\` wrote this line of the crontab of ${user}:`;
  return schedule.scope === 'system'
    ? '`init` wrote these units of systemd:'
    : '`init` wrote these user units of systemd:';
}

/** The sentence in front of what stays. */
export function introduceKept(schedule: KeptSchedule, { user }: RemovalContext): string {
  if (schedule.kind === 'drop-in') return 'Your own settings of a unit stay in this folder. To delete it:';
  if (schedule.kind === 'cron') {
    const line = {
      edited: 'This line was edited, so it stays',
      foreign: '`init` did not write this line, so it stays',
      'other-database': 'This line polls into another database, so it stays',
    }[schedule.reason];
    return `${line}. It is in the crontab of ${user}. To delete it, run \`crontab -e\`:`;
  }
  const files = joinWords(schedule.changed);
  const reason = {
    edited: `${files}: edited, or written by another version of cred-watch, so the units stay`,
    foreign: `${files}: \`init\` did not write this, so the units stay`,
    'other-database': `${files}: polls into another database, so the units stay`,
  }[schedule.reason];
  return `${reason}. To remove them:`;
}

/** The commands that remove by hand what stays. Empty for a line of a crontab. */
export function listManualCommands(schedule: KeptSchedule): string[] {
  if (schedule.kind === 'cron') return [];
  if (schedule.kind === 'drop-in') return [`rm -r ${quoteForShell(schedule.folder)}`];
  const systemctl = schedule.scope === 'user' ? 'systemctl --user' : 'systemctl';
  const files = schedule.files.map(quoteForShell).join(' ');
  return [`${systemctl} disable --now cred-watch.timer`, `rm ${files}`, `${systemctl} daemon-reload`];
}

export function askToRemove(written: readonly WrittenSchedule[]): string {
  const lineCount = written.filter(({ kind }) => kind === 'cron').length;
  const lines = lineCount === 1 ? 'this line' : `these ${lineCount} lines`;
  if (lineCount === written.length) return `Remove ${lines} from your crontab?`;
  return lineCount === 0
    ? 'Stop the timer, and remove these units?'
    : `Stop the timer, and remove these units and ${lines}?`;
}

export function describeRemoval({ written, kept }: FoundSchedules, state: RemovalState): string {
  if (state === 'printed') return 'nothing changed, because of --dry-run';
  if (state !== 'removed') return 'nothing changed';
  const lineCount = written.filter(({ kind }) => kind === 'cron').length;
  const removed = [
    ...(lineCount === written.length ? [] : ['the timer and its service']),
    ...(lineCount === 0
      ? []
      : [lineCount === 1 ? 'the line of the crontab' : `${lineCount} lines of the crontab`]),
  ];
  const others = kept.some(({ kind }) => kind !== 'drop-in') ? '; the others above may still poll' : '';
  return `removed: ${removed.join(', and ')}${others}`;
}

/** Instead of schedules. */
export const describeNothingFound = ({ user, selected }: RemovalContext): string =>
  selected === null
    ? `nothing to remove: found no line and no unit that \`init --write\` installed for the user ${user}`
    : `nothing to remove: found no line and no unit that \`init --write\` installed for the user ${user} with the database ${selected}`;

/** Where else a poller can be. */
export const describeElsewhere = ({ hasSystemUnits }: RemovalContext): string =>
  hasSystemUnits
    ? 'root has units of cred-watch: run `sudo cred-watch init --remove`'
    : '`cred-watch init --check` shows every poller that it finds. Run --remove as the user who ran `init --write`';

/** The samples are not removed. */
export function describeDatabase(path: string): string {
  const file = quoteForShell(path);
  return `${path} stays. Remove a host from it with \`cred-watch prune --remove-series --host NAME --db ${file}\`, or delete it with \`rm ${file}\``;
}

/** `init` enabled it, but other programs may need it now. */
export const describeLinger = (user: string): string =>
  `the units of ${user} still run without a login. If nothing needs this: \`loginctl disable-linger ${quoteForShell(user)}\``;
