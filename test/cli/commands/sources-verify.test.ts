import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { IdentityProvider } from '../../support/aws/identity-provider.ts';
import { type Failure, startLoopbackServer } from '../../support/aws/loopback-server.ts';
import { startPortal, storeSsoToken } from '../../support/aws/portal.ts';
import { buildStsError, type IssuedSession, startSts } from '../../support/aws/sts.ts';
import { runCommand } from '../../support/cli/run-command.ts';
import { temporaryFolder } from '../../support/cli/temporary-folder.ts';
import { findViolations } from '../../support/docs/schemas.ts';
import { imds, ROLES } from '../../support/sources/polling.ts';
import { homeWith } from '../../support/sources/profile-home.ts';
import { startEndpoint } from '../../support/sources/scripted-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const USER = 'AKIACANARY0000000001';
const SECRET = 'CANARY-secret/access+key';
const ACCOUNT = '111122223333';
const LOADER = `arn:aws:iam::${ACCOUNT}:role/team/loader`;
const POD = `arn:aws:iam::${ACCOUNT}:role/pod`;
const USER_ARN = `arn:aws:iam::${ACCOUNT}:user/team/jane`;
const START = 'https://corp.example/start';
const SSO_ROLE = 'AWSReservedSSO_Analyst_0123456789abcdef';

const KEYS = { AWS_ACCESS_KEY_ID: USER, AWS_SECRET_ACCESS_KEY: SECRET };
const OFF = { AWS_EC2_METADATA_DISABLED: 'true' };

const provider = new IdentityProvider();

const startAccount = (options: Partial<Parameters<typeof startSts>[0]> = {}) =>
  startSts({
    users: { [USER]: SECRET },
    roles: [
      { arn: LOADER, principals: [USER], externalId: 'partner-7' },
      { arn: POD, identities: { provider } },
    ],
    ...options,
  });

type Account = Awaited<ReturnType<typeof startAccount>>;

const toVariables = ({ accessKeyId, secretAccessKey, sessionToken }: IssuedSession) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  AWS_SESSION_TOKEN: sessionToken,
});

const toDocument = ({ accessKeyId, secretAccessKey, sessionToken, expiration }: IssuedSession) => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  Token: sessionToken,
  Expiration: new Date(expiration).toISOString(),
});

/** IMDS with credentials of the role `loader`, under this name. */
async function startImds(account: Account, name = 'loader') {
  const document = { Code: 'Success', ...toDocument(account.issue(LOADER, 'i-0123456789abcdef0', 3600)) };
  const endpoint = await startEndpoint(
    imds({
      [`GET ${ROLES}`]: { body: name },
      [`GET ${ROLES}${name}`]: { body: JSON.stringify(document) },
    }),
  );
  return { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint.url };
}

interface VerifyOptions {
  env?: Record<string, string | undefined>;
  args?: string[];
  account?: Account;
}

/** The options of a process that calls this STS. */
const buildEnvironment = ({ env = {}, account }: VerifyOptions) => ({
  HOME: temporaryFolder(),
  AWS_REGION: 'eu-west-1',
  ...(account && { AWS_ENDPOINT_URL_STS: account.url }),
  ...env,
});

async function verify(options: VerifyOptions) {
  const args = ['sources', '--verify', '-f', 'json', ...(options.args ?? [])];
  const { code, stdout, stderr } = await runCommand(args, { env: buildEnvironment(options) });
  expect(stderr).toBe('');
  const document = JSON.parse(stdout);
  expect(findViolations('sources', document)).toEqual([]);
  expect(stdout).not.toMatch(/CANARY-|CANARY\/|CANARY[\w+/]{20}/);
  return { code, ...document.verification, expectation: document.expectation };
}

/** The text for people, with one space between words. */
async function verifyAsText(options: VerifyOptions) {
  const args = ['sources', '--verify', ...(options.args ?? [])];
  const { code, stdout, stderr } = await runCommand(args, { env: buildEnvironment(options) });
  expect(stderr).toBe('');
  return { code, text: stdout.replace(/\s+/g, ' ') };
}

