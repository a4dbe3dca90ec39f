import type { Seconds } from '../../model.ts';
import { weightedMedian } from '../statistics.ts';
import { valueAt } from './column.ts';
import type { RecordedColumns } from './generation-columns.ts';

/**
 * The usual time between two samples; null with fewer than two samples. Uses the mean pause of a generation for
 * each of its pauses, so that pruned samples change nothing.
 */
export function findUsualGap({
  firstSeen,
  lastSeen,
  samples,
}: Pick<RecordedColumns, 'firstSeen' | 'lastSeen' | 'samples'>): Seconds | null {
  // Rounding does not change the order, so the median of rounded values is the rounded median.
  const counts = new Map<Seconds, number>();
  const add = (length: number, count: number) => {
    const seconds = Math.round(length / 1000);
    counts.set(seconds, (counts.get(seconds) ?? 0) + count);
  };
  for (let index = 0; index < samples.length; index += 1) {
    const last = valueAt(lastSeen, index);
    const pausesInside = valueAt(samples, index) - 1;
    if (pausesInside > 0) add((last - valueAt(firstSeen, index)) / pausesInside, pausesInside);
    const pauseAfter = valueAt(firstSeen, index + 1) - last;
    if (pauseAfter > 0) add(pauseAfter, 1);
  }
  return weightedMedian(counts);
}
