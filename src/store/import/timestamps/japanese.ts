import { createExact, type TimestampReader, toDayStart, toTimeOfDay } from './timestamp.ts';
import { parseZone, ZONE_SOURCE } from './zones.ts';

const WEEKDAY = String.raw`(?:[(（]?[日月火水木金土](?:曜日?)?[)）]? *)?`;
const TIME = String.raw`(午前|午後)? *(\d{1,2})[:時] *(\d{1,2})[:分] *(\d{1,2})秒?(?:[.,](\d{1,9}))?`;
const ZONE = String.raw`(?: ?(${ZONE_SOURCE}))?`;

/** `2026年 11月 20日 金曜日 00:00:01 UTC` of coreutils, `2026年11月20日 0:00:01` of .NET. */
const YEAR_FIRST = new RegExp(
  String.raw`(\d{4})年 *(\d{1,2})月 *(\d{1,2})日 *,? *${WEEKDAY}${TIME}${ZONE}`,
  'y',
);

/** `金 11月 20 00:00:01 UTC 2026` of BSD and macOS. */
const YEAR_LAST = new RegExp(
  String.raw`${WEEKDAY}(\d{1,2})月 *(\d{1,2})日? +${TIME}${ZONE} +(\d{4})年?`,
  'y',
);

export const readJapanese: TimestampReader = (text, at) => {
  YEAR_FIRST.lastIndex = at;
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) {
    const [, year, month, date, half, hour, minute, second, fraction, zone] = yearFirst;
    return create([year, month, date], [hour, minute, second, fraction, half], zone, YEAR_FIRST.lastIndex);
  }
  YEAR_LAST.lastIndex = at;
  const yearLast = YEAR_LAST.exec(text);
  if (yearLast === null) return null;
  const [, month, date, half, hour, minute, second, fraction, zone, year] = yearLast;
  return create([year, month, date], [hour, minute, second, fraction, half], zone, YEAR_LAST.lastIndex);
};

function create(
  [year, month, date]: readonly (string | undefined)[],
  [hour, minute, second, fraction, half]: readonly (string | undefined)[],
  zone: string | undefined,
  end: number,
) {
  const day = toDayStart(Number(year), Number(month), Number(date));
  const time = toTimeOfDay(Number(hour), Number(minute), Number(second), fraction, half);
  return day === null || time === null ? null : createExact(day + time, parseZone(zone), end);
}
