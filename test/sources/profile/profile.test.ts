import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeFailure } from '../../../src/report/messages/failures/describe-failure.ts';
import { createProfileSource } from '../../../src/sources/profile/profile.ts';
import { CANARIES, codes, fail, options, succeed } from '../../support/sources/polling.ts';
import { processDocument } from '../../support/sources/process-document.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

const [SECRET, TOKEN, OTHER] = CANARIES;
const AT = '2026-11-22T06:23:11Z';
const KEY_ID = 'aws_access_key_id = ASIACANARY0000000001';
const PAIR = `${KEY_ID}\naws_secret_access_key = ${SECRET}`;
const SESSION = `${PAIR}\naws_session_token = ${TOKEN}`;
const EXPIRING = `${SESSION}\nx_security_token_expires = ${AT}`;

type Files = Parameters<typeof homeWith>[0];
const source = (files: Files, env = {}, more = {}) =>
  createProfileSource(options({ HOME: homeWith(files), ...env }, more));
const withCredentials = (lines: string) => source({ credentials: `[default]\n${lines}\n` });
const withConfig = (lines: string) => source({ config: `[default]\n${lines}\n` });

test('keys, token and expiration are read from the profile', async () => {
  const profile = withCredentials(`${EXPIRING}\naws_account_id = 123456789012`);
  expect(profile).toMatchObject({ name: 'profile', endpoint: null });
  const outcome = await succeed(profile);
  expect(outcome).toMatchObject({
    credentials: {
      accessKeyId: 'ASIACANARY0000000001',
      expiration: Date.parse(AT),
      lastUpdated: null,
      zoneless: false,
    },
    identity: { apiVersion: null, role: 'default', host: null },
    accountId: '123456789012',
    clockOffset: null,
    notes: [],
  });
  expect(outcome.secrets.secretAccessKey.reveal()).toBe(SECRET);
  expect(outcome.secrets.token?.reveal()).toBe(TOKEN);
});

describe('the role of the series is', () => {
  const credentials = ['default', 'named', 'given'].map((name) => `[${name}]\n${EXPIRING}\n`).join('');
  test.each<[string, object, object]>([
    ['default', {}, {}],
    ['named', { AWS_PROFILE: 'named' }, {}],
    ['given', { AWS_PROFILE: 'named' }, { profile: 'given' }],
    ['label', {}, { role: 'label' }],
  ])('the role of the series is %s', async (role, env, more) => {
    expect((await succeed(source({ credentials }, env, more))).identity.role).toBe(role);
  });
});

test('the files are read in every poll', async () => {
  const home = homeWith({ credentials: `[default]\n${EXPIRING}\n` });
  const profile = createProfileSource(options({ HOME: home }));
  expect((await succeed(profile)).credentials.accessKeyId).toBe('ASIACANARY0000000001');
  const file = join(home, '.aws/credentials');
  writeFileSync(`${file}.new`, `[default]\n${EXPIRING.replace('0001', '0002')}\n`);
  renameSync(`${file}.new`, file);
  expect((await succeed(profile)).credentials.accessKeyId).toBe('ASIACANARY0000000002');
  rmSync(file);
  expect((await fail(profile)).reason).toBe('not-configured');
});

describe('the expiration is read from', () => {
  test.each([
    'x_security_token_expires',
    'expiration',
    'aws_expiration',
    'aws_credential_expiration',
    'aws_credentials_expiration',
    'aws_session_expiration',
    'aws_session_token_expiration',
    'aws_session_expires',
    'aws_session_expiry',
    'aws_okta_session_expiration',
    'AWS_SESSION_EXPIRATION',
  ])('the expiration is read from %s', async (key) => {
    const outcome = await succeed(withCredentials(`${SESSION}\n${key} = ${AT}`));
    expect(outcome.credentials.expiration).toBe(Date.parse(AT));
  });

  test('the earliest of several expirations of a profile is used', async () => {
    const outcome = await succeed(withCredentials(`${EXPIRING}\nexpiration = 2026-11-22T01:00:00Z`));
    expect(outcome.credentials.expiration).toBe(Date.parse('2026-11-22T01:00:00Z'));
    expect(codes(outcome)).toEqual(['EXPIRATIONS_DISAGREE']);
  });

  test.each([
    ['America/New_York', 'assumed_role = True', '2026-11-22T06:00:00Z', false],
    ['Asia/Tokyo', 'assumed_role = False', '2026-11-22T06:00:00Z', false],
    ['Asia/Tokyo', '', '2026-11-21T21:00:00Z', true],
  ])('in %s, an expiration without a zone beside %j is %s', async (zone, line, expected, zoneless) => {
    const before = process.env.TZ;
    onTestFinished(() => {
      if (before === undefined) delete process.env.TZ;
      else process.env.TZ = before;
    });
    process.env.TZ = zone;
    const outcome = await succeed(withCredentials(`${SESSION}\n${line}\nexpiration = 2026-11-22 06:00:00`));
    expect(outcome.credentials).toMatchObject({ expiration: Date.parse(expected), zoneless });
  });

  test('the expiration in the config file is used only if the file with the keys has none', async () => {
    const config = `[default]\nexpiration = ${AT}\n`;
    const apart = await succeed(source({ config, credentials: `[default]\n${SESSION}\n` }));
    expect(apart.credentials.expiration).toBe(Date.parse(AT));
    const own = `[default]\n${SESSION}\nexpiration = 2027-01-01T00:00:00Z\n`;
    const both = await succeed(source({ config, credentials: own }));
    expect(both.credentials.expiration).toBe(Date.parse('2027-01-01T00:00:00Z'));
    expect(codes(both)).not.toContain('EXPIRATIONS_DISAGREE');
  });
});

