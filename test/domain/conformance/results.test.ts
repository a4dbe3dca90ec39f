import { describe, expect, test } from 'vitest';
import { CONFORMANCE_CHECKS } from '../../../src/domain/conformance/check-list.ts';
import type { CheckFailure, CheckResult, SkipReason } from '../../../src/domain/conformance/check-result.ts';
import { summarizeClients } from '../../../src/domain/conformance/client-summary.ts';
import type { ClientEffect } from '../../../src/domain/conformance/clients.ts';
import { toValidityEffects } from '../../../src/domain/conformance/validity-effects.ts';
import { judgeConformance } from '../../../src/domain/conformance/verdict.ts';
import { findRefreshWindows } from '../../../src/domain/sdk-refresh/refresh-windows.ts';

const failure = (...effects: ClientEffect[]): CheckFailure => ({
  code: 'KEY_NOT_STABLE',
  exchange: null,
  effects,
});

const failed = (id: CheckResult['id'], ...effects: ClientEffect[]): CheckResult => ({
  id,
  outcome: 'failed',
  failures: [failure(...effects)],
  exchanges: [],
});
const passed = (id: CheckResult['id']): CheckResult => ({ id, outcome: 'passed', exchanges: [] });
const skipped = (id: CheckResult['id'], reason: SkipReason): CheckResult => ({
  id,
  outcome: 'skipped',
  reason,
  exchanges: [],
});

describe('the verdict', () => {
  const judge = (results: CheckResult[], isStrict = false) =>
    judgeConformance({ results, unreachable: null }, isStrict);

  test('the verdict is conforms if every check passed', () => {
    expect(judge([passed('token-issued'), passed('key-stable')])).toBe('conforms');
  });

  test('the verdict is does-not-conform with one error, even if other checks are unknown', () => {
    const results = [failed('token-issued'), skipped('document-fields', { code: 'NO_ROLE' })];
    expect(judge(results)).toBe('does-not-conform');
  });

  test('a failed check of severity warning counts only with --strict', () => {
    expect(judge([failed('key-stable')])).toBe('conforms');
    expect(judge([failed('key-stable')], true)).toBe('does-not-conform');
  });

  test('the verdict is unknown if a check of severity error could not be made', () => {
    expect(judge([skipped('document-fields', { code: 'NO_ROLE' })])).toBe('unknown');
    const late: CheckResult = {
      id: 'role-list',
      outcome: 'unknown',
      reason: { code: 'TIME_LIMIT' },
      exchanges: [],
    };
    expect(judge([passed('token-issued'), late])).toBe('unknown');
  });

  test('checks that do not apply do not change the verdict', () => {
    expect(judge([skipped('no-role-not-found', { code: 'ROLE_ATTACHED' })])).toBe('conforms');
    expect(judge([skipped('rotation-overlap', { code: 'NEEDS_WATCH' })], true)).toBe('conforms');
  });

  test('the verdict is unknown if the endpoint is unreachable', () => {
    const unreachable = { reason: 'timeout', detail: '' } as const;
    expect(judgeConformance({ results: [], unreachable }, false)).toBe('unknown');
  });
});

describe('the summary of clients', () => {
  const summarize = (...results: CheckResult[]) =>
    Object.fromEntries(summarizeClients({ results }).map(({ client, effects }) => [client, effects]));

  test('the summary names every SDK, and another client only if it is affected', () => {
    const clients = Object.keys(summarize());
    expect(clients).toEqual('botocore java-1 java-2 dotnet ruby javascript go cpp rust'.split(' '));
    const result = failed('expect-refused', { effect: 'no-credentials', clients: ['s3fs'] });
    expect(summarize(result).s3fs).toEqual([
      { effect: 'no-credentials', below: null, checks: ['expect-refused'] },
    ]);
  });

  test('the summary has the worst effect first, and each effect once with its checks', () => {
    const summary = summarize(
      failed('key-stable', { effect: 'delays', clients: ['go'] }),
      failed('role-list', { effect: 'no-credentials', clients: ['go', 'rust'] }),
      failed('document-code', { effect: 'no-credentials', clients: ['go'] }),
    );
    expect(summary.go).toEqual([
      { effect: 'no-credentials', below: null, checks: ['role-list', 'document-code'] },
      { effect: 'delays', below: null, checks: ['key-stable'] },
    ]);
    expect(summary.botocore).toEqual([]);
  });

  test('the summary omits an effect on no particular client', () => {
    expect(summarize(failed('host-header', { effect: 'leaks', clients: 'all' })).go).toEqual([]);
  });

  test('the summary states the longest window, or no window if the effect always occurs', () => {
    const delays = (below?: number): ClientEffect => ({
      effect: 'delays',
      clients: ['go'],
      ...(below === undefined ? {} : { below }),
    });
    const getBelow = (...effects: ClientEffect[]) =>
      summarize(failed('key-stable', ...effects)).go?.[0]?.below;
    expect(getBelow(delays(300), delays(900))).toBe(900);
    expect(getBelow(delays(300), delays())).toBeNull();
  });
});

test.each([
  [1500, []],
  [1499, [['extends-expiration', ['botocore'], 1500]]],
  [
    899,
    [
      ['extends-expiration', ['botocore'], 1500],
      ['requests-at-every-call', ['java-1', 'dotnet'], 900],
    ],
  ],
])('at IMDS, %d s of remaining validity affect %j', (remaining, expected) => {
  const effects = toValidityEffects(findRefreshWindows(remaining, 'imds'));
  expect(effects.map(({ effect, clients, below }) => [effect, clients, below])).toEqual(expected);
});

test('the ids of checks are unique words with hyphens', () => {
  const ids = CONFORMANCE_CHECKS.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z]+(?:-[a-z]+)*$/.test(id))).toEqual([]);
});
