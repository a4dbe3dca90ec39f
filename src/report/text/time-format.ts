import type { Instant } from '../../domain/model.ts';
import { floorToSecond, formatInstant } from '../../domain/time/instant.ts';
import { formatOffset, type TimeZone, UTC_ZONE } from '../../domain/time/zone-offsets.ts';

/** Writes times for people in one time zone. Machine output is always UTC. */
export interface TimeFormat {
  readonly zone: TimeZone;
  /** `2015-11-18 08:03:35Z`, or `2015-11-18 09:03:35+01:00`, without fractions of a second. */
  timestamp(instant: Instant): string;
  /** `2015-11-18`. */
  date(instant: Instant): string;
  /** Omits the date if it is the date of `now`: `08:03:35Z`. */
  shortTimestamp(instant: Instant, now: Instant): string;
  /** Like `shortTimestamp`, without the zone, unless the offset at `instant` is not the offset at `now`. */
  clockTime(instant: Instant, now: Instant): string;
  /** `UTC`, `UTC+01:00`: the zone of {@link clockTime}. */
  zoneAt(now: Instant): string;
  /** `2015-11-18 08:03:35Z to 09:00:00Z`. Omits the second date if both are equal. */
  span(from: Instant, to: Instant): string;
}

const DATE_LENGTH = '2015-11-18'.length;

export function createTimeFormat(zone: TimeZone): TimeFormat {
  const timestamp = (instant: Instant): string => {
    const offset = zone.offsetAt(instant);
    const text = formatInstant(floorToSecond(instant) + offset * 1000).replace('T', ' ');
    return zone.name === UTC_ZONE.name ? text : text.replace('Z', formatOffset(offset));
  };
  const shortTimestamp = (instant: Instant, now: Instant): string =>
    omitSameDate(timestamp(instant), timestamp(now));
  return {
    zone,
    timestamp,
    date: (instant) => timestamp(instant).slice(0, DATE_LENGTH),
    shortTimestamp,
    clockTime: (instant, now) =>
      zone.offsetAt(instant) === zone.offsetAt(now)
        ? shortTimestamp(instant, now).replace(/(?:Z|[+-]\d\d:\d\d)$/, '')
        : shortTimestamp(instant, now),
    zoneAt: (now) => (zone.name === UTC_ZONE.name ? 'UTC' : `UTC${formatOffset(zone.offsetAt(now))}`),
    span: (from, to) => `${timestamp(from)} to ${shortTimestamp(to, from)}`,
  };
}

const omitSameDate = (timestamp: string, other: string): string =>
  timestamp.slice(0, DATE_LENGTH) === other.slice(0, DATE_LENGTH)
    ? timestamp.slice(DATE_LENGTH + 1)
    : timestamp;

export const UTC_TIMES: TimeFormat = createTimeFormat(UTC_ZONE);
