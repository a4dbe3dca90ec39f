import { expect, test } from 'vitest';
import { COUNTERS, describeRotationRange } from '../../../src/report/messages/polling/live.ts';
import { UTC_TIMES } from '../../../src/report/text/time-format.ts';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 0, 1, 6, 39);

test.each([
  [-8, 12, 'between now and 06:51:00'],
  [5, 12, 'between 06:44:00 and 06:51:00'],
  [-12, -8, 'between 06:27:00 and 06:31:00'],
])('a rotation from minute %i to minute %i is %s', (from, to, text) => {
  const forecast = {
    interval: 180,
    shortestRemaining: 180,
    tolerance: 0,
    expected: NOW + 2 * MINUTE,
    earliest: NOW + from * MINUTE,
    latest: NOW + to * MINUTE,
  };
  expect(describeRotationRange(forecast, NOW, UTC_TIMES)).toBe(text);
});

test.each([
  [-1000, 'in 1s'],
  [0, 'due now'],
  [999, 'due now'],
  [1000, 'overdue for 1s'],
])('%i ms after a rotation without a range was due, it is %s', (late, text) => {
  const at = NOW - late;
  expect(COUNTERS.rotation(at, NOW, at)).toBe(text);
});
