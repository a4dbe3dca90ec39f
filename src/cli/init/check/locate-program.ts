import { existsSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import type { PollerProblem } from '../../../domain/installation/check/poller.ts';
import type { FoundPoll } from '../../../domain/installation/found-poll.ts';

/** Without a line `PATH=` in the crontab. */
export const CRON_PATH = '/usr/bin:/bin';

/** systemd searches for programs in these folders. */
export const SYSTEMD_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin';

/**
 * Why the program of a schedule cannot start. Null if nothing is missing.
 * @param path the value of PATH
 * @param folder the working folder. Null if it is unknown
 */
export function findProgramProblem(
  { node, program, wrappers }: FoundPoll,
  path: string,
  folder: string | null = null,
): PollerProblem | null {
  // Without Node in front, the first line of the program searches for Node.
  const starters = [...wrappers, node ?? 'node'];
  // Node reads a file. A shell searches in PATH for a name without a slash.
  const isFile = node !== null || program.includes('/');
  const file = isFile && folder !== null ? resolve(folder, program) : program;
  const names = isFile && !isAbsolute(file) ? starters : [...starters, file];
  const problems = names.map((name) => findProblem(name, path));
  return problems.find((problem) => problem !== null) ?? null;
}

function findProblem(name: string, path: string): PollerProblem | null {
  if (isAbsolute(name)) return existsSync(name) ? null : { code: 'program-missing', path: name };
  const isFound = path.split(':').some((folder) => isAbsolute(folder) && existsSync(join(folder, name)));
  return isFound ? null : { code: 'not-in-path', name, path };
}
