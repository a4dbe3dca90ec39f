import { type DatabaseConnection, requireRow } from './driver.ts';

/** Creates an error that is reported as a damaged database. */
export const createDamageError = (detail: string) =>
  Object.assign(new Error(detail), { code: 'SQLITE_CORRUPT' });

/** One column of each index. No other index of the table has the column, so SQLite counts it with this index. */
const INDEXED_COLUMNS = [
  ['series', 'host'],
  ['generations', 'key'],
  ['generations', 'last_seen'],
  ['job_runs', 'job'],
  ['sample_groups', 'generation_id'],
] as const;

/**
 * Counts the generations of each series, and compares the tables with their indexes. SQLite does not notice if a page
 * was replaced by another valid page. Then an index and its table disagree, and rows seem to be missing.
 * @throws Error that is reported as a damaged database
 */
export function countGenerations(connection: DatabaseConnection): ReadonlyMap<number, number> {
  const rowCounts = new Map<string, number>();
  for (const [table, column] of INDEXED_COLUMNS) {
    const rows = rowCounts.get(table) ?? countRows(connection, `${table} NOT INDEXED`);
    const entries = countRows(connection, table, column);
    if (rows !== entries) throw createDamageError(`an index has ${entries} of ${rows} ${table}`);
    rowCounts.set(table, rows);
  }
  const counts = connection
    .prepare<[], [number, number]>(
      `SELECT id, (SELECT count(*) FROM generations WHERE series_id = series.id) FROM series NOT INDEXED`,
    )
    .raw()
    .all();
  const sum = counts.reduce((total, [, count]) => total + count, 0);
  if (sum !== rowCounts.get('generations')) throw createDamageError('a series is missing');
  assertParents(connection);
  return new Map(counts.filter(([, count]) => count > 0));
}

const countRows = (connection: DatabaseConnection, table: string, column = '*'): number =>
  requireRow(connection.prepare<[], number>(`SELECT count(${column}) FROM ${table}`).pluck().get());

/** Checks that each group of samples has its generation, and that each sample has its group. */
function assertParents(connection: DatabaseConnection): void {
  const findGroup = connection.prepare(
    'SELECT 1 FROM sample_groups WHERE generation_id NOT IN (SELECT id FROM generations) LIMIT 1',
  );
  if (findGroup.get() !== undefined) throw createDamageError('a generation is missing');
  // Finds the next id in the key, because reading a million samples takes long. SQLite reads a text as a number here,
  // and sorts it after all numbers, so the search for an id after a text would never end.
  const findSample = connection.prepare(
    `WITH RECURSIVE sampled (id) AS (
       SELECT min(group_id) FROM sample_times
       UNION ALL
       SELECT (SELECT min(group_id) FROM sample_times WHERE group_id > sampled.id)
       FROM sampled WHERE typeof(sampled.id) = 'integer')
     SELECT id FROM sampled
     WHERE id IS NOT NULL AND (typeof(id) <> 'integer' OR id NOT IN (SELECT id FROM sample_groups)) LIMIT 1`,
  );
  if (findSample.get() !== undefined) throw createDamageError('a group of samples is missing');
}

/**
 * Checks the number of generations of a series. The number is never 0, because a poll or an import adds a series
 * and its first generation in one transaction.
 * @param counted by {@link countGenerations}
 * @param read the number of generations that a query found
 */
export function assertAllGenerations(counted: number, seriesId: number, read: number): void {
  if (read === 0 || read !== counted)
    throw createDamageError(`series ${seriesId} has ${counted} generations, but ${read} were read`);
}

/**
 * Checks the whole table, or all tables.
 * @param table for a query that reads all of its rows; without a table, for an empty result
 */
export function assertUndamaged(
  connection: DatabaseConnection,
  table?: 'failed_polls' | 'job_runs' | 'key_uses',
): void {
  // Only integrity_check compares an index with its table, and notices a wrong order of rows.
  const check = table === undefined ? 'quick_check(1)' : `integrity_check(${table})`;
  const result: unknown = connection.pragma(check, { simple: true });
  if (result !== 'ok') throw createDamageError(String(result));
}

/**
 * Checks the number of failed polls. Reads the whole table.
 * @throws Error that is reported as a damaged database
 */
export function assertAllFailedPolls(connection: DatabaseConnection): void {
  assertUndamaged(connection, 'failed_polls');
  const { rows, counted } = requireRow(
    connection
      .prepare<[], { rows: number; counted: number | null }>(
        `SELECT (SELECT count(*) FROM failed_polls) AS rows,
           (SELECT rows FROM row_counts WHERE name = 'failed_polls') AS counted`,
      )
      .get(),
  );
  if (rows !== counted) throw createDamageError(`${rows} of ${counted} failed polls were found`);
}

/** Checks a generation with samples that were not read. Another process may have added or pruned samples. */
export function assertAllSamples(connection: DatabaseConnection, generationId: number): void {
  const isMissing = connection
    .prepare(
      `SELECT 1 FROM generations WHERE id = ? AND pruned_until IS NULL
         AND samples <> (SELECT count(*) FROM samples WHERE generation_id = generations.id AND ordinal = 0)`,
    )
    .get(generationId);
  if (isMissing !== undefined) throw createDamageError(`samples of generation ${generationId} are missing`);
}
