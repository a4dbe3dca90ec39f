import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { CredWatchError, getSystemErrorCode } from '../../errors.ts';
import { REDACTED } from '../../redact.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { findDefaultDatabasePath, ROOT_DATABASE_PATH } from '../../store/database-path.ts';
import { formatShellCommand } from '../../untrusted-text.ts';
import { FLAG_VARIABLES } from '../flags/environment/flag-variables.ts';
import type { Io } from '../process/io.ts';

/** A full disk can leave an empty file. SQLite treats it as a new database. */
export const describeMissingDatabase = (path: string): string =>
  examineFile(path) === 'empty' ? `${path} is empty (0 bytes)` : `${path} does not exist`;

/**
 * A user who names a file expects its samples. Without a name, a missing file only means that there are no samples yet.
 * @param location the file, folder or URL
 * @throws CredWatchError if `--db` or `CRED_WATCH_DB` names a file that does not exist
 */
export function assertNamedFileExists(
  db: string | undefined,
  location: string,
  { env }: Pick<Io, 'env'>,
): void {
  const name = db !== undefined ? '--db' : env.CRED_WATCH_DB ? 'CRED_WATCH_DB' : null;
  if (name === null || isPostgresUrl(location) || examineFile(location) !== 'missing') return;
  throw new CredWatchError(
    `${location} does not exist`,
    `correct ${name}, or record samples in this file with \`cred-watch poll\``,
  );
}

/**
 * For users who poll as root, but read without root rights: the default databases differ. Null if this is not the
 * reason for missing samples.
 */
export function findRootHint(path: string, io: RootHintIo): string | null {
  if (io.isRoot || path !== findDefaultDatabasePath(io)) return null;
  const run = `run \`sudo ${formatOwnCommand(io)}\``;
  switch (examineFile(ROOT_DATABASE_PATH)) {
    case 'present':
      return `root's samples are in ${ROOT_DATABASE_PATH}: ${run}`;
    case 'hidden':
      return `root may have samples in ${dirname(ROOT_DATABASE_PATH)}, which this user cannot read: ${run}`;
    default:
      return null;
  }
}

export type RootHintIo = Pick<Io, 'env' | 'home' | 'isRoot' | 'ownArguments'>;

/**
 * The command line for root, who does not have the variables of the user. Without passwords
 * in URLs and the values of flags that can be secrets.
 */
const formatOwnCommand = ({ env, ownArguments }: RootHintIo): string =>
  formatShellCommand(
    [
      ...[...Object.values(FLAG_VARIABLES), 'CRED_WATCH_HOST']
        .filter((name) => env[name])
        .map((name) => `${name}=${env[name]}`),
      'cred-watch',
      ...ownArguments,
    ]
      // No word contains a zero.
      .join('\0')
      .replace(SECRETS, REDACTED)
      .split('\0'),
  );

/** In words that are joined by zeros. The flags are those of `SECRET_FLAGS`. */
const SECRETS = /(?<=\0--(?:external-id|process)[=\0])[^\0]*|(?<=:\/\/)[^/\0]*(?=@)/g;

/** `hidden`: a folder of the path cannot be searched, so the file may exist. */
function examineFile(path: string): 'present' | 'empty' | 'missing' | 'hidden' {
  try {
    return statSync(path).size === 0 ? 'empty' : 'present';
  } catch (error) {
    const code = getSystemErrorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'hidden';
  }
}
