import { expect, test } from 'vitest';
import { createExact, toDayStart, toTimeOfDay } from '../../../../src/store/import/timestamps/timestamp.ts';

test('an exact timestamp has one reading', () => {
  expect(createExact(1000, 2000, 3)).toEqual({
    family: '',
    wall: 1000,
    offset: 2000,
    ambiguousZone: null,
    end: 3,
    isMinute: false,
    isYearless: false,
    otherWall: null,
  });
});

test.each([
  [2000, 1, 1, '2000-01-01'],
  [1999, 12, 31, null],
  [2026, 1, 31, '2026-01-31'],
  [2026, 12, 31, '2026-12-31'],
  [2026, 0, 1, null],
  [2026, 13, 1, null],
  [2026, 1, 0, null],
  [2026, 1, 32, null],
  [2026, 2, 29, null],
  [2028, 2, 29, '2028-02-29'],
  [2026, Number.NaN, 1, null],
])('year %d, month %d, day %d start at %s', (year, month, day, start) => {
  expect(toDayStart(year, month, day)).toBe(start === null ? null : Date.parse(start));
});

test('two days that differ in one field are different days', () => {
  const days = [
    [2026, 1, 5],
    [2026, 1, 6],
    [2026, 2, 6],
    [2027, 2, 6],
    [2027, 2, 6],
    [2026, 1, 6],
  ] as const;
  expect(days.map(([year, month, day]) => toDayStart(year, month, day))).toEqual(
    days.map(([year, month, day]) => Date.UTC(year, month - 1, day)),
  );
});

const HOUR = 3_600_000;

test.each([
  [0, 0, 0, '', undefined, 0],
  [1, 2, 3, '', undefined, 3_723_000],
  [23, 59, 59, '999', undefined, 86_399_999],
  [23, 59, 60, '', undefined, 86_399_000],
  [24, 0, 0, '', undefined, null],
  [0, 60, 0, '', undefined, null],
  [0, 0, 61, '', undefined, null],
  [Number.NaN, 0, 0, '', undefined, null],
  [0, 0, 0, '5', undefined, 500],
  [0, 0, 0, '05', undefined, 50],
  [0, 0, 0, '1239', undefined, 123],
  [12, 0, 0, '', 'AM', 0],
  [0, 0, 0, '', 'AM', 0],
  [11, 0, 0, '', 'am', 11 * HOUR],
  [12, 0, 0, '', 'PM', 12 * HOUR],
  [1, 0, 0, '', 'p.m.', 13 * HOUR],
  [1, 0, 0, '', '午後', 13 * HOUR],
  [12, 0, 0, '', '午前', 0],
  [1, 0, 0, '', '午前', HOUR],
  [13, 0, 0, '', 'PM', null],
  [1, 0, 0, '', 'xp', HOUR],
])('%d:%d:%d.%s %s is %j milliseconds after midnight', (hour, minute, second, fraction, half, time) => {
  expect(toTimeOfDay(hour, minute, second, fraction, half)).toBe(time);
});
