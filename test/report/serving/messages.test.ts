import { describe, expect, test } from 'vitest';
import type { FailureFacts } from '../../../src/domain/model.ts';
import { findLifetimeWarnings } from '../../../src/domain/sdk-refresh/lifetime-warnings.ts';
import { explainRefreshTime } from '../../../src/domain/sdk-refresh/refresh-reason.ts';
import {
  describeFailedRefresh,
  describeOtherRole,
  describeRefresh,
  describeRefreshReason,
  describeShortLifetime,
  describeValidity,
} from '../../../src/report/messages/serving/refreshes.ts';
import {
  describeRemoteAddress,
  describeServing,
  nameServedRole,
} from '../../../src/report/messages/serving/status.ts';
import { createFacts, NOW } from '../../support/domain/served-role.ts';

const FAILURE: FailureFacts = {
  reason: 'sso-login-required',
  detail: '',
  misconfiguration: null,
  possibleHopLimit: false,
};
const expiresIn = (minutes: number) => ({
  key: { accessKeyId: 'ASIATESTTESTTEST7QXK', issuedAt: NOW, expiration: NOW + minutes * 60_000 },
});

describe('messages about served credentials', () => {
  test('the validity has the expiration, the time of the next refresh, and its reason', () => {
    expect(describeValidity(createFacts(), NOW)).toBe(
      'valid until 11:24:00Z (1h), next refresh at 10:53:10Z (at half of the lifetime)',
    );
    expect(describeValidity(createFacts({ isIdle: true, nextRefreshAt: null }), NOW)).toBe(
      'valid until 11:24:00Z (1h), not refreshed until the next request',
    );
    expect(describeValidity(createFacts({ ...expiresIn(-1), nextRefreshAt: null }), NOW)).toBe(
      'expired at 10:23:00Z',
    );
    expect(describeValidity(createFacts({ key: null }), NOW)).toBe('no credentials yet');
  });

  test('a time of seconds is not rounded to minutes', () => {
    const facts = createFacts({ refreshReason: { code: 'short-lifetime', remaining: 3.4 } });
    expect(describeValidity(facts, NOW)).toContain(
      '(3s before the expiration, because the lifetime is short)',
    );
  });

  test('--refresh-before that is too long for the lifetime is not called the reason', () => {
    const describeAt = (minRemaining: number) =>
      describeRefreshReason(explainRefreshTime(3600, minRemaining));
    expect(describeAt(3000)).toBe('50m before the expiration, as set by --refresh-before');
    expect(describeAt(7200)).toMatch(
      /^\d+m before the expiration, the earliest time for this lifetime: --refresh-before is too long$/,
    );
  });

  test('another role or account is named, and an unknown one is not another', () => {
    const facts = createFacts();
    expect(describeOtherRole(facts, facts)).toBeNull();
    expect(describeOtherRole(facts, createFacts({ accountId: null, role: '' }))).toBeNull();
    expect(describeOtherRole(facts, createFacts({ accountId: '444455556666' }))).toBe(
      'the source of loader now returns credentials of the role loader in the account 444455556666, ' +
        'not of the role loader in the account 111122223333; clients get the new credentials',
    );
    expect(describeOtherRole(facts, createFacts({ role: 'admin\n' }))).toMatch(/ of the role admin\S* in /);
  });

  test('a log line of a refresh has the time, the role and the masked key', () => {
    const describe = (isNewKey: boolean, failureCount: number) =>
      describeRefresh(createFacts(), { isNewKey, failureCount }, NOW);
    expect(describe(true, 0)).toMatch(
      /^2026-11-22 10:24:00Z {2}refreshed loader: ASIA…7QXK valid until 11:24:00Z \(1h\), next refresh /,
    );
    expect(describe(true, 7)).toContain(
      'Z  refreshed loader, which works again after 7 failed attempts: ASIA…',
    );
    expect(describe(false, 1)).toContain('Z  the source of loader works again after 1 failed attempt: ASIA…');
  });

  test.each([
    [60, 'note', 'clients get the current ones, valid for 1h'],
    [10, 'warning', 'clients get the current ones, valid for 10m'],
    [-1, 'error', 'clients get status 503'],
  ])('a failed refresh with %d minutes left is a %s with its consequence', (minutes, level, consequence) => {
    const facts = createFacts({ ...expiresIn(minutes), nextRefreshAt: NOW + 30_000 });
    const found = describeFailedRefresh(facts, FAILURE, NOW);
    expect(found.level).toBe(level);
    expect(found.message).toMatch(
      /^could not refresh the credentials of loader at 2026-11-22 10:24:00Z: sso-login-required: /,
    );
    expect(found.message).toContain(`; ${consequence}; next attempt at 10:24:30Z`);
    expect(found.hint).toContain('aws sso login');
  });
});

