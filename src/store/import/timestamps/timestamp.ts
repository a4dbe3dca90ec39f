import type { Instant } from '../../../domain/model.ts';
import { readZone } from './zones.ts';

/** A timestamp in a text. */
export interface Timestamp {
  /** The family that read it. */
  family: string;
  /** The time as written, as if it were UTC. Without a year, the year is 2000. */
  wall: Instant;
  /** The offset of the stated zone from UTC in milliseconds. Null without a zone. */
  offset: number | null;
  /** The stated zone, if its name means several zones, such as `CST`. Then `offset` is null. */
  ambiguousZone: string | null;
  /** Where the text continues. */
  end: number;
  /** The text states no seconds, so `wall` is the start of the minute. */
  isMinute: boolean;
  /** The text states no year, as in syslog. */
  isYearless: boolean;
  /** The other reading of a date such as `11/12/2026`, whose day and month may be swapped. Null if there is none. */
  otherWall: Instant | null;
}

/** Reads a timestamp that starts exactly at this position. Null for any other text. */
export type TimestampReader = (text: string, at: number) => Timestamp | null;

/** Creates a timestamp with a year and a single reading. */
export const createExact = (wall: Instant, offset: number | null, end: number): Timestamp => ({
  family: '',
  wall,
  offset,
  ambiguousZone: null,
  end,
  isMinute: false,
  isYearless: false,
  otherWall: null,
});

/**
 * Creates a timestamp whose zone is read from the text.
 * @param at where the zone may be
 */
export function withZone(wall: Instant, text: string, at: number): Timestamp {
  const { offset, ambiguousZone, end } = readZone(text, at);
  return { ...createExact(wall, offset, end), ambiguousZone };
}

/** The day of the last call. The lines of a log have the same day many times. */
let known = { year: Number.NaN, month: 0, day: 0, start: 0 };

/** Returns the start of a day as if it were UTC. Null for 30 February and other days that do not exist. */
export function toDayStart(year: number, month: number, day: number): Instant | null {
  if (day === known.day && month === known.month && year === known.year) return known.start;
  const start = Date.UTC(year, month - 1, day);
  const isReal = year >= 2000 && month >= 1 && month <= 12 && new Date(start).getUTCDate() === day;
  if (!isReal) return null;
  known = { year, month, day, start };
  return start;
}

/**
 * Returns milliseconds since midnight. Null for an invalid time. A leap second counts as the second before.
 * @param half `AM` or `PM` in English or Japanese, or undefined for a 24-hour clock
 */
export function toTimeOfDay(
  hour: number,
  minute: number,
  second: number,
  fraction = '',
  half?: string,
): number | null {
  let hours = hour;
  if (half !== undefined) {
    if (hour > 12) return null;
    hours = (hour % 12) + (half === '午後' || /^p/i.test(half) ? 12 : 0);
  }
  if (hours > 23 || minute > 59 || second > 60) return null;
  const milliseconds = fraction === '' ? 0 : Number(fraction.padEnd(3, '0').slice(0, 3));
  const time = ((hours * 60 + minute) * 60 + Math.min(second, 59)) * 1000 + milliseconds;
  return Number.isNaN(time) ? null : time;
}
