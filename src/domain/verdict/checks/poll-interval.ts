import { valueAt } from '../../measurement/columns/column.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import type { Measurement } from '../../measurement/measurement.ts';
import type { Seconds } from '../../model.ts';
import { secondsBetween } from '../../time/instant.ts';

/** Intervals that people use for timers. `init` and every advice use the longest one, so that they agree. */
const POLL_INTERVALS: readonly Seconds[] = [30, 60, 120, 300];
export const LONGEST_POLL_INTERVAL: Seconds = 300;
const MIN_POLL_INTERVAL: Seconds = 10;

/** If one poll is late or fails, a rotation can stay unseen. */
export const isPolledTooRarely = (pollInterval: Seconds, rotationInterval: Seconds): boolean =>
  pollInterval > rotationInterval / 2;

/** 5 minutes, but at most a quarter of the usual rotation interval, so that one failed poll does not hide a rotation. */
export const choosePollInterval = (rotationInterval: Seconds): Seconds =>
  POLL_INTERVALS.findLast((each) => each <= rotationInterval / 4) ?? MIN_POLL_INTERVAL;

/** The interval at which polls witness the rotations of the series. Null if it is polled often enough. */
export function findBetterPollInterval(measurement: Measurement): Seconds | null {
  const { usualGap, rotationInterval, isIssuedPerRequest } = measurement;
  if (usualGap === null || isIssuedPerRequest) return null;
  if (rotationInterval !== null) {
    const { median } = rotationInterval;
    return isPolledTooRarely(usualGap, median) ? choosePollInterval(median) : null;
  }
  const every = choosePollInterval(usualGap);
  return every < usualGap && areRotationsMissed(measurement, usualGap) ? every : null;
}

/** Whether a rotation is unwitnessed, and no generation was seen for as long as the usual gap, which is rounded. */
function areRotationsMissed(measurement: Measurement, usualGap: Seconds): boolean {
  const { rotations, generations } = getHistoryColumns(measurement);
  return (
    measurement.witnessedCount < rotations.count &&
    generations.firstSeen.every(
      (firstSeen, index) => secondsBetween(firstSeen, valueAt(generations.lastSeen, index)) < usualGap - 1,
    )
  );
}
