import { getSeriesKey } from '../../../domain/series-key.ts';
import type { SeriesSpan } from '../../../domain/verdict/figures/choose-series.ts';
import type { HistorySelection } from '../../loaded-histories.ts';
import type { Statements } from '../connection/postgres-connection.ts';
import { CheckedTable, type Row } from './checked-values.ts';
import { buildCondition, type Condition } from './conditions.ts';
import { readIdentity } from './series-rows.ts';

/**
 * Reads the time of the samples of all series that only the role of the selection leaves out. One of them may have
 * replaced a selected series. Reads generations only for a period, because a fleet has millions of them.
 */
export async function readUnselectedSpans(
  statements: Statements,
  { host, source, role, since, until }: HistorySelection,
  database: string,
): Promise<SeriesSpan[]> {
  if (role === undefined) return [];
  const table = new CheckedTable(database, 'series');
  const other = ['role <> ?', role] as const;
  const spans = await readSpans(statements, buildCondition({ host, source }, [other]), table);
  if (since === undefined && until === undefined) return spans;
  const ofPeriod = buildCondition({ host, source }, [
    other,
    ['last_seen >= ?', since],
    ['first_seen <= ?', until],
  ]);
  const periods = await statements.query<Row>(
    `SELECT host, source, api_version, role, min(first_seen) AS first_seen, max(last_seen) AS last_seen
     FROM cred_watch.generations ${ofPeriod.sql} GROUP BY host, source, api_version, role`,
    ofPeriod.values,
  );
  const generations = new CheckedTable(database, 'generations');
  const polled = new Map(spans.map(({ identity, isPolled }) => [getSeriesKey(identity), isPolled]));
  return periods.map((row) => {
    const identity = readIdentity(generations, row);
    const overview = {
      firstSample: generations.number(row, 'first_seen'),
      lastSample: generations.number(row, 'last_seen'),
    };
    return { identity, isPolled: polled.get(getSeriesKey(identity)) ?? false, overview };
  });
}

/** Reads the time of all samples of the selected series. Empty if the selection has no beginning. */
export async function readAllTimeSpans(
  statements: Statements,
  { since, until: _, ...series }: HistorySelection,
  database: string,
): Promise<SeriesSpan[]> {
  if (since === undefined) return [];
  return readSpans(statements, buildCondition(series), new CheckedTable(database, 'series'));
}

async function readSpans(
  statements: Statements,
  { sql, values }: Condition,
  table: CheckedTable,
): Promise<SeriesSpan[]> {
  const rows = await statements.query<Row>(
    `SELECT host, source, api_version, role, polled, first_sample, last_sample FROM cred_watch.series
     ${sql} ${sql === '' ? 'WHERE' : 'AND'} sample_count IS NOT NULL`,
    values,
  );
  return rows.map((row) => ({
    identity: readIdentity(table, row),
    isPolled: table.flag(row, 'polled'),
    overview: {
      firstSample: table.number(row, 'first_sample'),
      lastSample: table.number(row, 'last_sample'),
    },
  }));
}
