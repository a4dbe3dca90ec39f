import { expect, test } from 'vitest';
import { describeReplacement } from '../../../src/report/messages/keys.ts';

test('the window of a rotation has both of its ends', () => {
  const window = { from: Date.UTC(2026, 10, 30, 13, 15, 16), to: Date.UTC(2026, 10, 30, 13, 15, 21) };
  expect(describeReplacement({ at: window.to, window, isDated: false })).toBe(
    'between 2026-11-30 13:15:16Z and 2026-11-30 13:15:21Z',
  );
  expect(describeReplacement({ at: window.to, window, isDated: true })).toBe('2026-11-30 13:15:21Z');
  expect(describeReplacement(null)).toBe('no rotation of this key was seen');
});
