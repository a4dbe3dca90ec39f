import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { ChainFacts, ProviderName } from '../../../src/domain/provider-chain/providers.ts';
import { probeProviders } from '../../../src/sources/probe/probe.ts';
import type { SourceOptions } from '../../../src/sources/source.ts';
import { CANARIES } from '../../support/cli/canaries.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { hastyClock, options } from '../../support/sources/polling.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const NOW = Date.parse('2026-11-22T12:00:00Z');
const clock = { ...hastyClock, now: () => NOW };
const iso = (instant: number) => new Date(instant).toISOString();
const HOUR = 3_600_000;

type Files = Record<string, string>;

function makeHome(files: Files): string {
  const home = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), content);
  }
  return home;
}

/** Runs the probe and checks that its result shows no secret, however it is printed. */
async function probe(
  files: Files,
  env: Record<string, string> = {},
  more: Partial<SourceOptions> = {},
): Promise<ChainFacts> {
  const home = makeHome(files);
  const merged = { HOME: home, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1', ...env };
  const variables = Object.entries(merged).map(([name, value]) => [name, value.replace('HOME/', `${home}/`)]);
  const facts = await probeProviders({ ...options(Object.fromEntries(variables)), clock, ...more });
  const printed = `${JSON.stringify(facts)}${inspect(facts, { depth: 9, showHidden: true })}`;
  for (const canary of Object.values(CANARIES)) expect(printed).not.toContain(canary);
  return facts;
}

const probeOne = async (name: ProviderName, ...args: Parameters<typeof probe>) =>
  (await probe(...args)).providers[name];

const { secretKey, sessionToken, authorization, word, credentialsPath } = CANARIES;

function jwt(exp: unknown): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp, sub: word })}.${word}`;
}

describe('the environment', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAFALSE0000000ENVI', AWS_SECRET_ACCESS_KEY: secretKey };

  test('keys in the environment without a session token are long-lived', async () => {
    expect(await probeOne('environment', {}, keys)).toMatchObject({
      state: 'answers',
      accessKeyId: 'AKIAFALSE0000000ENVI',
      isSession: false,
      expiration: null,
    });
  });

  test('session keys in the environment expire even without a stated expiration', async () => {
    const session = { ...keys, AWS_ACCESS_KEY_ID: 'ASIAFALSE0000000ENVI', AWS_SESSION_TOKEN: sessionToken };
    expect(await probeOne('environment', {}, session)).toMatchObject({
      state: 'answers',
      isSession: true,
      remaining: null,
    });
    const withExpiration = { ...session, AWS_CREDENTIAL_EXPIRATION: iso(NOW + HOUR) };
    expect(await probeOne('environment', {}, withExpiration)).toMatchObject({
      isSession: true,
      remaining: 3600,
    });
  });

  test('the probe returns the names of variables without their values', async () => {
    const facts = await probe({}, { ...keys, AWS_PROFILE: '', SECRET_ACCESS_KEY: word, OTHER: word });
    expect([...facts.setVariables].sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_EC2_METADATA_SERVICE_ENDPOINT',
      'AWS_SECRET_ACCESS_KEY',
      'SECRET_ACCESS_KEY',
    ]);
    expect([...facts.blankVariables]).toEqual(['AWS_PROFILE']);
    expect(facts.profile).toMatchObject({ name: 'default', isNamed: false, exists: false, anyExist: false });
  });
});

describe('web identity', () => {
  const irsa = {
    AWS_WEB_IDENTITY_TOKEN_FILE: 'HOME/token',
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/path/of/loader',
  };

  test.each<[string, Files, object]>([
    [
      'a valid token',
      { token: jwt((NOW + HOUR) / 1000) },
      { state: 'untried', tokenExpiration: NOW + HOUR, role: 'loader', accountId: '123456789012' },
    ],
    [
      'a token that expires now',
      { token: jwt(NOW / 1000) },
      { state: 'fails', problem: { code: 'TOKEN_EXPIRED', at: NOW } },
    ],
    ['a token that is not a JWT', { token: word }, { state: 'untried', tokenExpiration: null }],
    [
      'a token with an invalid expiration',
      { token: jwt('soon') },
      { state: 'untried', tokenExpiration: null },
    ],
    ['a missing file', {}, { state: 'fails', problem: { code: 'TOKEN_FILE_UNREADABLE', detail: 'ENOENT' } }],
    [
      'a folder instead of a file',
      { 'token/file': '' },
      { state: 'fails', problem: { code: 'TOKEN_FILE_UNREADABLE', detail: 'not a regular file' } },
    ],
  ])('web identity with %s has the expected state', async (_, files, expected) => {
    expect(await probeOne('web-identity', files, irsa)).toMatchObject(expected);
  });

  test('the web identity of a profile makes profile-role absent', async () => {
    const config = `[default]\nrole_arn = arn:aws:iam::123456789012:role/loader\nweb_identity_token_file = `;
    const files = { '.aws/config': `${config}/nonexistent/${word}\n` };
    const { providers } = await probe(files);
    expect(providers['profile-web-identity']).toMatchObject({ state: 'fails', role: 'loader' });
    expect(providers['profile-role'].state).toBe('absent');
  });
});

describe('SSO', () => {
  const PROFILE = `[default]\nsso_account_id = 123456789012\nsso_role_name = admin\n`;
  const SHARED = `sso_start_url = https://corp.invalid/start\nsso_region = eu-west-1\n`;
  const WITH_SESSION = `${PROFILE}sso_session = corp\n[sso-session corp]\n${SHARED}`;
  const cached = (name: string, changes: object = {}): Files => ({
    [`.aws/sso/cache/${createHash('sha1').update(name).digest('hex')}.json`]: JSON.stringify({
      accessToken: sessionToken,
      expiresAt: iso(NOW + HOUR),
      clientSecret: secretKey,
      ...changes,
    }),
  });
  const expired = { expiresAt: iso(NOW - HOUR) };
  const registrationExpiresAt = iso(NOW + HOUR);
  const renewal = { refreshToken: word, clientId: word, clientSecret: word, registrationExpiresAt };

  test.each<[string, string, Files, object]>([
    [
      'a sign-in with a session',
      WITH_SESSION,
      cached('corp'),
      { state: 'untried', tokenExpiration: NOW + HOUR },
    ],
    [
      'a sign-in without a session',
      `${PROFILE}${SHARED}`,
      cached('https://corp.invalid/start'),
      { state: 'untried', role: 'admin', accountId: '123456789012' },
    ],
    ['no sign-in', WITH_SESSION, {}, { state: 'fails', problem: { code: 'NOT_SIGNED_IN' } }],
    [
      'a sign-in to another session',
      WITH_SESSION,
      cached('other'),
      { state: 'fails', problem: { code: 'NOT_SIGNED_IN' } },
    ],
    [
      'an expired token',
      WITH_SESSION,
      cached('corp', expired),
      { state: 'fails', problem: { code: 'TOKEN_EXPIRED', at: NOW - HOUR } },
    ],
    [
      'an expired token that can be renewed',
      WITH_SESSION,
      cached('corp', { ...expired, ...renewal }),
      { state: 'untried', tokenExpiration: null },
    ],
    [
      'an expired token without a session, which cannot be renewed',
      `${PROFILE}${SHARED}`,
      cached('https://corp.invalid/start', { ...expired, ...renewal }),
      { state: 'fails' },
    ],
    ['a cache file that is not JSON', WITH_SESSION, overwrite(cached('corp')), { state: 'fails' }],
    [
      'a missing session',
      `${PROFILE}sso_session = corp\n`,
      cached('corp'),
      {
        state: 'incomplete',
        problem: { code: 'SETTINGS_MISSING', names: ['sso_start_url', 'sso_region'] },
      },
    ],
    [
      'a session without account and role',
      `[default]\nsso_session = corp\n[sso-session corp]\n${SHARED}`,
      cached('corp'),
      { problem: { code: 'SETTINGS_MISSING', names: ['sso_account_id', 'sso_role_name'] } },
    ],
  ])('SSO with %s has the expected state', async (_, config, files, expected) => {
    expect(await probeOne('sso', { '.aws/config': config, ...files })).toMatchObject(expected);
  });
});

