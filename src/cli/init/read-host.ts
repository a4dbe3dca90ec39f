import { constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Host, Orchestrator } from '../../domain/installation/schedule.ts';
import { CredWatchError } from '../../errors.ts';
import { detectPlatform } from '../../sources/environment/platform.ts';
import { type Environment, isVariableSet } from '../../sources/environment/variables.ts';
import type { Io } from '../process/io.ts';
import { isCronRunning } from './check/processes.ts';
import { canAccess } from './file-access.ts';
import { readCrontabBytes } from './install/crontab.ts';
import { SYSTEM_FOLDERS } from './run-program.ts';

/**
 * Reads what can keep sampling on this machine.
 * @param root another folder than `/`, for tests
 */
export async function readHost({ env, isRoot }: Pick<Io, 'env' | 'isRoot'>, root = '/'): Promise<Host> {
  const hasCrontab = findProgram('crontab', env) !== null;
  return {
    isRoot,
    hasSystemd: isSystemdRunning(root),
    hasCrontab,
    crontabError: hasCrontab ? await findCrontabError(env) : null,
    isCronRunning: isCronRunning(root),
    container: findContainer(env, root),
  };
}

const findCrontabError = (env: Environment): Promise<string | null> =>
  readCrontabBytes(env).then(
    () => null,
    (error: unknown) => {
      if (error instanceof CredWatchError) return error.message;
      throw error;
    },
  );

/** As `sd_booted()`. */
export const isSystemdRunning = (root: string): boolean => existsSync(join(root, 'run/systemd/system'));

function findContainer(env: Environment, root: string): Orchestrator | 'other' | null {
  const isSet = (name: string) => isVariableSet(env, name);
  if (isSet('KUBERNETES_SERVICE_HOST')) return 'kubernetes';
  if (existsSync(join(root, 'var/run/secrets/kubernetes.io'))) return 'kubernetes';
  if (isSet('ECS_CONTAINER_METADATA_URI_V4') || isSet('ECS_CONTAINER_METADATA_URI')) return 'ecs';
  if (env.AWS_EXECUTION_ENV?.startsWith('AWS_ECS_')) return 'ecs';
  // CloudShell and the builds of AWS are containers without these files.
  if (env.AWS_EXECUTION_ENV === 'CloudShell' || detectPlatform(env) !== null) return 'other';
  // systemd sets `container` in the containers that it starts, and then runs there itself.
  const files = ['.dockerenv', 'run/.containerenv'];
  return files.some((file) => existsSync(join(root, file))) ? 'other' : null;
}

/** The path of a program. Null if it is not installed. */
export function findProgram(name: string, env: Environment): string | null {
  const folders = `${env.PATH ?? ''}:${SYSTEM_FOLDERS}`.split(':').filter((folder) => folder.startsWith('/'));
  return folders.map((folder) => join(folder, name)).find(isExecutable) ?? null;
}

const isExecutable = (path: string): boolean => canAccess(path, constants.X_OK);
