import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { PollerProblem } from '../../../domain/installation/check/poller.ts';
import type { FoundPoll } from '../../../domain/installation/found-poll.ts';

/** Without a line `PATH=` in the crontab. */
export const CRON_PATH = '/usr/bin:/bin';

/** systemd searches for programs in these folders. */
export const SYSTEMD_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';

/**
 * Why the program of a schedule cannot start. Null if nothing is missing.
 * @param path the value of PATH
 */
export function findProgramProblem({ node, program }: FoundPoll, path: string): PollerProblem | null {
  // Without Node in front, the first line of the program searches for Node.
  const problems = [node ?? 'node', program].map((name) => findProblem(name, path));
  return problems.find((problem) => problem !== null) ?? null;
}

function findProblem(name: string, path: string): PollerProblem | null {
  if (isAbsolute(name)) return existsSync(name) ? null : { code: 'program-missing', path: name };
  const isFound = path.split(':').some((folder) => isAbsolute(folder) && existsSync(join(folder, name)));
  return isFound ? null : { code: 'not-in-path', name, path };
}
