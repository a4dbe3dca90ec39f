import { type TimestampReader, toDayStart, toTimeOfDay, withZone } from './timestamp.ts';

const FORMAT = new RegExp(
  String.raw`(?:[A-Za-z]{2,9}\.?,? +)?(\d{1,2})([/.-])(\d{1,2})\2(\d{4}),?(?: at)?[ T]+` +
    String.raw`(\d{1,2})[:.](\d\d)(?:[:.](\d\d)(?:[.,](\d{1,9}))?)?(?: ?([AaPp]\.?[Mm]\.?)(?![A-Za-z]))?`,
  'y',
);

/**
 * The short dates of .NET and Windows: `11/20/2026 12:00:01 AM`, `20/11/2026 00:00:01`, `20.11.2026 00:00:01`.
 * With a slash, `11/12/2026` can be November or December: both readings are returned.
 */
export const readNumericDate: TimestampReader = (text, at) => {
  FORMAT.lastIndex = at;
  const match = FORMAT.exec(text);
  if (match === null) return null;
  const [, first, separator, second, year, hour, minute, seconds, fraction, half] = match;
  const time = toTimeOfDay(Number(hour), Number(minute), Number(seconds ?? 0), fraction, half);
  if (time === null) return null;
  const monthFirst = toDayStart(Number(year), Number(first), Number(second));
  const dayFirst = toDayStart(Number(year), Number(second), Number(first));
  const days = (separator === '/' ? [monthFirst, dayFirst] : [dayFirst]).filter((each) => each !== null);
  const [day, other = day] = days;
  if (day === undefined || other === undefined) return null;
  return {
    ...withZone(day + time, text, FORMAT.lastIndex),
    isMinute: seconds === undefined,
    otherWall: other === day ? null : other + time,
  };
};
