import { valueAt } from '../../../domain/measurement/columns/column.ts';
import {
  getRecordedGeneration,
  type RecordedColumns,
  toRecordedColumns,
} from '../../../domain/measurement/columns/generation-columns.ts';
import { joinGenerations } from '../../../domain/measurement/generations.ts';
import type { RecordedGeneration } from '../../../domain/model.ts';

/** Rows of one generation are near to each other, because rows are in the order of the last samples. */
const MAX_DISTANCE = 16;

const DAY_MS = 86_400_000;

/**
 * Joins rows of the same generation. Two databases of a host can have written it into the objects of two days, if each of
 * them has samples of one side of midnight. A row can also be in two days during a push.
 * @param rows in the order of their last samples
 */
export function joinRows(rows: RecordedColumns): RecordedColumns {
  const isRepeated = Array.from({ length: rows.count }, (_, index) => index).some(
    (index) => findEarlier(rows, index) !== null,
  );
  if (!isRepeated) return rows;
  const joined = new Map<number, RecordedGeneration>();
  for (let index = 0; index < rows.count; index += 1) {
    const earlier = findEarlier(rows, index);
    const other = earlier === null ? undefined : joined.get(earlier);
    const generation = getRecordedGeneration(rows, index);
    joined.set(index, other === undefined ? generation : joinGenerations(other, generation));
    // The joined row has the last sample of the later one, so it takes the place of this one.
    if (earlier !== null) joined.delete(earlier);
  }
  return toRecordedColumns([...joined.values()]);
}

/** The index of the nearest earlier row of the same generation. */
function findEarlier(rows: RecordedColumns, index: number): number | null {
  for (let other = index - 1; other >= Math.max(0, index - MAX_DISTANCE); other -= 1)
    if (isSame(rows, other, index)) return other;
  return null;
}

/** One object never has two rows of a generation, so other rows with the same mask of the key id are distinct. */
function isSame(rows: RecordedColumns, a: number, b: number): boolean {
  const { lastUpdated, expiration, firstSeen, accessKeyIds } = rows;
  return (
    // Not a number without a time of issue.
    valueAt(lastUpdated, a) === valueAt(lastUpdated, b) &&
    valueAt(expiration, a) === valueAt(expiration, b) &&
    accessKeyIds.at(a) === accessKeyIds.at(b) &&
    Math.floor(valueAt(firstSeen, a) / DAY_MS) !== Math.floor(valueAt(firstSeen, b) / DAY_MS)
  );
}
