import { isAbsolute, join } from 'node:path';
import { findSimilarWords } from '../domain/similar-words.ts';
import { CredWatchError } from '../errors.ts';

const FILE = 'samples.db';
export const ROOT_DATABASE_PATH = `/var/lib/cred-watch/${FILE}`;

/** The commands check a URL of PostgreSQL, also a misspelt one. */
const POSTGRES_URL = /^\s*postgres(?:ql)?:/i;

/** Settings of a connection. */
const CONNECTION_STRING = /\bpassword\s*=/i;

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
  if (path !== null) {
    if (!POSTGRES_URL.test(path)) assertFilePath(path);
    return path;
  }
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

/** Also with one slash, or with another scheme in front (`jdbc:postgresql:`). One letter is a drive of Windows. */
const URL_START = /^\s*([a-z][a-z\d+.-]+(?::[a-z][a-z\d+.-]*)*):[/\\]/i;

/** A URL of PostgreSQL without slashes. */
const POSTGRES_START = /^\s*(postgres[a-z]*):/i;

/** True if the text is a URL, or a misspelt one. Such a text is never used as a file name. */
export const looksLikeUrl = (text: string): boolean => URL_START.test(text) || POSTGRES_START.test(text);

/**
 * A URL as the path of a file would be a path to a file that does not exist, so its history would seem to be empty.
 * @throws CredWatchError if the location of a database is a URL, or a misspelt one
 */
export function assertFilePath(location: string): void {
  if (!looksLikeUrl(location) && !CONNECTION_STRING.test(location)) return;
  const [, scheme = ''] = URL_START.exec(location) ?? POSTGRES_START.exec(location) ?? [];
  // The URL is not quoted, because it can contain a password.
  throw new CredWatchError(
    'the database is neither a path nor the URL of a PostgreSQL database',
    buildHint(scheme.toLowerCase()),
    { code: 'DATABASE_INVALID_PATH' },
  );
}

function buildHint(scheme: string): string {
  if (scheme === 's3') return 'copy the objects to a folder with `aws s3 sync`, and give this folder';
  if (scheme.includes('postgres') || findSimilarWords(scheme, ['postgres', 'postgresql']).length > 0)
    return 'did you mean postgres://HOST/DATABASE?';
  return 'use a path, or postgres://USER@HOST/DATABASE for a command that only reads';
}
