import { describe, expect, test } from 'vitest';
import {
  assertPollInterval,
  chooseJitterFactor,
  computeBackoff,
  findMaxBackoff,
  getMinPollInterval,
} from '../../src/watch/poll-schedule.ts';
import { catchError } from '../support/catch-error.ts';

const at = (loopback: boolean) => ({ endpoint: { url: 'http://169.254.169.254', loopback } });

describe('limits of polling', () => {
  test('the pause doubles with each failure, up to five minutes', () => {
    expect([0, 1, 2, 3, 4].map((failures) => computeBackoff(60, failures))).toEqual([60, 120, 240, 300, 300]);
    expect([1, 2, 50].map((failures) => computeBackoff(200, failures))).toEqual([300, 300, 300]);
  });

  test('pauses after failures end after one minute, except those of an overloaded endpoint and of other sources', () => {
    expect(findMaxBackoff(at(false), 'unreachable')).toBe(60);
    expect(findMaxBackoff(at(true), 'timeout')).toBe(60);
    expect(findMaxBackoff(at(true), 'throttled')).toBe(300);
    expect(findMaxBackoff({ endpoint: null }, 'process-failed')).toBe(300);
    expect([1, 2, 3].map((failures) => computeBackoff(20, failures, 60))).toEqual([40, 60, 60]);
  });

  test('a pause varies from 90 to 110 percent', () => {
    expect(chooseJitterFactor(() => 0)).toBeCloseTo(0.9, 10);
    expect(chooseJitterFactor(() => 0.5)).toBe(1);
    expect(chooseJitterFactor(() => 1)).toBeCloseTo(1.1, 10);
  });

  test('only a loopback endpoint may be polled every second, other sources every ten seconds', () => {
    expect([at(true), at(false), { endpoint: null }].map(getMinPollInterval)).toEqual([1, 10, 10]);
  });

  test('an interval below the minimum of the endpoint is rejected with the minimum', () => {
    const error = catchError(() => assertPollInterval('--interval', 9, at(false)));
    expect(error).toMatchObject({
      message: '--interval 9s is too short for http://169.254.169.254, which other programs also use',
      hint: 'use 10s or more; only loopback addresses may be polled more often',
      code: 'POLL_INTERVAL_TOO_SHORT',
    });
    expect(() => assertPollInterval('--interval', 0.5, at(true))).toThrow('--interval 0.5s is too short');
    for (const [interval, source] of [
      [10, at(false)],
      [1, at(true)],
      [1, { endpoint: null }],
    ] as const) {
      expect(() => assertPollInterval('--interval', interval, source)).not.toThrow();
    }
  });
});
