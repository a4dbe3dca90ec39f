import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SourceChoice } from '../../../src/sources/open.ts';
import { openSource } from '../../../src/sources/open.ts';
import { IdentityProvider } from '../../support/aws/identity-provider.ts';
import { startPortal, storeSsoToken } from '../../support/aws/portal.ts';
import { readRequestSignature } from '../../support/aws/request-signature.ts';
import { createAccount, KEYS, MIDDLE, SECRET, USER } from '../../support/aws/role-account.ts';
import { startSts } from '../../support/aws/sts.ts';
import { options } from '../../support/sources/polling.ts';
import { homeWith } from '../../support/sources/profile-home.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';
import { createRealRefresher, createSharedTime } from '../../support/watch/real-refresher.ts';

/** A refresh of credentials of one hour. */
const UNTIL_REFRESH = 1720;
const NEW_USER = 'AKIACANARY0000000002';
const NEW_SECRET = 'CANARY-secret/access+new';

const writeKeys = (home: string, keyId: string, secret: string, more = '') =>
  writeFileSync(
    join(home, '.aws', 'credentials'),
    `[base]\naws_access_key_id = ${keyId}\naws_secret_access_key = ${secret}\n${more}`,
  );

describe('a role that the keys of another profile assume', () => {
  test.each(
    sampleCases<[SourceChoice, string | undefined, string]>(
      [
        ['profile', undefined, `[default]\nrole_arn = ${MIDDLE}\nsource_profile = base\n`],
        ['role', undefined, `[default]\nrole_arn = ${MIDDLE}\nsource_profile = base\n`],
        ['role', MIDDLE, ''],
      ],
      3,
    ),
  )(
    'the source %s with the ARN %s uses keys that were replaced in the file',
    async (choice, roleArn, config) => {
      const clock = createSharedTime();
      const users: Record<string, string> = { [USER]: SECRET };
      const sts = await startSts({ roles: [{ arn: MIDDLE, principals: [USER, NEW_USER] }], users });
      const home = homeWith({ config, credentials: `[base]\n${KEYS}` });
      const env = {
        HOME: home,
        AWS_REGION: 'eu-west-1',
        AWS_ENDPOINT_URL_STS: sts.url,
        AWS_EC2_METADATA_DISABLED: 'true',
      };
      const profile = roleArn === undefined ? undefined : 'base';
      const source = await openSource(choice, options(env, { roleArn, profile }));
      const { refresher, pass, keyId, recorded } = createRealRefresher(source, clock);
      expect((await refresher.start()).outcome.ok).toBe(true);

      writeKeys(home, NEW_USER, NEW_SECRET);
      delete users[USER];
      users[NEW_USER] = NEW_SECRET;
      await pass(UNTIL_REFRESH);
      expect(refresher.getStatus().lastFailure).toBeNull();
      expect(sts.requests.map((request) => readRequestSignature(request)?.accessKeyId)).toEqual([
        USER,
        NEW_USER,
      ]);
      expect(keyId()).toBe(sts.issued[1]?.accessKeyId);
      expect(recorded()).toEqual(['sample', 'sample']);
    },
  );

  test('keys that SDKs would use without a profile are read again too', async () => {
    const clock = createSharedTime();
    const users: Record<string, string> = { [USER]: SECRET };
    const sts = await startSts({ roles: [{ arn: MIDDLE, principals: [USER, NEW_USER] }], users });
    const home = homeWith({ credentials: `[default]\n${KEYS}` });
    const env = {
      HOME: home,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const source = await openSource('role', options(env, { roleArn: MIDDLE }));
    const { refresher, pass, keyId } = createRealRefresher(source, clock);
    await refresher.start();
    writeFileSync(
      join(home, '.aws', 'credentials'),
      `[default]\naws_access_key_id = ${NEW_USER}\naws_secret_access_key = ${NEW_SECRET}\n`,
    );
    delete users[USER];
    users[NEW_USER] = NEW_SECRET;
    await pass(UNTIL_REFRESH);
    expect(keyId()).toBe(sts.issued[1]?.accessKeyId);
  });

  test('another role in the profile is assumed at the next refresh', async () => {
    const clock = createSharedTime();
    const { sts, home, open } = await createAccount(
      `[default]\nrole_arn = ${MIDDLE}\nsource_profile = base\n`,
      {
        credentials: `[base]\n${KEYS}`,
      },
    );
    sts.requests.length = 0;
    const { refresher, pass } = createRealRefresher(await open('profile'), clock);
    await refresher.start();
    writeFileSync(
      join(home, '.aws', 'config'),
      `[default]\nrole_arn = ${MIDDLE}\nsource_profile = base\nduration_seconds = 7200\n`,
    );
    await pass(UNTIL_REFRESH);
    expect(sts.requests.map(({ body }) => new URLSearchParams(body).get('DurationSeconds'))).toEqual([
      null,
      '7200',
    ]);
    // The longer session is refreshed later.
    expect(refresher.getStatus().nextAttemptAt).toBeGreaterThan(clock.now() + 3400 * 1000);
  });
});

test('a web identity token that was replaced in its file is used at the next refresh', async () => {
  const clock = createSharedTime();
  const provider = new IdentityProvider();
  const sts = await startSts({ roles: [{ arn: MIDDLE, identities: { provider } }] });
  const home = homeWith({});
  const file = join(home, 'token');
  const first = provider.issueToken(clock.now(), { exp: clock.now() / 1000 + 900 });
  writeFileSync(file, first);
  const source = await openSource(
    'web-identity',
    options({
      HOME: home,
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_ROLE_ARN: MIDDLE,
      AWS_WEB_IDENTITY_TOKEN_FILE: file,
    }),
  );
  const { refresher, pass, keyId } = createRealRefresher(source, clock);
  await refresher.start();
  // Without a new token, AWS rejects the refresh.
  await pass(UNTIL_REFRESH);
  expect(refresher.getStatus().lastFailure?.reason).toBe('identity-token-expired');
  expect(keyId()).toBe(sts.issued[0]?.accessKeyId);

  writeFileSync(file, provider.issueToken(clock.now()));
  await pass(300);
  expect(refresher.getStatus().lastFailure).toBeNull();
  expect(keyId()).toBe(sts.issued[1]?.accessKeyId);
});

test('session keys that were replaced in the credentials file are served at the next poll', async () => {
  const clock = createSharedTime();
  const describeKeys = (keyId: string, seconds: number) => {
    const expiration = new Date(clock.now() + seconds * 1000).toISOString();
    return `[default]\naws_access_key_id = ${keyId}\naws_secret_access_key = s\naws_session_token = t\nexpiration = ${expiration}\n`;
  };
  const home = homeWith({ credentials: describeKeys('ASIACANARY0000000001', 3600) });
  const source = await openSource('profile', options({ HOME: home }));
  const { refresher, pass, keyId } = createRealRefresher(source, clock);
  await refresher.start();
  expect(keyId()).toBe('ASIACANARY0000000001');
  await pass(1800);
  writeFileSync(join(home, '.aws', 'credentials'), describeKeys('ASIACANARY0000000002', 3600));
  // The source is polled again after a tenth of the remaining validity.
  await pass(200);
  expect(keyId()).toBe('ASIACANARY0000000002');
});

describe('a token of IAM Identity Center', () => {
  const TOKEN = 'CANARY-authorization';
  const CONFIG = `[profile analyst]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Analyst
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = eu-west-1
`;

  async function signIn(secondsOfToken: number) {
    const clock = createSharedTime();
    const portal = await startPortal({ accessToken: TOKEN, accountId: '111122223333', roleName: 'Analyst' });
    const home = homeWith({ config: CONFIG });
    const storeToken = (accessToken: string, seconds: number) =>
      storeSsoToken(home, 'corp', {
        accessToken,
        expiresAt: new Date(clock.now() + seconds * 1000).toISOString(),
      });
    storeToken(TOKEN, secondsOfToken);
    const source = await openSource(
      'sso',
      options({ HOME: home, AWS_ENDPOINT_URL_SSO: portal.url }, { profile: 'analyst' }),
    );
    return { portal, home, storeToken, ...createRealRefresher(source, clock) };
  }

  ciTest(
    'a new login after the end of the token and of the credentials is noticed within a minute',
    async () => {
      const { portal, storeToken, refresher, pass, keyId, recorded } = await signIn(1000);
      expect((await refresher.start()).outcome.ok).toBe(true);
      // The portal rejects the token, which has expired.
      portal.failures.push(...Array.from({ length: 500 }, () => REJECTED));
      await pass(3660);
      expect(keyId()).toBeNull();
      expect(refresher.getStatus().lastFailure).toMatchObject({
        reason: 'sso-login-required',
        misconfiguration: { code: 'SSO_SIGN_IN', profile: 'analyst' },
      });
      // The same failure is recorded every five minutes.
      expect(recorded().filter((kind) => kind === 'failed_poll').length).toBeLessThanOrEqual(8);

      portal.failures.length = 0;
      storeToken(TOKEN, 28_800);
      await pass(60);
      expect(keyId()).toBe(portal.issued.at(-1)?.accessKeyId);
      expect(refresher.getStatus()).toMatchObject({ failures: 0, lastFailure: null });
    },
  );

  test('a logout causes no request to the portal', async () => {
    const { portal, home, refresher, pass, keyId } = await signIn(28_800);
    await refresher.start();
    rmSync(join(home, '.aws', 'sso'), { recursive: true });
    await pass(3660);
    expect(keyId()).toBeNull();
    expect(refresher.getStatus().lastFailure?.reason).toBe('sso-login-required');
    expect(portal.requests).toHaveLength(1);
  });

  const REJECTED = {
    status: 401,
    headers: { 'Content-Type': 'application/json', 'x-amzn-ErrorType': 'UnauthorizedException' },
    body: '{"message":"Session token not found or invalid"}',
  };
});
