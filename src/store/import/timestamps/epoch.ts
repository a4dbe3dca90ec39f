import { createExact, type TimestampReader } from './timestamp.ts';

/** Seconds have 10 digits until 2286, milliseconds 13, microseconds 16, nanoseconds 19. */
const DIGITS = /@?([12]\d{9})(?:(\d{3})(?:\d{3}){0,2}|[.,](\d{1,9}))?(?![\w-])/y;

/** `1763596801`, `1763596801.123`, `1763596801123`, `@1763596801`. */
export const readEpoch: TimestampReader = (text, at) => {
  DIGITS.lastIndex = at;
  const match = DIGITS.exec(text);
  if (match === null) return null;
  const [, seconds, milliseconds, fraction = ''] = match;
  const rest = milliseconds ?? fraction.padEnd(3, '0').slice(0, 3);
  return createExact(Number(seconds) * 1000 + Number(rest), 0, DIGITS.lastIndex);
};

const DOT_NET = /\\?\/Date\((\d{12,14})(?:[+-]\d{4})?\)\\?\//y;

/** The JSON of .NET: `/Date(1763596801000)/`. */
export const readDotNetJson: TimestampReader = (text, at) => {
  DOT_NET.lastIndex = at;
  const match = DOT_NET.exec(text);
  return match && createExact(Number(match[1]), 0, DOT_NET.lastIndex);
};

/** A number in JSON: seconds, milliseconds, microseconds or nanoseconds since 1970. Null for other numbers. */
export function readEpochNumber(value: number): number | null {
  if (!(value >= 1e9 && value < 4e18)) return null;
  if (value < 1e10) return Math.floor(value * 1000);
  if (value < 1e11) return null;
  if (value < 1e14) return Math.floor(value);
  return Math.floor(value < 1e17 ? value / 1000 : value / 1_000_000);
}
