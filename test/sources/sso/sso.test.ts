import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeFailure } from '../../../src/report/messages/failures/describe-failure.ts';
import { openSource, type SourceChoice } from '../../../src/sources/open.ts';
import { startPortal, storeSsoToken } from '../../support/aws/portal.ts';
import { codes, fail, options, succeed } from '../../support/sources/polling.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

const TOKEN = 'CANARY-authorization';
const START = 'https://corp.example/start';
const SESSION = `[default]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Analyst
[sso-session corp]
sso_start_url = ${START}
sso_region = eu-west-1
`;
const OLD_FORM = `[default]
sso_start_url = ${START}
sso_region = eu-west-1
sso_account_id = 111122223333
sso_role_name = Analyst
`;
const LATER = new Date(Date.now() + 28_800_000).toISOString();

async function signIn(config: string, cacheKey: string, token: object = {}) {
  const portal = await startPortal({ accessToken: TOKEN, accountId: '111122223333', roleName: 'Analyst' });
  const home = homeWith({ config });
  storeSsoToken(home, cacheKey, { accessToken: TOKEN, expiresAt: LATER, ...token });
  const open = (choice: SourceChoice = 'sso', profile?: string) =>
    openSource(choice, options({ HOME: home, AWS_ENDPOINT_URL_SSO: portal.url }, { profile }));
  return { portal, home, open };
}

describe.each([
  ['a session', SESSION, 'corp'],
  ['the older form', OLD_FORM, START],
])('a profile with %s', (_, config, cacheKey) => {
  test.each<SourceChoice>(['sso', 'profile'])(
    'the source %s gets the credentials of the role',
    async (choice) => {
      const { portal, open } = await signIn(config, cacheKey);
      const outcome = await succeed(await open(choice));
      const [issued] = portal.issued;
      expect(outcome.credentials).toMatchObject({
        accessKeyId: issued?.accessKeyId,
        expiration: issued?.expiration,
      });
      expect(outcome.secrets.secretAccessKey.reveal()).toBe(issued?.secretAccessKey);
      expect(outcome.secrets.token?.reveal()).toBe(issued?.sessionToken);
      const source = choice === 'profile' ? 'sso' : null;
      expect(outcome.identity).toEqual({ apiVersion: null, role: 'Analyst', host: null, source });
      expect(outcome.accountId).toBe('111122223333');
      expect(outcome.notes).toEqual([
        { code: 'SSO_TOKEN_EXPIRES', expiresAt: Date.parse(LATER), isRenewable: false },
      ]);
    },
  );
});

/** What SDKs need to renew a token. */
const RENEWAL = {
  refreshToken: 'CANARY-refresh',
  clientId: 'CANARY-client',
  clientSecret: 'CANARY-client-secret',
  registrationExpiresAt: LATER,
};

test.each<[name: string, config: string, token: object, isRenewable: boolean]>([
  ['a session', SESSION, RENEWAL, true],
  ['the older form', OLD_FORM, RENEWAL, false],
  ['a session without a refresh token', SESSION, { ...RENEWAL, refreshToken: undefined }, false],
  ['a session without a client', SESSION, { refreshToken: 'CANARY-refresh' }, false],
  ['an expired client', SESSION, { ...RENEWAL, registrationExpiresAt: '2026-01-01T00:00:00Z' }, false],
  ['a client with an invalid time', SESSION, { ...RENEWAL, registrationExpiresAt: 'soon' }, false],
])('the note says whether SDKs renew the token of %s', async (_, config, token, isRenewable) => {
  const { open } = await signIn(config, config === SESSION ? 'corp' : START, token);
  expect((await succeed(await open())).notes).toMatchObject([{ code: 'SSO_TOKEN_EXPIRES', isRenewable }]);
});

test.each([
  [RENEWAL, { code: 'SSO_TOKEN_NOT_RENEWED' }],
  [{}, { code: 'SSO_SIGN_IN', profile: 'default' }],
])('the failure of an expired token says whether SDKs would renew it', async (token, misconfiguration) => {
  const { open } = await signIn(SESSION, 'corp', {
    ...token,
    accessToken: 'expired',
    expiresAt: '2020-01-01T00:00:00Z',
  });
  expect(await fail(await open())).toMatchObject({ reason: 'sso-login-required', misconfiguration });
});

