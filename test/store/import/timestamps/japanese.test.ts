import { expect, test } from 'vitest';
import { readJapanese } from '../../../../src/store/import/timestamps/japanese.ts';

const MORNING = '2026-11-20T00:00:01.000Z';

test.each<[string, string, number | null]>([
  ['2026年 11月 20日 金曜日 00:00:01 UTC', MORNING, 0],
  ['2026年11月20日 0:00:01', MORNING, null],
  ['2026年11月20日(金) 0:00:01', MORNING, null],
  ['2026年11月20日（金）0:00:01', MORNING, null],
  ['2026年11月20日 金曜 0:00:01', MORNING, null],
  ['2026年11月20日, 0:00:01', MORNING, null],
  ...[...'日月火水木金土'].map((day): [string, string, null] => [
    `2026年11月20日 ${day} 0:00:01`,
    MORNING,
    null,
  ]),
  ['2026年1月2日 午後1:02:03', '2026-01-02T13:02:03.000Z', null],
  ['2026年1月2日 午前 12:02:03', '2026-01-02T00:02:03.000Z', null],
  ['2026年1月2日 3時4分5秒', '2026-01-02T03:04:05.000Z', null],
  ['2026年1月2日 3時 4分 5秒', '2026-01-02T03:04:05.000Z', null],
  ['2026年1月2日 3:04:05.123456789', '2026-01-02T03:04:05.123Z', null],
  ['2026年1月2日 3:04:05,5 JST', '2026-01-02T03:04:05.500Z', 540],
  ['金 11月 20 00:00:01 UTC 2026', MORNING, 0],
  ['11月20日 00:00:01 2026', MORNING, null],
  ['金曜日 11月 20日 00:00:01 JST 2026年', MORNING, 540],
  ['金 1月 2 午後1:02:03.5 2026', '2026-01-02T13:02:03.500Z', null],
])('the Japanese timestamp %s is read', (text, wall, minutes) => {
  const found = readJapanese(`ab ${text} x`, 3);
  expect(found && [new Date(found.wall).toISOString(), found.end]).toEqual([wall, text.length + 3]);
  expect(found?.offset ?? null).toBe(minutes === null ? null : minutes * 60_000);
});

test('the word after a Japanese timestamp is not read, unless it is a zone', () => {
  const time = '2026年11月20日 0:00:01';
  expect(readJapanese(`${time} WARN x`, 0)).toMatchObject({ offset: null, end: time.length });
  expect(readJapanese(`${time} CST x`, 0)).toMatchObject({ ambiguousZone: 'CST', end: time.length + 4 });
  expect(readJapanese('金 11月 20 00:00:01 CST 2026', 0)).toMatchObject({ ambiguousZone: 'CST' });
});

test.each([
  '226年11月20日 0:00:01',
  '2026年13月20日 0:00:01',
  '2026年111月20日 0:00:01',
  '2026年11月31日 0:00:01',
  '2026年11月20日 24:00:01',
  '2026年11月20日 13:00',
  '2026年11月20日 x 0:00:01',
  '金 11月 20 00:00:01 UTC',
  '金 11月 31 00:00:01 UTC 2026',
  '金 11月 20 24:00:01 UTC 2026',
  '11/20 00:00:01 2026',
  '',
])('%j is not a Japanese timestamp', (text) => {
  expect(readJapanese(text, 0)).toBeNull();
});
