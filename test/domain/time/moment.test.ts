import { expect, test } from 'vitest';
import { parseMoment } from '../../../src/domain/time/moment.ts';

const NOW = Date.UTC(2026, 0, 31, 12);

test.each([
  ['7d', Date.UTC(2026, 0, 24, 12), Date.UTC(2026, 0, 24, 12)],
  ['90s', NOW - 90_000, NOW - 90_000],
  ['0', NOW, NOW],
  ['2026-01-31T08:00:00Z', Date.UTC(2026, 0, 31, 8), Date.UTC(2026, 0, 31, 8)],
  ['2026-01-30', Date.UTC(2026, 0, 30), Date.UTC(2026, 0, 31) - 1],
  ['2024-02-29', Date.UTC(2024, 1, 29), Date.UTC(2024, 2, 1) - 1],
  ['2026-02-29', null, null],
  ['2026-13-01', null, null],
  ['x2026-01-30', null, null],
  ['2026-01-30x', null, null],
  ['2026-1-3', null, null],
  ['yesterday', null, null],
  ['', null, null],
])('the moment %j begins at %j and ends at %j', (text, first, last) => {
  expect(parseMoment(text, NOW, 'first')).toBe(first);
  expect(parseMoment(text, NOW, 'last')).toBe(last);
});
