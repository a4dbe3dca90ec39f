import type { Seconds } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';

export const formatShortStartTime = (safeTime: Seconds): string =>
  safeTime < 1 ? 'less than 1s' : duration(safeTime);

/** @param safeTime how long after a rotation a start was safe */
export const describeShortStartTime = (safeTime: Seconds): string =>
  `starts were safe only for ${formatShortStartTime(safeTime)} after a rotation, which is too short to rely on`;