const overwrite = (files: Files): Files => Object.fromEntries(Object.keys(files).map((path) => [path, word]));

describe('a profile', () => {
  const KEYS = `aws_access_key_id = AKIAFALSE0000000PROF\naws_secret_access_key = ${secretKey}\n`;

  test('a profile with keys in both files uses those of the credentials file', async () => {
    const facts = await probe({
      '.aws/credentials': `[default]\n${KEYS}`,
      '.aws/config': `[default]\n${KEYS.replace('PROF', 'CONF')}`,
    });
    const { accessKeyId, profileFile, origin, isSession } = facts.providers.profile;
    expect({ accessKeyId, profileFile, isSession }).toEqual({
      accessKeyId: 'AKIAFALSE0000000PROF',
      profileFile: 'credentials',
      isSession: false,
    });
    expect(origin).toMatch(/\.aws\/credentials$/);
  });

  test('the keys of a profile are reported beside its other providers', async () => {
    const role = 'role_arn = arn:aws:iam::123456789012:role/x\ncredential_source = Environment\n';
    const { providers } = await probe({
      '.aws/config': `[default]\n${KEYS}${role}credential_process = false\n`,
    });
    expect(providers.profile).toMatchObject({ state: 'answers', profileFile: 'config', notes: [] });
    expect(providers['profile-role']).toMatchObject({ state: 'incomplete', role: 'x' });
    expect(providers.process).toMatchObject({ state: 'fails', problem: { reason: 'process-failed' } });
  });

  test('notes on the keys of a profile are reported', async () => {
    const session = `${KEYS.replace('AKIA', 'ASIA')}aws_security_token = ${sessionToken}\n`;
    const { notes } = await probeOne('profile', { '.aws/credentials': `[default]\n${session}` });
    expect(notes.map(({ code }) => code)).toEqual(['ONLY_OLD_TOKEN']);
  });

  test('the option profile replaces AWS_PROFILE', async () => {
    const files = { '.aws/credentials': `[loader]\n${KEYS}` };
    expect((await probe(files)).providers.profile.state).toBe('absent');
    const named = await probe(files, {}, { profile: 'loader' });
    expect((await probe(files, { AWS_PROFILE: 'other' }, { profile: 'loader' })).profile.name).toBe('loader');
    expect(named.providers.profile.accessKeyId).toBe('AKIAFALSE0000000PROF');
    expect(named.profile).toMatchObject({ name: 'loader', isNamed: true, isFlag: true, exists: true });
  });

  test.each([
    ['source_profile = default\ncredential_source = Environment', { code: 'TWO_ROLE_SOURCES' }],
    ['', { code: 'NO_ROLE_SOURCE' }],
    ['source_profile = gone', { code: 'ROLE_SOURCE_MISSING', name: 'gone' }],
    ['source_profile = base', null],
    ['source_profile = base\nmfa_serial = x', { code: 'MFA_REQUIRED', profile: 'default' }],
    ['source_profile = gone\nmfa_serial = x', { code: 'ROLE_SOURCE_MISSING', name: 'gone' }],
    [
      'credential_source = Environment\nmfa_serial = x',
      { code: 'NO_BASE_CREDENTIALS', setting: 'credential_source', value: 'Environment', cause: 'MISSING' },
    ],
    [
      'source_profile = default',
      { code: 'NO_BASE_CREDENTIALS', setting: 'source_profile', value: 'default', cause: 'MISSING' },
    ],
    [
      'credential_source = Environment',
      { code: 'NO_BASE_CREDENTIALS', setting: 'credential_source', value: 'Environment', cause: 'MISSING' },
    ],
  ])('a profile with a role and %j has the expected problem', async (source, problem) => {
    const base = `[profile base]\n${KEYS}`;
    const config = `[default]\nrole_arn = arn:aws:iam::123456789012:role/x\n${source}\n${base}`;
    expect((await probeOne('profile-role', { '.aws/config': config })).problem).toEqual(problem);
  });

  test('a profile can name the endpoint of IMDS', async () => {
    const config = '[default]\nec2_metadata_service_endpoint = http://127.0.0.1:2\n';
    const provider = await probeOne(
      'imds',
      { '.aws/config': config },
      { AWS_EC2_METADATA_SERVICE_ENDPOINT: '' },
    );
    expect(provider.origin).toBe('http://127.0.0.1:2');
  });
});

