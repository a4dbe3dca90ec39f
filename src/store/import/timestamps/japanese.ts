import { createExact, type TimestampReader, toDayStart, toTimeOfDay, withZone } from './timestamp.ts';
import { findAmbiguousZone, parseZone, ZONE_SOURCE } from './zones.ts';

const [YEAR, MONTH, DAY, HOUR, MINUTE, SECOND] = '年月日時分秒';
/** Non-ASCII characters are inserted, because the bundle must be ASCII, and esbuild does not escape raw strings. */
const WEEKDAY = String.raw`(?:[(\uff08]?[${'日月火水木金土'}](?:${'曜'}${DAY}?)?[)\uff09]? *)?`;
const HALF = '(午前|午後)?';
const TIME = String.raw`${HALF} *(\d{1,2})[:${HOUR}] *(\d{1,2})[:${MINUTE}] *(\d{1,2})${SECOND}?(?:[.,](\d{1,9}))?`;
/** A name that is not known is no zone, unless the year follows. */
const ZONE = `(?: ?(${ZONE_SOURCE}))?`;

/** `2026年 11月 20日 金曜日 00:00:01 UTC` of coreutils, `2026年11月20日 0:00:01` of .NET. */
const YEAR_FIRST = new RegExp(
  String.raw`(\d{4})${YEAR} *(\d{1,2})${MONTH} *(\d{1,2})${DAY} *,? *${WEEKDAY}${TIME}`,
  'y',
);

/** `金 11月 20 00:00:01 UTC 2026` of BSD and macOS. */
const YEAR_LAST = new RegExp(
  String.raw`${WEEKDAY}(\d{1,2})${MONTH} *(\d{1,2})${DAY}? +${TIME}${ZONE} +(\d{4})${YEAR}?`,
  'y',
);

export const readJapanese: TimestampReader = (text, at) => {
  YEAR_FIRST.lastIndex = at;
  const yearFirst = YEAR_FIRST.exec(text);
  if (yearFirst !== null) {
    const [, year, month, date, half, hour, minute, second, fraction] = yearFirst;
    const wall = toWall([year, month, date], [hour, minute, second, fraction, half]);
    return wall === null ? null : withZone(wall, text, YEAR_FIRST.lastIndex);
  }
  YEAR_LAST.lastIndex = at;
  const yearLast = YEAR_LAST.exec(text);
  if (yearLast === null) return null;
  const [, month, date, half, hour, minute, second, fraction, zone, year] = yearLast;
  const wall = toWall([year, month, date], [hour, minute, second, fraction, half]);
  if (wall === null) return null;
  const ambiguousZone = findAmbiguousZone(zone);
  return { ...createExact(wall, parseZone(zone), YEAR_LAST.lastIndex), ambiguousZone };
};

function toWall(
  [year, month, date]: readonly (string | undefined)[],
  [hour, minute, second, fraction, half]: readonly (string | undefined)[],
) {
  const day = toDayStart(Number(year), Number(month), Number(date));
  const time = toTimeOfDay(Number(hour), Number(minute), Number(second), fraction, half);
  return day === null || time === null ? null : day + time;
}
