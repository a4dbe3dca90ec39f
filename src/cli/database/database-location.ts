import { CredWatchError } from '../../errors.ts';
import { isFolder } from '../../remote/object-storage/is-folder.ts';
import { isPostgresUrl } from '../../remote/postgres/is-postgres-url.ts';
import { resolveDatabasePath } from '../../store/database-path.ts';
import type { Io } from '../process/io.ts';

/** What the location of the database depends on. */
type LocationContext = Pick<Io, 'env' | 'home' | 'isRoot'>;

/** What the connection to a PostgreSQL database depends on. */
export type DatabaseContext = Pick<Io, 'env' | 'home' | 'clock' | 'random'>;

/** The database of a command that only reads: a file, a folder of Parquet files, or the URL of a PostgreSQL database. */
export const resolveDatabase: (db: string | undefined, context: LocationContext) => string =
  resolveDatabasePath;

/** True if the database of these flags is a PostgreSQL database. */
const isPostgresDatabase = (db: string | undefined, { env }: Pick<LocationContext, 'env'>): boolean =>
  isPostgresUrl(db ?? env.CRED_WATCH_DB ?? '');

/** True if a bundle of a command cannot read the database of these flags. */
export const needsWholeProgram = (db: string | undefined, { env }: Pick<LocationContext, 'env'>): boolean =>
  isPostgresDatabase(db, { env }) || isFolder(db ?? env.CRED_WATCH_DB ?? '');

/**
 * The database file of a command that writes.
 * @throws CredWatchError if the location is the URL of a PostgreSQL database
 */
export function resolveDatabaseFile(db: string | undefined, context: LocationContext, hint?: string): string {
  assertNotPostgres(db, context, hint);
  return resolveDatabasePath(db, context);
}

/** @throws CredWatchError if the location is the URL of a PostgreSQL database */
export function assertNotPostgres(
  db: string | undefined,
  context: Pick<LocationContext, 'env'>,
  hint = 'record in a file, and send its history with `cred-watch push --to postgres://HOST/DATABASE`',
): void {
  if (!isPostgresDatabase(db, context)) return;
  const location =
    db === undefined ? 'the PostgreSQL database in CRED_WATCH_DB' : 'the PostgreSQL database of --db';
  throw new CredWatchError(`${location} can only be read, and this command needs a database file`, hint);
}
