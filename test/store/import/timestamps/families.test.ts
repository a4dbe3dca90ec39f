import { describe, expect, test } from 'vitest';
import {
  readTimestamp,
  readWholeTimestamp,
  TIMESTAMP_FAMILIES,
} from '../../../../src/store/import/timestamps/families.ts';

const NIGHT = Date.UTC(2026, 10, 20, 0, 0, 1);
const SYSLOG_NIGHT = Date.UTC(2000, 10, 20, 0, 0, 1);

/** The examples of docs/logs.md: the time as written, and the offset of the zone in minutes. */
const EXAMPLES = [
  ['2026-11-20T00:00:01Z', 'ISO 8601', NIGHT, 0],
  ['2026-11-20T00:00:01.123456789Z', 'ISO 8601', NIGHT + 123, 0],
  ['2026-11-20T01:00:01+01:00', 'ISO 8601', NIGHT + 3_600_000, 60],
  ['2026-11-20 00:00:01 +0000', 'ISO 8601', NIGHT, 0],
  ['2026-11-20 00:00:01,123', 'ISO 8601', NIGHT + 123, null],
  ['2026/11/20 00:00:01', 'ISO 8601', NIGHT, null],
  ['2026/11/20 0:00:01', 'ISO 8601', NIGHT, null],
  ['Fri Nov 20 00:00:01 UTC 2026', 'date output', NIGHT, 0],
  ['Fri Nov 20 12:00:01 AM UTC 2026', 'date output', NIGHT, 0],
  ['Fri Nov 20 00:00:01 2026', 'date output', NIGHT, null],
  ['Thu Nov 19 19:00:01 EST 2026', 'date output', NIGHT - 5 * 3_600_000, -300],
  ['Friday, November 20, 2026 12:00:01 AM', 'date output', NIGHT, null],
  ['Nov 20 00:00:01', 'syslog', SYSLOG_NIGHT, null],
  ['Fri, 20 Nov 2026 00:00:01 +0000', 'RFC 2822 or date output', NIGHT, 0],
  ['Fri, 20 Nov 2026 00:00:01 GMT', 'RFC 2822 or date output', NIGHT, 0],
  ['Fri 20 Nov 00:00:01 UTC 2026', 'RFC 2822 or date output', NIGHT, 0],
  ['Fri 20 Nov 2026 12:00:01 AM UTC', 'RFC 2822 or date output', NIGHT, 0],
  ['Fr 20. Nov 00:00:01 UTC 2026', 'RFC 2822 or date output', NIGHT, 0],
  ['Freitag, 20. November 2026 00:00:01', 'RFC 2822 or date output', NIGHT, null],
  ['20/Nov/2026:00:00:01 +0000', 'RFC 2822 or date output', NIGHT, 0],
  ['2026年 11月 20日 金曜日 00:00:01 UTC', 'Japanese date', NIGHT, 0],
  ['2026年11月20日 0:00:01', 'Japanese date', NIGHT, null],
  ['金 11月 20 00:00:01 UTC 2026', 'Japanese date', NIGHT, 0],
  ['1795132801', 'epoch', NIGHT, 0],
  ['1795132801.123', 'epoch', NIGHT + 123, 0],
  ['1795132801123', 'epoch', NIGHT + 123, 0],
  ['@1795132801', 'epoch', NIGHT, 0],
  ['11/20/2026 12:00:01 AM', '.NET date', NIGHT, null],
  ['11/20/2026 00:00:01', '.NET date', NIGHT, null],
  ['20.11.2026 00:00:01', '.NET date', NIGHT, null],
  ['20/11/2026 00:00:01', '.NET date', NIGHT, null],
  ['/Date(1795132801000)/', '.NET JSON date', NIGHT, 0],
  ['20261120T000001Z', 'compact ISO 8601', NIGHT, 0],
  ['20261120-000001', 'compact ISO 8601', NIGHT, null],
  ['I1120 00:00:01.123456       1 main.go:12]', 'syslog', SYSLOG_NIGHT + 123, null],
] as const;

test('every documented example of a timestamp is tested', () => {
  expect(TIMESTAMP_FAMILIES.flatMap(({ examples }) => examples)).toEqual(EXAMPLES.map(([text]) => text));
});

