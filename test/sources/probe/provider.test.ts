import { describe, expect, test } from 'vitest';
import type { ProviderName } from '../../../src/domain/provider-chain/providers.ts';
import { Secret } from '../../../src/secret.ts';
import { createPolledProvider } from '../../../src/sources/probe/provider.ts';
import type { PolledCredentials, PollFailure } from '../../../src/sources/source.ts';

const NOW = Date.UTC(2026, 10, 22);
const POLLED = {
  identity: { apiVersion: null, role: 'loader', host: null, source: null },
  observedAt: NOW,
  clockOffset: null,
  accountId: '123456789012',
  notes: [],
};
const success = (
  more: Partial<PolledCredentials> = {},
  token: string | null = 'token',
): PolledCredentials => ({
  ...POLLED,
  ok: true,
  credentials: { accessKeyId: 'ASIA', lastUpdated: null, expiration: NOW + 90_500, zoneless: false },
  secrets: {
    accessKeyId: new Secret('ASIA'),
    secretAccessKey: new Secret('secret'),
    token: token === null ? null : new Secret(token),
  },
  ...more,
});
const failure = (more: Partial<PollFailure>): PollFailure => ({
  ...POLLED,
  ok: false,
  reason: 'server-error',
  detail: 'HTTP 500',
  misconfiguration: null,
  possibleHopLimit: false,
  accessKeyId: 'ASIA',
  expiration: null,
  ...more,
});
const WITHOUT_TOKEN = { misconfiguration: { code: 'NO_SESSION_TOKEN', name: 'TOKEN' } } as const;

test.each<[name: ProviderName, role: string | null]>([
  ['container', 'loader'],
  ['imds', 'loader'],
  ['environment', null],
  ['profile', null],
  ['process', null],
])('the role of the provider %s is %j', (name, role) => {
  expect(createPolledProvider(name, success())).toMatchObject({ name, role, state: 'answers' });
  expect(createPolledProvider(name, failure({}))).toMatchObject({ name, role, state: 'fails' });
});

describe('a successful poll', () => {
  test('a provider has the facts of a successful poll', () => {
    expect(createPolledProvider('container', success(), 'http://127.0.0.1')).toEqual({
      name: 'container',
      state: 'answers',
      problem: null,
      accessKeyId: 'ASIA',
      role: 'loader',
      accountId: '123456789012',
      expiration: NOW + 90_500,
      remaining: 90,
      isSession: true,
      origin: 'http://127.0.0.1',
      profileFile: null,
      responseTimes: null,
      tokenExpiration: null,
      roleSession: null,
      notes: [],
    });
  });

  test('the remaining validity is corrected by the clock offset', () => {
    expect(createPolledProvider('imds', success({ clockOffset: 60 })).remaining).toBe(150);
  });

  test.each([
    ['token', true],
    [null, false],
  ])('with the token %j, isSession is %s', (token, isSession) => {
    const provider = createPolledProvider('environment', success({}, token));
    expect(provider).toMatchObject({ isSession, state: 'answers', problem: null });
  });
});

describe('a failed poll', () => {
  test('a provider that is not configured is absent, without details', () => {
    expect(createPolledProvider('profile', failure({ reason: 'not-configured' }))).toMatchObject({
      state: 'absent',
      accessKeyId: null,
      role: null,
      notes: [],
    });
  });

  test('long-term keys answer', () => {
    expect(createPolledProvider('profile', failure({ reason: 'long-lived' }))).toMatchObject({
      state: 'answers',
      accessKeyId: 'ASIA',
      accountId: '123456789012',
      isSession: false,
    });
  });

  test.each<[name: ProviderName, accessKeyId: string | null, lacksToken: boolean, expected: object]>([
    ['environment', 'ASIA', false, { state: 'answers', isSession: true }],
    ['environment', 'AKIA1', false, { state: 'answers', isSession: false }],
    ['environment', 'LKIA1', false, { state: 'answers', isSession: false }],
    ['environment', 'LSIA1', false, { state: 'answers', isSession: true }],
    ['profile', null, false, { state: 'answers', isSession: true }],
    [
      'process',
      'ASIA',
      true,
      { state: 'incomplete', problem: { code: 'NO_SESSION_TOKEN' }, isSession: true },
    ],
    ['process', 'AKIA1', true, { state: 'incomplete', isSession: true }],
    ['container', 'ASIA', false, { state: 'fails', isSession: null }],
    ['imds', 'ASIA', false, { state: 'fails', isSession: null }],
  ])(
    'keys of %s with the key id %j and an unknown expiration: %s',
    (name, accessKeyId, lacksToken, expected) => {
      const more = lacksToken ? WITHOUT_TOKEN : {};
      const outcome = failure({ reason: 'unknown-expiry', accessKeyId, ...more });
      expect(createPolledProvider(name, outcome)).toMatchObject({ ...expected, accessKeyId });
    },
  );

  test('keys without the token of their session keep their expiration', () => {
    const outcome = failure({ ...WITHOUT_TOKEN, expiration: POLLED.observedAt + 90_000 });
    expect(createPolledProvider('environment', outcome)).toMatchObject({
      state: 'incomplete',
      problem: { code: 'NO_SESSION_TOKEN' },
      expiration: POLLED.observedAt + 90_000,
      remaining: 90,
      isSession: true,
    });
  });

  test('any other failure is the problem of the provider', () => {
    const misconfiguration = { code: 'NEEDS_AWS_CALL' } as const;
    const outcome = failure({ misconfiguration, possibleHopLimit: true });
    expect(createPolledProvider('imds', outcome)).toMatchObject({
      state: 'fails',
      accessKeyId: 'ASIA',
      accountId: null,
      origin: null,
      problem: {
        code: 'POLL_FAILED',
        reason: 'server-error',
        detail: 'HTTP 500',
        misconfiguration,
        possibleHopLimit: true,
      },
    });
  });
});
