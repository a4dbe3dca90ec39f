import { type DatabaseConnection, requireRow } from './driver.ts';

/** An error that is explained as damage. */
const createDamageError = (detail: string) => Object.assign(new Error(detail), { code: 'SQLITE_CORRUPT' });

/** One column of each index that is in no other index of its table, so that SQLite counts it with this index. */
const INDEXED_COLUMNS = [
  ['series', 'host'],
  ['generations', 'key'],
  ['generations', 'last_seen'],
  ['job_runs', 'job'],
  ['sample_groups', 'generation_id'],
] as const;

/**
 * Counts the generations of each series in the table, without an index. SQLite does not notice if a page was
 * replaced by another valid page. Then an index and its table disagree, and rows seem to be missing.
 * @throws Error that is explained as damage
 */
export function countGenerations(connection: DatabaseConnection): ReadonlyMap<number, number> {
  const groups = connection
    .prepare<[], { seriesId: number; count: number; hasSeries: number }>(
      `SELECT series_id AS seriesId, count(*) AS count, series_id IN (SELECT id FROM series) AS hasSeries
       FROM generations NOT INDEXED GROUP BY series_id`,
    )
    .all();
  if (groups.some(({ hasSeries }) => hasSeries === 0)) throw createDamageError('a series is missing');
  for (const [table, column] of INDEXED_COLUMNS) {
    const counts = connection.prepare<[], { rows: number; entries: number }>(
      `SELECT (SELECT count(*) FROM ${table} NOT INDEXED) AS rows, (SELECT count(${column}) FROM ${table}) AS entries`,
    );
    const { rows, entries } = requireRow(counts.get());
    if (rows !== entries) throw createDamageError(`an index has ${entries} of ${rows} ${table}`);
  }
  assertParents(connection);
  return new Map(groups.map(({ seriesId, count }) => [seriesId, count]));
}

/** Checks that each group of samples has its generation, and that each sample has its group. */
function assertParents(connection: DatabaseConnection): void {
  const findGroup = connection.prepare(
    'SELECT 1 FROM sample_groups WHERE generation_id NOT IN (SELECT id FROM generations) LIMIT 1',
  );
  if (findGroup.get() !== undefined) throw createDamageError('a generation is missing');
  // Finds the next id in the key, because reading a million samples takes long.
  const findSample = connection.prepare(
    `WITH RECURSIVE sampled (id) AS (
       SELECT min(group_id) FROM sample_times
       UNION ALL
       SELECT (SELECT min(group_id) FROM sample_times WHERE group_id > sampled.id)
       FROM sampled WHERE sampled.id IS NOT NULL)
     SELECT id FROM sampled WHERE id IS NOT NULL AND id NOT IN (SELECT id FROM sample_groups) LIMIT 1`,
  );
  if (findSample.get() !== undefined) throw createDamageError('a group of samples is missing');
}

/**
 * A poll and an import add the first generation of a series in the transaction that adds the series.
 * @param read the number of generations that were found with an index
 */
export function assertAllGenerations(
  counts: ReadonlyMap<number, number>,
  seriesId: number,
  read: number,
): void {
  if (read === 0 || read !== counts.get(seriesId))
    throw createDamageError(
      `series ${seriesId} has ${counts.get(seriesId) ?? 0} generations, but ${read} were read`,
    );
}

/**
 * Reads the whole table, or all tables.
 * @param table for a query that reads all of its rows; without a table, for an empty result
 */
export function assertUndamaged(connection: DatabaseConnection, table?: 'failed_polls' | 'job_runs'): void {
  // Only integrity_check compares an index with its table, and notices a wrong order of rows.
  const check = table === undefined ? 'quick_check(1)' : `integrity_check(${table})`;
  const result: unknown = connection.pragma(check, { simple: true });
  if (result !== 'ok') throw createDamageError(String(result));
}

/**
 * Reads the whole table.
 * @throws Error that is explained as damage
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

/** For a generation whose samples were not all read. Another process may have added or pruned some. */
export function assertAllSamples(connection: DatabaseConnection, generationId: number): void {
  const isMissing = connection
    .prepare(
      `SELECT 1 FROM generations WHERE id = ? AND pruned_until IS NULL
         AND samples <> (SELECT count(*) FROM samples WHERE generation_id = generations.id AND ordinal = 0)`,
    )
    .get(generationId);
  if (isMissing !== undefined) throw createDamageError(`samples of generation ${generationId} are missing`);
}
