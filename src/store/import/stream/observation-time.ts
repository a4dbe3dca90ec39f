import type { Instant, Seconds } from '../../../domain/model.ts';
import { floorToSecond } from '../../../domain/time/instant.ts';
import type { Timestamp } from '../timestamps/timestamp.ts';
import type { LocalTimes } from './local-times.ts';

const QUARTER_HOUR_MS = 900_000;
const DAY_MS = 86_400_000;
const LAST_SECOND_MS = 59_000;

/** When a sample or a failed poll happened. */
export interface ObservationTime {
  /** The host's clock. AWS's clock if the log has only `Date` headers. */
  observedAt: Instant;
  clockOffset: Seconds | null;
  /** The timestamp as if it were UTC, if it was read in the zone of the import. Else null. */
  localTime: Instant | null;
}

/**
 * Chooses the timestamp of a document, and says where it stands in the log.
 * @param own the timestamp in the document
 * @param inline the timestamp on the line of the document
 * @param pending the timestamp on a line before the document
 */
export function chooseTimestamp(own: Timestamp | null, inline: Timestamp | null, pending: Timestamp | null) {
  // The prefix of a container's log has a zone, and a timestamp inside may have none.
  const isPrefixBetter = own !== null && own.offset === null && inline !== null && inline.offset !== null;
  if (own !== null && !isPrefixBetter) return { timestamp: own, place: 'in the document' };
  if (inline !== null) return { timestamp: inline, place: 'on the same line' };
  return { timestamp: pending, place: 'before the document' };
}

/**
 * Combines the timestamp of the host with the `Date` header.
 * @param reference a time close to the poll, from which a missing year is taken; null if none is known
 * @param lastUpdated of the document
 * @param isZoneGiven whether the user named the zone of the timestamps
 */
export function resolveObservationTime(
  timestamp: Timestamp | null,
  date: Instant | null,
  reference: Instant | null,
  lastUpdated: Instant | null,
  localTimes: LocalTimes,
  isZoneGiven: boolean,
): ObservationTime | null {
  if (timestamp === null) {
    return date === null ? null : { observedAt: date, clockOffset: 0, localTime: null };
  }
  const reading = chooseReading(timestamp, date ?? reference);
  if (reading === null) return null;
  // No reading may make credentials last longer, so a poll happened in the last second of its minute.
  const wall = timestamp.isMinute ? reading + LAST_SECOND_MS : reading;
  if (timestamp.offset !== null) return withOffset(wall - timestamp.offset, date, null);
  if (date !== null && !isZoneGiven) {
    // Zones differ from UTC by quarters of an hour. The rest is the error of the host's clock.
    const zone = Math.round((wall - date) / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    return withOffset(wall - zone, date, null);
  }
  return withOffset(localTimes.toInstant(wall, lastUpdated), date, wall);
}

/**
 * Cuts the time to seconds, because a fraction, as of `docker logs -t`, states when the logger wrote the line, and not
 * when the endpoint was polled. `Date` is rounded down to seconds, so it is half a second too early on average. `poll`
 * computes the offset in the same way.
 */
const withOffset = (hostTime: Instant, date: Instant | null, localTime: Instant | null): ObservationTime => ({
  observedAt: floorToSecond(hostTime),
  clockOffset: date === null ? null : Math.round((hostTime - date - 500) / 1000) || 0,
  localTime,
});

/** Adds a missing year, and decides which number is the month. Returns null if nothing shows it. */
function chooseReading(timestamp: Timestamp, reference: Instant | null): Instant | null {
  const { wall, otherWall, isYearless } = timestamp;
  if (!isYearless && otherWall === null) return wall;
  if (reference === null) return null;
  const readings = isYearless ? listYears(wall, reference) : [wall, otherWall ?? wall];
  return readings.reduce((best, each) =>
    Math.abs(each - reference) < Math.abs(best - reference) ? each : best,
  );
}

function listYears(wall: Instant, reference: Instant): Instant[] {
  const year = new Date(reference).getUTCFullYear();
  const time = wall % DAY_MS;
  const day = new Date(wall);
  return [year - 1, year, year + 1].map((each) => Date.UTC(each, day.getUTCMonth(), day.getUTCDate()) + time);
}
