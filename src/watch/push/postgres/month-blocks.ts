import { createHash } from 'node:crypto';
import type { GenerationFigureColumns } from '../../../domain/fleet/collect-generation-figures.ts';
import { type Column, valueAt } from '../../../domain/measurement/columns/column.ts';
import type { RecordedColumns } from '../../../domain/measurement/columns/generation-columns.ts';
import { formatMonthStart } from '../../../remote/postgres/migrate/partitions.ts';

/** The generations of one month. */
export interface MonthBlock {
  /** As the column `month`. */
  month: string;
  indexes: readonly number[];
  /** Of all values of these generations. */
  digest: string;
}

/**
 * Divides the generations of a series by month. Usually only the newest month has changed since the last push, and the
 * digest of a month is much faster than the digests of its generations.
 */
export function groupByMonth(generations: RecordedColumns, figures: GenerationFigureColumns): MonthBlock[] {
  const { count, firstSeen, accessKeyIds } = generations;
  const columns = [...Object.values(generations), ...Object.values(figures)].filter(
    (column): column is Column => column instanceof Float64Array,
  );
  const indexesByMonth = new Map<string, number[]>();
  let [month, from, to] = ['', 0, 0];
  for (let index = 0; index < count; index += 1) {
    const seen = valueAt(firstSeen, index);
    if (!(seen >= from && seen < to)) {
      month = formatMonthStart(seen);
      [from, to] = getMonthSpan(seen);
    }
    const indexes = indexesByMonth.get(month);
    if (indexes === undefined) indexesByMonth.set(month, [index]);
    else indexes.push(index);
  }
  return Array.from(indexesByMonth, ([name, indexes]) => ({
    month: name,
    indexes,
    digest: digestBlock(
      columns,
      indexes,
      indexes.map((index) => accessKeyIds[index] ?? ''),
    ),
  }));
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

function getMonthSpan(instant: number): [number, number] {
  const date = new Date(instant);
  const start = (offset: number) => Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + offset, 1);
  return [start(0), start(1)];
}
