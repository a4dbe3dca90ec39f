import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ADVISED_LIFETIME, chooseRefreshRemaining } from '../../../src/domain/sdk-refresh/refresh-time.ts';
import { REFRESH_WINDOWS } from '../../../src/domain/sdk-refresh/refresh-windows.ts';
import { parseDuration } from '../../../src/domain/time/duration.ts';

const seconds = (text: string) => parseDuration(text) ?? Number.NaN;

describe('the remaining validity at which credentials are refreshed', () => {
  test.each([
    ['1m', '30s'],
    ['8m', '4m'],
    ['15m', '10m'],
    ['20m', '15m'],
    ['26m', '21m'],
    ['30m', '25m'],
    ['40m', '25m'],
    ['50m', '25m'],
    ['1h', '30m'],
    ['6h', '3h'],
    ['12h', '6h'],
  ])('credentials of %s are refreshed when %s are left', (lifetime, remaining) => {
    expect(chooseRefreshRemaining(seconds(lifetime))).toBe(seconds(remaining));
  });

  test.each([
    ['1h', '40m', '40m'],
    ['1h', '10m', '30m'],
    ['1h', '2h', '55m'],
    ['15m', '14m', '10m'],
    ['6m', '1h', '3m'],
  ])(
    'with a minimum, credentials of %s are refreshed earlier: %s gives %s',
    (lifetime, minimum, remaining) => {
      expect(chooseRefreshRemaining(seconds(lifetime), seconds(minimum))).toBe(seconds(remaining));
    },
  );

  test('a refresh leaves at least half of the lifetime, and is not due as soon as the credentials are issued', () => {
    const validity = fc.integer({ min: 1, max: 36 * 3600 });
    fc.assert(
      fc.property(validity, fc.option(validity, { nil: undefined }), (lifetime, minimum) => {
        const remaining = chooseRefreshRemaining(lifetime, minimum);
        expect(remaining).toBeGreaterThanOrEqual(lifetime / 2);
        expect(lifetime - remaining).toBeGreaterThanOrEqual(Math.min(300, lifetime / 2));
        if (lifetime >= 30 * 60) expect(remaining).toBeGreaterThanOrEqual(25 * 60);
      }),
    );
  });

  test('half of the advised lifetime is enough for every SDK', () => {
    expect(ADVISED_LIFETIME / 2).toBe(Math.max(...REFRESH_WINDOWS.map(({ below }) => below)));
  });
});
