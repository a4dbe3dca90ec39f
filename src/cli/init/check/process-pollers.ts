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
        database: poll.flags.get('--db') ?? findDatabase(found),
        interval: parseDuration(poll.flags.get('--interval') ?? ''),
        isOwn: found.userId === userId,
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
