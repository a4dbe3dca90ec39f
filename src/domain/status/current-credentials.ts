import { findMaxSampleAge } from '../live/sample-age.ts';
import { findLargest, valueAt } from '../measurement/columns/column.ts';
import { getHistoryColumns } from '../measurement/columns/column-measurement.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { correctNow } from '../verdict/analyse.ts';

export interface CurrentCredentials {
  /** With several endpoints: of the served credentials that expire first, because the next request may get them. */
  expiration: Instant;
  remaining: Seconds;
  /** Of the newest sample, if another endpoint serves credentials that expire earlier. Else null. */
  newestRemaining: Seconds | null;
  /** Whether the newest sample is recent enough to tell that the source still serves them. */
  isRecent: boolean;
}

export function findCurrentCredentials(
  measurement: Measurement,
  ageSeconds: Seconds,
  now: Instant,
): CurrentCredentials {
  const { generations } = getHistoryColumns(measurement);
  let expiration = valueAt(generations.expiration, generations.count - 1);
  let newest = expiration;
  if (measurement.severalEndpoints !== null) {
    newest = valueAt(generations.expiration, findLargest(generations.lastSeen));
    expiration = newest;
    for (const { generation, to } of measurement.servedPeriods)
      if (to >= measurement.lastSample) expiration = Math.min(expiration, generation.expiration);
  }
  // The later time is the safe choice, as in `check`.
  const at = Math.max(now, correctNow(now, measurement));
  const isRecent = ageSeconds <= findMaxSampleAge(measurement.usualGap);
  const newestRemaining = newest === expiration ? null : secondsBetween(at, newest);
  return { expiration, remaining: secondsBetween(at, expiration), newestRemaining, isRecent };
}
