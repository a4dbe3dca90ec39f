import { spawnSync } from 'node:child_process';
import { PROGRAM } from './built-program.ts';

/** Another user than the one that runs the tests. */
export const OTHER_USER = 65_534;

/** A command in front of a program, which then runs as the other user. */
export const AS_OTHER_USER = [
  'setpriv',
  `--reuid=${OTHER_USER}`,
  `--regid=${OTHER_USER}`,
  '--clear-groups',
] as const;

/** Why the program cannot run as another user; null if it can. */
function findProblem(): string | null {
  if (process.getuid?.() !== 0) return 'only root can run a program as another user';
  const [program, ...args] = AS_OTHER_USER;
  const { status } = spawnSync(program, [...args, process.execPath, PROGRAM, '--version']);
  return status === 0 ? null : 'the program cannot run as another user';
}

export const noOtherUser = findProblem();
