import { expect, test } from 'vitest';
import { readNumericDate } from '../../../../src/store/import/timestamps/numeric-date.ts';

const NIGHT = '2026-11-20T00:00:01.000';

test.each([
  ['11/20/2026 12:00:01 AM', NIGHT, null, null, ''],
  ['11/20/2026, 12:00:01 AM x', NIGHT, null, null, ' x'],
  ['20/11/2026 00:00:01', NIGHT, null, null, ''],
  ['20.11.2026 00:00:01', NIGHT, null, null, ''],
  ['20-11-2026 00:00:01', NIGHT, null, null, ''],
  ['20-11-2026T00.00.01', NIGHT, null, null, ''],
  ['Fri 11/20/2026 00:00:01', NIGHT, null, null, ''],
  ['Fr., 20.11.2026 00:00:01', NIGHT, null, null, ''],
  ['20.11.2026 at 0:00:01', NIGHT, null, null, ''],
  ['20.11.2026 13:05', '2026-11-20T13:05:00.000', null, null, ''],
  ['11/20/2026 1:05 p.m.', '2026-11-20T13:05:00.000', null, null, ''],
  ['20.11.2026 00:00:01,123456789', '2026-11-20T00:00:01.123', null, null, ''],
  ['20.11.2026 00:00:01 CET', NIGHT, 60, null, ''],
  ['20.11.2026 00:00:01 INFO x', NIGHT, null, null, ' INFO x'],
  ['20.11.2026 00:00:01 AMX', NIGHT, null, null, ' AMX'],
  ['11/12/2026 00:00:01', '2026-11-12T00:00:01.000', null, '2026-12-11T00:00:01.000', ''],
  ['12/12/2026 00:00:01', '2026-12-12T00:00:01.000', null, null, ''],
  ['11.12.2026 00:00:01', '2026-12-11T00:00:01.000', null, null, ''],
])('the numeric date %j is read', (text, wall, minutes, other, rest) => {
  const found = readNumericDate(`ab ${text}`, 3);
  expect(found).toMatchObject({
    wall: Date.parse(`${wall}Z`),
    offset: minutes === null ? null : minutes * 60_000,
    otherWall: other === null ? null : Date.parse(`${other}Z`),
  });
  expect(`ab ${text}`.slice(found?.end)).toBe(rest);
});

test.each([
  '11-20-2026 00:00:01',
  '11.20.2026 00:00:01',
  '31/31/2026 00:00:01',
  '20/11.2026 00:00:01',
  '20.11.226 00:00:01',
  '20.11.2026 24:00:01',
  '20.11.2026 13:00:01 PM',
  '120.11.2026 00:00:01',
  '20.11.2026',
  'Fri20.11.2026 00:00:01',
  '',
])('%j is not a numeric date', (text) => {
  expect(readNumericDate(text, 0)).toBeNull();
});

test('a zone that means several zones is noted', () => {
  expect(readNumericDate('20.11.2026 00:00:01 CST x', 0)).toMatchObject({ ambiguousZone: 'CST', end: 23 });
});