describe('the time limit of the probe', () => {
  const SHORT_LIMITS = {
    clock: systemClock,
    limits: { connectMs: 200, requestMs: 200, pollMs: 300, attempts: 1 },
  };

  test('the probe ends in time although a process hangs', async () => {
    const files = { '.aws/config': '[default]\ncredential_process = sleep 600\n' };
    const { problem } = await probeOne('process', files, {}, SHORT_LIMITS);
    expect(problem).toMatchObject({ code: 'POLL_FAILED', reason: 'timeout' });
  });

  test.each([
    ['[default]\n', 'process'],
    [
      '[default]\nrole_arn = arn:aws:iam::111122223333:role/x\nsource_profile = base\n[profile base]\n',
      'profile-role',
    ],
  ] as const)('a process after %j has more than 13 seconds, as in other polls', async (sections, name) => {
    const keys = { Version: 1, AccessKeyId: 'AKIAFALSE0000000PROC', SecretAccessKey: secretKey };
    const home = makeHome({ 'keys.json': JSON.stringify(keys) });
    const files = { '.aws/config': `${sections}credential_process = cat ${home}/keys.json\n` };
    const sleep = (milliseconds: number) =>
      milliseconds <= 13_000 ? Promise.resolve() : new Promise<void>(() => {});
    const { problem } = await probeOne(name, files, {}, { clock: { ...clock, sleep }, limits: {} });
    expect(problem).toBe(null);
  });

  test('the probe ends in time although reading a file never ends', async () => {
    const irsa = { AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/x' };
    const never = { ...SHORT_LIMITS, readFile: () => new Promise<string>(() => {}) };
    const { state, problem } = await probeOne('web-identity', {}, irsa, never);
    expect({ state, problem }).toEqual({ state: 'fails', problem: { code: 'TIMED_OUT' } });
  });
});

test('a container endpoint is shown without its path and its token', async () => {
  const endpoint = await startEndpoint({
    [`GET /${credentialsPath}`]: { status: 500, body: `${authorization} ${credentialsPath}` },
  });
  const provider = await probeOne(
    'container',
    {},
    {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/${credentialsPath}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
    },
    { limits: { attempts: 1 } },
  );
  expect(provider).toMatchObject({
    state: 'fails',
    origin: endpoint.url,
    problem: { reason: 'server-error' },
  });
});