describe('a timestamp', () => {
  test.each(EXAMPLES)('the timestamp %j is read by the family %s', (text, family, wall, minutes) => {
    const offset = minutes === null ? null : minutes * 60_000;
    // The reader remembers the family of the last timestamp.
    for (const before of ['2026-11-20T00:00:01Z', '1795132801', '/Date(1795132801000)/', text]) {
      readTimestamp(before);
      expect(readWholeTimestamp(text)).toMatchObject({ family, wall, offset, end: text.length });
      expect(readWholeTimestamp(` ${text}\t`)).toMatchObject({ wall });
      expect(readTimestamp(`x:${text}`, 2)).toMatchObject({ wall });
      expect(readWholeTimestamp(`${text} x`)).toBeNull();
    }
  });

  test.each([
    ['January 5 2026 01:02:03', 'date output'],
    ['april 5 2026 01:02:03', 'date output'],
    ['Z 5 Jan 2026 01:02:03', null],
    ['Zz 5 Jan 2026 01:02:03', 'RFC 2822 or date output'],
    ['Az 5 Jan 2026 01:02:03', 'RFC 2822 or date output'],
    ['az 5 Jan 2026 01:02:03', 'RFC 2822 or date output'],
    ['zz 5 Jan 2026 01:02:03', 'RFC 2822 or date output'],
    ['Àz 5 Jan 2026 01:02:03', 'RFC 2822 or date output'],
    ['Fr 05.01.2026 01:02:03', '.NET date'],
    ['(金) 1月 5 01:02:03 2026', 'Japanese date'],
    ['（金） 1月 5 01:02:03 2026', 'Japanese date'],
    ['金曜日 1月 5 01時02分03秒 2026', 'Japanese date'],
    ['9/1/2026 01:02:03', '.NET date'],
    ['0/1/2026 01:02:03', null],
  ])('the first character of %j selects the family %j', (text, family) => {
    expect(readWholeTimestamp(text)?.family ?? null).toBe(family);
  });

  test.each([
    '2026-02-30 00:00:01',
    '2026-13-01 00:00:01',
    '2026-11-20 24:00:01',
    '2026-11-20 00:60:01',
    '1999-11-20 00:00:01',
    'Fri Nov 31 00:00:01 UTC 2026',
    'Fri Nvo 20 00:00:01 UTC 2026',
    'Fri Nov 20 13:00:01 AM UTC 2026',
    '31/31/2026 00:00:01',
    '31.11.2026 00:00:01',
    '123456789',
    '17635968011',
    '3795132801',
    '10.0.0.1',
    'v1.2.3-4',
    '',
  ])('%j is not a timestamp', (text) => {
    expect(readWholeTimestamp(text)).toBeNull();
  });

  test.each([
    ['2026-11-20 00:00:01 INFO x', ' INFO x', null],
    ['2026-11-20T00:00:01Z{', '{', 0],
    ['2026-11-20 00:00:01 +0530 x', ' x', 19_800_000],
    ['2026-11-20 00:00:01 AM x', ' x', null],
    ['Nov 20 00:00:01 WARN x', ' WARN x', null],
    ['Fri Nov 20 00:00:01 CST 2026 x', ' x', null],
    ['2026-11-20 00:00:01 CST x', ' x', null],
    ['Fri Nov 20 00:00:01 BST 2026 x', ' x', 3_600_000],
    ['Sun, 20 Dec 2026 00:00:01 +0000 (UTC) x', ' x', 0],
    ['Fri, 20 Nov 2026 00:00:01 GMT 2026-11-20', ' 2026-11-20', 0],
    ['11/20/2026 00:00:01 Error', ' Error', null],
  ])('a timestamp in %j is followed by %j', (text, rest, offset) => {
    const found = readTimestamp(text);
    expect([text.slice(found?.end), found?.offset]).toEqual([rest, offset]);
  });

  test('a timestamp with a date that may be swapped has both readings', () => {
    const [found, unique] = ['11/12/2026 00:00:01', '11/20/2026 00:00:01'].map(readWholeTimestamp);
    expect([found?.wall, found?.otherWall]).toEqual([
      Date.UTC(2026, 10, 12, 0, 0, 1),
      Date.UTC(2026, 11, 11, 0, 0, 1),
    ]);
    expect(unique?.otherWall).toBeNull();
  });
});
