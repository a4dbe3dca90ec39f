import { toNullable, valueAt } from '../../measurement/columns/column.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import type { Measurement } from '../../measurement/measurement.ts';
import type { Instant, Seconds, SourceName } from '../../model.ts';
import { secondsBetween } from '../../time/instant.ts';

/** IMDS rotates about once per hour. A warning before twice that time may be wrong. */
const IMDS_OVERDUE_AGE: Seconds = 7200;

/** A rotation is overdue after this multiple of the longest interval. */
const OVERDUE_RATIO = 1.5;

/** How long a generation can be served until its rotation is overdue. */
export interface OverdueLimit {
  /**
   * The earliest time since which the newest generation was certainly served, or was issued. With several endpoints,
   * the generation that has been served the longest.
   */
  servedSince: Instant;
  /** The rotation is overdue if the generation is served for longer. */
  limitSeconds: Seconds;
  usualSeconds: Seconds;
  /** `usualSeconds` was measured in this series. Otherwise it is the limit for IMDS. */
  learned: boolean;
}

/** @param longestInterval null if unknown: then the limit for IMDS applies */
export const computeOverdueLimit = (longestInterval: Seconds | null): Seconds =>
  longestInterval === null ? IMDS_OVERDUE_AGE : Math.ceil(OVERDUE_RATIO * longestInterval);

/** Null if no rotation is expected, or if the newest generation of one endpoint is no longer served. */
export function findOverdueLimit(measurement: Measurement, source: SourceName): OverdueLimit | null {
  if (measurement.isIssuedPerRequest) return null;
  const times =
    measurement.severalEndpoints === null ? findTimes(measurement) : findEndpointTimes(measurement);
  if (times === null) return null;
  const { servedSince, longest } = times;
  if (longest === null && source !== 'imds') return null;
  return {
    servedSince,
    limitSeconds: computeOverdueLimit(longest),
    usualSeconds: longest ?? IMDS_OVERDUE_AGE,
    learned: longest !== null,
  };
}

interface ServedTimes {
  servedSince: Instant;
  /** The longest time for which earlier generations were served. Null if unknown. */
  longest: Seconds | null;
}

function findTimes(measurement: Measurement): ServedTimes | null {
  const { count, lastSeen } = getHistoryColumns(measurement).generations;
  if (valueAt(lastSeen, count - 1) < measurement.lastSample) return null;
  return { servedSince: findServedSince(measurement), longest: measurement.rotationInterval?.max ?? null };
}

/**
 * Each endpoint has its own newest generation, and any of them can get the next request. So the generation counts that
 * has been served the longest. The rotations of different endpoints have no intervals, so it is compared with the
 * longest time for which a generation was served.
 */
function findEndpointTimes(measurement: Measurement): ServedTimes {
  const { generations, served, rotations } = getHistoryColumns(measurement);
  const findSince = (index: number) =>
    toNullable(valueAt(generations.lastUpdated, index)) ?? valueAt(served.from, index);
  let servedSince = measurement.lastSample;
  for (let index = 0; index < served.count; index += 1)
    if (valueAt(served.to, index) >= measurement.lastSample)
      servedSince = Math.min(servedSince, findSince(index));
  let longest: Seconds | null = null;
  for (let index = 0; index < rotations.count; index += 1) {
    const from = valueAt(rotations.from, index);
    // Before the first rotation, undated generations can have been served unseen.
    const isSinceKnown =
      !Number.isNaN(valueAt(generations.lastUpdated, from)) ||
      valueAt(served.from, from) >= valueAt(rotations.at, 0);
    if (rotations.isWitnessed[index] !== 1 || !isSinceKnown) continue;
    longest = Math.max(longest ?? 0, secondsBetween(findSince(from), valueAt(rotations.at, index)));
  }
  return { servedSince, longest };
}

function findServedSince(measurement: Measurement): Instant {
  const { generations, rotations, served } = getHistoryColumns(measurement);
  const newest = generations.count - 1;
  const seenSince = valueAt(served.from, newest);
  const arrival = rotations.to.lastIndexOf(newest);
  // A fast clock or a lag puts `LastUpdated` before the last sample of the previous generation.
  const servedAfter = valueAt(
    rotations.isDated[arrival] === 1 ? rotations.at : rotations.windowFrom,
    arrival,
  );
  const issued = toNullable(valueAt(generations.lastUpdated, newest)) ?? seenSince;
  return Math.min(seenSince, Math.max(issued, toNullable(servedAfter) ?? issued));
}
