import { createHash } from 'node:crypto';
import type { GenerationFigureColumns } from '../../../domain/fleet/collect-generation-figures.ts';
import { type Column, valueAt } from '../../../domain/measurement/columns/column.ts';
import type { RecordedColumns } from '../../../domain/measurement/columns/generation-columns.ts';

const WEEK_MS = 7 * 86_400_000;

/** The generations that were first seen in one week. */
export interface WeekBlock {
  /** The number of the week since 1970. */
  week: string;
  indexes: readonly number[];
  /** Of all values of these generations. */
  digest: string;
}

/**
 * Divides the generations of a series by week. Usually only the newest week has changed since the last push, and the
 * digest of a week is much faster than the digests of its generations.
 */
export function groupByWeek(generations: RecordedColumns, figures: GenerationFigureColumns): WeekBlock[] {
  const { count, firstSeen, accessKeyIds } = generations;
  const columns = [...Object.values(generations), ...Object.values(figures)].filter(
    (column): column is Column => column instanceof Float64Array,
  );
  const weeks = new Map<number, number[]>();
  for (let index = 0; index < count; index += 1) {
    const week = Math.floor(valueAt(firstSeen, index) / WEEK_MS);
    const indexes = weeks.get(week);
    if (indexes === undefined) weeks.set(week, [index]);
    else indexes.push(index);
  }
  return Array.from(weeks, ([week, indexes]) => {
    const keyIds = indexes.map((index) => accessKeyIds.at(index) ?? '');
    return { week: String(week), indexes, digest: digestBlock(columns, indexes, keyIds) };
  });
}

function digestBlock(
  columns: readonly Column[],
  indexes: readonly number[],
  keyIds: readonly string[],
): string {
  const values = new Float64Array(columns.length * indexes.length);
  let position = 0;
  for (const column of columns) {
    for (const index of indexes) {
      values[position] = column[index] ?? 0;
      position += 1;
    }
  }
  return createHash('sha256').update(values).update(keyIds.join(' ')).digest('base64url').slice(0, 16);
}
