import { existsSync, readFileSync } from 'node:fs';
import type { UnitScope } from '../../domain/installation/schedule.ts';
import { CredWatchError, describeSystemError } from '../../errors.ts';
import { redactText } from '../../redact.ts';
import type { Environment } from '../../sources/environment/variables.ts';
import { formatShellCommand } from '../../untrusted-text.ts';
import { runProgram } from './run-program.ts';

/** The program that controls the manager of the units, with its flag. */
export const getSystemctl = (scope: UnitScope): readonly string[] =>
  scope === 'user' ? ['systemctl', '--user'] : ['systemctl'];

/** Null if the file does not exist. */
export function readUnit(path: string): string | null {
  try {
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  } catch (cause) {
    throw new CredWatchError(
      `could not read ${path}: ${describeSystemError(cause)}`,
      'check its permissions',
      {
        cause,
      },
    );
  }
}

/**
 * @param getHint the hint of an error, with the command as text
 * @throws CredWatchError if the command fails
 */
export async function runSystemCommand(
  command: readonly string[],
  env: Environment,
  getHint: (command: string) => string,
): Promise<void> {
  const { code, isMissing, stderr } = await runProgram(command, env);
  if (code === 0) return;
  const text = formatShellCommand(command);
  const [reason = ''] = stderr.trim().split('\n');
  throw new CredWatchError(
    isMissing ? `${command[0]} is not installed` : `\`${text}\` failed: ${redactText(reason)}`,
    getHint(text),
  );
}

/**
 * The environment of systemctl. `sudo --user` and cron do not set the variable with which systemctl finds the manager
 * of a user.
 * @param userId null on systems without users
 */
export function createManagerEnvironment(
  scope: UnitScope,
  env: Environment,
  userId: number | null,
): Environment {
  const folder = `/run/user/${userId}`;
  const isNeeded = scope === 'user' && env.XDG_RUNTIME_DIR === undefined;
  return isNeeded && existsSync(folder) ? { ...env, XDG_RUNTIME_DIR: folder } : env;
}
