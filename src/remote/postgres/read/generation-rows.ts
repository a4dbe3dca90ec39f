import type { RecordedColumns } from '../../../domain/measurement/columns/generation-columns.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import type { HistorySelection } from '../../loaded-histories.ts';
import { type ReadLimits, TooMuchSelectedError } from '../../read-limits.ts';
import type { Statements } from '../connection/postgres-connection.ts';
import { CheckedTable, type Row } from './checked-values.ts';
import { buildCondition } from './conditions.ts';
import { GENERATION_COLUMNS, GenerationCollector } from './generation-columns.ts';
import { type RemoteSeries, readIdentity } from './series-rows.ts';

/** All rows of a large selection would need too much memory at once. */
const ROWS_PER_FETCH = 5000;

/**
 * Reads the generations that were seen in the selected period, by the key of their series. Must run in a transaction,
 * because it uses a cursor.
 * @throws TooMuchSelectedError
 */
export async function readGenerations(
  statements: Statements,
  selection: HistorySelection,
  series: readonly RemoteSeries[],
  { database, limits }: { database: string; limits: ReadLimits },
): Promise<Map<string, RecordedColumns>> {
  const { host, source, role, since, until } = selection;
  const { sql, values } = buildCondition({ host, source, role }, [
    ['last_seen >= ?', since],
    ['first_seen <= ?', until],
  ]);
  await statements.query(
    `DECLARE cred_watch_generations NO SCROLL CURSOR FOR
     SELECT host, source, api_version, role, ${GENERATION_COLUMNS} FROM cred_watch.generations ${sql}`,
    values,
  );
  const table = new CheckedTable(database, 'generations');
  const isWhole = since === undefined && until === undefined;
  const expectedCounts = new Map(
    series.map(({ identity, generationCount }) => [getSeriesKey(identity), isWhole ? generationCount : 0]),
  );
  const collectors = new Map<string, GenerationCollector>();
  for (let count = 0; ; ) {
    const rows = await statements.query<Row>(`FETCH FORWARD ${ROWS_PER_FETCH} FROM cred_watch_generations`);
    for (const row of rows) {
      const key = getSeriesKey(readIdentity(table, row));
      const expected = expectedCounts.get(key);
      // Every writer inserts the series first.
      if (expected === undefined) throw table.createError('role');
      const collector =
        collectors.get(key) ?? new GenerationCollector(table, Math.min(expected, limits.maxGenerations));
      collectors.set(key, collector);
      collector.add(row);
    }
    count += rows.length;
    if (count > limits.maxGenerations || collectors.size > limits.maxSeries)
      throw new TooMuchSelectedError(database, limits);
    if (rows.length < ROWS_PER_FETCH) break;
  }
  await statements.query('CLOSE cred_watch_generations');
  return new Map(Array.from(collectors, ([key, collector]) => [key, collector.finish()]));
}
