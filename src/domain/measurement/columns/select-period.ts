import type { Instant } from '../../model.ts';
import { valueAt } from './column.ts';
import { type RecordedColumns, selectItems } from './generation-columns.ts';

/** Both ends belong to the period. Undefined: no limit. */
export interface Period {
  since?: Instant | undefined;
  until?: Instant | undefined;
}

/** Selects the generations that were seen in the period. */
export function selectPeriod(generations: RecordedColumns, { since, until }: Period): RecordedColumns {
  if (since === undefined && until === undefined) return generations;
  const { count, firstSeen, lastSeen } = generations;
  const selected = Array.from({ length: count }, (_, index) => index).filter(
    (index) =>
      valueAt(lastSeen, index) >= (since ?? Number.NEGATIVE_INFINITY) &&
      valueAt(firstSeen, index) <= (until ?? Number.POSITIVE_INFINITY),
  );
  return selectItems(generations, Int32Array.from(selected));
}
