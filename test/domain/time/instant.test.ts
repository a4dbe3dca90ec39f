import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  createInstantFormatter,
  formatInstant,
  parseInstant,
  secondsBetween,
} from '../../../src/domain/time/instant.ts';

const utc = (text: string) => new Date(text).getTime();

describe('parseInstant', () => {
  test.each([
    ['the format of IMDS and ECS', '2021-09-21T04:16:53Z', '2021-09-21T04:16:53Z'],
    ['milliseconds', '2023-06-30T00:00:00.000Z', '2023-06-30T00:00:00Z'],
    ['the microseconds of the extended API', '2025-03-12T21:53:17.832308Z', '2025-03-12T21:53:17.832Z'],
    ['nanoseconds', '2025-03-12T21:53:17.123456789Z', '2025-03-12T21:53:17.123Z'],
    ['a fraction of one digit', '2025-03-12T21:53:17.5Z', '2025-03-12T21:53:17.500Z'],
    ['an offset to the east', '2025-03-12T21:53:17+02:00', '2025-03-12T19:53:17Z'],
    ['an offset to the west', '2025-03-12T21:53:17-07:30', '2025-03-13T05:23:17Z'],
    ['an offset without a colon', '2025-03-12T21:53:17+0000', '2025-03-12T21:53:17Z'],
    ['an offset and a fraction', '2025-03-12T21:53:17.832308+01:00', '2025-03-12T20:53:17.832Z'],
    ['the offset that means unknown', '2025-03-12T21:53:17-00:00', '2025-03-12T21:53:17Z'],
    ['lower case', '2025-03-12t21:53:17z', '2025-03-12T21:53:17Z'],
    ['a space instead of the T', '2025-03-12 21:53:17Z', '2025-03-12T21:53:17Z'],
    ['a trailing UTC', '2025-03-12 21:53:17 UTC', '2025-03-12T21:53:17Z'],
    ['a leap day', '2024-02-29T23:59:59Z', '2024-02-29T23:59:59Z'],
    ['the first accepted year', '2000-01-01T00:00:00Z', '2000-01-01T00:00:00Z'],
    ['an offset that changes the year', '2026-01-01T00:30:00+01:00', '2025-12-31T23:30:00Z'],
  ])('%s is an instant', (_, text, instant) => {
    expect(parseInstant(text)).toEqual({ instant: utc(instant), zoneless: false });
  });

  test.each([
    ['2025-03-12T21:53:17', '2025-03-12T21:53:17Z'],
    ['2025-03-12 21:53:17.250', '2025-03-12T21:53:17.250Z'],
  ])('%s has no time zone, so it is read as UTC and flagged', (text, instant) => {
    expect(parseInstant(text)).toEqual({ instant: utc(instant), zoneless: true });
  });

  test('the local time zone does not change a time without a zone', () => {
    const before = process.env.TZ;
    try {
      process.env.TZ = 'Asia/Tokyo';
      expect(parseInstant('2025-03-12T21:53:17')?.instant).toBe(Date.UTC(2025, 2, 12, 21, 53, 17));
    } finally {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    }
  });

  test.each([
    ['an empty text', ''],
    ['the zero time of Go', '0001-01-01T00:00:00Z'],
    ['the Unix epoch', '1970-01-01T00:00:00'],
    ['the last second before 2000', '1999-12-31T23:59:59Z'],
    ['30 February', '2025-02-30T00:00:00Z'],
    ['29 February of an ordinary year', '2025-02-29T00:00:00Z'],
    ['31 April', '2025-04-31T00:00:00Z'],
    ['month 13', '2025-13-01T00:00:00Z'],
    ['month 0', '2025-00-10T00:00:00Z'],
    ['day 0', '2025-01-00T00:00:00Z'],
    ['hour 24', '2025-01-01T24:00:00Z'],
    ['minute 60', '2025-01-01T00:60:00Z'],
    ['a leap second', '2016-12-31T23:59:60Z'],
    ['an offset of a day', '2025-01-01T00:00:00+24:00'],
    ['an offset of sixty minutes', '2025-01-01T00:00:00+00:60'],
    ['an offset of hours alone', '2025-01-01T00:00:00+02'],
    ['a fraction of ten digits', '2025-01-01T00:00:00.1234567890Z'],
    ['a fraction without digits', '2025-01-01T00:00:00.Z'],
    ['a decimal comma', '2025-01-01T00:00:00,5Z'],
    ['no seconds', '2025-01-01T00:00Z'],
    ['a date alone', '2025-01-01'],
    ['the basic format', '20250101T000000Z'],
    ['one-digit fields', '2025-1-1T0:00:00Z'],
    ['a six-digit year', '+002025-01-01T00:00:00Z'],
    ['seconds since 1970', '1741816397'],
    ['the format of HTTP headers', 'Wed, 12 Mar 2025 21:53:17 GMT'],
    ['a named zone', '2025-03-12T21:53:17 CET'],
    ['two time zones', '2025-03-12T21:53:17Z UTC'],
    ['two spaces', '2025-03-12  21:53:17Z'],
    ['a leading space', ' 2025-03-12T21:53:17Z'],
    ['a trailing newline', '2025-03-12T21:53:17Z\n'],
    ['trailing words', '2025-03-12T21:53:17Z etc'],
    ['digits of another script', '٢٠٢٥-03-12T21:53:17Z'],
  ])('%s is not an instant', (_, text) => {
    expect(parseInstant(text)).toBeNull();
  });
});

test('an instant is written with Z, and with milliseconds only if they are not 0', () => {
  expect(formatInstant(utc('2026-01-31T12:00:00Z'))).toBe('2026-01-31T12:00:00Z');
  expect(formatInstant(utc('2026-01-31T12:00:00.040Z'))).toBe('2026-01-31T12:00:00.040Z');
});

test('a formatter of many instants writes the same texts as for one', () => {
  const limit = 8.64e15;
  const anyInstant = fc.oneof(
    fc.integer({ min: -limit, max: limit }),
    fc.integer({ min: -200_000_000, max: 200_000_000 }).map((offset) => utc('2026-01-31') + offset),
    fc.integer({ min: -400_000, max: 400_000 }).map((seconds) => seconds * 1000),
  );
  fc.assert(
    fc.property(fc.array(anyInstant, { minLength: 1 }), (instants) => {
      expect(instants.map(createInstantFormatter())).toEqual(instants.map(formatInstant));
    }),
  );
});

test('every formatted instant parses to the same instant', () => {
  fc.assert(
    fc.property(fc.integer({ min: utc('2000-01-01'), max: utc('9999-12-31') }), (instant) => {
      expect(parseInstant(formatInstant(instant))).toEqual({ instant, zoneless: false });
    }),
  );
});

test('seconds between two instants are rounded down', () => {
  expect(secondsBetween(0, 1999)).toBe(1);
  expect(secondsBetween(0, 2000)).toBe(2);
  expect(secondsBetween(1, 0)).toBe(-1);
  expect(secondsBetween(5000, 5000)).toBe(0);
});