test('a stored token that cannot be read is not a missing one', async () => {
  const { open, portal, home } = await signIn(SESSION, 'corp');
  const [file = ''] = readdirSync(join(home, '.aws/sso/cache'));
  const path = join(home, '.aws/sso/cache', file);
  rmSync(path);
  mkdirSync(path);
  expect(await fail(await open())).toMatchObject({
    reason: 'sso-login-required',
    detail: 'could not read the stored token: not a regular file',
    misconfiguration: { code: 'SSO_CACHE_UNREADABLE' },
  });
  expect(portal.requests).toEqual([]);
});

test.each([
  ['that has just expired is sent, because AWS decides', new Date(Date.now() - 60_000).toISOString(), 1],
  ['that expired long ago is not sent', '2020-01-01T00:00:00Z', 0],
])('a token %s', async (_, expiresAt, requestCount) => {
  const { open, portal } = await signIn(SESSION, 'corp', { accessToken: 'expired', expiresAt });
  const outcome = await fail(await open());
  expect(outcome.reason).toBe('sso-login-required');
  expect(codes(outcome)).toEqual(['SSO_TOKEN_EXPIRED']);
  expect(portal.requests).toHaveLength(requestCount);
});

test('a token that cannot be sent in a header needs a new login', async () => {
  const { open, portal } = await signIn(SESSION, 'corp', { accessToken: `${TOKEN}\r\nX-Other: 1` });
  expect((await fail(await open())).reason).toBe('sso-login-required');
  expect(portal.requests).toEqual([]);
});

test.each([
  ['nobody has signed in', 'other', {}, /^no token of corp is stored: nobody has signed in here$/],
  ['the file is damaged', 'corp', { expiresAt: 'x' }, /^the file with the stored token is damaged$/],
  ['AWS rejects the token', 'corp', { accessToken: 'wrong' }, /Unauthorized/],
])('if %s, the hint names the profile to sign in with', async (_, cacheKey, token, detail) => {
  const config = SESSION.replace('[default]', '[profile team-a]').concat('[default]\nregion = x\n');
  const { open } = await signIn(config, cacheKey, token);
  const failure = await fail(await open('sso', 'team-a'));
  expect(failure.detail).toMatch(detail);
  expect(describeFailure(failure).hint).toBe('run `aws sso login --profile team-a`');
});

test('a misspelt session has the hint of the similar one', async () => {
  const { open } = await signIn(SESSION.replace('sso_session = corp', 'sso_session = corpp'), 'corp');
  expect(describeFailure(await fail(await open())).hint).toBe('did you mean corp?');
});

test('a role that the user does not have is denied', async () => {
  const { open } = await signIn(SESSION.replace('Analyst', 'Admin'), 'corp');
  expect((await fail(await open())).reason).toBe('aws-access-denied');
});

test.each<[name: string, config: string, cacheKey: string, reason: string, detail: RegExp]>([
  ['no token', SESSION, 'other', 'sso-login-required', /no token of corp/],
  [
    'no settings',
    '[default]\nregion = eu-west-1\n',
    'corp',
    'not-configured',
    /no settings of IAM Identity Center/,
  ],
  [
    'a missing session',
    SESSION.replace('[sso-session corp]', '[sso-session other]'),
    'corp',
    'invalid-configuration',
    /names the sso_session corp, which does not exist/,
  ],
  [
    'a missing role',
    SESSION.replace(/sso_role_name.*\n/, ''),
    'corp',
    'invalid-configuration',
    /lacks sso_role_name/,
  ],
  [
    'an invalid region',
    SESSION.replace('eu-west-1', 'eu.evil.example'),
    'corp',
    'invalid-configuration',
    /sso_region is not/,
  ],
])('%s has a reason of its own', async (_, config, cacheKey, reason, detail) => {
  const { open, portal } = await signIn(config, cacheKey);
  expect(await fail(await open())).toMatchObject({ reason, detail: expect.stringMatching(detail) });
  expect(portal.requests).toEqual([]);
});
