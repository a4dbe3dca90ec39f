import { tzOffset } from '@date-fns/tz/tzOffset';
import type { Instant, Seconds } from '../../domain/model.ts';

const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i;

/** Offsets change only at multiples of 15 minutes. */
const QUARTER_HOUR_MS = 900_000;

/** Zones change their offset less often than once per day. */
const DAY_MS = 86_400_000;

/**
 * Converts a local time, given as if it were UTC. Returns two instants, the earlier one first, for an hour that
 * occurs twice in autumn.
 */
export type LocalTimeConverter = (localTime: Instant) => readonly [Instant, Instant?];

/**
 * @param zone `UTC`, `local`, an offset (`-05:00`) or an IANA name (`America/New_York`)
 * @returns null for an unknown zone
 */
export function createLocalTimeConverter(zone: string): LocalTimeConverter | null {
  if (/^(UTC|GMT|Z)$/i.test(zone)) return (localTime) => [localTime];
  const offset = parseOffset(zone);
  if (offset !== null) return (localTime) => [localTime - offset * 1000];
  const name = zone === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
  if (!isZoneName(name)) return null;
  let known: { quarter: Instant; shifts: readonly [number, number?] } = { quarter: Number.NaN, shifts: [0] };
  return (localTime) => {
    const quarter = Math.floor(localTime / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    if (quarter !== known.quarter) known = { quarter, shifts: findShifts(name, quarter) };
    const [first, second] = known.shifts;
    return second === undefined ? [localTime - first] : [localTime - first, localTime - second];
  };
}

/**
 * Returns the offsets of the zone at a local time. The larger offset, of the earlier instant, comes first. `TZDate`
 * would depend on the machine's own zone if the hour occurs twice.
 * @param local a local time, given as if it were UTC
 */
function findShifts(zone: string, local: Instant): readonly [number, number?] {
  const offsetAt = (instant: Instant) => tzOffset(zone, new Date(instant)) * 60_000;
  const [before, after] = [offsetAt(local - DAY_MS), offsetAt(local + DAY_MS)];
  const isBeforeChange = offsetAt(local - before) === before;
  const isAfterChange = offsetAt(local - after) === after;
  if (isBeforeChange && isAfterChange && before !== after) return [before, after];
  // A time in the hour that is skipped in spring gets the offset before the change.
  return [isAfterChange && !isBeforeChange ? after : before];
}

function parseOffset(zone: string): Seconds | null {
  const match = OFFSET.exec(zone);
  if (match === null) return null;
  const [hours, minutes] = [Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 14 || minutes > 59) return null;
  return (match[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function isZoneName(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}
