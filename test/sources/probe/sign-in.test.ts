import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { probeSso } from '../../../src/sources/probe/sso.ts';
import { probeWebIdentity } from '../../../src/sources/probe/web-identity.ts';
import type { ParsedProfileFiles } from '../../../src/sources/profile/files.ts';
import { hastyClock, options } from '../../support/sources/polling.ts';

const NOW = Date.UTC(2026, 10, 22);
const clock = { ...hastyClock, now: () => NOW };
const iso = (instant: number) => new Date(instant).toISOString();

const ROLE = { sso_account_id: '123456789012', sso_role_name: 'admin' };
const START = { sso_start_url: 'https://corp.invalid/start', sso_region: 'eu-west-1' };
const TOKEN = { accessToken: 'x', expiresAt: iso(NOW + 1) };
const RENEWAL = {
  refreshToken: 'x',
  clientId: 'x',
  clientSecret: 'x',
  registrationExpiresAt: iso(NOW + 1),
};

/** Probes SSO with a cached token. Only the file of `cacheKey` exists. */
function probe(config: Record<string, string>, token: object = TOKEN, env: object = { HOME: '/home/x' }) {
  const read: string[] = [];
  const readFile = async (path: string) => {
    read.push(path);
    return JSON.stringify(token);
  };
  const files: ParsedProfileFiles = {
    configFile: { path: null, state: 'missing', problem: '' },
    credentialsFile: { path: null, state: 'missing', problem: '' },
    profiles: new Map(),
    ssoSessions: new Map([['corp', START]]),
    services: new Map(),
    selectedName: 'default',
  };
  const own = options(env as Record<string, string>, { clock, readFile, home: '/home/y' });
  return { read, provider: probeSso({ name: 'default', config, credentials: {} }, files, own) };
}

const cacheFile = (home: string, key: string) =>
  `${home}/.aws/sso/cache/${createHash('sha1').update(key).digest('hex')}.json`;

describe('the cached token of SSO', () => {
  test.each<[name: string, config: Record<string, string>, env: object, file: string]>([
    ['a session', { ...ROLE, sso_session: 'corp' }, { HOME: '/home/x' }, cacheFile('/home/x', 'corp')],
    ['a start URL', { ...ROLE, ...START }, { HOME: '/home/x' }, cacheFile('/home/x', START.sso_start_url)],
    ['another home', { ...ROLE, ...START }, { HOME: ' ' }, cacheFile('/home/y', START.sso_start_url)],
  ])('the token of %s is read from the file with the hash of its name', async (_, config, env, file) => {
    const { read, provider } = probe(config, TOKEN, env);
    expect(await provider).toMatchObject({ name: 'sso', state: 'untried', tokenExpiration: NOW + 1 });
    expect(read).toEqual([file]);
  });

  test.each<[name: string, token: object, expected: object]>([
    ['expires now', { ...TOKEN, expiresAt: iso(NOW) }, { problem: { code: 'TOKEN_EXPIRED', at: NOW } }],
    ['has no access token', { ...TOKEN, accessToken: '' }, { problem: { code: 'NOT_SIGNED_IN' } }],
    ['has no expiration', { accessToken: 'x' }, { problem: { code: 'NOT_SIGNED_IN' } }],
    ['has an invalid expiration', { ...TOKEN, expiresAt: 'x' }, { problem: { code: 'NOT_SIGNED_IN' } }],
    [
      'is renewable',
      { ...TOKEN, expiresAt: iso(NOW), ...RENEWAL },
      { state: 'untried', tokenExpiration: null, problem: null },
    ],
  ])('the state of SSO is as expected if the token %s', async (_, token, expected) => {
    const provider = await probe({ ...ROLE, sso_session: 'corp' }, token).provider;
    expect(provider).toMatchObject({ role: 'admin', accountId: '123456789012', ...expected });
  });

  test('a token without a session cannot be renewed', async () => {
    const token = { ...TOKEN, expiresAt: iso(NOW - 1), ...RENEWAL };
    expect(await probe({ ...ROLE, ...START }, token).provider).toMatchObject({
      state: 'fails',
      problem: { code: 'TOKEN_EXPIRED', at: NOW - 1 },
      tokenExpiration: NOW - 1,
    });
  });

  test('a profile of a missing session lacks the settings of the session', async () => {
    const { read, provider } = probe({ ...ROLE, ...START, sso_session: 'gone' });
    expect((await provider).problem).toEqual({
      code: 'SETTINGS_MISSING',
      names: ['sso_start_url', 'sso_region'],
      session: { name: 'gone', similarNames: [] },
    });
    expect(read).toEqual([]);
  });
});

describe('a web identity', () => {
  const ROLE_ARN = 'arn:aws:iam::123456789012:role/loader';
  const jwt = (exp: number) => `x.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.x`;
  const probeToken = (roleArn: string | null, readFile: (path: string) => Promise<string>) =>
    probeWebIdentity('web-identity', { tokenFile: '/token', roleArn }, { clock, readFile });

  test('a text that is not the ARN of a role fails before the token is read', async () => {
    const provider = await probeToken('loader', () => Promise.reject(new Error('read')));
    expect(provider).toMatchObject({
      state: 'fails',
      problem: {
        reason: 'invalid-configuration',
        detail: 'AWS_ROLE_ARN is not the ARN of a role',
        misconfiguration: { code: 'INVALID_SETTING', name: 'AWS_ROLE_ARN' },
      },
    });
  });

  test('a token that expires in a second is valid, and a line break after the token is ignored', async () => {
    expect(await probeToken(ROLE_ARN, async () => `${jwt(NOW / 1000 + 1)}\n`)).toMatchObject({
      state: 'untried',
      role: 'loader',
      accountId: '123456789012',
      tokenExpiration: NOW + 1000,
    });
  });

  test('an expired token keeps its role and its expiration', async () => {
    expect(await probeToken(ROLE_ARN, async () => jwt(NOW / 1000))).toMatchObject({
      state: 'fails',
      role: 'loader',
      tokenExpiration: NOW,
      problem: { code: 'TOKEN_EXPIRED', at: NOW },
    });
  });

  test('an unreadable token file keeps the role', async () => {
    const readFile = () => Promise.reject(Object.assign(new Error('open'), { code: 'EACCES' }));
    expect(await probeToken(ROLE_ARN, readFile)).toMatchObject({
      state: 'fails',
      role: 'loader',
      problem: { code: 'TOKEN_FILE_UNREADABLE', detail: 'EACCES' },
    });
  });

  test('a token without a role is incomplete, and its file is not read', async () => {
    const provider = await probeToken(null, () => expect.unreachable('a file was read'));
    expect(provider).toMatchObject({ state: 'incomplete', problem: { code: 'NO_ROLE_ARN' } });
  });
});
