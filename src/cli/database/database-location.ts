import { CredWatchError } from '../../errors.ts';
import { isFolder } from '../../remote/object-storage/is-folder.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { assertFilePath, resolveDatabasePath } from '../../store/database-path.ts';
import type { Io } from '../process/io.ts';
import { assertNamedFileExists } from './missing-database.ts';

/** What the location of the database depends on. */
type LocationContext = Pick<Io, 'env' | 'home' | 'isRoot'>;

/** What the connection to a PostgreSQL database depends on. */
export type DatabaseContext = Pick<Io, 'env' | 'home' | 'clock' | 'random'>;

/**
 * The database of a command that only reads: a file, a folder of Parquet files, or the URL of a PostgreSQL database.
 * @throws CredWatchError if the location is another URL, or a misspelt one
 */
export function resolveDatabase(db: string | undefined, context: LocationContext): string {
  const location = resolveDatabasePath(db, context);
  if (!isPostgresUrl(location)) assertFilePath(location);
  return location;
}

/**
 * Like {@link resolveDatabase}.
 * @throws CredWatchError also if the user names a file that does not exist
 */
export function resolveExistingDatabase(db: string | undefined, context: LocationContext): string {
  const location = resolveDatabase(db, context);
  assertNamedFileExists(db, location, context);
  return location;
}

/** True if the database of these flags is a PostgreSQL database. */
const isPostgresDatabase = (db: string | undefined, { env }: Pick<LocationContext, 'env'>): boolean =>
  isPostgresUrl(db ?? env.CRED_WATCH_DB ?? '');

/** True if a bundle of a command cannot read the database of these flags. */
export const needsWholeProgram = (db: string | undefined, { env }: Pick<LocationContext, 'env'>): boolean =>
  isPostgresDatabase(db, { env }) || isFolder(db ?? env.CRED_WATCH_DB ?? '');

/**
 * The database file of a command that writes.
 * @throws CredWatchError if the location is a URL
 */
export function resolveDatabaseFile(db: string | undefined, context: LocationContext, hint?: string): string {
  assertNotPostgres(db, context, hint);
  return resolveDatabasePath(db, context);
}

/** @throws CredWatchError if the location is the URL of a PostgreSQL database, or any other URL */
export function assertNotPostgres(
  db: string | undefined,
  context: Pick<LocationContext, 'env'>,
  hint = 'record in a file, and send its history with `cred-watch push --to postgres://HOST/DATABASE`',
): void {
  if (!isPostgresDatabase(db, context)) {
    assertFilePath(db ?? context.env.CRED_WATCH_DB ?? '');
    return;
  }
  const location =
    db === undefined ? 'the PostgreSQL database in CRED_WATCH_DB' : 'the PostgreSQL database of --db';
  throw new CredWatchError(`${location} can only be read, and this command needs a database file`, hint);
}
