import { execFileSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runFolder } from '../cli/state-folder.ts';

export const SUPERUSER = { user: 'postgres', password: 'test-password' };

/** PostgreSQL refuses to run as root. */
const UNPRIVILEGED = 65_534;
const isRoot = process.getuid?.() === 0;

/** Ends the server if the test process is killed. */
export const AS_UNPRIVILEGED =
  process.platform === 'linux'
    ? [
        ...['setpriv', '--pdeathsig', 'INT'],
        ...(isRoot ? [`--reuid=${UNPRIVILEGED}`, `--regid=${UNPRIVILEGED}`, '--clear-groups'] : []),
      ]
    : [];

/** Makes the user of the server the owner of a file or folder. */
export const giveToServer = (path: string): void => {
  if (isRoot) chownSync(path, UNPRIVILEGED, UNPRIVILEGED);
};

/**
 * Creates the folder `data` of a new server. `initdb` runs once per run of the tests, because it takes ten times as
 * long as a copy of its result.
 */
export function createDataFolder(programs: string, folder: string): string {
  giveToServer(folder);
  const template = join(runFolder(), 'postgres-data');
  const data = join(folder, 'data');
  if (existsSync(template)) copyWithOwners(template, data);
  else {
    initialise(programs, folder, data);
    shareTemplate(data, template);
  }
  return data;
}

function initialise(programs: string, folder: string, data: string): void {
  const passwordFile = join(folder, 'password');
  mkdirSync(data, { mode: 0o700 });
  writeFileSync(passwordFile, SUPERUSER.password);
  for (const path of [data, passwordFile]) giveToServer(path);
  const [command = '', ...args] = [
    ...[...AS_UNPRIVILEGED, join(programs, 'initdb'), '-D', data, '-U', SUPERUSER.user, '--no-sync'],
    ...['--locale=C', '--encoding=UTF8', '--auth-local=trust', '--auth-host=scram-sha-256'],
    ...[`--pwfile=${passwordFile}`],
  ];
  execFileSync(command, args, { cwd: folder, stdio: 'pipe' });
}

/** Another worker may do the same at the same time. The first complete copy is used. */
function shareTemplate(data: string, template: string): void {
  const copy = `${template}-${process.pid}`;
  copyWithOwners(data, copy);
  try {
    renameSync(copy, template);
  } catch (error) {
    rmSync(copy, { recursive: true, force: true });
    if (!existsSync(template)) throw error;
  }
}

/** `cpSync` does not keep owners. */
function copyWithOwners(source: string, target: string): void {
  if (isRoot) execFileSync('cp', ['-a', source, target]);
  else cpSync(source, target, { recursive: true });
}
