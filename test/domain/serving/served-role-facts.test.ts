import { describe, expect, test } from 'vitest';
import { explainRefreshTime } from '../../../src/domain/sdk-refresh/refresh-reason.ts';
import { ADVISED_LIFETIME, chooseRefreshRemaining } from '../../../src/domain/sdk-refresh/refresh-time.ts';
import {
  getServedRoleState,
  isHealthy,
  isServable,
  rateRefreshFailure,
} from '../../../src/domain/serving/served-role-facts.ts';
import { createFacts, NOW } from '../../support/domain/served-role.ts';

const MINUTE = 60_000;
const expiresIn = (minutes: number, failureCount = 0) =>
  createFacts({
    key: { accessKeyId: 'ASIA', issuedAt: NOW, expiration: NOW + minutes * MINUTE },
    failureCount,
  });

describe('the state of a served role', () => {
  test.each([
    ['starting', createFacts({ key: null }), false],
    ['starting', createFacts({ key: null, failureCount: 2 }), false],
    ['valid', expiresIn(1), true],
    ['refresh-failing', expiresIn(1, 1), true],
    ['expired', expiresIn(0, 1), false],
    ['expired', expiresIn(-1), false],
    ['expired', { ...expiresIn(-1, 1), isIdle: true }, false],
    ['idle', { ...expiresIn(-1), isIdle: true }, false],
    ['valid', { ...expiresIn(1), isIdle: true }, true],
  ] as const)('a served role is %s', (state, facts, servable) => {
    expect(getServedRoleState(facts, NOW)).toBe(state);
    expect(isServable(facts, NOW)).toBe(servable);
    expect(isHealthy(facts, NOW)).toBe(servable || state === 'idle');
  });
});

test.each([
  [120, 'note'],
  [25, 'note'],
  [24, 'warning'],
  [1, 'warning'],
  [0, 'error'],
  [-5, 'error'],
] as const)('a failed refresh with %d minutes left is a %s', (minutes, level) => {
  expect(rateRefreshFailure(expiresIn(minutes), NOW)).toBe(level);
});

test('a failed refresh without any credentials is an error', () => {
  expect(rateRefreshFailure({ key: null }, NOW)).toBe('error');
});

describe('the reason of a refresh time', () => {
  test.each([
    [6 * 3600, undefined, 'half'],
    [3600, undefined, 'half'],
    [ADVISED_LIFETIME, undefined, 'half'],
    [45 * 60, undefined, 'sdk-windows'],
    [30 * 60, undefined, 'sdk-windows'],
    [29 * 60, undefined, 'short-lifetime'],
    [900, undefined, 'short-lifetime'],
    [3600, 50 * 60, 'requested'],
    [3600, 20 * 60, 'half'],
    [900, 50 * 60, 'short-lifetime'],
  ] as const)(
    'credentials of %d seconds that keep at least %s seconds are refreshed because of %s',
    (lifetime, minRemaining, code) => {
      expect(explainRefreshTime(lifetime, minRemaining)).toEqual({
        code,
        remaining: chooseRefreshRemaining(lifetime, minRemaining),
      });
    },
  );
});
