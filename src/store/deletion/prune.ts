import type { Instant } from '../../domain/model.ts';
import { deleteReportedStates } from '../changes/reported-states.ts';
import type { PruneResult } from '../contract.ts';
import { countKeyUses, deleteKeyUses } from '../key-uses/key-use-rows.ts';
import { findSeries } from '../series-rows.ts';
import { countGenerations } from '../sqlite/consistency.ts';
import { CORRECTED_TIME_SQL, correctTimeInSql } from '../sqlite/corrected-time.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { releaseFreePages } from '../sqlite/free-pages.ts';

/** A transaction of this size takes some ten milliseconds, so pollers wait only briefly. */
const GENERATIONS_PER_STEP = 200;
const ROWS_PER_STEP = 10_000;

/** A generation, and the time before which its samples can be deleted. */
interface PrunableGeneration {
  id: number;
  end: Instant;
  /** All samples, also the deleted ones. */
  samples: number;
}

/**
 * Deletes samples before a time and returns their pages to the file system. Works in short transactions, so
 * that pollers can record in between. If a step fails, the earlier steps remain.
 */
export function prune(
  connection: DatabaseConnection,
  before: Instant,
  { dryRun }: { dryRun: boolean },
): PruneResult {
  if (connection.inTransaction) throw new Error('prune cannot run inside writeTogether');
  const find = connection.transaction(() => findPrunableGenerations(connection, before));
  if (dryRun) {
    return connection.transaction(() => ({
      deleted: countPrunableSamples(connection, find()),
      deletedKeyUses: countKeyUses(connection, before),
    }))();
  }
  const remaining = find().reverse();
  const step = connection.transaction(prepareStep(connection));
  let deleted = 0;
  while (remaining.length > 0) deleted += step.immediate(remaining);
  const deletedKeyUses = pruneKeyUses(connection, before);
  deleteReportedStates(connection, before);
  releaseFreePages(connection);
  return { deleted, deletedKeyUses };
}

/** Deletes the uses of keys that expired before a time. Returns their number. */
function pruneKeyUses(connection: DatabaseConnection, before: Instant): number {
  const step = connection.transaction(() => deleteKeyUses(connection, before, ROWS_PER_STEP));
  for (let deleted = 0; ; ) {
    const count = step.immediate();
    deleted += count;
    if (count < ROWS_PER_STEP) return deleted;
  }
}

/**
 * Selects the samples to delete. The limit of `elapsed` avoids reading all samples. The limit is later than `end`,
 * because the clock of the host may be ahead.
 */
const PRUNABLE_SAMPLES = `sample_groups JOIN sample_times ON group_id = sample_groups.id
    AND elapsed < @end - base_time + 1000 * (
      SELECT max(0, coalesce(largest_clock_offset, 0)) FROM generations WHERE id = generation_id)
  WHERE generation_id = @id AND ${correctTimeInSql('base_time + elapsed')} < @end`;

/**
 * Finds the generations that have samples before a time. The three newest samples of a polled series stay,
 * because the next polls count them. Polls between this search and the deletion only move the third newest
 * sample to a later time. Must be called inside a transaction.
 */
function findPrunableGenerations(connection: DatabaseConnection, before: Instant): PrunableGeneration[] {
  countGenerations(connection);
  const findThirdNewest = connection
    .prepare<[number], Instant>(
      `SELECT ${CORRECTED_TIME_SQL} AS seen FROM samples WHERE generation_id IN
         (SELECT id FROM generations WHERE series_id = ? ORDER BY last_seen DESC LIMIT 3)
       ORDER BY seen DESC LIMIT 1 OFFSET 2`,
    )
    .pluck();
  const generations = connection
    .prepare<[number, Instant], [number, number]>(
      'SELECT id, samples FROM generations WHERE series_id = ? AND first_seen < ?',
    )
    .raw();
  return findSeries(connection, {}).flatMap(({ id: seriesId, polled }) => {
    const kept = polled === 1 ? (findThirdNewest.get(seriesId) ?? Number.NEGATIVE_INFINITY) : before;
    const end = Math.min(before, kept);
    return generations.all(seriesId, end).map(([id, samples]) => ({ id, end, samples }));
  });
}

function countPrunableSamples(
  connection: DatabaseConnection,
  generations: readonly PrunableGeneration[],
): number {
  const count = connection
    .prepare<[PrunableGeneration], number>(`SELECT count(*) FROM ${PRUNABLE_SAMPLES}`)
    .pluck();
  return generations.reduce((sum, generation) => sum + requireRow(count.get(generation)), 0);
}

/**
 * Prepares a function that removes the last generations of a list and deletes their samples. A generation stays in
 * the list until all of its old samples are deleted. Reports need only the generations, which the database keeps.
 * The function returns the number of deleted samples. It must be called inside a transaction.
 */
function prepareStep(connection: DatabaseConnection): (remaining: PrunableGeneration[]) => number {
  const remove = connection.prepare(
    `DELETE FROM sample_times WHERE group_id IN (SELECT id FROM sample_groups WHERE generation_id = @id)
       AND ${correctTimeInSql('elapsed + (SELECT base_time FROM sample_groups WHERE id = group_id)')} < @end`,
  );
  // This statement takes twice as long as `remove`.
  const removeSome = connection.prepare(
    `DELETE FROM sample_times WHERE (group_id, elapsed, clock_offset) IN (
       SELECT group_id, elapsed, clock_offset FROM ${PRUNABLE_SAMPLES} LIMIT @limit)`,
  );
  const removeEmptyGroups = connection.prepare(
    `DELETE FROM sample_groups WHERE id IN (
       SELECT id FROM sample_groups WHERE generation_id = @id
         AND NOT EXISTS (SELECT 1 FROM sample_times WHERE group_id = sample_groups.id)
       LIMIT @limit)`,
  );
  const mark = connection.prepare(
    'UPDATE generations SET pruned_until = max(coalesce(pruned_until, @end), @end) WHERE id = @id',
  );
  return (remaining) => {
    let deleted = 0;
    for (let count = 0; count < GENERATIONS_PER_STEP; count += 1) {
      const generation = remaining.at(-1);
      const limit = ROWS_PER_STEP - deleted;
      // `samples` counts equal samples once, so a step can delete more than its limit.
      if (generation === undefined || limit <= 0) break;
      const { changes } = (generation.samples <= limit ? remove : removeSome).run({ ...generation, limit });
      if (changes > 0) mark.run(generation);
      deleted += changes;
      const groups = removeEmptyGroups.run({ ...generation, limit });
      if (Math.max(changes, groups.changes) === limit) break;
      remaining.pop();
    }
    return deleted;
  };
}
