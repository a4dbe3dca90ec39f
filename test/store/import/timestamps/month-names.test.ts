import { describe, expect, test } from 'vitest';
import {
  readDayFirst,
  readKlog,
  readMonthFirst,
} from '../../../../src/store/import/timestamps/month-names.ts';
import type { TimestampReader } from '../../../../src/store/import/timestamps/timestamp.ts';

const MONTHS = [
  'Jan January Januar Jän Jänner',
  'Feb February Februar',
  'Mar March Mär März Mae Mrz',
  'Apr April',
  'May Mai',
  'Jun June Juni',
  'Jul July Juli',
  'Aug August',
  'Sep September Sept',
  'Oct October Okt Oktober',
  'Nov November',
  'Dec December Dez Dezember',
].flatMap((names, index) => names.split(' ').map((name) => [name, index] as const));

/** The time as written, the offset in minutes, and the text after the timestamp. */
function read(reader: TimestampReader, text: string) {
  const found = reader(`ab ${text}`, 3);
  if (found === null) return null;
  const wall = new Date(found.wall).toISOString().slice(0, -1);
  return [wall, found.offset === null ? null : found.offset / 60_000, `ab ${text}`.slice(found.end)];
}

test.each(MONTHS)('%s is a name of the month with the index %d', (name, index) => {
  const wall = Date.UTC(2026, index, 5, 1, 2, 3);
  for (const each of [name, name.toLowerCase(), name.toUpperCase(), `${name}.`]) {
    expect(readMonthFirst(`${each} 5 01:02:03 2026`, 0), each).toMatchObject({ wall, isYearless: false });
    expect(readDayFirst(`5 ${each} 2026 01:02:03`, 0), each).toMatchObject({ wall, isYearless: false });
  }
});

describe('readMonthFirst', () => {
  test.each([
    ['Fri Nov 20 00:00:01 UTC 2026', '2026-11-20T00:00:01.000', 0, ''],
    ['Fri, Nov 20 00:00:01 EST 2026 x', '2026-11-20T00:00:01.000', -300, ' x'],
    ['Fri Nov 20 01:00:01 PM UTC 2026', '2026-11-20T13:00:01.000', 0, ''],
    ['Friday, November 20, 2026 12:00:01 AM', '2026-11-20T00:00:01.000', null, ''],
    ['November 20, 2026, at 1:00:01 p.m.', '2026-11-20T13:00:01.000', null, ''],
    ['Nov  5 00:00:01 x', '2000-11-05T00:00:01.000', null, ' x'],
    ['Nov 20 00:00:01.123456', '2000-11-20T00:00:01.123', null, ''],
    ['Nov 20 00.00.01', '2000-11-20T00:00:01.000', null, ''],
    ['Nov 20 00:00:01 WARN x', '2000-11-20T00:00:01.000', null, ' WARN x'],
    ['Sat Nov 21 10:00:00 2026 WARN x', '2026-11-21T10:00:00.000', null, ' WARN x'],
    ['Nov 20, 2026 00:00:01 WARN x', '2026-11-20T00:00:01.000', null, ' WARN x'],
    ['Nov 20, 2026 00:00:01 PM WARN (main) x', '2026-11-20T12:00:01.000', null, ' WARN (main) x'],
    ['Nov 20 00:00:01WARN x', '2000-11-20T00:00:01.000', null, 'WARN x'],
    ['Nov 20 00:00:01 INFO 2026 items', '2000-11-20T00:00:01.000', null, ' INFO 2026 items'],
    ['Nov 20 00:00:01 CST 2026 WARN', '2026-11-20T00:00:01.000', null, ' WARN'],
    ['Nov 20 00:00:01 XYZ 2026 x', '2026-11-20T00:00:01.000', null, ' x'],
    ['Nov 20 00:00:01 2026-11-20', '2000-11-20T00:00:01.000', null, ' 2026-11-20'],
    ['Nov 20 00:00:01 2026/11/20', '2000-11-20T00:00:01.000', null, ' 2026/11/20'],
    ['Nov 20 00:00:01 20261', '2000-11-20T00:00:01.000', null, ' 20261'],
    ['Nov 20 00:00:01 2026年', '2000-11-20T00:00:01.000', null, ' 2026年'],
    ['Feb 29 00:00:01', '2000-02-29T00:00:01.000', null, ''],
  ])('readMonthFirst reads %j', (text, ...expected) => {
    expect(read(readMonthFirst, text)).toEqual(expected);
  });

  test.each([
    'Nvo 20 00:00:01 2026',
    'Nov 31 00:00:01 2026',
    'Nov 20 24:00:01 2026',
    'Nov 200 00:00:01 2026',
    'Nov 20 00:00',
    'No 20 00:00:01',
    '20 Nov 00:00:01 2026',
    '',
  ])('readMonthFirst does not read %j', (text) => {
    expect(read(readMonthFirst, text)).toBeNull();
  });
});

