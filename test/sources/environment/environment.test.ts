import { describe, expect, onTestFinished, test } from 'vitest';
import { createLocalSource } from '../../../src/sources/open.ts';
import { CANARIES, codes, fail, options, succeed } from '../../support/sources/polling.ts';

const [SECRET, TOKEN, OTHER] = CANARIES;
const KEYS = { AWS_ACCESS_KEY_ID: 'ASIACANARY0000000001', AWS_SECRET_ACCESS_KEY: SECRET };
const SESSION = { ...KEYS, AWS_SESSION_TOKEN: TOKEN };
const AT = '2026-11-22T06:23:11Z';
const EXPIRING = { ...SESSION, AWS_CREDENTIAL_EXPIRATION: AT };

type Env = Record<string, string>;
const source = (env: Env, more = {}) => createLocalSource('environment', options(env, more));

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

test('a key id of an unknown form is reported as a digest, and passed on unchanged', async () => {
  const outcome = await succeed(source({ ...EXPIRING, AWS_ACCESS_KEY_ID: 'minio-user' }));
  expect(outcome.credentials.accessKeyId).toMatch(/^sha256:[\da-f]{16}$/);
  expect(outcome.secrets.accessKeyId.reveal()).toBe('minio-user');
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
  setTimeZone(zone);
  const outcome = await succeed(source({ ...SESSION, AWS_SESSION_EXPIRATION: AT.replace('Z', '') }));
  expect(outcome.credentials).toMatchObject({ expiration: Date.parse(expected), zoneless: true });
});

test.each([
  ['Asia/Tokyo', '2026-11-22T06:23:11', '2026-11-21T21:23:11Z'],
  ['America/New_York', '2026-11-22 06:23:11', '2026-11-22T11:23:11Z'],
  ['Asia/Kolkata', '2026-11-22T06:23:11', '2026-11-22T00:53:11Z'],
  // This hour occurs twice. The earlier instant is the safe choice.
  ['America/New_York', '2026-11-01 01:30:00', '2026-11-01T05:30:00Z'],
])('AWSUME_EXPIRATION is local time, in %s at %s', async (zone, text, expected) => {
  setTimeZone(zone);
  const outcome = await succeed(source({ ...SESSION, AWSUME_EXPIRATION: text }));
  expect(outcome.credentials).toMatchObject({ expiration: Date.parse(expected), zoneless: false });
  expect(codes(outcome)).toEqual([]);
});

function setTimeZone(zone: string): void {
  const before = process.env.TZ;
  onTestFinished(() => {
    if (before === undefined) delete process.env.TZ;
    else process.env.TZ = before;
  });
  process.env.TZ = zone;
}

describe('the expiration is read from', () => {
  test.each([
    'AWS_CREDENTIAL_EXPIRATION',
    'AWS_CREDENTIALS_EXPIRATION',
    'AWS_SESSION_EXPIRATION',
    'AWSUME_EXPIRATION',
    'AWS_SSO_SESSION_EXPIRATION',
    'AWS_OKTA_SESSION_EXPIRATION',
    'AWS_SESSION_EXPIRES',
    'AWS_SESSION_EXPIRY',
    'AWS_SESSION_TOKEN_EXPIRATION',
    'AWS_EXPIRATION',
  ])('the expiration is read from %s', async (name) => {
    expect((await succeed(source({ ...SESSION, [name]: AT }))).credentials.expiration).toBe(Date.parse(AT));
  });

  test.each([
    ['2026-11-22T06:23:11Z', false, false],
    [' 2026-11-22T06:23:11Z\n', false, false],
    ['2026-11-22T06:23:11.9999999Z', false, false],
    ['2026-11-22T08:23:11+02:00', false, false],
    ['2026-11-22T01:23:11-0500', false, false],
    ['2026-11-22 06:23:11+00:00', false, false],
    ['2026-11-22T06:23:11UTC', false, false],
    ['2026-11-22 06:23:11 UTC', false, false],
    ['2026-11-22 06:23:11 +0000', false, false],
    ['2026-11-22 06:23:11 +0000 UTC', false, true],
    ['2026-11-22 06:23:11.123456789 +0000 UTC', false, true],
    ['2026-11-22 06:23:11.5 +0000 UTC m=+3600.01', false, true],
    ['2026-11-22 01:23:11 -0500 EST', false, true],
    ['2026-11-22 08:23:11 +0200 +0200', false, false],
    ['2026-11-22T08:23:11 +02:00', false, false],
    ['2026-11-22 06:23:11 GMT', false, false],
    ['1795328591', false, true],
    ['1795328591000', false, true],
    ['2026-11-22T06:23:11', true, true],
    ['2026-11-22 06:23:11', true, true],
  ])('%j is read as an expiration', async (text, zoneless, isRejected) => {
    const outcome = await succeed(source({ ...SESSION, AWS_CREDENTIAL_EXPIRATION: text }));
    expect(Math.floor(outcome.credentials.expiration / 1000)).toBe(Date.parse(AT) / 1000);
    expect(outcome.credentials.zoneless).toBe(zoneless);
    expect(codes(outcome)).toEqual([
      ...(isRejected ? ['EXPIRATION_REJECTED_BY_BOTOCORE'] : []),
      ...(zoneless ? ['ZONELESS_TIME'] : []),
    ]);
  });

  test.each([
    'soon',
    '0',
    '179532859',
    '17953285910',
    '1795328591000000',
    '2026-02-30T00:00:00Z',
    '06:23:11',
    '2026-11-22 06:23:11 EST',
    '2026-11-22 06:23:11 +0000 soon',
  ])('an expiration like %j is not a time', async (text) => {
    const outcome = await fail(source({ ...SESSION, AWSUME_EXPIRATION: text }));
    expect(outcome).toMatchObject({
      reason: 'unknown-expiry',
      detail: 'AWSUME_EXPIRATION is not a time',
      accessKeyId: 'ASIACANARY0000000001',
    });
  });
});

