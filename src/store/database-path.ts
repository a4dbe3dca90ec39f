import { isAbsolute, join } from 'node:path';

const FILE = 'samples.db';
export const ROOT_DATABASE_PATH = `/var/lib/cred-watch/${FILE}`;

interface DatabasePathContext {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  isRoot: boolean;
}

/**
 * Returns the path of `--db`, else `CRED_WATCH_DB`. By default, the file is in the folder of systemd's
 * `StateDirectory=`, else in the XDG state directory, which is replaced by /var/lib for root.
 */
export function resolveDatabasePath(
  flag: string | undefined,
  { env, home, isRoot }: DatabasePathContext,
): string {
  const named = flag ?? (env.CRED_WATCH_DB || undefined);
  if (named !== undefined) return named;
  // systemd joins several folders with colons. The first one belongs to the unit.
  const [stateDirectory] = (env.STATE_DIRECTORY ?? '').split(':');
  if (stateDirectory) return join(stateDirectory, FILE);
  const xdg = env.XDG_STATE_HOME ?? '';
  // The XDG specification says that relative paths are invalid and must be ignored.
  if (isAbsolute(xdg)) return join(xdg, 'cred-watch', FILE);
  return isRoot ? ROOT_DATABASE_PATH : join(home, '.local', 'state', 'cred-watch', FILE);
}
