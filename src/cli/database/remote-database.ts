// Not part of the bundles of hot commands: a start with a database file must not load it.
import type { Seconds } from '../../domain/model.ts';
import { CredWatchError } from '../../errors.ts';
import type { LoadedHistories } from '../../remote/loaded-histories.ts';
import { PostgresUnavailableError } from '../../remote/postgres/connection/failures.ts';
import {
  openPostgres,
  type PostgresConnection,
  type PostgresOptions,
} from '../../remote/postgres/connection/postgres-connection.ts';
import { readJobNames } from '../../remote/postgres/read/job-run-rows.ts';
import { type LoadRequest, loadHistories } from '../../remote/postgres/read/load-histories.ts';
import { readSeriesNames } from '../../remote/postgres/read/series-rows.ts';
import type { Io } from '../process/io.ts';

/** A user waits for the result, so a database that is down is reported soon. */
const TIMEOUT: Seconds = 5;

type DatabaseContext = Pick<Io, 'env' | 'home' | 'clock' | 'random'>;

/** Reads the requested histories from a PostgreSQL database. */
export const loadRemoteDatabase = (
  url: string,
  request: LoadRequest,
  io: DatabaseContext,
): Promise<{ name: string; histories: LoadedHistories }> =>
  withPostgres(url, io, async (connection) => ({
    name: connection.name,
    histories: await loadHistories(connection, request),
  }));

/** Reads names for completion. A user who presses a key does not wait for long. */
export const loadRemoteNames = (
  url: string,
  kind: 'host' | 'role' | 'job',
  io: DatabaseContext,
): Promise<string[]> =>
  withPostgres(
    url,
    io,
    (connection) =>
      kind === 'job'
        ? readJobNames(connection, connection.name)
        : readSeriesNames(connection, kind, connection.name),
    { timeout: 1 },
  );

/**
 * Connects to a PostgreSQL database for an action that only reads.
 * @throws CredWatchError also if the database is not available
 */
export async function withPostgres<T>(
  url: string,
  { env, home, clock, random }: DatabaseContext,
  action: (connection: PostgresConnection) => Promise<T>,
  options: PostgresOptions = {},
): Promise<T> {
  let connection: PostgresConnection | null = null;
  try {
    connection = await openPostgres(url, { env, home, clock, random }, { timeout: TIMEOUT, ...options });
    return await action(connection);
  } catch (cause) {
    if (!(cause instanceof PostgresUnavailableError)) throw cause;
    throw new CredWatchError(cause.message, 'check that the server runs, and the host and port', { cause });
  } finally {
    await connection?.close();
  }
}
