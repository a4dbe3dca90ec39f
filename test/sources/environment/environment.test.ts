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

test('keys, token and expiration are read from the environment', async () => {
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

test('an invalid account id is ignored', async () => {
  expect((await succeed(source({ ...EXPIRING, AWS_ACCOUNT_ID: SECRET }))).accountId).toBeNull();
});

test('the given role names the series', async () => {
  expect((await succeed(source(EXPIRING, { role: 'nightly' }))).identity.role).toBe('nightly');
});

test('long-term keys with an expiration variable have an expiration', async () => {
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
])('an expiration without a zone is the earlier of UTC and local time, in %s', async (zone, expected) => {
  const before = process.env.TZ;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
  process.env.TZ = zone;
  const outcome = await succeed(source({ ...SESSION, AWSUME_EXPIRATION: AT.replace('Z', '') }));
  expect(outcome.credentials).toMatchObject({ expiration: Date.parse(expected), zoneless: true });
});

describe('the expiration is read from', () => {
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
  ])('no text like %j', async (text) => {
    const outcome = await fail(source({ ...SESSION, AWSUME_EXPIRATION: text }));
    expect(outcome).toMatchObject({
      reason: 'unknown-expiry',
      detail: 'AWSUME_EXPIRATION is not a time',
      accessKeyId: 'ASIACANARY0000000001',
    });
  });
});

describe('of several expirations', () => {
  const EARLIER = '2026-11-22T05:00:00Z';

  test('the earliest is used', async () => {
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
    'one that equals %s makes no note',
    async (text) => {
      expect(codes(await succeed(source({ ...EXPIRING, AWS_SESSION_EXPIRATION: text })))).toEqual([]);
    },
  );

  test('one that is not a time is ignored', async () => {
    const outcome = await succeed(
      source({ ...EXPIRING, AWSUME_EXPIRATION: 'soon', AWS_SESSION_EXPIRATION: ' ' }),
    );
    expect(outcome.credentials.expiration).toBe(Date.parse(AT));
    expect(outcome.notes).toEqual([{ code: 'EXPIRATION_UNREADABLE', name: 'AWSUME_EXPIRATION' }]);
  });

  test('one without a zone is reported only if it is used', async () => {
    const later = await succeed(source({ ...EXPIRING, AWSUME_EXPIRATION: '2026-11-22T09:00:00' }));
    expect(codes(later)).toEqual(['EXPIRATIONS_DISAGREE']);
    const earlier = await succeed(source({ ...EXPIRING, AWSUME_EXPIRATION: '2026-11-22T01:00:00' }));
    expect(codes(earlier)).toEqual(['EXPIRATIONS_DISAGREE', 'ZONELESS_TIME']);
  });
});

describe('a poll fails', () => {
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
      'with only a token',
      { AWS_SESSION_TOKEN: TOKEN },
      'not-configured',
      'neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set',
    ],
    [
      'with only a key id',
      { AWS_ACCESS_KEY_ID: 'AKIACANARY' },
      'invalid-configuration',
      'missing: AWS_SECRET_ACCESS_KEY',
    ],
    [
      'with only a secret key',
      { AWS_SECRET_ACCESS_KEY: SECRET, AWS_ACCESS_KEY_ID: ' ' },
      'invalid-configuration',
      'missing: AWS_ACCESS_KEY_ID',
    ],
    ['with long-term keys', AKIA, 'long-lived', ''],
    ['with a token and no expiration', SESSION, 'unknown-expiry', 'AWS_CREDENTIAL_EXPIRATION is not set'],
    [
      'with a blank expiration',
      { ...SESSION, AWS_CREDENTIAL_EXPIRATION: '' },
      'unknown-expiry',
      'AWS_CREDENTIAL_EXPIRATION is not set',
    ],
    [
      'with an invalid key id',
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
      'with a line break in the token',
      { ...EXPIRING, AWS_SESSION_TOKEN: `${TOKEN}\r\n${TOKEN}` },
      'malformed',
      'AWS_SESSION_TOKEN contains characters that no key or token has',
    ],
  ])('%s', async (_, env, reason, detail) => {
    expect(await fail(source(env))).toMatchObject({ reason, detail });
  });

  test('and reports the key id', async () => {
    expect(await fail(source(AKIA))).toMatchObject({ accessKeyId: 'AKIACANARY', expiration: null });
    const half = { AWS_ACCESS_KEY_ID: 'AKIACANARY', AWS_CREDENTIAL_EXPIRATION: AT };
    expect(await fail(source(half))).toMatchObject({
      accessKeyId: 'AKIACANARY',
      expiration: Date.parse(AT),
    });
  });
});

describe('a note reports that SDKs disagree about', () => {
  const OLD = { AWS_SECURITY_TOKEN: OTHER };

  test('a token that has only the old name', async () => {
    const outcome = await succeed(source({ ...KEYS, ...OLD, AWS_CREDENTIAL_EXPIRATION: AT }));
    expect(outcome.secrets.token?.reveal()).toBe(OTHER);
    expect(outcome.notes).toEqual([{ code: 'ONLY_OLD_TOKEN', name: 'AWS_SECURITY_TOKEN' }]);
  });

  test('two tokens, of which the one with the new name is used', async () => {
    const outcome = await succeed(source({ ...EXPIRING, ...OLD }));
    expect(outcome.secrets.token?.reveal()).toBe(TOKEN);
    expect(codes(outcome)).toEqual(['TWO_SESSION_TOKENS']);
    expect(codes(await succeed(source({ ...EXPIRING, AWS_SECURITY_TOKEN: TOKEN })))).toEqual([]);
  });

  test('a session key without a token', async () => {
    expect(codes(await succeed(source({ ...KEYS, AWS_CREDENTIAL_EXPIRATION: AT })))).toEqual([
      'SESSION_KEY_WITHOUT_TOKEN',
    ]);
    const endless = await fail(source(KEYS));
    expect(endless.reason).toBe('unknown-expiry');
    expect(codes(endless)).toEqual(['SESSION_KEY_WITHOUT_TOKEN']);
  });

  test('a profile that the JavaScript SDK prefers', async () => {
    expect(codes(await succeed(source({ ...EXPIRING, AWS_PROFILE: 'x' })))).toEqual([
      'PROFILE_HIDES_ENVIRONMENT',
    ]);
    expect(codes(await succeed(source({ ...EXPIRING, AWS_PROFILE: '' })))).toEqual([]);
  });
});
