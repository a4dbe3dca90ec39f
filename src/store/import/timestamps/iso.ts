import {
  createExact,
  type Timestamp,
  type TimestampReader,
  toDayStart,
  toTimeOfDay,
  withZone,
} from './timestamp.ts';

const digit = (text: string, at: number): number => {
  const code = text.charCodeAt(at) - 48;
  return code >= 0 && code <= 9 ? code : Number.NaN;
};

const two = (text: string, at: number): number => digit(text, at) * 10 + digit(text, at + 1);

/** After the seconds: a fraction, and `AM` or `PM`. */
const REST = /(?:[.,](\d{1,9}))?(?: ?([AaPp]\.?[Mm]\.?)(?![A-Za-z]))?/y;

/** Letters, and the minus sign of Unicode. */
const isLetter = (code: number): boolean =>
  (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code > 0x7f;

const [SPACE, COMMA, DOT, PLUS, MINUS] = [32, 44, 46, 43, 45];
const [UPPER_T, LOWER_T, UNDERSCORE, COLON, UPPER_Z] = [84, 116, 95, 58, 90];

/**
 * ISO 8601 and relatives with the year first: `2026-11-20T00:00:01.123Z`, `2026/11/20 00:00:01`,
 * `2026-11-20 00:00:01,123`, `2026-11-20 00:00:01 +0000`. Reads characters instead of a pattern, because
 * nearly all timestamps of logs have this form.
 */
export const readIso: TimestampReader = (text, at) => {
  const separator = text.charCodeAt(at + 4);
  if (separator !== MINUS && separator !== 47 && separator !== DOT) return null;
  if (text.charCodeAt(at + 7) !== separator) return readShortFields(text, at);
  const between = text.charCodeAt(at + 10);
  if (between !== UPPER_T && between !== SPACE && between !== LOWER_T && between !== UNDERSCORE) {
    return readShortFields(text, at);
  }
  if (text.charCodeAt(at + 13) !== COLON || text.charCodeAt(at + 16) !== COLON) {
    return readShortFields(text, at);
  }
  const year = two(text, at) * 100 + two(text, at + 2);
  const day = toDayStart(year, two(text, at + 5), two(text, at + 8));
  const time = toTimeOfDay(two(text, at + 11), two(text, at + 14), two(text, at + 17));
  if (day === null || time === null) return null;
  return readEnd(text, at + 19, day, time);
};

function readEnd(text: string, at: number, day: number, time: number): Timestamp | null {
  const next = text.charCodeAt(at);
  if (next === UPPER_Z) return createExact(day + time, 0, at + 1);
  if (next >= 48 && next <= 57) return null;
  const mayBeZone = next === SPACE || next === PLUS || next === MINUS || isLetter(next);
  if (!mayBeZone && next !== DOT && next !== COMMA) {
    return createExact(day + time, null, at);
  }
  REST.lastIndex = at;
  const [, fraction = '', half] = REST.exec(text) ?? [];
  let milliseconds = time;
  if (half !== undefined) {
    const hours = Math.floor(time / 3_600_000);
    const half24 = toTimeOfDay(hours, 0, 0, '', half);
    if (half24 === null) return null;
    milliseconds = half24 + (time % 3_600_000);
  }
  milliseconds += Number(fraction.padEnd(3, '0').slice(0, 3));
  return withZone(day + milliseconds, text, REST.lastIndex);
}

/** `2026/11/20 0:00:01` of .NET in Japan, and times without seconds. */
const SHORT_FIELDS = /(\d{4})([-/.])(\d{1,2})\2(\d{1,2})[T ] ?(\d{1,2}):(\d\d)(?::(\d\d))?(?!\d)/y;

function readShortFields(text: string, at: number): Timestamp | null {
  SHORT_FIELDS.lastIndex = at;
  const match = SHORT_FIELDS.exec(text);
  if (match === null) return null;
  const [, year, , month, date, hour, minute, second] = match;
  const day = toDayStart(Number(year), Number(month), Number(date));
  const time = toTimeOfDay(Number(hour), Number(minute), Number(second ?? 0));
  const found = day === null || time === null ? null : readEnd(text, SHORT_FIELDS.lastIndex, day, time);
  return found && { ...found, isMinute: second === undefined };
}

const COMPACT = /(20\d\d)(\d\d)(\d\d)[T_ -]?(\d\d):?(\d\d):?(\d\d)(?:[.,](\d{1,9}))?(?!\d)/y;

/** `20261120T000001Z`, `20261120-000001`, `20261120 00:00:01`. */
export const readCompact: TimestampReader = (text, at) => {
  COMPACT.lastIndex = at;
  const match = COMPACT.exec(text);
  if (match === null) return null;
  const [, year, month, date, hour, minute, second, fraction] = match;
  const day = toDayStart(Number(year), Number(month), Number(date));
  const time = toTimeOfDay(Number(hour), Number(minute), Number(second), fraction);
  if (day === null || time === null) return null;
  return withZone(day + time, text, COMPACT.lastIndex);
};
