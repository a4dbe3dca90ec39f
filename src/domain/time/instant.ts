import type { Instant, Seconds } from '../model.ts';

/**
 * RFC 3339 with the deviations of real endpoints: a fraction of up to nine digits, `+0000` without a colon, a
 * trailing ` UTC`, or no time zone. `new Date(text)` is not an alternative: it reads a time without a zone as
 * local time, and it changes 30 February to 2 March.
 */
const FORMAT = new RegExp(
  String.raw`^(\d{4})-(0[1-9]|1[0-2])-(\d\d)[Tt ]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)` +
    String.raw`(?:\.(\d{1,9}))?(?:([Zz]|[+-]\d\d:?\d\d)| ?UTC)?$`,
);

/** Earlier years are errors, such as Go's zero time in the year 1. */
const MIN_YEAR = 2000;

export interface ParsedInstant {
  instant: Instant;
  /** The text had no time zone and was read as UTC. */
  zoneless: boolean;
}

/** Parses an exact time. Null for other text and for years before 2000. Cuts to milliseconds. */
export function parseInstant(text: string): ParsedInstant | null {
  const match = FORMAT.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction] = match;
  const milliseconds = fraction === undefined ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3));
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    milliseconds,
  );
  // Date.UTC changes 30 February to 2 March.
  if (Number(year) < MIN_YEAR || new Date(local).getUTCDate() !== Number(day)) return null;
  const zone = match[8];
  const offset = zone === undefined ? 0 : parseOffset(zone);
  if (offset === null) return null;
  return { instant: local - offset * 1000, zoneless: zone === undefined && !text.endsWith('UTC') };
}

/** `2026-01-31 12:00`, with or without a time zone. */
export const isTimeWithoutSeconds = (text: string): boolean =>
  parseInstant(text.replace(/(?<=^[^:]*:\d\d)(?=$|[ Z+-])/i, ':00')) !== null && parseInstant(text) === null;

function parseOffset(zone: string): Seconds | null {
  if (zone === 'Z' || zone === 'z') return 0;
  const hours = Number(zone.slice(1, 3));
  const minutes = Number(zone.slice(-2));
  if (hours > 23 || minutes > 59) return null;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}

/** ISO 8601 with `Z`, and with milliseconds only if they are not 0. */
export function formatInstant(instant: Instant): string {
  return new Date(instant).toISOString().replace('.000Z', 'Z');
}

const DAY_MS = 86_400_000;

const TWO_DIGITS = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));

/** Creates a faster {@link formatInstant} for many times of few days. */
export function createInstantFormatter(): (instant: Instant) => string {
  let dayStart = Number.NaN;
  let date = '';
  return (instant) => {
    const sinceMidnight = ((instant % DAY_MS) + DAY_MS) % DAY_MS;
    if (instant - sinceMidnight !== dayStart) {
      dayStart = instant - sinceMidnight;
      date = new Date(dayStart).toISOString().slice(0, -'00:00:00.000Z'.length);
    }
    const seconds = Math.floor(sinceMidnight / 1000);
    const minutes = Math.floor(seconds / 60);
    const milliseconds = sinceMidnight % 1000;
    const fraction = milliseconds === 0 ? '' : `.${String(milliseconds).padStart(3, '0')}`;
    const hour = TWO_DIGITS[Math.floor(minutes / 60)];
    return `${date}${hour}:${TWO_DIGITS[minutes % 60]}:${TWO_DIGITS[seconds % 60]}${fraction}Z`;
  };
}

export const floorToSecond = (instant: Instant): Instant => Math.floor(instant / 1000) * 1000;

/** Whole seconds, rounded down, so that validity is never overstated. Negative if `to` is earlier. */
export function secondsBetween(from: Instant, to: Instant): Seconds {
  return Math.floor((to - from) / 1000);
}