describe('of keys in both files', () => {
  test('of keys in both files, all values come from the credentials file', async () => {
    const config = `[default]\n${EXPIRING.replace('0001', '0002')}\n`;
    const credentials = `[default]\n${PAIR}\nexpiration = ${AT}\n`;
    const outcome = await fail(source({ config, credentials }));
    expect(outcome.accessKeyId).toBe('ASIACANARY0000000001');
    expect(outcome.detail).toBe('missing: aws_session_token');
    expect(codes(outcome)).toEqual(['SESSION_KEY_WITHOUT_TOKEN']);
  });

  test('keys of the config file are used if there are no others', async () => {
    expect((await succeed(withConfig(EXPIRING))).credentials.accessKeyId).toBe('ASIACANARY0000000001');
  });
});

describe('the session token can have', () => {
  test('the session token can have only the old name', async () => {
    const lines = `${PAIR}\naws_security_token = ${OTHER}\nexpiration = ${AT}`;
    const outcome = await succeed(withCredentials(lines));
    expect(outcome.secrets.token?.reveal()).toBe(OTHER);
    expect(outcome.notes).toEqual([{ code: 'ONLY_OLD_TOKEN', name: 'aws_security_token' }]);
  });

  test('the session token can have both names', async () => {
    const outcome = await succeed(withCredentials(`${EXPIRING}\naws_security_token = ${OTHER}`));
    expect(outcome.secrets.token?.reveal()).toBe(TOKEN);
    expect(codes(outcome)).toEqual(['TWO_SESSION_TOKENS']);
    expect(codes(await succeed(withCredentials(`${EXPIRING}\naws_security_token = ${TOKEN}`)))).toEqual([]);
  });
});

describe('a credential_process', () => {
  const process = `credential_process = printf %s '${processDocument()}'`;

  test.each<[string, Files]>([
    ['config', { config: `[default]\n${process}\n` }],
    ['credentials', { credentials: `[default]\n${process}\n` }],
  ])('a credential_process of the %s file is run', async (_, files) => {
    const outcome = await succeed(source(files));
    expect(outcome.identity.role).toBe('default');
    expect(outcome.credentials.accessKeyId).toBe('ASIACANARY0000000009');
    expect(outcome.notes).toEqual([]);
  });

  test('a credential_process is ignored if there are keys, without a note in the credentials file', async () => {
    const config = `[default]\n${process}\n`;
    const apart = await succeed(source({ config, credentials: `[default]\n${EXPIRING}\n` }));
    expect(apart.credentials.accessKeyId).toBe('ASIACANARY0000000001');
    expect(apart.notes).toEqual([]);
    const together = await succeed(withConfig(`${EXPIRING}\n${process}`));
    expect(together.credentials.accessKeyId).toBe('ASIACANARY0000000001');
    expect(codes(together)).toEqual(['PROFILE_GIVES_TWO']);
  });

  test('a credential_process takes precedence over SSO, with a note', async () => {
    const outcome = await succeed(withConfig(`sso_start_url = https://example.com\n${process}`));
    expect(outcome.notes).toEqual([
      { code: 'PROFILE_GIVES_TWO', name: 'credential_process', otherName: 'sso_start_url' },
    ]);
  });

  test('a credential_process that fails makes the poll fail', async () => {
    expect(await fail(withConfig('credential_process = exit 3'))).toMatchObject({
      reason: 'process-failed',
      detail: 'exit: exit code 3',
    });
  });
});

test('keys take precedence over SSO settings, with a note', async () => {
  const config = '[default]\nsso_session = corp\nsso_account_id = 123456789012\n';
  const outcome = await succeed(source({ config, credentials: `[default]\n${EXPIRING}\n` }));
  expect(outcome.notes).toEqual([
    { code: 'PROFILE_GIVES_TWO', name: 'aws_access_key_id', otherName: 'sso_session' },
  ]);
});

