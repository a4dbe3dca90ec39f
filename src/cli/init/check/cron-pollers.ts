import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Poller, PollerProblem } from '../../../domain/installation/check/poller.ts';
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
  const { root, crontab, user, isRoot } = context;
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
    const isOwn = owner === user;
    const home = variables.get('HOME') ?? (isOwn ? context.home : null);
    const folder = findFolder(poll, home);
    return {
      place: { kind: 'cron', file, user: owner },
      poll,
      database: poll.isCertain
        ? findDatabase(poll, variables, { folder, home, isRoot: isOwn && isRoot })
        : null,
      interval: findInterval(entry.line),
      isOwn,
      variables,
      problem: findProblem(poll, { path: variables.get('PATH') ?? CRON_PATH, folder, isRunning }),
    };
  });
}

interface LineContext {
  path: string;
  folder: string | null;
  /** Null if it is unknown whether the cron daemon runs. */
  isRunning: boolean | null;
}

function findProblem(poll: FoundPoll, { path, folder, isRunning }: LineContext): PollerProblem | null {
  // The problem of the line comes first, because starting cron does not solve it.
  const problem = poll.isCertain ? findLineProblem(poll, path, folder) : null;
  if (problem !== null) return problem;
  if (isRunning === false) return { code: 'cron-not-running' };
  if (!poll.isCertain) return { code: 'command-unknown' };
  return isRunning === null ? { code: 'cron-unknown' } : null;
}

const findLineProblem = (poll: FoundPoll, path: string, folder: string | null): PollerProblem | null =>
  poll.folder !== null && folder !== null && !existsSync(folder)
    ? { code: 'folder-missing', path: folder }
    : findProgramProblem(poll, path, folder);

/** The working folder. cron starts in the home folder. Null if it is unknown. */
function findFolder({ folder }: FoundPoll, home: string | null): string | null {
  if (folder?.startsWith('/')) return folder;
  return home === null ? null : resolve(home, folder ?? '');
}

/** Null if it depends on the home folder of another user, which is unknown. */
function findDatabase(
  poll: FoundPoll,
  variables: ReadonlyMap<string, string>,
  { folder, home, isRoot }: { folder: string | null; home: string | null; isRoot: boolean },
): string | null {
  const given = poll.flags.get('--db') || variables.get('CRED_WATCH_DB');
  if (given?.startsWith('/')) return given;
  if (given) return folder === null ? null : resolve(folder, given);
  return home === null ? null : findDefaultDatabasePath({ env: Object.fromEntries(variables), home, isRoot });
}

/** Null unless the line runs at each step of an hour or a day. */
function findInterval(line: string): Seconds | null {
  const [minute = '', hour = '', ...days] = line.split(/\s+/);
  if (days.slice(0, 3).some((field) => field !== '*')) return null;
  const minutes = /^\*(?:\/(\d+))?$/.exec(minute);
  if (minutes !== null) return hour === '*' ? Number(minutes[1] ?? 1) * 60 : null;
  const hours = /^\d+$/.test(minute) ? /^\*(?:\/(\d+))?$/.exec(hour) : null;
  return hours === null ? null : Number(hours[1] ?? 1) * 3600;
}
