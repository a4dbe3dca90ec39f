import type { SeriesIdentity, SourceName } from '../domain/model.ts';
import type { SeriesFilter } from './contract.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';

/** The columns of a series, in `series` and in `job_runs`. */
export interface IdentityRow {
  host: string;
  source: SourceName;
  api_version: string;
  role: string;
}

export interface SeriesRow extends IdentityRow {
  id: number;
  polled: number;
}

export const toIdentity = (row: IdentityRow): SeriesIdentity => ({
  host: row.host,
  source: row.source,
  apiVersion: row.api_version,
  role: row.role,
});

/** Parameters for `(@host IS NULL OR host = @host)` and so on, and for `BETWEEN @since AND @until`. */
export const toParameters = ({ host, source, role, since, until }: SeriesFilter) => ({
  host: host ?? null,
  source: source ?? null,
  role: role ?? null,
  since: since ?? Number.MIN_SAFE_INTEGER,
  until: until ?? Number.MAX_SAFE_INTEGER,
});

/** Reads the selected series in a stable order. Ignores `since` and `until`. */
export function findSeries(connection: DatabaseConnection, filter: SeriesFilter): SeriesRow[] {
  return connection
    .prepare<unknown[], SeriesRow>(
      `SELECT id, host, source, api_version, role, polled FROM series
       WHERE (@host IS NULL OR host = @host) AND (@source IS NULL OR source = @source)
         AND (@role IS NULL OR role = @role)
       ORDER BY host, source, role, api_version`,
    )
    .all(toParameters(filter));
}
