import { readlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Poller } from '../../../domain/installation/check/poller.ts';
import { findPoll } from '../../../domain/installation/found-poll.ts';
import { parseDuration } from '../../../domain/time/duration.ts';
import { findDefaultDatabasePath } from '../../../store/database-path.ts';
import { listProcesses, type RunningProcess } from './processes.ts';

/** The processes of `poll --interval`. */
export function findProcessPollers(root: string, userId: number | null): Poller[] {
  // Not the programs that start a poller: `timeout`, `sudo`, a shell.
  const isPoller = (words: readonly string[]) =>
    /(?:^|\/)(?:node|nodejs|cred-watch)$/.test(words[0] ?? '') &&
    findPoll(words)?.flags.has('--interval') === true;
  return listProcesses(root, isPoller).flatMap((found): Poller[] => {
    const poll = findPoll(found.words);
    if (poll === null) return [];
    return [
      {
        place: { kind: 'process', pid: found.pid },
        poll,
        database: findDatabase(poll.flags.get('--db'), found, root),
        interval: parseDuration(poll.flags.get('--interval') ?? ''),
        isOwn: found.userId === userId,
        variables: new Map(),
        problem: null,
      },
    ];
  });
}

function findDatabase(
  flag: string | undefined,
  { pid, variables, userId }: RunningProcess,
  root: string,
): string | null {
  const given = flag ?? variables?.get('CRED_WATCH_DB');
  if (given !== undefined) return resolvePath(given, join(root, 'proc', String(pid), 'cwd'));
  if (variables === null) return null;
  const env = Object.fromEntries(variables);
  return findDefaultDatabasePath({ env, home: env.HOME ?? '', isRoot: userId === 0 });
}

/** Null if the working folder cannot be read, as of a process of another user. */
function resolvePath(path: string, workingFolder: string): string | null {
  if (path.startsWith('/')) return path;
  try {
    return resolve(readlinkSync(workingFolder), path);
  } catch {
    return null;
  }
}
