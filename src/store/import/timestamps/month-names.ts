import { createExact, type Timestamp, type TimestampReader, toDayStart, toTimeOfDay } from './timestamp.ts';
import { readZone, skipUnknownZone } from './zones.ts';

/** English, then German. The first three letters are enough, except for names of four letters with an umlaut. */
const MONTHS: Readonly<Record<string, number>> = {
  ...{ jan: 1, feb: 2, mar: 3, apr: 4, may: 5, jun: 6, jul: 7, aug: 8, sep: 9, oct: 10, nov: 11, dec: 12 },
  ...{ jän: 1, mär: 3, mae: 3, mrz: 3, mai: 5, okt: 10, dez: 12 },
};

const LETTERS = 'A-Za-zÀ-ÖØ-öø-ÿ';
const WEEKDAY = String.raw`(?:[${LETTERS}]{2,10}\.?,? +)?`;
const MONTH = String.raw`([${LETTERS}]{3,9})\.?`;
const TIME = String.raw`(\d{1,2})[:.](\d\d)[:.](\d\d)(?:[.,](\d{1,9}))?(?: ?([AaPp]\.?[Mm]\.?)(?![A-Za-z]))?`;
const YEAR = String.raw`(\d{4})(?!\d)`;

/** RFC 2822 may repeat the zone in parentheses. */
const COMMENT = / \([A-Za-z ]+\)/y;

/** `2026-11-20` behind a timestamp is another timestamp. */
const LAST_YEAR = / (\d{4})(?!\d|[/.:-]\d|\u5e74)/y;

/** `Fri Nov 20 00:00:01 UTC 2026`, `Friday, November 20, 2026 12:00:01 AM`, and syslog's `Nov 20 00:00:01`. */
const MONTH_FIRST = new RegExp(
  String.raw`${WEEKDAY}${MONTH} +(\d{1,2}),? +(?:${YEAR},?(?: at)? +)?${TIME}`,
  'y',
);

/** `Fri, 20 Nov 2026 00:00:01 GMT`, `Fr 20. Nov 00:00:01 UTC 2026`, `20/Nov/2026:00:00:01 +0000`. */
const DAY_FIRST = new RegExp(
  String.raw`${WEEKDAY}(\d{1,2})\.?[ /-]+${MONTH}[ /,:-]+(?:${YEAR}(?:,|:| um| at)? *)?${TIME}`,
  'y',
);

/** A placeholder for a year that is not stated. A leap year, so that 29 February exists. */
const UNKNOWN_YEAR = 2000;

export const readMonthFirst: TimestampReader = (text, at) => {
  MONTH_FIRST.lastIndex = at;
  const match = MONTH_FIRST.exec(text);
  return match && toTimestamp(match, match[1], match[2], text, MONTH_FIRST.lastIndex);
};

export const readDayFirst: TimestampReader = (text, at) => {
  DAY_FIRST.lastIndex = at;
  const match = DAY_FIRST.exec(text);
  return match && toTimestamp(match, match[2], match[1], text, DAY_FIRST.lastIndex);
};

function toTimestamp(
  match: RegExpExecArray,
  name: string | undefined,
  date: string | undefined,
  text: string,
  matchEnd: number,
): Timestamp | null {
  const [, , , year, hour, minute, second, fraction, half] = match;
  const month = MONTHS[(name ?? '').slice(0, 3).toLowerCase()];
  if (month === undefined) return null;
  const { lastYear, end, ...zone } = readZoneAndYear(text, matchEnd, year === undefined);
  const stated = lastYear ?? year;
  const day = toDayStart(stated === undefined ? UNKNOWN_YEAR : Number(stated), month, Number(date));
  const time = toTimeOfDay(Number(hour), Number(minute), Number(second), fraction, half);
  if (day === null || time === null) return null;
  return { ...createExact(day + time, null, end), ...zone, isYearless: stated === undefined };
}

/** Reads what may follow the time: `UTC`, `UTC 2026`, `2026`, `-0500 (EST)`. Any other word stays in the text. */
function readZoneAndYear(text: string, at: number, isYearMissing: boolean) {
  const zone = readZone(text, at);
  if (zone.end > at) zone.end = skip(COMMENT, text, zone.end);
  if (!isYearMissing) return { ...zone, lastYear: undefined };
  // A name of a zone that is not known stands between the time and the year.
  const before = zone.end > at ? zone.end : (skipUnknownZone(text, at) ?? at);
  LAST_YEAR.lastIndex = before;
  const [, lastYear] = LAST_YEAR.exec(text) ?? [];
  return lastYear === undefined ? { ...zone, lastYear } : { ...zone, lastYear, end: LAST_YEAR.lastIndex };
}

function skip(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}

const KLOG = /[IWEF](\d\d)(\d\d) (\d\d):(\d\d):(\d\d)\.(\d{6})\s+\d+ [^\]]*\]/y;

/** The prefix of Kubernetes components: `I1120 00:00:01.123456       1 main.go:12]`. */
export const readKlog: TimestampReader = (text, at) => {
  KLOG.lastIndex = at;
  const match = KLOG.exec(text);
  if (match === null) return null;
  const [, month, date, hour, minute, second, fraction] = match;
  const day = toDayStart(UNKNOWN_YEAR, Number(month), Number(date));
  const time = toTimeOfDay(Number(hour), Number(minute), Number(second), fraction);
  if (day === null || time === null) return null;
  return { ...createExact(day + time, null, KLOG.lastIndex), isYearless: true };
};
