import { isAbsolute, join } from 'node:path';

const FILE = 'samples.db';
export const ROOT_DATABASE_PATH = `/var/lib/cred-watch/${FILE}`;

/** What of the process tells where the samples are. */
export interface DatabasePathContext {
  env: Readonly<Record<string, string | undefined>>;
  home: string;
  isRoot: boolean;
}

/**
 * Where the samples are: `--db`, `CRED_WATCH_DB`, the folder that systemd made (`StateDirectory=`), else the XDG
 * state directory, for root /var/lib.
 */
export function resolveDatabasePath(
  flag: string | undefined,
  { env, home, isRoot }: DatabasePathContext,
): string {
  const named = flag ?? (env.CRED_WATCH_DB || undefined);
  if (named !== undefined) return named;
  // systemd joins several with a colon; the first is the unit's own.
  const [stateDirectory] = (env.STATE_DIRECTORY ?? '').split(':');
  if (stateDirectory) return join(stateDirectory, FILE);
  const xdg = env.XDG_STATE_HOME ?? '';
  // The XDG specification tells us to ignore relative paths.
  if (isAbsolute(xdg)) return join(xdg, 'cred-watch', FILE);
  return isRoot ? ROOT_DATABASE_PATH : join(home, '.local', 'state', 'cred-watch', FILE);
}
