import {
  type Instant,
  SESSION_LIMITS,
  type SeriesIdentity,
  type SeriesPart,
  type SessionFacts,
  SOURCE_NAMES,
} from '../../../domain/model.ts';
import type { HistorySelection } from '../../loaded-histories.ts';
import type { Statements } from '../connection/postgres-connection.ts';
import { CheckedTable, type Row } from './checked-values.ts';
import { buildCondition } from './conditions.ts';

export interface RemoteSeries {
  identity: SeriesIdentity;
  isPolled: boolean;
  session: SessionFacts | null;
  generationCount: number;
}

export const readIdentity = (table: CheckedTable, row: Row): SeriesIdentity => ({
  host: table.text(row, 'host'),
  source: table.oneOf(row, 'source', SOURCE_NAMES),
  apiVersion: table.text(row, 'api_version'),
  role: table.text(row, 'role'),
});

/** Counts the selected series and their generations, without `since` and `until`. */
export async function countSeries(
  statements: Statements,
  selection: HistorySelection,
  database: string,
): Promise<{ seriesCount: number; generationCount: number }> {
  const { sql, values } = buildCondition(selection);
  const [row = {}] = await statements.query<Row>(
    `SELECT count(*) AS series_count, CAST(coalesce(sum(generation_count), 0) AS bigint) AS generation_count
     FROM cred_watch.series ${sql}`,
    values,
  );
  const table = new CheckedTable(database, 'series');
  return {
    seriesCount: table.count(row, 'series_count'),
    generationCount: table.count(row, 'generation_count'),
  };
}

export async function readSeries(
  statements: Statements,
  selection: HistorySelection,
  database: string,
): Promise<RemoteSeries[]> {
  const { sql, values } = buildCondition(selection);
  const rows = await statements.query<Row>(
    `SELECT host, source, api_version, role, polled, session_limit, token_expires_at, generation_count
     FROM cred_watch.series ${sql}`,
    values,
  );
  const table = new CheckedTable(database, 'series');
  return rows.map((row) => ({
    identity: readIdentity(table, row),
    isPolled: table.flag(row, 'polled'),
    session: readSession(table, row),
    generationCount: table.nullable(row, 'generation_count') ?? 0,
  }));
}

/** Null if the newest poll knew nothing about the session. */
export function readSession(table: CheckedTable, row: Row): SessionFacts | null {
  const isUnlimited = row.session_limit === null || row.session_limit === '';
  const limit = isUnlimited ? null : table.oneOf(row, 'session_limit', SESSION_LIMITS);
  const tokenExpiresAt: Instant | null = table.nullable(row, 'token_expires_at');
  return limit === null && tokenExpiresAt === null ? null : { limit, tokenExpiresAt };
}

/** Reads the hosts, sources or roles of the selected series with samples. */
export async function readSeriesNames(
  statements: Statements,
  part: SeriesPart,
  database: string,
  selection: Pick<HistorySelection, 'host' | 'source'> = {},
): Promise<string[]> {
  const { sql, values } = buildCondition(selection, [[`${part} <> ?`, '']]);
  const rows = await statements.query<Row>(
    `SELECT DISTINCT ${part} FROM cred_watch.series ${sql} AND sample_count IS NOT NULL`,
    values,
  );
  const table = new CheckedTable(database, 'series');
  return rows.map((row) => table.text(row, part));
}
