import { expect, test } from 'vitest';
import { formatAbout, formatRoughDuration } from '../../../src/report/text/rough-duration.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

test('a rough duration is rounded down to two units', () => {
  expect(formatRoughDuration(3 * DAY + 2 * HOUR + 51 * MINUTE)).toBe('3d 02h');
  expect(formatRoughDuration(5 * HOUR + 20 * MINUTE + 59)).toBe('5h 20m');
});

test.each([
  [3 * DAY + 2 * HOUR + 51 * MINUTE + 36, 'about 3d 03h'],
  [DAY - 1, 'about 1d'],
  [5 * HOUR + 21 * MINUTE, 'about 5h 25m'],
  [12 * MINUTE + 34, 'about 13m'],
  [2 * MINUTE + 13, 'about 2m 20s'],
  [42, 'about 42s'],
  [0, 'about 0s'],
])('%i seconds with "about" are rounded up to %s', (seconds, expected) => {
  expect(formatAbout(seconds)).toBe(expected);
});
