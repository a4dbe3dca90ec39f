import { describe, expect, test } from 'vitest';
import {
  readTimestamp,
  readWholeTimestamp,
  TIMESTAMP_FAMILIES,
} from '../../../../src/store/import/timestamps/families.ts';

const EXAMPLES = TIMESTAMP_FAMILIES.flatMap(({ name, examples }) =>
  examples.map((text) => [text, name] as const),
);

describe('a timestamp', () => {
  test.each(EXAMPLES)('%j is read by the family %s', (text, name) => {
    const found = readWholeTimestamp(text);
    if (found === null) throw new Error('not read');
    const time = new Date(found.wall - (found.offset ?? 0)).toISOString();
    expect(time).toMatch(found.isYearless ? /^2000-11-20T00:00:01/ : /^2026-11-20T00:00:01/);
    expect(found.family).toBe(found.isYearless ? 'syslog' : name);
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
  ])('%j is no timestamp', (text) => {
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
  ])('in %j is followed by %j', (text, rest, offset) => {
    const found = readTimestamp(text);
    expect([text.slice(found?.end), found?.offset]).toEqual([rest, offset]);
  });

  test('with a date that may be swapped has both readings', () => {
    const [found, unique] = ['11/12/2026 00:00:01', '11/20/2026 00:00:01'].map(readWholeTimestamp);
    expect([found?.wall, found?.otherWall]).toEqual([
      Date.UTC(2026, 10, 12, 0, 0, 1),
      Date.UTC(2026, 11, 11, 0, 0, 1),
    ]);
    expect(unique?.otherWall).toBeNull();
  });
});
