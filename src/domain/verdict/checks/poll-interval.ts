import type { Seconds } from '../../model.ts';

/** Intervals that people use for timers. */
const POLL_INTERVALS: readonly Seconds[] = [30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800];
const MIN_POLL_INTERVAL: Seconds = 10;

/** If one poll is late or fails, a rotation can stay unseen. */
export const isPolledTooRarely = (pollInterval: Seconds, rotationInterval: Seconds): boolean =>
  pollInterval > rotationInterval / 2;

/** At most a quarter of the usual rotation interval, so that one failed poll does not hide a rotation. */
export const choosePollInterval = (rotationInterval: Seconds): Seconds =>
  POLL_INTERVALS.findLast((each) => each <= rotationInterval / 4) ?? MIN_POLL_INTERVAL;
