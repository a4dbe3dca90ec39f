import { fillThirdSamples, findThirdSampleSpans } from '../domain/measurement/generations.ts';
import type { Instant } from '../domain/model.ts';
import type { PruneResult } from './contract.ts';
import { GENERATION_COLUMNS, type StoredGenerationRow, toStoredGeneration } from './generation-rows.ts';
import { readSampleTimes } from './histories.ts';
import { findSeries } from './series-rows.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';
import { CORRECTED_TIME_SQL } from './sqlite/schema.ts';

/** Deletes samples before a time, except those that reports still need. Call it inside a transaction. */
export function prune(
  connection: DatabaseConnection,
  before: Instant,
  { dryRun }: { dryRun: boolean },
): PruneResult {
  const generations = connection.prepare<[number], StoredGenerationRow>(
    `SELECT ${GENERATION_COLUMNS} FROM generations WHERE series_id = ?`,
  );
  const result: PruneResult = { deleted: 0, retained: 0 };
  connection.exec(
    'CREATE TEMP TABLE IF NOT EXISTS needed (after INTEGER, until INTEGER); DELETE FROM temp.needed',
  );
  const addNeeded = connection.prepare('INSERT INTO temp.needed VALUES (@from, @to)');
  const condition = `generation_id = ? AND ${CORRECTED_TIME_SQL} < ?`;
  const isNeeded = `EXISTS (
    SELECT 1 FROM temp.needed WHERE ${CORRECTED_TIME_SQL} > after AND ${CORRECTED_TIME_SQL} <= until)`;
  const count = connection
    .prepare<[number, Instant], number>(`SELECT count(*) FROM samples WHERE ${condition}`)
    .pluck();
  const countNeeded = connection
    .prepare<[number, Instant], number>(`SELECT count(*) FROM samples WHERE ${condition} AND ${isNeeded}`)
    .pluck();
  const remove = connection.prepare(`DELETE FROM samples WHERE ${condition} AND NOT ${isNeeded}`);
  const mark = connection.prepare(
    'UPDATE generations SET pruned_until = max(coalesce(pruned_until, ?), ?) WHERE id = ?',
  );
  for (const { id: seriesId } of findSeries(connection, {})) {
    const stored = generations.all(seriesId).map(toStoredGeneration);
    connection.exec('DELETE FROM temp.needed');
    const all = fillThirdSamples(
      stored.map(({ generation }) => generation),
      () => readSampleTimes(connection, seriesId),
    );
    for (const span of findThirdSampleSpans(all)) addNeeded.run(span);
    for (const { id, generation } of stored) {
      if (generation.firstSeen >= before) continue;
      const retained = requireRow(countNeeded.get(id, before));
      const deleted = requireRow(count.get(id, before)) - retained;
      result.retained += retained;
      result.deleted += deleted;
      if (dryRun || deleted === 0) continue;
      remove.run(id, before);
      mark.run(before, before, id);
    }
  }
  return result;
}