const countActions = ({ requests }: Pick<Account, 'requests'>) =>
  requests.map(({ body }) => new URLSearchParams(body).get('Action'));

const EVERY_SDK = ['botocore', 'java', 'go', 'javascript', 'rust', 'dotnet'];

test('the identity of the credentials is shown after one call', async () => {
  const account = await startAccount();
  const { code, verified, winners } = await verify({ account, env: { ...KEYS, ...OFF } });
  expect({ code, verified }).toEqual({ code: 0, verified: true });
  expect(winners).toEqual([
    {
      provider: 'environment',
      sdks: expect.arrayContaining(EVERY_SDK),
      verified: true,
      access_key_id: 'AKIA…0001',
      arn: USER_ARN,
      account_id: ACCOUNT,
      role: null,
      same_account: null,
      same_role: null,
      clock_offset_seconds: expect.any(Number),
      problem: null,
    },
  ]);
  expect(countActions(account)).toEqual(['GetCallerIdentity']);
  expect(account.requests[0]?.headers.authorization).toContain('/eu-west-1/sts/aws4_request');
});

test('without --verify, STS is not called', async () => {
  const account = await startAccount();
  const env = buildEnvironment({ account, env: { ...KEYS, ...OFF } });
  const { code, stdout } = await runCommand(['sources', '-f', 'json'], { env });
  expect({ code, verification: JSON.parse(stdout).verification }).toEqual({ code: 0, verification: null });
  expect(account.requests).toEqual([]);
});

