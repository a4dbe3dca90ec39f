import { orderColumns } from '../issue-order.ts';
import type { RecordedColumns } from './generation-columns.ts';
import { findUsualGap } from './usual-gap.ts';

/** The maximum distance between failed polls of one span, if no samples show the polling interval. */
const DEFAULT_MAX_DISTANCE_MS = 600_000;

/** Returns the maximum distance between failed polls of one span, in milliseconds. */
export function findMaxDistanceInSpan(generations: RecordedColumns): number {
  const pause = findUsualGap(orderColumns(generations));
  return pause === null ? DEFAULT_MAX_DISTANCE_MS : Math.max(1000, pause * 1100);
}