describe('a quoted value', () => {
  test.each(['"', "'"])('an expiration in %s is rejected as quoted', async (quote) => {
    const outcome = await fail(source({ ...SESSION, AWS_SESSION_EXPIRATION: `${quote}${AT}${quote}` }));
    expect(outcome).toMatchObject({
      reason: 'unknown-expiry',
      detail: 'AWS_SESSION_EXPIRATION is not a time, because its value is quoted',
    });
    expect(outcome.notes).toEqual([
      { code: 'EXPIRATION_UNREADABLE', name: 'AWS_SESSION_EXPIRATION' },
      { code: 'VALUE_QUOTED', name: 'AWS_SESSION_EXPIRATION' },
    ]);
  });

  test.each(['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] as const)(
    '%s is rejected as quoted',
    async (name) => {
      const outcome = await fail(source({ ...EXPIRING, [name]: `"${EXPIRING[name]}"` }));
      expect(outcome).toMatchObject({ reason: 'invalid-configuration', detail: `${name} is quoted` });
      expect(codes(outcome)).toEqual(['VALUE_QUOTED']);
    },
  );
});

describe('blanks around a key', () => {
  test.each([
    ['AWS_ACCESS_KEY_ID', (value: string) => ` ${value}`, 'start'],
    ['AWS_SECRET_ACCESS_KEY', (value: string) => `${value}\n`, 'end'],
    ['AWS_SESSION_TOKEN', (value: string) => `\t${value} `, 'both'],
    ['AWS_SECRET_ACCESS_KEY', () => ' ', 'everywhere'],
  ] as const)('%s with blanks is rejected, and the variable is named', async (name, change, place) => {
    const outcome = await fail(source({ ...EXPIRING, [name]: change(EXPIRING[name]) }));
    expect(outcome).toMatchObject({
      reason: 'invalid-configuration',
      detail: `the value of ${name} begins or ends with a blank or line break`,
      misconfiguration: { code: 'INVALID_SETTING', name },
      notes: [{ code: 'VALUE_HAS_BLANKS', name, place }],
    });
  });
});

describe('of several expirations', () => {
  const EARLIER = '2026-11-22T05:00:00Z';

  test('the earliest of several expirations is used', async () => {
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
    'a second expiration that equals %s makes no note',
    async (text) => {
      expect(codes(await succeed(source({ ...EXPIRING, AWS_SESSION_EXPIRATION: text })))).toEqual([]);
    },
  );

  test('an expiration that is not a time is ignored if there is another', async () => {
    const outcome = await succeed(
      source({ ...EXPIRING, AWSUME_EXPIRATION: 'soon', AWS_SESSION_EXPIRATION: ' ' }),
    );
    expect(outcome.credentials.expiration).toBe(Date.parse(AT));
    expect(outcome.notes).toEqual([{ code: 'EXPIRATION_UNREADABLE', name: 'AWSUME_EXPIRATION' }]);
  });

  test.each([
    ['AWSUME_EXPIRATION', '2026-11-22T09:00:00'],
    ['AWSUME_EXPIRATION', '2026-11-22T01:00:00'],
    ['AWS_SESSION_EXPIRATION', '2026-11-22T01:00:00'],
  ])('an expiration with a zone takes precedence over %s without one, %s', async (name, text) => {
    const outcome = await succeed(source({ ...EXPIRING, [name]: text }));
    expect(outcome.credentials.expiration).toBe(Date.parse(AT));
    expect(outcome.notes).toEqual([
      { code: 'EXPIRATIONS_DISAGREE', name: 'AWS_CREDENTIAL_EXPIRATION', otherName: name },
    ]);
  });

  test('an expiration without a zone agrees if it is the same time in UTC or in local time', async () => {
    setTimeZone('America/New_York');
    for (const text of ['2026-11-22T06:23:11', '2026-11-22T01:23:11']) {
      const outcome = await succeed(source({ ...EXPIRING, AWS_SESSION_EXPIRATION: text }));
      expect(outcome.notes).toEqual([]);
    }
  });

  test('seconds since 1970 have a zone', async () => {
    const env = { AWS_OKTA_SESSION_EXPIRATION: '1795328591', AWSUME_EXPIRATION: '2026-11-22T01:00:00' };
    const outcome = await succeed(source({ ...SESSION, ...env }));
    expect(outcome.credentials.expiration).toBe(Date.parse(AT));
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
      'the value of AWS_ACCESS_KEY_ID begins or ends with a blank or line break',
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
      'invalid-configuration',
      'AWS_ACCESS_KEY_ID is not a key id',
    ],
    ...[' x', '\u0000', 'é', '\u007f'].map((end): [string, Env, string, string] => [
      `with a secret key that ends in ${JSON.stringify(end)}`,
      { ...EXPIRING, AWS_SECRET_ACCESS_KEY: `${SECRET}${end}` },
      'invalid-configuration',
      'AWS_SECRET_ACCESS_KEY contains characters that no key or token has',
    ]),
    [
      'with a line break in the token',
      { ...EXPIRING, AWS_SESSION_TOKEN: `${TOKEN}\r\n${TOKEN}` },
      'invalid-configuration',
      'AWS_SESSION_TOKEN contains characters that no key or token has',
    ],
  ])('a poll fails %s', async (_, env, reason, detail) => {
    expect(await fail(source(env))).toMatchObject({ reason, detail });
  });

  const AWS_SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
  test.each([
    ['both values', AWS_SECRET, 'ASIACANARY0000000001'],
    ['a secret key without punctuation', AWS_SECRET.replaceAll('/', 'x'), 'ASIACANARY0000000001'],
    ['the key id of another form', 'local-user', 'AKIACANARY'],
    ['a secret key in both', AWS_SECRET, AWS_SECRET],
  ])('a poll fails with swapped variables: %s', async (_, keyId, secretKey) => {
    const env = { ...EXPIRING, AWS_ACCESS_KEY_ID: keyId, AWS_SECRET_ACCESS_KEY: secretKey };
    const outcome = await fail(source(env));
    expect(outcome).toMatchObject({
      reason: 'invalid-configuration',
      detail: 'the values of AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY seem to be swapped',
      accessKeyId: null,
      misconfiguration: {
        code: 'KEYS_SWAPPED',
        keyIdName: 'AWS_ACCESS_KEY_ID',
        secretKeyName: 'AWS_SECRET_ACCESS_KEY',
      },
    });
    expect(JSON.stringify(outcome)).not.toContain(keyId);
  });

  test('a failed poll reports the key id', async () => {
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

  test('a token that has only the old name makes a note', async () => {
    const outcome = await succeed(source({ ...KEYS, ...OLD, AWS_CREDENTIAL_EXPIRATION: AT }));
    expect(outcome.secrets.token?.reveal()).toBe(OTHER);
    expect(outcome.notes).toEqual([{ code: 'ONLY_OLD_TOKEN', name: 'AWS_SECURITY_TOKEN' }]);
  });

  test('of two tokens, the one with the new name is used, with a note', async () => {
    const outcome = await succeed(source({ ...EXPIRING, ...OLD }));
    expect(outcome.secrets.token?.reveal()).toBe(TOKEN);
    expect(codes(outcome)).toEqual(['TWO_SESSION_TOKENS']);
    expect(codes(await succeed(source({ ...EXPIRING, AWS_SECURITY_TOKEN: TOKEN })))).toEqual([]);
  });

  test.each([{}, { AWS_CREDENTIAL_EXPIRATION: AT }])(
    'a session key without a token is rejected, with the expiration %j',
    async (expiration) => {
      const outcome = await fail(source({ ...KEYS, ...expiration }));
      expect(outcome).toMatchObject({
        reason: 'invalid-configuration',
        detail: 'missing: AWS_SESSION_TOKEN',
      });
      expect(codes(outcome)).toEqual(['SESSION_KEY_WITHOUT_TOKEN']);
    },
  );

  test('a profile makes a note, because the JavaScript SDK prefers it', async () => {
    expect(codes(await succeed(source({ ...EXPIRING, AWS_PROFILE: 'x' })))).toEqual([
      'PROFILE_HIDES_ENVIRONMENT',
    ]);
    expect(codes(await succeed(source({ ...EXPIRING, AWS_PROFILE: '' })))).toEqual([]);
  });
});

describe('an expiration that only the user knows', () => {
  const GIVEN = Date.parse('2026-11-22T05:00:00Z');
  const expirationOf = async (env: Env, expiresAt: number) =>
    (await succeed(source(env, { expiresAt }))).credentials;

  test('counts for keys that state none, or no time', async () => {
    expect(await expirationOf(SESSION, GIVEN)).toMatchObject({ expiration: GIVEN, zoneless: false });
    expect((await expirationOf({ ...SESSION, AWS_CREDENTIAL_EXPIRATION: 'soon' }, GIVEN)).expiration).toBe(
      GIVEN,
    );
  });

  test('counts only if it is earlier than the stated one', async () => {
    expect((await expirationOf(EXPIRING, GIVEN)).expiration).toBe(GIVEN);
    expect((await expirationOf(EXPIRING, Date.parse(AT) + 1000)).expiration).toBe(Date.parse(AT));
  });
});
