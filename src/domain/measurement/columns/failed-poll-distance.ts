import { orderColumns } from '../issue-order.ts';
import { findUsualGap } from '../measure.ts';
import type { RecordedColumns } from './generation-columns.ts';

/** The maximum distance between failed polls of one span, if no samples show the polling interval. */
const DEFAULT_MAX_DISTANCE_MS = 600_000;

/** Returns the maximum distance between failed polls of one span, in milliseconds. */
export function findMaxDistanceInSpan(generations: RecordedColumns): number {
  const gap = findUsualGap(orderColumns(generations));
  return gap === null ? DEFAULT_MAX_DISTANCE_MS : Math.max(1000, gap * 1100);
}