describe('the warning about a short lifetime', () => {
  const warn = (lifetime: number, endpoints: readonly ('imds' | 'container')[]) =>
    describeShortLifetime(createFacts(), lifetime, findLifetimeWarnings(lifetime, endpoints)).message;

  test('the warning about a short lifetime names each SDK once, with its worst effect', () => {
    const message = warn(898, ['imds', 'container']);
    expect(message).toBe(
      'the credentials of loader are valid for only 15m: botocore (AWS CLI, boto3) can use expired credentials; ' +
        'Java 1 and .NET can send a request at every API call',
    );
  });

  test.each([
    ['role', true],
    ['process', false],
  ] as const)('names --duration only for a source that assumes a role: %s', (source, hasFlag) => {
    const facts = createFacts({ source });
    const { hint } = describeShortLifetime(facts, 900, findLifetimeWarnings(900, ['imds']));
    expect(hint.includes('--duration')).toBe(hasFlag);
  });

  test('the warning about a short lifetime says if only a late refresh affects an SDK', () => {
    expect(warn(40 * 60, ['imds'])).toBe(
      'the credentials of loader are valid for only 40m: if a refresh is late, botocore (AWS CLI, boto3) can use expired credentials',
    );
  });
});

test.each([
  ['http://169.254.169.254', /`cred-watch serve --setup linux --listen 169\.254\.169\.254:80`: they drop /],
  ['http://169.254.170.2:8080', /--listen 169\.254\.170\.2:8080`/],
  ['http://10.0.0.7:1338', /^limit the access with a firewall/],
  ['http://[fd00:ec2::254]', /^limit the access with a firewall/],
])('a warning about %s says how to limit the access', (origin, hint) => {
  expect(describeRemoteAddress(origin).message).toContain(origin);
  expect(describeRemoteAddress(origin).hint).toMatch(hint);
});

describe('the status for the service manager', () => {
  test('the status for the service manager has one part per role', () => {
    const roles = [
      createFacts(),
      createFacts({ name: 'ops', failureCount: 1, failure: FAILURE }),
      createFacts({ name: 'old', ...expiresIn(-1) }),
      createFacts({ name: 'idle', ...expiresIn(-1), isIdle: true }),
      createFacts({ name: 'new', key: null }),
    ];
    expect(describeServing(roles, NOW)).toMatch(
      /^loader is valid until 11:24:00Z; ops is valid until 11:24:00Z, but the last refresh failed: sso-login-required: .+; old expired at 10:23:00Z; idle expired at 10:23:00Z, and is refreshed at the next request; new has no credentials yet$/,
    );
  });

  test('a role with another name shows both names, without control characters', () => {
    expect(nameServedRole({ name: 'ops', role: 'ops' })).toBe('ops');
    expect(nameServedRole({ name: 'ops', role: '' })).toBe('ops');
    expect(nameServedRole({ name: 'ops', role: 'a\u001b[2Jb' })).toBe('ops (role a\\u{1b}[2Jb)');
  });
});
