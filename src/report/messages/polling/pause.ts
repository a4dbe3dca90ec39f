import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';

/** Follows the message of a failed poll. Infinite: no poll follows. */
export const describePause = (pause: Seconds): string =>
  pause === Number.POSITIVE_INFINITY
    ? 'no further poll'
    : `next poll in ${formatDuration(Math.max(1, Math.ceil(pause)))}`;
