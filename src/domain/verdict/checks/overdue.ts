import { toNullable, valueAt } from '../../measurement/columns/column.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import type { Measurement } from '../../measurement/measurement.ts';
import type { Instant, Seconds, SourceName } from '../../model.ts';

/** IMDS rotates about once per hour. A warning before twice that time may be wrong. */
const IMDS_OVERDUE_AGE: Seconds = 7200;

/** A rotation is overdue after this multiple of the longest interval. */
const OVERDUE_RATIO = 1.5;

/** How long the newest generation can be served until its rotation is overdue. */
export interface OverdueLimit {
  /** The earliest time since which the newest generation was certainly served, or was issued. */
  servedSince: Instant;
  /** The rotation is overdue if the generation is served for longer. */
  limitSeconds: Seconds;
  usualSeconds: Seconds;
  /** `usualSeconds` is the longest interval of this series. Otherwise it is the limit for IMDS. */
  learned: boolean;
}

/** @param longestInterval null if unknown: then the limit for IMDS applies */
export const computeOverdueLimit = (longestInterval: Seconds | null): Seconds =>
  longestInterval === null ? IMDS_OVERDUE_AGE : Math.ceil(OVERDUE_RATIO * longestInterval);

/** Null if no rotation is expected, or if the newest generation is no longer served. */
export function findOverdueLimit(measurement: Measurement, source: SourceName): OverdueLimit | null {
  const { rotationInterval, lastSample } = measurement;
  const { count, lastSeen } = getHistoryColumns(measurement).generations;
  if (measurement.isIssuedPerRequest || valueAt(lastSeen, count - 1) < lastSample) return null;
  const servedSince = findServedSince(measurement);
  if (rotationInterval !== null) {
    const limitSeconds = computeOverdueLimit(rotationInterval.max);
    return { servedSince, limitSeconds, usualSeconds: rotationInterval.max, learned: true };
  }
  if (source !== 'imds') return null;
  return {
    servedSince,
    limitSeconds: computeOverdueLimit(null),
    usualSeconds: IMDS_OVERDUE_AGE,
    learned: false,
  };
}

function findServedSince(measurement: Measurement): Instant {
  const { generations, rotations, served } = getHistoryColumns(measurement);
  const newest = generations.count - 1;
  const seenSince = valueAt(served.from, newest);
  const arrival = measurement.severalEndpoints === null ? rotations.to.lastIndexOf(newest) : -1;
  // A fast clock or a lag puts `LastUpdated` before the last sample of the previous generation.
  const servedAfter = valueAt(
    rotations.isDated[arrival] === 1 ? rotations.at : rotations.windowFrom,
    arrival,
  );
  const issued = toNullable(valueAt(generations.lastUpdated, newest)) ?? seenSince;
  return Math.min(seenSince, Math.max(issued, toNullable(servedAfter) ?? issued));
}
