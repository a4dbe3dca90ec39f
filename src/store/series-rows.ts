import type { Instant, SeriesIdentity, SeriesPart, SessionFacts, SourceName } from '../domain/model.ts';
import type { SeriesSpan } from '../domain/verdict/figures/choose-series.ts';
import { toStoredKeyId } from '../key-id.ts';
import type { SeriesFilter } from './contract.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { checkRow } from './sqlite/row-check.ts';

/** The columns of a {@link SeriesIdentity}, in `series` and in `job_runs`. */
export const IDENTITY_COLUMNS = 'host, source, api_version AS apiVersion, role';

export interface SeriesRow extends SeriesIdentity {
  id: number;
  machine: string;
  polled: number;
  /** 0: no sample of the command `poll`. */
  pollCommandAt: Instant | 0;
  sessionLimit: SessionFacts['limit'] | '';
  tokenExpiresAt: Instant | null;
}

/** Null if the newest poll knew nothing about the session. */
export function toSessionFacts({ sessionLimit, tokenExpiresAt }: SeriesRow): SessionFacts | null {
  const limit = sessionLimit === '' ? null : sessionLimit;
  return limit === null && tokenExpiresAt === null ? null : { limit, tokenExpiresAt };
}

/** Marks machines that polled under a host name which the caller chose. {@link findLastHost} must not find these names. */
const CHOSEN_HOST = '@';

/** The value of `series.machine`. */
export const toMachineColumn = (machine: string, isHostChosen: boolean): string =>
  isHostChosen ? `${CHOSEN_HOST}${machine}` : machine;

/** @param machine a value of `series.machine` */
export const isHostChosen = (machine: string): boolean => machine.startsWith(CHOSEN_HOST);

/** The machine of a row. Absent if it is unknown. Older versions did not record it for a chosen host name. */
export function toPolledBy({ machine }: Pick<SeriesRow, 'machine'>): { polledBy?: string } {
  const polledBy = isHostChosen(machine) ? machine.slice(CHOSEN_HOST.length) : machine;
  return polledBy === '' ? {} : { polledBy };
}

/** Drops the other columns of a row. */
export const toIdentity = ({ host, source, apiVersion, role }: SeriesIdentity): SeriesIdentity => ({
  host,
  source,
  apiVersion,
  role,
});

/** Parameters for `(@host IS NULL OR host = @host)` and so on, and for `BETWEEN @since AND @until`. */
export const toParameters = ({ host, source, role, since, until }: SeriesFilter) => ({
  host: host ?? null,
  source: source ?? null,
  role: role ?? null,
  since: since ?? Number.MIN_SAFE_INTEGER,
  until: until ?? Number.MAX_SAFE_INTEGER,
});

/**
 * Reads the selected series in a stable order. Ignores `since` and `until`. Reads the table, because a damaged
 * index could hide a series.
 */
export function findSeries(connection: DatabaseConnection, filter: SeriesFilter): SeriesRow[] {
  return connection
    .prepare<unknown[], SeriesRow>(
      `SELECT id, ${IDENTITY_COLUMNS}, machine, polled, session_limit AS sessionLimit,
         token_expires_at AS tokenExpiresAt, poll_command_at AS pollCommandAt
       FROM series NOT INDEXED
       WHERE (@host IS NULL OR host = @host) AND (@source IS NULL OR source = @source)
         AND (@role IS NULL OR role = @role)
       ORDER BY host, source, role, api_version`,
    )
    .all(toParameters(filter))
    .map(checkRow);
}

/** Reads the time of the samples of the selected series. Series without a sample in the period are left out. */
export function readSeriesSpans(connection: DatabaseConnection, filter: SeriesFilter): SeriesSpan[] {
  const { since, until } = toParameters(filter);
  const span = connection.prepare<[object], { firstSample: Instant | null; lastSample: Instant | null }>(
    `SELECT min(first_seen) AS firstSample, max(last_seen) AS lastSample FROM generations
     WHERE series_id = @id AND last_seen >= @since AND first_seen <= @until`,
  );
  return findSeries(connection, filter).flatMap((row): SeriesSpan[] => {
    const { firstSample = null, lastSample = null } = span.get({ id: row.id, since, until }) ?? {};
    return firstSample === null || lastSample === null
      ? []
      : [
          {
            identity: toIdentity(row),
            isPolled: row.polled === 1,
            lastPollAt: row.pollCommandAt === 0 ? null : row.pollCommandAt,
            overview: { firstSample, lastSample },
          },
        ];
  });
}

export const hasSeries = (connection: DatabaseConnection, host: string): boolean =>
  connection.prepare<[string], unknown>('SELECT 1 FROM series WHERE host = ? LIMIT 1').get(host) !==
  undefined;

/** Reads the known hosts, sources or roles of the selected series, in alphabetical order. */
export const readSeriesNames = (
  connection: DatabaseConnection,
  part: SeriesPart,
  selection: SeriesFilter = {},
): string[] =>
  connection
    .prepare<unknown[], string>(
      `SELECT DISTINCT ${part} FROM series
       WHERE ${part} <> '' AND (@host IS NULL OR host = @host) AND (@source IS NULL OR source = @source)
         AND (@role IS NULL OR role = @role)
       ORDER BY 1`,
    )
    .pluck()
    .all(toParameters(selection));

/**
 * Finds the host under which a machine recorded its newest sample of a source. Several machines with one name can share
 * the database, and each instance has other keys. So the host with a sample of this key comes first.
 */
export const findLastHost = (
  connection: DatabaseConnection,
  machine: string,
  source: SourceName,
  accessKeyId = '',
): string | null =>
  connection
    .prepare<[string, string, string], string>(
      `SELECT host FROM series WHERE machine = ? AND source = ?
       ORDER BY EXISTS (SELECT 1 FROM generations WHERE series_id = series.id AND key = ?) DESC, last_polled_at DESC
       LIMIT 1`,
    )
    .pluck()
    .get(machine, source, toStoredKeyId(accessKeyId)) ?? null;
