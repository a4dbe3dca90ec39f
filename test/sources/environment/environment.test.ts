import { describe, expect, onTestFinished, test } from 'vitest';
import { createSource } from '../../../src/sources/open.ts';
import { CANARIES, codes, fail, options, succeed } from '../../support/sources/polling.ts';

const [SECRET, TOKEN, OTHER] = CANARIES as [string, string, string];
const KEYS = { AWS_ACCESS_KEY_ID: 'ASIACANARY0000000001', AWS_SECRET_ACCESS_KEY: SECRET };
const SESSION = { ...KEYS, AWS_SESSION_TOKEN: TOKEN };
const AT = '2026-11-22T06:23:11Z';
const EXPIRING = { ...SESSION, AWS_CREDENTIAL_EXPIRATION: AT };

type Env = Record<string, string>;
const source = (env: Env, more = {}) => createSource('environment', options(env, more));

test('keys, token and end are taken from the environment', async () => {
  const environment = source({ ...EXPIRING, AWS_ACCOUNT_ID: '123456789012' });
  expect(environment).toMatchObject({ name: 'environment', endpoint: null });
  const outcome = await succeed(environment);
  expect(outcome).toMatchObject({
    credentials: {
      accessKeyId: 'ASIACANARY0000000001',
      expiration: Date.parse(AT),
      lastUpdated: null,
      zoneless: false,
    },
    identity: { apiVersion: null, role: null, host: null },
    accountId: '123456789012',
    clockOffset: null,
    notes: [],
  });
  expect(outcome.secrets.secretAccessKey.reveal()).toBe(SECRET);
  expect(outcome.secrets.token?.reveal()).toBe(TOKEN);
});

test('an account that is none is left out', async () => {
  expect((await succeed(source({ ...EXPIRING, AWS_ACCOUNT_ID: SECRET }))).accountId).toBeNull();
});

test('the series goes by the label, if there is one', async () => {
  expect((await succeed(source(EXPIRING, { role: 'nightly' }))).identity.role).toBe('nightly');
});

test('long-lived keys whose end somebody tells have one', async () => {
  const outcome = await succeed(
    source({ ...KEYS, AWS_ACCESS_KEY_ID: 'AKIACANARY', AWS_CREDENTIAL_EXPIRATION: AT }),
  );
  expect(outcome.secrets.token).toBeNull();
  expect(codes(outcome)).toEqual([]);
});

test.each([
  ['Asia/Tokyo', '2026-11-21T21:23:11Z'],
  ['America/New_York', AT],
  ['UTC', AT],
])('an end without a zone is the earlier of UTC and local time, in %s', async (zone, expected) => {
  const before = process.env.TZ;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
  process.env.TZ = zone;
  const outcome = await succeed(source({ ...SESSION, AWSUME_EXPIRATION: AT.replace('Z', '') }));
  expect(outcome.credentials).toMatchObject({ expiration: Date.parse(expected), zoneless: true });
});