describe('readDayFirst', () => {
  test.each([
    ['Fri, 20 Nov 2026 00:00:01 +0000', '2026-11-20T00:00:01.000', 0, ''],
    ['Fri, 20 Nov 2026 00:00:01 -0500 (EST) x', '2026-11-20T00:00:01.000', -300, ' x'],
    ['Fri 20 Nov 00:00:01 UTC 2026', '2026-11-20T00:00:01.000', 0, ''],
    ['Fr 20. Nov 00:00:01 CET 2026', '2026-11-20T00:00:01.000', 60, ''],
    ['Freitag, 20. November 2026 um 00:00:01', '2026-11-20T00:00:01.000', null, ''],
    ['20 November 2026 at 1:00:01 PM', '2026-11-20T13:00:01.000', null, ''],
    ['20/Nov/2026:00:00:01 +0000', '2026-11-20T00:00:01.000', 0, ''],
    ['20-Nov-2026 00:00:01.5', '2026-11-20T00:00:01.500', null, ''],
    ['Fri, 20 Nov 2026 00:00:01 +0000 (UTC) WARN', '2026-11-20T00:00:01.000', 0, ' WARN'],
    ['Fri, 20 Nov 2026 00:00:01 WARN (main) x', '2026-11-20T00:00:01.000', null, ' WARN (main) x'],
    ['20 Nov 2026 00:00:01 2027 items', '2026-11-20T00:00:01.000', null, ' 2027 items'],
    ['20 Nov 2026 00:00:01 INFO 1234 items', '2026-11-20T00:00:01.000', null, ' INFO 1234 items'],
    ['20 Nov 00:00:01 INFO x', '2000-11-20T00:00:01.000', null, ' INFO x'],
  ])('readDayFirst reads %j', (text, ...expected) => {
    expect(read(readDayFirst, text)).toEqual(expected);
  });

  test.each(['31 Nov 2026 00:00:01', '20 Nov 2026 24:00:01', '200 Nov 2026 00:00:01', 'Nov 20 00:00:01', ''])(
    'readDayFirst does not read %j',
    (text) => {
      expect(read(readDayFirst, text)).toBeNull();
    },
  );
});

test('a zone that means several zones is noted', () => {
  expect(readMonthFirst('Nov 20 00:00:01 CST 2026', 0)).toMatchObject({ ambiguousZone: 'CST', offset: null });
  expect(readDayFirst('20 Nov 2026 00:00:01 EST', 0)).toMatchObject({ ambiguousZone: null });
  const text = 'Nov 20 00:00:01 IST x';
  expect(readMonthFirst(text, 0)).toMatchObject({ ambiguousZone: 'IST', end: text.length - 2 });
});

describe('readKlog', () => {
  test.each([
    ['I1120 01:02:03.123456       1 main.go:12] x', '2000-11-20T01:02:03.123', ' x'],
    ['W1120 01:02:03.123456 12 a.go:1]', '2000-11-20T01:02:03.123', ''],
    ['E1120 01:02:03.000000\t1 ]]', '2000-11-20T01:02:03.000', ']'],
    ['F0229 23:59:59.000000 1 x]', '2000-02-29T23:59:59.000', ''],
  ])('readKlog reads %j', (text, wall, rest) => {
    expect(read(readKlog, text)).toEqual([wall, null, rest]);
    expect(readKlog(text, 0)?.isYearless).toBe(true);
  });

  test.each([
    'D1120 01:02:03.123456 1 main.go:12]',
    'I112 01:02:03.123456 1 main.go:12]',
    'Ix120 01:02:03.123456 1 main.go:12]',
    'I11x0 01:02:03.123456 1 main.go:12]',
    'I1120 x1:02:03.123456 1 main.go:12]',
    'I1120 01:x2:03.123456 1 main.go:12]',
    'I1120 01:02:x3.123456 1 main.go:12]',
    'I1120 01:02:03.12345 1 main.go:12]',
    'I1120 01:02:03.1234567 1 main.go:12]',
    'I1120 01:02:03:123456 1 main.go:12]',
    'I1120 01:02:03.123456 main.go:12]',
    'I1120 01:02:03.123456x1 main.go:12]',
    'I1120 01:02:03.123456 1main.go:12]',
    'I1120 01:02:03.123456 1 main.go:12',
    'I1320 01:02:03.123456 1 main.go:12]',
    'I1120 24:02:03.123456 1 main.go:12]',
    '',
  ])('readKlog does not read %j', (text) => {
    expect(read(readKlog, text)).toBeNull();
  });
});