test('a profile of `aws login` fails, and the message has a --process command', async () => {
  const lines = 'login_session = arn:aws:iam::123456789012:user/x';
  const named = source({ config: `[profile loader]\n${lines}\n` }, { AWS_PROFILE: 'loader' });
  expect(await fail(named)).toMatchObject({
    reason: 'invalid-configuration',
    detail:
      'profile loader has login_session, which needs a call to AWS; ' +
      "use --process 'aws configure export-credentials --profile loader'",
  });
  expect((await fail(withConfig(lines))).detail).toMatch(/--process 'aws configure export-credentials'$/);
});

describe('a poll fails', () => {
  test.each<[string, string, string, string]>([
    [
      'in an empty profile',
      'region = x',
      'not-configured',
      'profile default has neither keys nor credential_process',
    ],
    ['with only a key id', KEY_ID, 'invalid-configuration', 'missing: aws_secret_access_key'],
    [
      'with the other half',
      `aws_secret_access_key = ${SECRET}`,
      'invalid-configuration',
      'profile default has no aws_access_key_id',
    ],
    ['with long-term keys', PAIR.replace('ASIA', 'AKIA'), 'long-lived', ''],
    [
      'with a token and no end',
      SESSION,
      'unknown-expiry',
      'the profile has no expiration, for example x_security_token_expires',
    ],
    [
      'with an end that is none',
      `${SESSION}\nexpiration = soon`,
      'unknown-expiry',
      'expiration is not a time',
    ],
    [
      'with an invalid key id',
      EXPIRING.replace('ASIA', '/'),
      'invalid-configuration',
      'aws_access_key_id is not a key id',
    ],
    [
      'with a secret key of two words',
      EXPIRING.replace(SECRET, `${SECRET} ${OTHER}`),
      'invalid-configuration',
      'aws_secret_access_key contains characters that no key or token has',
    ],
  ])('a poll fails %s', async (_, lines, reason, detail) => {
    expect(await fail(withCredentials(lines))).toMatchObject({ reason, detail });
  });

  test('a poll without a default profile fails', async () => {
    const detail = 'the default profile does not exist, and AWS_PROFILE is not set';
    for (const files of [{}, { config: '' }, { credentials: `[other]\n${EXPIRING}\n` }]) {
      expect(await fail(source(files))).toMatchObject({ reason: 'not-configured', detail });
    }
  });

  test('a poll without the named profile fails', async () => {
    const config = `[loader]\n${EXPIRING}\n`;
    expect(await fail(source({ config }, { AWS_PROFILE: 'loader' }))).toMatchObject({
      reason: 'invalid-configuration',
      detail: 'the profile loader does not exist',
      identity: { role: 'loader' },
    });
  });
});

test.each([
  ['lodaer', 'did you mean loader?'],
  ['loade', 'did you mean loader?'],
  [
    'nightly',
    'correct the name, or add the section [profile nightly] to the config file, or [nightly] to the credentials file',
  ],
])('a poll with the missing profile %s has the hint "%s"', async (name, hint) => {
  const credentials = `[loaders]\n${EXPIRING}\n[loader]\n${EXPIRING}\n`;
  const failure = await fail(source({ credentials }, { AWS_PROFILE: name }));
  expect(describeFailure(failure)).toEqual({
    message: `invalid-configuration: the configuration is invalid (the profile ${name} does not exist)`,
    hint,
  });
});

describe('an unreadable file', () => {
  test('an unreadable file is named in the failure if the profile was not found', async () => {
    const home = homeWith({});
    mkdirSync(join(home, '.aws/config'));
    const profile = createProfileSource(options({ HOME: home }));
    expect(await fail(profile)).toMatchObject({
      reason: 'invalid-configuration',
      detail: 'could not read the shared config file: not a regular file',
      notes: [],
    });
    mkdirSync(join(home, '.aws/credentials'));
    expect((await fail(profile)).detail).toBe(
      'could not read the shared config file: not a regular file; could not read the shared credentials file: not a regular file',
    );
  });

  test('an unreadable file is noted if the profile was found in the other file', async () => {
    const home = homeWith({ credentials: `[default]\n${EXPIRING}\n` });
    mkdirSync(join(home, '.aws/config'));
    const outcome = await succeed(createProfileSource(options({ HOME: home })));
    expect(outcome.notes).toEqual([
      {
        code: 'PROFILE_FILE_UNREADABLE',
        file: 'config',
        problem: 'not a regular file',
      },
    ]);
  });
});

test('keys in the environment are noted, because they hide a profile', async () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'CANARY-authorization' };
  const files = { credentials: `[default]\n${EXPIRING}\n` };
  expect(codes(await succeed(source(files, keys)))).toEqual(['STATIC_KEYS_HIDE_SOURCE']);
});
