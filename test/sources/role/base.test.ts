import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SourceChoice } from '../../../src/sources/open.ts';
import { IdentityProvider } from '../../support/aws/identity-provider.ts';
import { startPortal, storeSsoToken } from '../../support/aws/portal.ts';
import { createAccount, KEYS, MIDDLE, TOP, USER } from '../../support/aws/role-account.ts';
import { codes, fail, succeed } from '../../support/sources/polling.ts';

const POD = 'arn:aws:iam::111122223333:role/pod';
const ACCOUNT = { accountId: '777788889999', roleName: 'Analyst' };
const SSO = `sso_session = corp
sso_account_id = ${ACCOUNT.accountId}
sso_role_name = ${ACCOUNT.roleName}
[sso-session corp]
sso_start_url = https://corp.example/start
sso_region = eu-west-1
`;

describe('a base with keys and a role', () => {
  const config = `[profile top]
role_arn = ${TOP}
source_profile = base
external_id = partner-7
[profile base]
role_arn = ${MIDDLE}
source_profile = user
${KEYS}[profile user]
${KEYS.replace(USER, 'AKIACANARY0000000002')}`;
  const roles = [{ arn: TOP, principals: [USER], externalId: 'partner-7', maxSessionSeconds: 7200 }];

  test('its keys assume the role, as in every SDK', async () => {
    const { sts, open } = await createAccount(config, { roles });
    const outcome = await succeed(await open('profile', { profile: 'top' }));
    expect(sts.issued.map(({ roleArn }) => roleArn)).toEqual([TOP]);
    expect(codes(outcome)).toEqual(['DURATION_NOT_SET']);
  });

  test('its role is used if the caller chooses the profile', async () => {
    const { sts, open } = await createAccount(config);
    await fail(await open('role', { profile: 'base', roleArn: TOP }));
    expect(sts.requests[0]?.body).toContain(encodeURIComponent(MIDDLE));
  });
});

describe('region and endpoint', () => {
  const chain = (top: string, middle: string) => `[profile user]
${KEYS}[profile middle]
role_arn = ${MIDDLE}
source_profile = user
${middle}[profile top]
role_arn = ${TOP}
source_profile = middle
external_id = partner-7
${top}`;
  const unset = { AWS_REGION: undefined };

  test('every call of a chain uses the region of the selected profile', async () => {
    const { sts, open } = await createAccount(chain('region = eu-west-1\n', 'region = us-west-2\n'));
    await succeed(await open('profile', { profile: 'top' }, unset));
    const regions = sts.requests.map(({ headers }) => headers.authorization?.split('/')[2]);
    expect(regions).toEqual(['eu-west-1', 'eu-west-1']);
  });

  test('no request is sent if only the base has a region', async () => {
    const { sts, open } = await createAccount(chain('', 'region = us-west-2\n'));
    expect((await fail(await open('profile', { profile: 'top' }, unset))).reason).toBe('region-missing');
    expect(sts.requests).toEqual([]);
  });

  test('the credentials file can have the region and the endpoint', async () => {
    const { sts, open } = await createAccount(chain('', ''), {
      credentials: '[top]\nregion = eu-west-1\nendpoint_url = STS_URL\n',
    });
    const changes = { ...unset, AWS_ENDPOINT_URL_STS: undefined };
    await succeed(await open('profile', { profile: 'top' }, changes));
    expect(sts.issued).toHaveLength(2);
  });
});

/** A profile whose role has the credentials of another role as its base, and another profile for this base. */
async function createChain(settings: string) {
  const {
    sts,
    home,
    open: openPlain,
  } = await createAccount(
    `[default]\nrole_arn = ${MIDDLE}\nsource_profile = base\n[profile base]\n${settings}`,
    {
      roles: [
        { arn: MIDDLE, principals: [POD] },
        { arn: POD, identities: { provider } },
      ],
    },
  );
  const portal = await startPortal({ ...ACCOUNT, accessToken: 'CANARY-authorization' });
  const open = async (choice: SourceChoice, given: object = {}, env: Record<string, string> = {}) =>
    openPlain(choice, given, { ...env, AWS_ENDPOINT_URL_SSO: portal.url });
  return { sts, home, open };
}

const provider = new IdentityProvider();

describe('the series of a role', () => {
  test.each<SourceChoice>(['role', 'profile'])(
    'the source %s records a role under its own name, and not under the name of its base',
    async (choice) => {
      const { home, sts, open } = await createChain(SSO);
      storeSsoToken(home, 'corp', {
        accessToken: 'CANARY-authorization',
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      });
      // This STS does not know the key of the portal.
      const outcome = await fail(await open(choice));
      expect(sts.requests).toHaveLength(1);
      const source = choice === 'profile' ? 'role' : null;
      expect(outcome.identity).toMatchObject({ role: 'middle', source });
      expect(outcome.accountId).toBe('111122223333');
    },
  );

  test('a base that fails does not rename the series', async () => {
    const { open } = await createChain(SSO);
    const outcome = await fail(await open('profile'));
    expect(outcome.reason).toBe('sso-login-required');
    expect(outcome.identity).toMatchObject({ role: 'middle', source: 'role' });
    expect(outcome.accountId).toBe('111122223333');
  });
});

test('expired credentials of a process do not assume a role, because SDKs fail with them', async () => {
  const output = JSON.stringify({
    ...{ Version: 1, AccessKeyId: 'ASIACANARY0000000001', SecretAccessKey: 'CANARY', SessionToken: 'CANARY' },
    Expiration: '2026-01-01T00:00:00Z',
  });
  const { sts, open } = await createChain(`credential_process = echo '${output}'\n`);
  expect(await fail(await open('profile'))).toMatchObject({
    reason: 'expired',
    detail: 'the process that should assume the role printed them',
  });
  expect(sts.requests).toEqual([]);
});

test('a profile that begins to name a role is a source that issues credentials', async () => {
  const { home, sts, open } = await createAccount(`[default]\n${KEYS}`);
  const source = await open('profile');
  expect(source).toMatchObject({ endpoint: null, issuesCredentials: false });
  const config = `[default]\nrole_arn = ${MIDDLE}\nsource_profile = default\n${KEYS}`;
  writeFileSync(join(home, '.aws/config'), config);
  await succeed(source);
  expect(source).toMatchObject({ endpoint: { url: sts.url, loopback: true }, issuesCredentials: true });
});

test('the duration of the session of a base does not matter', async () => {
  const { home, open } = await createChain(KEYS);
  const tokenFile = join(home, 'token');
  writeFileSync(tokenFile, provider.issueToken(Date.now(), {}));
  const env = { AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: POD, HOME: '/nonexistent' };
  const outcome = await succeed(await open('role', { roleArn: MIDDLE, durationSeconds: 900 }, env));
  expect(codes(outcome)).toEqual(['IDENTITY_TOKEN_EXPIRES', 'ROLE_CHAIN_CAPPED']);
});
