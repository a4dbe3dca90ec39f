import type { Poller } from '../../../domain/installation/check/poller.ts';
import { findPoll } from '../../../domain/installation/found-poll.ts';
import { parseDuration } from '../../../domain/time/duration.ts';
import { findDefaultDatabasePath } from '../../../store/database-path.ts';
import { listProcesses, type RunningProcess } from './processes.ts';

/** The processes of `poll --interval`. */
export function findProcessPollers(root: string, userId: number | null): Poller[] {
  const isPoller = (words: readonly string[]) => findPoll(words)?.flags.has('--interval') === true;
  return listProcesses(root, isPoller).flatMap((process): Poller[] => {
    const poll = findPoll(process.words);
    if (poll === null) return [];
    return [
      {
        place: { kind: 'process', pid: process.pid },
        poll,
        database: poll.flags.get('--db') ?? findDatabase(process),
        interval: parseDuration(poll.flags.get('--interval') ?? ''),
        isOwn: process.userId === userId,
        variables: new Map(),
        problem: null,
      },
    ];
  });
}

function findDatabase({ variables, userId }: RunningProcess): string | null {
  if (variables === null) return null;
  const env = Object.fromEntries(variables);
  return env.CRED_WATCH_DB ?? findDefaultDatabasePath({ env, home: env.HOME ?? '', isRoot: userId === 0 });
}
