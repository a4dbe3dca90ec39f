// Not part of the bundles of hot commands: a start with a database file must not load it.
import type { LoadedHistories } from '../../remote/loaded-histories.ts';
import { readJobNames } from '../../remote/postgres/read/job-run-rows.ts';
import { type LoadRequest, loadHistories } from '../../remote/postgres/read/load-histories.ts';
import { readSeriesNames } from '../../remote/postgres/read/series-rows.ts';
import { withPostgres } from '../../remote/postgres/read/with-postgres.ts';
import type { DatabaseContext } from './database-location.ts';

/** Reads the requested histories from a PostgreSQL database. */
export const loadPostgresHistories = (
  url: string,
  request: LoadRequest,
  io: DatabaseContext,
): Promise<{ name: string; histories: LoadedHistories }> =>
  withPostgres(url, io, async (connection) => ({
    name: connection.name,
    histories: await loadHistories(connection, request),
  }));

/** Reads names for completion. A user who presses a key does not wait for long. */
export const loadPostgresNames = (
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
