import { valueAt } from '../../domain/measurement/columns/column.ts';
import {
  type GenerationColumns,
  type RecordedColumns,
  selectItems,
} from '../../domain/measurement/columns/generation-columns.ts';
import { mergeKeylessGenerations } from '../../domain/measurement/generations.ts';
import { orderColumns } from '../../domain/measurement/issue-order.ts';

/** The fields that the clock rules do not change. */
type StableColumns = Pick<
  RecordedColumns,
  'accessKeyIds' | 'expiration' | 'latestExpiration' | 'rawFirstSeen' | 'rawLastSeen' | 'samples'
>;

/**
 * Puts generations as stored into the order of the measured ones. A measurement merges generations without a key id, and
 * the clock rules change the order.
 */
export function alignRecorded(stored: RecordedColumns, measured: GenerationColumns): RecordedColumns {
  const recorded = mergeKeylessGenerations(orderColumns(stored));
  // Generations with equal keys are exchangeable for the caller, who needs all of them.
  const indexes = new Map<string, number[]>();
  for (let index = recorded.count - 1; index >= 0; index -= 1) {
    const key = getKey(recorded, index);
    const known = indexes.get(key);
    if (known === undefined) indexes.set(key, [index]);
    else known.push(index);
  }
  const order = Int32Array.from({ length: measured.count }, (_, index) => {
    const found = indexes.get(getKey(measured, index))?.pop();
    if (found === undefined) throw new RangeError('the measurement is of other generations');
    return found;
  });
  return order.every((from, index) => from === index) ? recorded : selectItems(recorded, order);
}

const getKey = (columns: StableColumns, index: number): string =>
  [
    columns.accessKeyIds.at(index),
    valueAt(columns.expiration, index),
    valueAt(columns.latestExpiration, index),
    valueAt(columns.rawFirstSeen, index),
    valueAt(columns.rawLastSeen, index),
    valueAt(columns.samples, index),
  ].join(' ');