describe('the end is read from', () => {
  test.each([
    'AWS_CREDENTIAL_EXPIRATION',
    'AWS_CREDENTIALS_EXPIRATION',
    'AWS_SESSION_EXPIRATION',
    'AWSUME_EXPIRATION',
    'AWS_SSO_SESSION_EXPIRATION',
  ])('%s', async (name) => {
    expect((await succeed(source({ ...SESSION, [name]: AT }))).credentials.expiration).toBe(Date.parse(AT));
  });

  test.each([
    ['2026-11-22T06:23:11Z', false],
    [' 2026-11-22T06:23:11Z\n', false],
    ['2026-11-22T06:23:11.9999999Z', false],
    ['2026-11-22T08:23:11+02:00', false],
    ['2026-11-22T01:23:11-0500', false],
    ['2026-11-22 06:23:11+00:00', false],
    ['2026-11-22T06:23:11UTC', false],
    ['2026-11-22 06:23:11 UTC', false],
    ['1795328591', false],
    ['1795328591000', false],
    ['2026-11-22T06:23:11', true],
    ['2026-11-22 06:23:11', true],
  ])('%j', async (text, zoneless) => {
    const outcome = await succeed(source({ ...SESSION, AWS_CREDENTIAL_EXPIRATION: text }));
    expect(Math.floor(outcome.credentials.expiration / 1000)).toBe(Date.parse(AT) / 1000);
    expect(outcome.credentials.zoneless).toBe(zoneless);
    expect(codes(outcome)).toEqual(zoneless ? ['ZONELESS_TIME'] : []);
  });

  test.each([
    'soon',
    '0',
    '179532859',
    '17953285910',
    '1795328591000000',
    '2026-02-30T00:00:00Z',
    '06:23:11',
  ])('nothing like %j', async (text) => {
    const outcome = await fail(source({ ...SESSION, AWSUME_EXPIRATION: text }));
    expect(outcome).toMatchObject({
      reason: 'unknown-expiry',
      detail: 'AWSUME_EXPIRATION is not a time',
      accessKeyId: 'ASIACANARY0000000001',
    });
  });
});

describe('of several ends', () => {
  const EARLIER = '2026-11-22T05:00:00Z';

  test('the earliest one counts', async () => {
    const outcome = await succeed(source({ ...EXPIRING, AWS_SESSION_EXPIRATION: EARLIER }));
    expect(outcome.credentials.expiration).toBe(Date.parse(EARLIER));
    expect(outcome.notes).toEqual([
      {
        code: 'EXPIRATIONS_DISAGREE',
        name: 'AWS_SESSION_EXPIRATION',
        otherName: 'AWS_CREDENTIAL_EXPIRATION',
      },
    ]);
  });

  test.each([AT, '2026-11-22T08:23:11+02:00', '2026-11-22T06:23:11.999Z'])(
    'one that says the same as %s is no other',
    async (text) => {
      expect(codes(await succeed(source({ ...EXPIRING, AWS_SESSION_EXPIRATION: text })))).toEqual([]);
    },
  );

  test('one that is no time is passed over', async () => {
    const outcome = await succeed(
      source({ ...EXPIRING, AWSUME_EXPIRATION: 'soon', AWS_SESSION_EXPIRATION: ' ' }),
    );
    expect(outcome.credentials.expiration).toBe(Date.parse(AT));
    expect(outcome.notes).toEqual([{ code: 'EXPIRATION_UNREADABLE', name: 'AWSUME_EXPIRATION' }]);
  });

  test('one without a zone is told only where it counts', async () => {
    const later = await succeed(source({ ...EXPIRING, AWSUME_EXPIRATION: '2026-11-22T09:00:00' }));
    expect(codes(later)).toEqual(['EXPIRATIONS_DISAGREE']);
    const earlier = await succeed(source({ ...EXPIRING, AWSUME_EXPIRATION: '2026-11-22T01:00:00' }));
    expect(codes(earlier)).toEqual(['EXPIRATIONS_DISAGREE', 'ZONELESS_TIME']);
  });
});

