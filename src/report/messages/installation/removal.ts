import type { KeptSchedule, RemovalState, WrittenSchedule } from '../../../domain/installation/removal.ts';
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

/** `removed: cron polls no more`. */
export function describeRemoval(written: readonly WrittenSchedule[], state: RemovalState): string {
  switch (state) {
    case 'removed': {
      const kinds = [...new Set(written.map(({ kind }) => kind))].sort();
      return `removed: ${joinWords(kinds)} no longer ${kinds.length === 1 ? 'polls' : 'poll'}`;
    }
    case 'printed':
      return 'nothing changed: without --dry-run, all of this is removed';
    case 'declined':
    case 'nothing':
      return 'nothing changed';
  }
}

/** Instead of schedules. */
export const describeNothingFound = ({ user, selected }: RemovalContext): string =>
  selected === null
    ? `nothing to remove: no unchanged line or unit of \`init --write\` was found for the user ${user}`
    : `nothing to remove: no unchanged line or unit of \`init --write\` polls into ${selected} for the user ${user}`;

/** Where else a poller can be. */
export const describeElsewhere = ({ hasSystemUnits }: RemovalContext): string =>
  hasSystemUnits
    ? 'root has units of cred-watch: run `sudo cred-watch init --remove`'
    : '`cred-watch init --check` shows every poller that it finds. Run --remove as the user who ran `init --write`';

/** The samples are not removed. */
export const describeDatabase = (path: string): string =>
  `${path} stays. \`cred-watch prune --remove-series\` removes a series, and \`rm ${quoteForShell(path)}\` everything`;

/** `init` enabled it, but other programs may need it now. */
export const describeLinger = (user: string): string =>
  `the units of ${user} still run without a login. If nothing needs this: \`loginctl disable-linger ${quoteForShell(user)}\``;
