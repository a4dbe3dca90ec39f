import { isAbsolute, join } from 'node:path';
import { CredWatchError } from '../errors.ts';

const FILE = 'samples.db';
export const ROOT_DATABASE_PATH = `/var/lib/cred-watch/${FILE}`;

/** Another URL, or settings of a connection. Not quoted in the message, because they can contain a password. */
const FOREIGN_DATABASE = /^(?!postgres(?:ql)?:)[a-z][a-z\d+.-]*:(?:[a-z]+:)?\/\/|\bpassword\s*=/i;

interface DatabasePathContext {
  env: Readonly<Record<string, string | undefined>>;
  /** Empty if the home folder is unknown. */
  home: string;
  isRoot: boolean;
}

/**
 * Returns the path of `--db`, else `CRED_WATCH_DB`, else the default.
 * @throws CredWatchError if the default is in the home folder, and the home folder is unknown, or if the value is a URL of
 * something else
 */
export function resolveDatabasePath(flag: string | undefined, context: DatabasePathContext): string {
  const path = flag ?? (context.env.CRED_WATCH_DB || findDefaultDatabasePath(context));
  if (path !== null && FOREIGN_DATABASE.test(path)) {
    throw new CredWatchError(
      'the database is neither a path nor the URL of a PostgreSQL database',
      'use a path, or postgres://USER@HOST/DATABASE for a command that only reads',
      { code: 'DATABASE_INVALID_PATH' },
    );
  }
  if (path !== null) return path;
  throw new CredWatchError(
    'the home folder of this user is unknown',
    'set HOME, or give the database with --db or CRED_WATCH_DB',
    { code: 'DATABASE_INVALID_PATH' },
  );
}

/**
 * The file is in the folder of systemd's `StateDirectory=`, else in the XDG state directory. The default of that
 * directory is /var/lib for root. Null if the home folder is unknown.
 */
export function findDefaultDatabasePath({ env, home, isRoot }: DatabasePathContext): string | null {
  // systemd joins several folders with colons. The first one belongs to the unit.
  const [stateDirectory] = (env.STATE_DIRECTORY ?? '').split(':');
  if (stateDirectory) return join(stateDirectory, FILE);
  const xdg = env.XDG_STATE_HOME ?? '';
  // The XDG specification says that relative paths are invalid and must be ignored.
  if (isAbsolute(xdg)) return join(xdg, 'cred-watch', FILE);
  if (isRoot) return ROOT_DATABASE_PATH;
  return home === '' ? null : join(home, '.local', 'state', 'cred-watch', FILE);
}