describe('the role and the account are compared with those that the provider states', () => {
  test('the role of the instance', async () => {
    const account = await startAccount();
    const { code, winners } = await verify({ account, env: await startImds(account) });
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/loader/i-0123456789abcdef0`;
    expect(code).toBe(0);
    expect(winners).toMatchObject([
      { provider: 'imds', arn, role: 'loader', same_role: true, same_account: null },
    ]);
  });

  test('another role than IMDS states', async () => {
    const account = await startAccount();
    const env = await startImds(account, 'local-credentials');
    const { code, winners } = await verify({ account, env });
    expect(code).toBe(0);
    expect(winners).toMatchObject([{ verified: true, role: 'loader', same_role: false }]);
    const { text } = await verifyAsText({ account, env });
    expect(text).toContain('differs from role local-credentials of the provider');
  });

  test('another account than the environment states', async () => {
    const account = await startAccount();
    const env = { ...KEYS, ...OFF, AWS_ACCOUNT_ID: '999900001111' };
    const { winners } = await verify({ account, env });
    expect(winners).toMatchObject([{ account_id: ACCOUNT, same_account: false }]);
    const { text } = await verifyAsText({ account, env });
    expect(text).toContain('differs from account 999900001111 of the provider');
    const expected = await verifyAsText({ account, env, args: ['--expect', 'environment'] });
    expect(expected.text).toContain(
      `verified by AWS: the environment has credentials of ${USER_ARN}, which differs from account 999900001111 of the provider`,
    );
    const same = await verifyAsText({ account, env: { ...env, AWS_ACCOUNT_ID: ACCOUNT } });
    expect(same.text).toContain('account as the provider states');
  });
});

/** Environments with one provider each, and the identity that it has. */
const PROVIDERS: Record<
  string,
  {
    prepare(account: Account): Promise<Record<string, string>> | Record<string, string>;
    arn: string;
    actions: string[];
    same?: boolean;
  }
> = {
  'web-identity': {
    prepare: ({ now }) => {
      const file = join(temporaryFolder(), 'token');
      writeFileSync(file, provider.issueToken(now()));
      return { AWS_WEB_IDENTITY_TOKEN_FILE: file, AWS_ROLE_ARN: POD };
    },
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/pod/cred-watch`,
    actions: ['AssumeRoleWithWebIdentity', 'GetCallerIdentity'],
  },
  profile: {
    prepare: () => ({
      HOME: homeWith({
        credentials: `[default]\naws_access_key_id=${USER}\naws_secret_access_key=${SECRET}\n`,
      }),
    }),
    arn: USER_ARN,
    actions: ['GetCallerIdentity'],
  },
  'profile-role': {
    prepare: () => ({
      HOME: homeWith({
        config: `[default]\nrole_arn=${LOADER}\nsource_profile=user\nexternal_id=partner-7\nrole_session_name=nightly\n`,
        credentials: `[user]\naws_access_key_id=${USER}\naws_secret_access_key=${SECRET}\n`,
      }),
    }),
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/loader/nightly`,
    actions: ['AssumeRole', 'GetCallerIdentity'],
  },
  'profile-web-identity': {
    prepare: ({ now }) => {
      const file = join(temporaryFolder(), 'token');
      writeFileSync(file, provider.issueToken(now()));
      return { HOME: homeWith({ config: `[default]\nrole_arn=${POD}\nweb_identity_token_file=${file}\n` }) };
    },
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/pod/cred-watch`,
    actions: ['AssumeRoleWithWebIdentity', 'GetCallerIdentity'],
  },
  sso: {
    async prepare(account) {
      const home = homeWith({
        config: `[default]\nsso_session=corp\nsso_account_id=${ACCOUNT}\nsso_role_name=Analyst\n[sso-session corp]\nsso_start_url=${START}\nsso_region=eu-west-1\n`,
      });
      const portal = await startPortal({
        accessToken: 'CANARY-sso',
        accountId: ACCOUNT,
        roleName: 'Analyst',
      });
      const { accessKeyId } = account.issue(
        `arn:aws:iam::${ACCOUNT}:role/${SSO_ROLE}`,
        'jane@corp.example',
        3600,
      );
      // The portal and STS know the same session.
      portal.issue = () => account.issued.find((each) => each.accessKeyId === accessKeyId) ?? null;
      storeSsoToken(home, 'corp', {
        startUrl: START,
        region: 'eu-west-1',
        accessToken: 'CANARY-sso',
        expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
      });
      return { HOME: home, AWS_ENDPOINT_URL_SSO: portal.url };
    },
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${SSO_ROLE}/jane@corp.example`,
    actions: ['GetCallerIdentity'],
  },
  process: {
    prepare(account) {
      const folder = temporaryFolder();
      const { Token, ...document } = toDocument(account.issue(LOADER, 'tool', 3600));
      const content = JSON.stringify({ Version: 1, ...document, SessionToken: Token });
      writeFileSync(join(folder, 'keys.json'), content);
      return {
        HOME: homeWith({ config: `[default]\ncredential_process=/bin/cat ${join(folder, 'keys.json')}\n` }),
      };
    },
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/loader/tool`,
    actions: ['GetCallerIdentity'],
  },
  container: {
    async prepare(account) {
      const document = toDocument(account.issue(LOADER, '0123456789abcdef', 3600));
      const body = JSON.stringify({ ...document, RoleArn: LOADER });
      const endpoint = await startEndpoint({ 'GET /credentials': { body } });
      return { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint.url}/credentials` };
    },
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/loader/0123456789abcdef`,
    actions: ['GetCallerIdentity'],
  },
};

test.for(sampleCases(Object.entries(PROVIDERS), 3))(
  'the credentials of the provider %s are verified',
  async ([name, each]) => {
    const account = await startAccount();
    const env = { ...OFF, ...(await each.prepare(account)) };
    const { code, winners } = await verify({ account, env });
    expect(winners).toMatchObject([{ provider: name, arn: each.arn, account_id: ACCOUNT, problem: null }]);
    expect(winners[0].same_role).not.toBe(false);
    expect(winners[0].same_account).not.toBe(false);
    expect(code).toBe(0);
    expect(countActions(account)).toEqual(each.actions);
  },
);

test('a profile that only botocore and Go can read is verified', async () => {
  const account = await startAccount();
  const config = `[default]\naws_access_key_id: ${USER}\naws_secret_access_key: ${SECRET}\n`;
  const { winners } = await verify({ account, env: { ...OFF, HOME: homeWith({ config }) } });
  expect(winners).toMatchObject([{ provider: 'profile', sdks: ['botocore', 'go'], arn: USER_ARN }]);
});

test('a sign-in is not verified, because only the AWS CLI can use it', async () => {
  const account = await startAccount();
  const env = {
    ...OFF,
    HOME: homeWith({ config: `[default]\nlogin_session=arn:aws:iam::${ACCOUNT}:user/jane\n` }),
  };
  const { code, verified, winners } = await verify({ account, env });
  expect({ code, verified }).toEqual({ code: 1, verified: false });
  expect(winners).toMatchObject([{ provider: 'login', problem: { code: 'LOGIN_NEEDS_CLI', reason: null } }]);
  expect(account.requests).toEqual([]);
});

test('if SDKs disagree, each of their credentials is verified with one call', async () => {
  const account = await startAccount();
  const home = homeWith({
    credentials: `[other]\naws_access_key_id=AKIACANARY0000000002\naws_secret_access_key=CANARY-other\n`,
  });
  const env = { ...KEYS, ...OFF, HOME: home, AWS_PROFILE: 'other' };
  const { code, verified, winners } = await verify({ account, env });
  expect({ code, verified }).toEqual({ code: 1, verified: false });
  expect(winners).toMatchObject([
    { provider: 'environment', verified: true, arn: USER_ARN },
    { provider: 'profile', sdks: ['javascript'], verified: false, problem: { code: 'KEY_REJECTED' } },
  ]);
  expect(account.requests).toHaveLength(2);
});

test('botocore prefers AWS_ROLE_ARN to the role of a profile with a token file', async () => {
  const other = `arn:aws:iam::${ACCOUNT}:role/other`;
  const identities = { provider };
  const account = await startAccount({
    roles: [
      { arn: POD, identities },
      { arn: other, identities },
    ],
  });
  const file = join(temporaryFolder(), 'token');
  writeFileSync(file, provider.issueToken(account.now()));
  const config = `[default]\nrole_arn=${POD}\nweb_identity_token_file=${file}\n`;
  const { winners } = await verify({
    account,
    env: { ...OFF, HOME: homeWith({ config }), AWS_ROLE_ARN: other },
  });
  expect(winners).toMatchObject([
    { sdks: ['botocore'], role: 'other', same_role: true },
    { provider: 'profile-web-identity', role: 'pod', same_role: true },
  ]);
});

test('only botocore reads the old name of a session token', async () => {
  const account = await startAccount();
  const { AWS_SESSION_TOKEN, ...keys } = toVariables(account.issue(LOADER, 'nightly', 3600));
  const { code, winners } = await verify({
    account,
    env: { ...keys, ...OFF, AWS_SECURITY_TOKEN: AWS_SESSION_TOKEN },
  });
  expect(code).toBe(1);
  expect(winners).toMatchObject([
    { sdks: ['botocore'], verified: true, role: 'loader' },
    { verified: false, problem: { code: 'KEY_REJECTED' } },
  ]);
  expect(account.requests.map(({ headers }) => 'x-amz-security-token' in headers)).toEqual([true, false]);
});

test.each(['variables', 'a profile'])(
  'of two session tokens in %s, each SDK sends its own',
  async (place) => {
    const account = await startAccount();
    const { AWS_SESSION_TOKEN: token, ...keys } = toVariables(account.issue(LOADER, 'nightly', 3600));
    const env =
      place === 'variables'
        ? { ...keys, AWS_SESSION_TOKEN: 'CANARY-old', AWS_SECURITY_TOKEN: token }
        : {
            HOME: homeWith({
              credentials: `[default]\naws_access_key_id=${keys.AWS_ACCESS_KEY_ID}\naws_secret_access_key=${keys.AWS_SECRET_ACCESS_KEY}\naws_session_token=CANARY-old\naws_security_token=${token}\n`,
            }),
          };
    const { code, winners } = await verify({ account, env: { ...env, ...OFF } });
    expect(code).toBe(1);
    expect(winners).toMatchObject([
      { sdks: ['botocore'], verified: true, role: 'loader' },
      { verified: false, problem: { code: 'KEY_REJECTED' } },
    ]);
  },
);

test('an SDK with unknown credentials is not verified', async () => {
  const account = await startAccount();
  const credentials = `[other]\naws_access_key_id=${USER}\naws_secret_access_key=${SECRET}\n`;
  const env = { ...OFF, HOME: homeWith({ credentials }), AWS_DEFAULT_PROFILE: 'other' };
  const { code, winners } = await verify({ account, env });
  expect(code).toBe(1);
  expect(winners).toMatchObject([{ verified: false, problem: { code: 'WINNER_UNKNOWN' } }]);
});

test('no winner is a failure', async () => {
  const account = await startAccount();
  const { code, verified, winners } = await verify({ account, env: OFF });
  expect({ code, verified, winners }).toEqual({ code: 1, verified: false, winners: [] });
  const { text } = await verifyAsText({ account, env: OFF });
  expect(text).toContain('verified by AWS none fails no SDK finds credentials');
});

interface FailureCase {
  env?: Record<string, string | undefined>;
  failure?: Failure;
  now?: () => number;
  code: string;
  reason: string;
  text: RegExp;
  isMeasured?: boolean;
}

const DATE = { Date: 'none' };

const FAILURES: Record<string, FailureCase> = {
  'an expired token': {
    failure: buildStsError('ExpiredToken', 'The security token included in the request is expired', 403),
    code: 'TOKEN_EXPIRED',
    reason: 'base-credentials-rejected',
    text: /AWS reports that the session token has expired .* → renew the credentials/,
    isMeasured: true,
  },
  'a key that AWS does not know': {
    env: { AWS_ACCESS_KEY_ID: 'AKIACANARY0000000009' },
    code: 'KEY_REJECTED',
    reason: 'base-credentials-rejected',
    text: /AWS rejected the key id or its session token .* → check that the key was not deleted/,
    isMeasured: true,
  },
  'a wrong secret key': {
    env: { AWS_SECRET_ACCESS_KEY: 'CANARY-other' },
    code: 'SIGNATURE_REJECTED',
    reason: 'base-credentials-rejected',
    text: /the secret key does not belong to the key id .* → copy the secret key again/,
  },
  'a wrong clock without a way to correct it': {
    failure: {
      ...buildStsError('SignatureDoesNotMatch', 'Signature expired: 20261129T120000Z is now earlier', 403),
      headers: DATE,
    },
    code: 'CLOCK_REJECTED',
    reason: 'clock-rejected',
    text: /AWS rejected the time of the request .* → correct this host's clock/,
  },
  'a policy that denies the call': {
    failure: buildStsError('AccessDenied', 'not authorized to perform: sts:GetCallerIdentity', 403),
    code: 'ACCESS_DENIED',
    reason: 'aws-access-denied',
    text: /AWS denied the call .* → check the policy of the VPC endpoint/,
  },
  'a disabled region': {
    failure: buildStsError('RegionDisabledException', 'STS is not activated in this region', 403),
    code: 'REGION_DISABLED',
    reason: 'region-disabled',
    text: /AWS STS is disabled in this region .* → activate the region/,
  },
  'an STS that is unreachable': {
    env: { AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1' },
    code: 'STS_UNREACHABLE',
    reason: 'aws-unreachable',
    text: /could not reach AWS STS \(STS at 127\.0\.0\.1:1: ECONNREFUSED\) .* → check the name of the region, DNS, routes and firewalls/,
  },
  'no region': {
    env: { AWS_REGION: undefined },
    code: 'REGION_MISSING',
    reason: 'region-missing',
    text: /the region of AWS STS is unknown .* → set AWS_REGION/,
  },
  'an answer of another service': {
    failure: { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>sign in</html>' },
    code: 'CALL_FAILED',
    reason: 'malformed',
    text: /the call failed: the response does not come from AWS STS \(STS at 127\.0\.0\.1:\d+: the response names no identity\) .* → check which server responds/,
  },
};

test.for(sampleCases(Object.entries(FAILURES), 3))('%s is a failure with a fix', async ([, each]) => {
  const account = await startAccount();
  const env = { ...KEYS, ...OFF, ...each.env };
  const fail = () => {
    account.failures.length = 0;
    if (each.failure !== undefined) account.failures.push(...Array(3).fill(each.failure));
  };
  fail();
  const { code, winners } = await verify({ account, env });
  expect(winners).toMatchObject([
    { verified: false, arn: null, account_id: null, problem: { code: each.code, reason: each.reason } },
  ]);
  expect(code).toBe(1);
  if (each.isMeasured) expect(winners[0].clock_offset_seconds).toEqual(expect.any(Number));
  fail();
  const { code: textCode, text } = await verifyAsText({ account, env });
  expect(textCode).toBe(1);
  expect(text).toMatch(each.text);
});

test('credentials that cannot be read are a failure', async () => {
  const account = await startAccount();
  const home = homeWith({
    config: `[default]\nrole_arn=${LOADER}\nsource_profile=user\nexternal_id=partner-8\n`,
    credentials: `[user]\naws_access_key_id=${USER}\naws_secret_access_key=${SECRET}\n`,
  });
  const { code, winners } = await verify({ account, env: { ...OFF, HOME: home } });
  expect(code).toBe(1);
  expect(winners).toMatchObject([
    {
      provider: 'profile-role',
      access_key_id: null,
      problem: { code: 'CREDENTIALS_NOT_READ', reason: 'aws-access-denied' },
    },
  ]);
  expect(countActions(account)).toEqual(['AssumeRole']);
});

test.each([
  [0, /the clock of this host is (?:right|1s behind|1s ahead)/],
  [-200, /the clock of this host is 3m 1?\d*[012]s ahead/],
  [1800, /the clock of this host is (?:29m 59s|30m(?: 0[01]s)?) behind/],
])('a clock of AWS that is %i s ahead is shown', async (seconds, text) => {
  const account = await startAccount({ now: () => Date.now() + seconds * 1000 });
  const { code, text: shown } = await verifyAsText({ account, env: { ...KEYS, ...OFF } });
  expect(shown).toMatch(text);
  // The second attempt uses the time of AWS.
  expect(code).toBe(0);
});

test('a response that quotes a secret is not shown', async () => {
  const server = await startLoopbackServer(({ headers }) => ({
    status: 200,
    headers: { 'Content-Type': 'text/xml' },
    body: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:sts::${ACCOUNT}:assumed-role/loader/${String(headers['x-amz-security-token']).slice(0, 30)}</Arn><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  }));
  const token = 'CANARYcanaryCANARYcanaryCANARYcanary';
  const env = { ...KEYS, ...OFF, AWS_ACCESS_KEY_ID: 'ASIACANARY0000000001', AWS_SESSION_TOKEN: token };
  const { code, winners } = await verify({ env, args: ['--sts-endpoint', server.url] });
  expect(code).toBe(1);
  expect(winners).toMatchObject([{ arn: null, problem: { code: 'CALL_FAILED', reason: 'malformed' } }]);
});

describe('--sts-endpoint', () => {
  test('replaces the endpoint of the environment', async () => {
    const [account, other] = [await startAccount(), await startAccount()];
    const { code } = await verify({ account, env: { ...KEYS, ...OFF }, args: ['--sts-endpoint', other.url] });
    expect([code, account.requests.length, other.requests.length]).toEqual([0, 0, 1]);
  });

  test('needs --verify', async () => {
    const { code, stderr } = await runCommand(['sources', '--sts-endpoint', 'http://127.0.0.1:1']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'error: --sts-endpoint needs --verify\nhint: without --verify, AWS STS is not called\n',
    );
  });
});

test('the profile of --profile is verified, with its region', async () => {
  const account = await startAccount();
  const home = homeWith({
    config: `[profile loader]\nregion = eu-south-1\n`,
    credentials: `[loader]\naws_access_key_id=${USER}\naws_secret_access_key=${SECRET}\n`,
  });
  const env = { ...OFF, HOME: home, AWS_REGION: undefined };
  const { code, winners } = await verify({ account, env, args: ['--profile', 'loader'] });
  expect({ code, winners }).toMatchObject({ code: 0, winners: [{ provider: 'profile', arn: USER_ARN }] });
  expect(account.requests[0]?.headers.authorization).toContain('/eu-south-1/sts/');
});

describe('--expect', () => {
  test('the role and the account are those that AWS states', async () => {
    const account = await startAccount();
    const env = { ...toVariables(account.issue(LOADER, 'nightly', 3600)), ...OFF };
    const expectation = `environment,role=loader,account=${ACCOUNT}`;
    const met = await verifyAsText({ account, env, args: ['--expect', expectation] });
    expect(met.code).toBe(0);
    expect(met.text).toMatch(
      /^as expected: every SDK uses environment \(ASIA….{4}\) verified by AWS: the environment has credentials of arn:aws:sts::111122223333:assumed-role\/loader\/nightly $/,
    );
    const other = await verify({ account, env, args: ['--expect', 'environment,role=reader'] });
    expect(other.code).toBe(1);
    expect(other.expectation.differences).toMatchObject([
      {
        reason: 'DIFFERS',
        message:
          'expected role reader, got role loader in every SDK because AWS states this role for the credentials of the environment',
      },
    ]);
  });

  test('credentials of a user have no role', async () => {
    const account = await startAccount();
    const args = ['--expect', 'environment,role=jane'];
    const { code, expectation } = await verify({ account, env: { ...KEYS, ...OFF }, args });
    expect(code).toBe(1);
    expect(expectation.differences).toMatchObject([
      {
        field: 'role',
        actual: USER_ARN,
        reason: 'NO_ROLE',
        message: `expected role jane, got no role in every SDK because the credentials of the environment belong to ${USER_ARN}`,
      },
    ]);
  });

  test('credentials that AWS rejects have no known role', async () => {
    const account = await startAccount();
    const env = { ...(await startImds(account)) };
    account.issued.length = 0;
    const { code, expectation } = await verify({ account, env, args: ['--expect', 'imds,role=loader'] });
    expect(code).toBe(1);
    expect(expectation.differences).toMatchObject([{ field: 'role', actual: null, reason: 'NOT_VERIFIED' }]);
    // The provider is as expected, but AWS does not accept its credentials.
    const { code: textCode, text } = await verifyAsText({ account, env, args: ['--expect', 'imds'] });
    expect(textCode).toBe(1);
    expect(text).toMatch(/^as expected: .* verified by AWS IMDS fails AWS rejected the key id/);
  });
});

// /proc exists on Linux only.
describe.runIf(process.platform === 'linux')('--pid', () => {
  function startJob(env: Record<string, string>) {
    const child = spawn('/bin/sleep', ['60'], { env, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return String(child.pid);
  }

  test('the credentials, the region and the endpoint are those of the process', async () => {
    const account = await startAccount();
    const pid = startJob({
      ...KEYS,
      ...OFF,
      HOME: temporaryFolder(),
      AWS_REGION: 'us-west-2',
      AWS_ENDPOINT_URL_STS: account.url,
    });
    const { code, winners } = await verify({ args: ['--pid', pid] });
    expect({ code, winners }).toMatchObject({ code: 0, winners: [{ arn: USER_ARN }] });
    expect(account.requests[0]?.headers.authorization).toContain('/us-west-2/sts/');
  });

  test.each([
    ['its own credential_process', '[default]\ncredential_process=MARK\n', 'PROCESS_NOT_RUN', null],
    [
      'the credential_process of the profile that assumes its role',
      `[default]\nrole_arn=${LOADER}\nsource_profile=base\n[profile base]\ncredential_process=MARK\n`,
      'CREDENTIALS_NOT_READ',
      'invalid-configuration',
    ],
  ])('%s is not run', async (_, config, code, reason) => {
    const account = await startAccount();
    const mark = join(temporaryFolder(), 'mark');
    const home = homeWith({ config: config.replace('MARK', `/usr/bin/touch ${mark}`) });
    const pid = startJob({ ...OFF, HOME: home, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: account.url });
    const result = await verify({ args: ['--pid', pid] });
    expect(result.code).toBe(1);
    expect(result.winners).toMatchObject([{ problem: { code, reason } }]);
    expect(existsSync(mark)).toBe(false);
    expect(account.requests).toEqual([]);
  });
});
