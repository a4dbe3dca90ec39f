import { join } from 'node:path';
import type { Poller } from '../../../domain/installation/check/poller.ts';
import { findCronPolls, parseCrontab } from '../../../domain/installation/crontab.ts';
import type { FoundPoll } from '../../../domain/installation/found-poll.ts';
import type { Seconds } from '../../../domain/model.ts';
import { findDefaultDatabasePath } from '../../../store/database-path.ts';
import { CRON_PATH, findProgramProblem } from './locate-program.ts';
import { isCronRunning, readNames, readText } from './processes.ts';

interface CronContext {
  root: string;
  /** The text of `crontab -l`. */
  crontab: string;
  user: string;
  home: string;
  isRoot: boolean;
}

/** The lines that poll, from the crontab of this user and the crontabs of the system. */
export function findCronPollers(context: CronContext): Poller[] {
  const { root, crontab, user } = context;
  const folder = join(root, 'etc/cron.d');
  const system = [join(root, 'etc/crontab'), ...readNames(folder).map((name) => join(folder, name))];
  const found = [
    ...findCronPolls(parseCrontab(crontab, { hasUser: false })).map((entry) => ({ entry, file: null })),
    ...system.flatMap((file) =>
      findCronPolls(parseCrontab(readText(file) ?? '', { hasUser: true })).map((entry) => ({ entry, file })),
    ),
  ];
  if (found.length === 0) return [];
  const isRunning = isCronRunning(root);
  return found.map(({ entry, file }): Poller => {
    const { poll } = entry;
    const variables = new Map([...entry.variables, ...poll.variables]);
    const owner = entry.user ?? user;
    const path = variables.get('PATH') ?? CRON_PATH;
    return {
      place: { kind: 'cron', file, user: owner },
      poll,
      database: findDatabase(poll, variables, owner === user, context),
      interval: findInterval(entry.line),
      isOwn: owner === user,
      variables,
      problem: findProgramProblem(poll, path) ?? (isRunning ? null : { code: 'cron-not-running' }),
    };
  });
}

/** Null for another user, whose home folder is unknown. */
function findDatabase(
  poll: FoundPoll,
  variables: ReadonlyMap<string, string>,
  isOwn: boolean,
  { home, isRoot }: CronContext,
): string | null {
  const given = poll.flags.get('--db') ?? variables.get('CRED_WATCH_DB');
  if (given !== undefined) return given;
  return isOwn ? findDefaultDatabasePath({ env: Object.fromEntries(variables), home, isRoot }) : null;
}

/** Null unless the line runs at each step of an hour or a day. */
function findInterval(line: string): Seconds | null {
  const [minute = '', hour = ''] = line.split(/\s+/);
  const minutes = /^\*(?:\/(\d+))?$/.exec(minute);
  if (minutes !== null) return hour === '*' ? Number(minutes[1] ?? 1) * 60 : null;
  const hours = /^\d+$/.test(minute) ? /^\*(?:\/(\d+))?$/.exec(hour) : null;
  return hours === null ? null : Number(hours[1] ?? 1) * 3600;
}
