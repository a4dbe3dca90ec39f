import type { Instant } from '../../domain/model.ts';
import type { TimeZone } from '../../domain/time/zone-offsets.ts';

/** Offsets change only at multiples of 15 minutes. */
const QUARTER_HOUR_MS = 900_000;

/** Zones change their offsets less often than once per day. */
const DAY_MS = 86_400_000;

/**
 * Converts a local time, given as if it were UTC. Returns two instants, the earlier one first, for an hour that
 * occurs twice in autumn.
 */
export type LocalTimeConverter = (localTime: Instant) => readonly [Instant, Instant?];

export function createLocalTimeConverter(zone: TimeZone): LocalTimeConverter {
  let known: { quarter: Instant; shifts: readonly [number, number?] } = { quarter: Number.NaN, shifts: [0] };
  return (localTime) => {
    const quarter = Math.floor(localTime / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    if (quarter !== known.quarter) known = { quarter, shifts: findShifts(zone, quarter) };
    const [first, second] = known.shifts;
    return second === undefined ? [localTime - first] : [localTime - first, localTime - second];
  };
}

/**
 * Returns the offsets of the zone at a local time. The larger offset, of the earlier instant, comes first. `TZDate`
 * would depend on the machine's own zone if the hour occurs twice.
 * @param local a local time, given as if it were UTC
 */
function findShifts(zone: TimeZone, local: Instant): readonly [number, number?] {
  const offsetAt = (instant: Instant) => zone.offsetAt(instant) * 1000;
  const [before, after] = [offsetAt(local - DAY_MS), offsetAt(local + DAY_MS)];
  const isBeforeChange = offsetAt(local - before) === before;
  const isAfterChange = offsetAt(local - after) === after;
  if (isBeforeChange && isAfterChange && before !== after) return [before, after];
  // A time in the hour that is skipped in spring gets the offset before the change.
  return [isAfterChange && !isBeforeChange ? after : before];
}