describe('there is nothing to measure', () => {
  const AKIA = { ...KEYS, AWS_ACCESS_KEY_ID: 'AKIACANARY' };

  test.each<[string, Env, string, string]>([
    ['without keys', {}, 'not-configured', 'neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set'],
    [
      'with blank keys',
      { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: ' ' },
      'not-configured',
      'neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set',
    ],
    [
      'with a token alone',
      { AWS_SESSION_TOKEN: TOKEN },
      'not-configured',
      'neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set',
    ],
    [
      'with half a pair',
      { AWS_ACCESS_KEY_ID: 'AKIACANARY' },
      'invalid-configuration',
      'missing: AWS_SECRET_ACCESS_KEY',
    ],
    [
      'with the other half',
      { AWS_SECRET_ACCESS_KEY: SECRET, AWS_ACCESS_KEY_ID: ' ' },
      'invalid-configuration',
      'missing: AWS_ACCESS_KEY_ID',
    ],
    ['with keys that have no end', AKIA, 'long-lived', ''],
    ['with a token and no end', SESSION, 'unknown-expiry', 'AWS_CREDENTIAL_EXPIRATION is not set'],
    [
      'with a blank end',
      { ...SESSION, AWS_CREDENTIAL_EXPIRATION: '' },
      'unknown-expiry',
      'AWS_CREDENTIAL_EXPIRATION is not set',
    ],
    [
      'with a key id that is none',
      { ...EXPIRING, AWS_ACCESS_KEY_ID: SECRET },
      'malformed',
      'AWS_ACCESS_KEY_ID is not a key id',
    ],
    ...['\n', ' x', '\u0000', 'é', '\u007f'].map((end): [string, Env, string, string] => [
      `with a secret key that ends in ${JSON.stringify(end)}`,
      { ...EXPIRING, AWS_SECRET_ACCESS_KEY: `${SECRET}${end}` },
      'malformed',
      'AWS_SECRET_ACCESS_KEY contains characters that no key or token has',
    ]),
    [
      'with a token that has a line end in it',
      { ...EXPIRING, AWS_SESSION_TOKEN: `${TOKEN}\r\n${TOKEN}` },
      'malformed',
      'AWS_SESSION_TOKEN contains characters that no key or token has',
    ],
  ])('%s', async (_, env, reason, detail) => {
    expect(await fail(source(env))).toMatchObject({ reason, detail });
  });

  test('and yet it is told which keys those are', async () => {
    expect(await fail(source(AKIA))).toMatchObject({ accessKeyId: 'AKIACANARY', expiration: null });
    const half = { AWS_ACCESS_KEY_ID: 'AKIACANARY', AWS_CREDENTIAL_EXPIRATION: AT };
    expect(await fail(source(half))).toMatchObject({
      accessKeyId: 'AKIACANARY',
      expiration: Date.parse(AT),
    });
  });
});

describe('what SDKs make of it otherwise is noted', () => {
  const OLD = { AWS_SECURITY_TOKEN: OTHER };

  test('a token under its old name alone is used', async () => {
    const outcome = await succeed(source({ ...KEYS, ...OLD, AWS_CREDENTIAL_EXPIRATION: AT }));
    expect(outcome.secrets.token?.reveal()).toBe(OTHER);
    expect(outcome.notes).toEqual([{ code: 'ONLY_OLD_TOKEN', name: 'AWS_SECURITY_TOKEN' }]);
  });

  test('beside another one, the new name counts', async () => {
    const outcome = await succeed(source({ ...EXPIRING, ...OLD }));
    expect(outcome.secrets.token?.reveal()).toBe(TOKEN);
    expect(codes(outcome)).toEqual(['TWO_SESSION_TOKENS']);
    expect(codes(await succeed(source({ ...EXPIRING, AWS_SECURITY_TOKEN: TOKEN })))).toEqual([]);
  });

  test('a session key without its token', async () => {
    expect(codes(await succeed(source({ ...KEYS, AWS_CREDENTIAL_EXPIRATION: AT })))).toEqual([
      'SESSION_KEY_WITHOUT_TOKEN',
    ]);
    const endless = await fail(source(KEYS));
    expect(endless.reason).toBe('unknown-expiry');
    expect(codes(endless)).toEqual(['SESSION_KEY_WITHOUT_TOKEN']);
  });

  test('a profile that JavaScript prefers', async () => {
    expect(codes(await succeed(source({ ...EXPIRING, AWS_PROFILE: 'x' })))).toEqual([
      'PROFILE_HIDES_ENVIRONMENT',
    ]);
    expect(codes(await succeed(source({ ...EXPIRING, AWS_PROFILE: '' })))).toEqual([]);
  });
});
