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

/** Every survey passes here: none may give a secret away, however it is printed. */
async function surveyed(
  files: Files,
  env: Record<string, string> = {},
  more: Partial<SourceOptions> = {},
): Promise<ChainFacts> {
  const home = makeHome(files);
  const given = { HOME: home, AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:1', ...env };
  const filled = Object.entries(given).map(([name, value]) => [name, value.replace('HOME/', `${home}/`)]);
  const facts = await probeProviders({ ...options(Object.fromEntries(filled)), clock, ...more });
  const printed = `${JSON.stringify(facts)}${inspect(facts, { depth: 9, showHidden: true })}`;
  for (const canary of Object.values(CANARIES)) expect(printed).not.toContain(canary);
  return facts;
}

const place = async (name: ProviderName, ...args: Parameters<typeof surveyed>) =>
  (await surveyed(...args)).providers[name];

const { secretKey, sessionToken, authorization, word, credentialsPath } = CANARIES;

function jwt(exp: unknown): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part({ exp, sub: word })}.${word}`;
}

describe('the environment', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAFALSE0000000ENVI', AWS_SECRET_ACCESS_KEY: secretKey };

  test('keys without a token never end', async () => {
    expect(await place('environment', {}, keys)).toMatchObject({
      state: 'answers',
      accessKeyId: 'AKIAFALSE0000000ENVI',
      isSession: false,
      expiration: null,
    });
  });

  test('a session ends, whether it says when or not', async () => {
    const session = { ...keys, AWS_ACCESS_KEY_ID: 'ASIAFALSE0000000ENVI', AWS_SESSION_TOKEN: sessionToken };
    expect(await place('environment', {}, session)).toMatchObject({
      state: 'answers',
      isSession: true,
      remaining: null,
    });
    const told = { ...session, AWS_CREDENTIAL_EXPIRATION: iso(NOW + HOUR) };
    expect(await place('environment', {}, told)).toMatchObject({ isSession: true, remaining: 3600 });
  });

  test('of variables only the names are known', async () => {
    const facts = await surveyed({}, { ...keys, AWS_PROFILE: '', SECRET_ACCESS_KEY: word, OTHER: word });
    expect([...facts.setVariables].sort()).toEqual([
      'AWS_ACCESS_KEY_ID',
      'AWS_EC2_METADATA_SERVICE_ENDPOINT',
      'AWS_SECRET_ACCESS_KEY',
      'SECRET_ACCESS_KEY',
    ]);
    expect([...facts.blankVariables]).toEqual(['AWS_PROFILE']);
    expect(facts.profile).toEqual({ name: 'default', isNamed: false, exists: false, anyExist: false });
  });
});

describe('web identity', () => {
  const irsa = {
    AWS_WEB_IDENTITY_TOKEN_FILE: 'HOME/token',
    AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/path/of/loader',
  };

  test.each<[string, Files, object]>([
    [
      'a token that is still good',
      { token: jwt((NOW + HOUR) / 1000) },
      { state: 'untried', tokenExpiration: NOW + HOUR, role: 'loader', accountId: '123456789012' },
    ],
    [
      'one that ended this moment',
      { token: jwt(NOW / 1000) },
      { state: 'fails', problem: { code: 'TOKEN_EXPIRED', at: NOW } },
    ],
    ['a token that is not a JWT', { token: word }, { state: 'untried', tokenExpiration: null }],
    ['an end that is no number', { token: jwt('soon') }, { state: 'untried', tokenExpiration: null }],
    ['no file', {}, { state: 'fails', problem: { code: 'TOKEN_FILE_UNREADABLE', detail: 'ENOENT' } }],
    [
      'a folder',
      { 'token/file': '' },
      { state: 'fails', problem: { code: 'TOKEN_FILE_UNREADABLE', detail: 'not a regular file' } },
    ],
  ])('%s', async (_, files, expected) => {
    expect(await place('web-identity', files, irsa)).toMatchObject(expected);
  });

  test('of a profile', async () => {
    const config = `[default]\nrole_arn = arn:aws:iam::123456789012:role/loader\nweb_identity_token_file = `;
    const files = { '.aws/config': `${config}/nonexistent/${word}\n` };
    const { providers } = await surveyed(files);
    expect(providers['profile-web-identity']).toMatchObject({ state: 'fails', role: 'loader' });
    expect(providers['profile-role'].state).toBe('absent');
  });
});

describe('single sign-on', () => {
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
  const over = { expiresAt: iso(NOW - HOUR) };

  test.each<[string, string, Files, object]>([
    ['signed in', WITH_SESSION, cached('corp'), { state: 'untried', tokenExpiration: NOW + HOUR }],
    [
      'signed in, as it was written before there were sessions',
      `${PROFILE}${SHARED}`,
      cached('https://corp.invalid/start'),
      { state: 'untried', role: 'admin', accountId: '123456789012' },
    ],
    ['not signed in', WITH_SESSION, {}, { state: 'fails', problem: { code: 'NOT_SIGNED_IN' } }],
    [
      'signed in somewhere else',
      WITH_SESSION,
      cached('other'),
      { state: 'fails', problem: { code: 'NOT_SIGNED_IN' } },
    ],
    [
      'a token that has ended',
      WITH_SESSION,
      cached('corp', over),
      { state: 'fails', problem: { code: 'TOKEN_EXPIRED', at: NOW - HOUR } },
    ],
    [
      'one that has ended and can be renewed',
      WITH_SESSION,
      cached('corp', { ...over, refreshToken: word }),
      { state: 'untried', tokenExpiration: null },
    ],
    [
      'one of before there were sessions, which cannot',
      `${PROFILE}${SHARED}`,
      cached('https://corp.invalid/start', { ...over, refreshToken: word }),
      { state: 'fails' },
    ],
    [
      'a cache that is no JSON',
      WITH_SESSION,
      { ...cached('corp'), ...emptied(cached('corp')) },
      { state: 'fails' },
    ],
    [
      'a session that is not there',
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
  ])('%s', async (_, config, files, expected) => {
    expect(await place('sso', { '.aws/config': config, ...files })).toMatchObject(expected);
  });
});

const emptied = (files: Files): Files => Object.fromEntries(Object.keys(files).map((path) => [path, word]));

describe('a profile', () => {
  const KEYS = `aws_access_key_id = AKIAFALSE0000000PROF\naws_secret_access_key = ${secretKey}\n`;

  test('with keys in both files has those of the credentials file', async () => {
    const facts = await surveyed({
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

  test('has its keys told whatever else it has', async () => {
    const role = 'role_arn = arn:aws:iam::123456789012:role/x\ncredential_source = Environment\n';
    const { providers } = await surveyed({
      '.aws/config': `[default]\n${KEYS}${role}credential_process = false\n`,
    });
    expect(providers.profile).toMatchObject({ state: 'answers', profileFile: 'config', notes: [] });
    expect(providers['profile-role']).toMatchObject({ state: 'untried', role: 'x' });
    expect(providers.process).toMatchObject({ state: 'fails', problem: { reason: 'process-failed' } });
  });

  test('has what was noted of its keys told', async () => {
    const session = `${KEYS.replace('AKIA', 'ASIA')}aws_security_token = ${sessionToken}\n`;
    const { notes } = await place('profile', { '.aws/credentials': `[default]\n${session}` });
    expect(notes.map(({ code }) => code)).toEqual(['ONLY_OLD_TOKEN']);
  });

  test('is looked at as if AWS_PROFILE named it', async () => {
    const files = { '.aws/credentials': `[loader]\n${KEYS}` };
    expect((await surveyed(files)).providers.profile.state).toBe('absent');
    const named = await surveyed(files, {}, { profile: 'loader' });
    expect((await surveyed(files, { AWS_PROFILE: 'other' }, { profile: 'loader' })).profile.name).toBe(
      'loader',
    );
    expect(named.providers.profile.accessKeyId).toBe('AKIAFALSE0000000PROF');
    expect(named.profile).toEqual({ name: 'loader', isNamed: true, exists: true, anyExist: true });
  });

  test.each([
    ['source_profile = default\ncredential_source = Environment', { code: 'TWO_ROLE_SOURCES' }],
    ['', { code: 'NO_ROLE_SOURCE' }],
    ['source_profile = gone', { code: 'ROLE_SOURCE_MISSING', name: 'gone' }],
    ['source_profile = default', null],
  ])('with a role and %j', async (source, fault) => {
    const config = `[default]\nrole_arn = arn:aws:iam::123456789012:role/x\n${source}\n`;
    expect((await place('profile-role', { '.aws/config': config })).problem).toEqual(fault);
  });

  test('sets up IMDS, too', async () => {
    const config = '[default]\nec2_metadata_service_endpoint = http://127.0.0.1:2\n';
    const found = await place('imds', { '.aws/config': config }, { AWS_EC2_METADATA_SERVICE_ENDPOINT: '' });
    expect(found.origin).toBe('http://127.0.0.1:2');
  });
});

describe('nothing holds the survey up', () => {
  const IMPATIENT = {
    clock: systemClock,
    limits: { connectMs: 200, requestMs: 200, pollMs: 300, attempts: 1 },
  };

  test('a process that hangs is ended and told', async () => {
    const files = { '.aws/config': '[default]\ncredential_process = sleep 600\n' };
    const { problem } = await place('process', files, {}, IMPATIENT);
    expect(problem).toMatchObject({ code: 'POLL_FAILED', reason: 'timeout' });
  });

  test('a file that is never read', async () => {
    const irsa = { AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'x' };
    const never = { ...IMPATIENT, readFile: () => new Promise<string>(() => {}) };
    const { state, problem } = await place('web-identity', {}, irsa, never);
    expect({ state, problem: problem }).toEqual({ state: 'fails', problem: { code: 'TIMED_OUT' } });
  });
});

test('a container is shown without its path, and nothing of its authorization', async () => {
  const endpoint = await startEndpoint({
    [`GET /${credentialsPath}`]: { status: 500, body: `${authorization} ${credentialsPath}` },
  });
  const found = await place(
    'container',
    {},
    {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/${credentialsPath}`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: authorization,
    },
    { limits: { attempts: 1 } },
  );
  expect(found).toMatchObject({ state: 'fails', origin: endpoint.url, problem: { reason: 'server-error' } });
});
