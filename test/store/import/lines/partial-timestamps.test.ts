import { expect, test } from 'vitest';
import { findPartialTimestamp } from '../../../../src/store/import/lines/partial-timestamps.ts';

test.each([
  ['2026-11-21', 'date'],
  ['2026/11/21 {"a":1}', 'date'],
  ['=== 2026-11-21 ===', 'date'],
  ['[21.11.2026] x', 'date'],
  ['date: 2026-11-21', 'date'],
  ['11/21/2026', 'date'],
  ['10:00:00 x', 'time'],
  ['[9:00:00]', 'time'],
  ['time=10:00:00.123 x', 'time'],
  ['2026-11', null],
  ['2026-11/21', null],
  ['2026-11-211', null],
  ['2026-11-21-1', null],
  ['1.2.3.4', null],
  ['10:00', null],
  ['10:00:00:00', null],
  ['x 10:00:00', null],
  ['', null],
])('%j begins with a partial timestamp: %j', (text, kind) => {
  expect(findPartialTimestamp(text)).toBe(kind);
});
