import type { Instant } from '../domain/model.ts';
import type { PruneResult } from './contract.ts';
import { findSeries } from './series-rows.ts';
import { countGenerations } from './sqlite/consistency.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';
import { releaseFreePages } from './sqlite/free-pages.ts';
import { CORRECTED_TIME_SQL } from './sqlite/schema.ts';

/** A transaction of this many generations takes a few milliseconds, so pollers wait only briefly. */
const GENERATIONS_PER_STEP = 200;

/** A generation, and the time before which its samples can be deleted. */
interface PrunableGeneration {
  id: number;
  end: Instant;
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
  const write = <T>(action: () => T) => connection.transaction(action).immediate();
  const find = () => findPrunableGenerations(connection, before);
  if (dryRun) return connection.transaction(() => ({ deleted: countPrunableSamples(connection, find()) }))();
  const generations = write(find);
  let deleted = 0;
  for (let start = 0; start < generations.length; start += GENERATIONS_PER_STEP) {
    const step = generations.slice(start, start + GENERATIONS_PER_STEP);
    deleted += write(() => pruneGenerations(connection, step));
  }
  releaseFreePages(connection);
  return { deleted };
}

const PRUNED = `generation_id = ? AND ${CORRECTED_TIME_SQL} < ?`;

/**
 * Finds the generations that have samples before a time. The three newest samples of a polled series stay,
 * because the next polls count them. Polls between this search and the deletion only move the third newest
 * sample to a later time. Call it inside a transaction.
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
    .prepare<[number, Instant], number>('SELECT id FROM generations WHERE series_id = ? AND first_seen < ?')
    .pluck();
  return findSeries(connection, {}).flatMap(({ id: seriesId, polled }) => {
    const kept = polled === 1 ? (findThirdNewest.get(seriesId) ?? Number.NEGATIVE_INFINITY) : before;
    const end = Math.min(before, kept);
    return generations.all(seriesId, end).map((id) => ({ id, end }));
  });
}

function countPrunableSamples(
  connection: DatabaseConnection,
  generations: readonly PrunableGeneration[],
): number {
  const count = connection
    .prepare<[number, Instant], number>(`SELECT count(*) FROM samples WHERE ${PRUNED}`)
    .pluck();
  return generations.reduce((sum, { id, end }) => sum + requireRow(count.get(id, end)), 0);
}

/**
 * Deletes samples. Reports need only the generations, which stay. Call it inside a transaction.
 * @returns the number of deleted samples
 */
function pruneGenerations(
  connection: DatabaseConnection,
  generations: readonly PrunableGeneration[],
): number {
  const remove = connection.prepare(`DELETE FROM samples WHERE ${PRUNED}`);
  const mark = connection.prepare(
    'UPDATE generations SET pruned_until = max(coalesce(pruned_until, ?), ?) WHERE id = ?',
  );
  let deleted = 0;
  for (const { id, end } of generations) {
    const { changes } = remove.run(id, end);
    if (changes > 0) mark.run(end, end, id);
    deleted += changes;
  }
  return deleted;
}
