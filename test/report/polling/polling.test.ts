import { expect, test } from 'vitest';
import type { PollingState } from '../../../src/report/messages/polling/polling.ts';
import { alignLists } from '../../../src/report/page/browser/live/align.ts';
import { formatPollingLine } from '../../../src/report/polling/polling-line.ts';
import { UTC_TIMES } from '../../../src/report/text/time-format.ts';

const NOW = Date.UTC(2026, 2, 1, 12);
const STATE: PollingState = {
  now: NOW,
  interval: 300,
  expiresAt: NOW + 3_723_400,
  nextPollAt: NOW + 60_500,
  failing: null,
  polls: 1,
  failed: 0,
  rotations: 2,
};

const LINE = '1h 02m 03s left · next poll in 1m 01s · 2 rotations · 1 poll · 0 failed';

test.each([
  [LINE.length, LINE],
  [LINE.length - 1, '1h 02m 03s left · next poll in 1m 01s · 2 rotations · 1 poll'],
  [20, '1h 02m 03s left'],
  [11, '1h 02m 03s'],
  [4, '1h 0'],
  [0, ''],
])('a line of at most %d columns is %j', (width, line) => {
  expect(formatPollingLine(STATE, width, false, UTC_TIMES)).toBe(line);
});

test('a line has only ASCII characters without UTF-8', () => {
  expect(formatPollingLine(STATE, 100, true, UTC_TIMES)).toBe(LINE.replaceAll(' · ', ', '));
});

test.each([
  [118_000, 58_000, '1m 58s left · next poll in 58s · '],
  [3_600_000, 120_000, '1h left · next poll in 2m · '],
  [18_007_000, 61_000, '5h 00m 07s left · next poll in 1m 01s · '],
  [5000, 5000, '5s left · next poll in 5s · '],
])('the line has durations in the usual form, with %d and %d milliseconds left', (left, pause, begin) => {
  const state = { ...STATE, expiresAt: NOW + left, nextPollAt: NOW + pause };
  expect(formatPollingLine(state, 100, false, UTC_TIMES).startsWith(begin)).toBe(true);
});

test('a countdown never exceeds the interval, unless polls fail', () => {
  const late = { ...STATE, interval: 2, nextPollAt: NOW + 2200 };
  expect(formatPollingLine(late, 100, false, UTC_TIMES)).toContain(' next poll in 2s ');
  // The pause grows while polls fail.
  const failing = { ...late, nextPollAt: NOW + 8000, failing: { since: NOW, reason: 'timeout' as const } };
  expect(formatPollingLine(failing, 100, false, UTC_TIMES)).toContain(' next poll in 8s ');
});

test.each([
  [{ nextPollAt: null }, '1h 02m 03s left · polling · 2 rotations'],
  [{ nextPollAt: NOW - 1 }, '1h 02m 03s left · polling · 2 rotations'],
  [{ nextPollAt: Number.POSITIVE_INFINITY }, '1h 02m 03s left · no further poll'],
  [{ expiresAt: NOW - 2000 }, 'EXPIRED 2s ago · next poll in 1m 01s'],
  [
    { expiresAt: null, failing: { since: NOW - 60_000, reason: 'timeout' } },
    'failing since 11:59:00Z: timeout · next',
  ],
] as [Partial<PollingState>, string][])('a line with %j begins with %j', (changes, begin) => {
  expect(formatPollingLine({ ...STATE, ...changes }, 100, false, UTC_TIMES).startsWith(begin)).toBe(true);
});

test.each([
  ['abc', 'abc', [0, 1, 2]],
  ['abc', 'axbc', [0, -1, 1, 2]],
  ['abcd', 'ad', [0, 3]],
  ['', 'ab', [-1, -1]],
  ['abc', 'cab', [-1, 0, 1]],
  ['pfp', 'pf', [0, 1]],
  ['hufd', 'hdf', [0, -1, 2]],
] as [string, string, number[]][])(
  'the elements %j become %j with the pairs %j',
  (current, wanted, pairs) => {
    expect(alignLists([...current], [...wanted])).toEqual(pairs);
  },
);
