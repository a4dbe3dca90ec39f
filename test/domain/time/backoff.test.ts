import { expect, test } from 'vitest';
import { computePauseMs, SERVER_BACKOFF } from '../../../src/domain/time/backoff.ts';

test('pauses between attempts grow to a limit, with a random part of each', () => {
  const pauses = [1, 2, 3, 20].map((failures) => computePauseMs(SERVER_BACKOFF, failures, () => 0.5));
  expect(pauses).toEqual([350, 600, 1100, 7600]);
});

test('a pause between attempts is never shorter than the minimum', () => {
  expect(computePauseMs(SERVER_BACKOFF, 1, () => 0)).toBe(100);
});
