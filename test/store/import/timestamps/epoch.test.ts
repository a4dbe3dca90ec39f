import { expect, test } from 'vitest';
import { readDotNetJson, readEpoch, readEpochNumber } from '../../../../src/store/import/timestamps/epoch.ts';

test.each([
  ['1795132801', 1795132801000, ''],
  ['2795132801', 2795132801000, ''],
  ['@1795132801', 1795132801000, ''],
  ['1795132801.1', 1795132801100, ''],
  ['1795132801.123456789', 1795132801123, ''],
  ['1795132801,5 x', 1795132801500, ' x'],
  ['1795132801123', 1795132801123, ''],
  ['1795132801123456', 1795132801123, ''],
  ['1795132801123456789,', 1795132801123, ','],
  ['1795132801 x', 1795132801000, ' x'],
  ['1795132801.1234567891', 1795132801000, '.1234567891'],
  ['1795132801.x', 1795132801000, '.x'],
])('the epoch %j is read', (text, wall, rest) => {
  const found = readEpoch(text, 0);
  expect([found?.wall, found?.offset, text.slice(found?.end)]).toEqual([wall, 0, rest]);
});

test.each([
  '0795132801',
  '3795132801',
  '179513280',
  '17951328011',
  '179513280112',
  '17951328011234',
  '1795132801123456789123',
  '1795132801x',
  '1795132801_',
  '1795132801-1',
  '@@1795132801',
  'x1795132801',
  '',
])('%j is not an epoch', (text) => {
  expect(readEpoch(text, 0)).toBeNull();
});

test('an epoch is read at a position', () => {
  expect(readEpoch('ab 1795132801', 3)).toMatchObject({ wall: 1795132801000, end: 13 });
  expect(readEpoch('ab 1795132801', 2)).toBeNull();
});

test.each([
  ['/Date(1795132801000)/', 1795132801000],
  ['\\/Date(1795132801000)\\/', 1795132801000],
  ['/Date(1795132801000+0100)/', 1795132801000],
  ['/Date(1795132801000-0500)/', 1795132801000],
  ['/Date(179513280100)/', 179513280100],
  ['/Date(17951328010001)/', 17951328010001],
  ['/Date(17951328010)/', null],
  ['/Date(179513280100012)/', null],
  ['/Date(1795132801000+010)/', null],
  ['/Date(1795132801000+01000)/', null],
  ['/Date(1795132801000*0100)/', null],
  ['/Date(1795132801000)', null],
  ['/Date(1795132801000/', null],
  ['/Date1795132801000)/', null],
  ['Date(1795132801000)/', null],
  ['\\\\/Date(1795132801000)/', null],
])('the JSON date %j is %j', (text, wall) => {
  expect(readDotNetJson(text, 0)).toEqual(
    wall === null ? null : expect.objectContaining({ wall, offset: 0, end: text.length }),
  );
});

test.each([
  [1e9, 1e12],
  [1e9 - 1, null],
  [1795132801.9995, 1795132801999],
  [1e10 - 1, 1e13 - 1000],
  [1e10, null],
  [1e11 - 1, null],
  [1e11, 1e11],
  [1795132801123.7, 1795132801123],
  [1e14 - 1, 1e14 - 1],
  [1e14, 1e11],
  [1795132801123999, 1795132801123],
  [1e17, 1e11],
  [1795132801123999700, 1795132801123],
  [3.9e18, 3.9e12],
  [4e18, null],
  [-1795132801, null],
  [Number.NaN, null],
])('the number %d is the instant %j', (value, instant) => {
  expect(readEpochNumber(value)).toBe(instant);
});
