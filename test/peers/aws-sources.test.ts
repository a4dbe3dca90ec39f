import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IdentityProvider } from '../support/aws/identity-provider.ts';
import type { Failure } from '../support/aws/loopback-server.ts';
import { buildPortalError, startPortal, storeSsoToken } from '../support/aws/portal.ts';
import { buildStsError, startSts } from '../support/aws/sts.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { temporaryFolder } from '../support/cli/temporary-folder.ts';
import { AWS_CLI, obtainByAwsCli, redirectAwsCli } from '../support/peers/aws-cli.ts';
import type { Environment } from '../support/peers/child-client.ts';
import type { ClientOutcome, HeldCredentials } from '../support/peers/client.ts';
import { CLI, JAVASCRIPT } from '../support/peers/clients.ts';
import { describeClient } from '../support/peers/installed-client.ts';
import { type SdkChain, startJavaScriptChain } from '../support/peers/javascript-sdk.ts';
import { homeWith } from '../support/sources/profile-home.ts';
import { isThorough, sampleCases } from '../support/thorough.ts';

const USER = 'AKIACANARY0000000001';
const SECRET = 'CANARY-secret/access+key';
const TOKEN = 'CANARY-sso-token';
const ACCOUNT = '111122223333';
const POD = `arn:aws:iam::${ACCOUNT}:role/team/pod`;
const MIDDLE = `arn:aws:iam::${ACCOUNT}:role/middle`;
const TOP = 'arn:aws:iam::444455556666:role/team/top';
const START = 'https://corp.example/start';
const provider = new IdentityProvider();

const VARIABLES = { AWS_ACCESS_KEY_ID: USER, AWS_SECRET_ACCESS_KEY: SECRET };

/** TOKEN_FILE stands for the path of the file with the identity token. */
const CONFIG = `[profile user]
aws_access_key_id = ${USER}
aws_secret_access_key = ${SECRET}
[profile pod]
role_arn = ${POD}
web_identity_token_file = TOKEN_FILE
[profile pod-with-settings]
role_arn = ${POD}
web_identity_token_file = TOKEN_FILE
role_session_name = nightly
duration_seconds = 7200
[profile middle]
role_arn = ${MIDDLE}
source_profile = user
[profile middle-with-settings]
role_arn = ${MIDDLE}
source_profile = user
role_session_name = nightly
duration_seconds = 7200
[profile top]
role_arn = ${TOP}
source_profile = middle
external_id = partner-7
role_session_name = load
[profile top-without-id]
role_arn = ${TOP}
source_profile = middle
[profile variables]
role_arn = ${MIDDLE}
credential_source = Environment
[profile analyst]
sso_session = corp
sso_account_id = ${ACCOUNT}
sso_role_name = Analyst
[profile old-analyst]
sso_start_url = ${START}
sso_region = eu-west-1
sso_account_id = ${ACCOUNT}
sso_role_name = Analyst
[sso-session corp]
sso_start_url = ${START}
sso_region = eu-west-1
`;

type Client = 'cred-watch' | 'javascript' | 'cli';

/** A fact about each client, or a fact about all clients. */
type Fact<T> = T | Readonly<Record<Client, T>>;

const read = <T extends string | number | boolean | null | readonly string[]>(
  fact: Fact<T>,
  client: Client,
): T => (typeof fact === 'object' && fact !== null && 'cli' in fact ? fact[client] : (fact as T));

interface AccountOptions {
  /** How far the clock of AWS is ahead, in milliseconds. */
  ahead?: number;
  /** When the identity token expires, in seconds from now. */
  tokenSeconds?: number;
  ssoToken?: object;
  /** Repeated instead of every response. */
  failure?: Failure;
}

/** STS, the portal, the shared files, and an identity token. Every client gets its own, because clients cache. */
async function createAccount({ ahead = 0, tokenSeconds = 3600, ssoToken = {}, failure }: AccountOptions) {
  const now = () => Date.now() + ahead;
  const sts = await startSts({
    users: { [USER]: SECRET },
    roles: [
      { arn: POD, maxSessionSeconds: 7200, identities: { provider } },
      { arn: MIDDLE, maxSessionSeconds: 7200, principals: [USER] },
      { arn: TOP, principals: [MIDDLE], externalId: 'partner-7' },
    ],
    now,
  });
  const portal = await startPortal({ accessToken: TOKEN, accountId: ACCOUNT, roleName: 'Analyst', now });
  for (const server of [sts, portal]) {
    if (failure !== undefined) server.failures.push(...Array(10).fill(failure));
  }
  const folder = temporaryFolder();
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, provider.issueToken(now(), { exp: Math.floor(now() / 1000) + tokenSeconds }));
  const home = homeWith({ config: CONFIG.replaceAll('TOKEN_FILE', tokenFile) });
  const stored = { accessToken: TOKEN, expiresAt: new Date(now() + 28_800_000).toISOString(), ...ssoToken };
  for (const cacheKey of ['corp', START]) {
    storeSsoToken(home, cacheKey, { startUrl: START, region: 'eu-west-1', ...stored });
  }
  const environment = {
    HOME: home,
    AWS_CONFIG_FILE: join(home, '.aws/config'),
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ENDPOINT_URL_STS: sts.url,
    AWS_ENDPOINT_URL_SSO: portal.url,
    ...redirectAwsCli(join(folder, 'models'), 'STS', sts.url),
    ...redirectAwsCli(join(folder, 'models'), 'SSO', portal.url),
  };
  return { sts, portal, environment, tokenFile };
}

type Account = Awaited<ReturnType<typeof createAccount>>;

/** Gets credentials with a profile of the account, or without one from variables. */
type Obtain = (
  account: Pick<Account, 'environment'>,
  profile: string | null,
  variables: Environment,
) => Promise<ClientOutcome>;

const obtainByCli: Obtain = ({ environment }, profile, variables) =>
  obtainByAwsCli({ ...environment, ...variables }, profile === null ? {} : { profile });

const obtainByCredWatch: Obtain = async ({ environment }, profile, variables) => {
  const chosen = profile === null ? [] : ['--profile', profile];
  const { code, stdout, stderr } = await runCommand(
    ['env', '-j', '10m', '-f', 'process', '--db', join(temporaryFolder(), 'samples.db'), ...chosen],
    { env: { ...environment, ...variables } },
  );
  return { code, stderr, held: stdout === '' ? null : readProcessDocument(stdout) };
};

function readProcessDocument(text: string): HeldCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = JSON.parse(text);
  return {
    accessKeyId: AccessKeyId,
    expiration: Date.parse(Expiration),
    matches: (issued) => SecretAccessKey === issued.secretAccessKey && SessionToken === issued.sessionToken,
  };
}

interface RoleCase {
  profile: string | null;
  variables?: (account: Account) => Environment;
  /** The roles whose credentials AWS issues, in order. */
  roles: readonly string[];
  /** The name of the last session. A random part is replaced by `*`. */
  session: Fact<string>;
  /** The requested duration of the last session, in seconds. Null if there is none in the request. */
  duration: Fact<number | null>;
}

/** Without a name in the settings, every client has its own. */
const OWN_NAME = { 'cred-watch': 'cred-watch', javascript: 'aws-sdk-js-*', cli: 'botocore-session-*' };
const OWN_POD_NAME = { ...OWN_NAME, javascript: 'aws-sdk-js-session-*' };
/** The JavaScript SDK requests the default of AWS explicitly. */
const OWN_DURATION = { 'cred-watch': null, javascript: 3600, cli: null };

const ROLE_CASES: readonly [name: string, RoleCase][] = [
  [
    'a web identity in variables',
    {
      profile: null,
      variables: ({ tokenFile }) => ({ AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile, AWS_ROLE_ARN: POD }),
      roles: [POD],
      session: OWN_POD_NAME,
      duration: null,
    },
  ],
  [
    'a web identity in variables with a name',
    {
      profile: null,
      variables: ({ tokenFile }) => ({
        AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
        AWS_ROLE_ARN: POD,
        AWS_ROLE_SESSION_NAME: 'weekly',
      }),
      roles: [POD],
      session: 'weekly',
      duration: null,
    },
  ],
  ['a web identity in a profile', { profile: 'pod', roles: [POD], session: OWN_POD_NAME, duration: null }],
  [
    'a web identity in a profile with duration_seconds, which all of them ignore',
    { profile: 'pod-with-settings', roles: [POD], session: 'nightly', duration: null },
  ],
  [
    'a role with source_profile',
    { profile: 'middle', roles: [MIDDLE], session: OWN_NAME, duration: OWN_DURATION },
  ],
  [
    'a role with role_session_name and duration_seconds',
    { profile: 'middle-with-settings', roles: [MIDDLE], session: 'nightly', duration: 7200 },
  ],
  [
    'a chain of two roles with external_id',
    { profile: 'top', roles: [MIDDLE, TOP], session: 'load', duration: OWN_DURATION },
  ],
  [
    'a role with credential_source = Environment',
    {
      profile: 'variables',
      variables: () => VARIABLES,
      roles: [MIDDLE],
      session: OWN_NAME,
      duration: OWN_DURATION,
    },
  ],
];

const SSO_CASES = [
  ['a session of IAM Identity Center', 'analyst'],
  ['the older form of IAM Identity Center', 'old-analyst'],
] as const;

/** Declares the tests of successful requests. */
function testSuccess(client: Client, getObtain: () => Obtain, n: number): void {
  test.for(sampleCases(ROLE_CASES, n))(
    'a client gets the credentials that AWS issued for %s',
    async ([, { profile, variables, roles, session, duration }]) => {
      const account = await createAccount({});
      const { held, stderr } = await getObtain()(account, profile, variables?.(account) ?? {});
      const { issued, requests } = account.sts;
      expect(
        issued.map(({ roleArn }) => roleArn),
        stderr,
      ).toEqual(roles);
      expectIssued(held, issued.at(-1));
      const name = issued.at(-1)?.sessionName.replace(/-[\d-]{10,}$/, '-*');
      expect(name).toBe(read(session, client));
      const seconds = new URLSearchParams(requests.at(-1)?.body).get('DurationSeconds');
      expect(seconds === null ? null : Number(seconds)).toBe(read(duration, client));
    },
  );

  test.for(sampleCases(SSO_CASES, n))('a client gets the credentials of %s', async ([, profile]) => {
    const account = await createAccount({});
    const { held, stderr } = await getObtain()(account, profile, {});
    expect(account.portal.issued, stderr).toHaveLength(1);
    expectIssued(held, account.portal.issued[0]);
  });
}

type Issued = { accessKeyId: string; secretAccessKey: string; sessionToken: string; expiration: number };

function expectIssued(held: HeldCredentials | null, issued: Issued | undefined): void {
  expect(held).toMatchObject({ accessKeyId: issued?.accessKeyId, expiration: issued?.expiration });
  expect(issued !== undefined && held?.matches(issued)).toBe(true);
}

interface FailureCase extends AccountOptions {
  profile: string | null;
  variables?: Environment;
  /** How many requests arrive. */
  requests: Fact<number>;
  /** The reason that cred-watch names. Null if it gets credentials. */
  reason: string | null;
  /** What the clients say. Null if they get credentials. */
  javascript: RegExp | null;
  cli: RegExp | null;
}

const FAILURE_CASES: readonly [name: string, FailureCase][] = [
  [
    'an expired identity token',
    {
      profile: 'pod',
      tokenSeconds: -60,
      requests: 1,
      reason: 'identity-token-expired',
      javascript: /ExpiredTokenException: Token expired/,
      cli: /ExpiredTokenException/,
    },
  ],
  [
    'a role that AWS denies',
    {
      profile: 'top-without-id',
      requests: 2,
      reason: 'aws-access-denied',
      javascript: /AccessDenied/,
      cli: /AccessDenied/,
    },
  ],
  [
    'no region, where both SDKs use us-east-1',
    {
      profile: 'middle',
      variables: { AWS_REGION: undefined },
      requests: { 'cred-watch': 0, javascript: 1, cli: 1 },
      reason: 'region-missing',
      javascript: null,
      cli: null,
    },
  ],
  [
    'a blank region',
    {
      profile: 'middle',
      variables: { AWS_REGION: '' },
      requests: 0,
      reason: 'region-missing',
      javascript: /Region is missing/,
      cli: /Invalid endpoint/,
    },
  ],
  [
    'a wrong clock of the host, which all except the AWS CLI correct',
    {
      profile: 'middle',
      ahead: 1_800_000,
      requests: { 'cred-watch': 2, javascript: 2, cli: 1 },
      reason: null,
      javascript: null,
      cli: /Signature expired/,
    },
  ],
  [
    'an STS that throttles requests',
    {
      profile: 'middle',
      failure: buildStsError('Throttling', 'Rate exceeded'),
      requests: 3,
      reason: 'throttled',
      javascript: /Throttling/,
      cli: /Throttling/,
    },
  ],
  [
    'a portal that throttles requests',
    {
      profile: 'analyst',
      failure: buildPortalError(429, 'TooManyRequestsException'),
      requests: 3,
      reason: 'throttled',
      javascript: /TooManyRequests/,
      cli: /TooManyRequests/,
    },
  ],
  [
    'a token of IAM Identity Center that the portal rejects',
    {
      profile: 'analyst',
      ssoToken: { accessToken: 'other' },
      requests: 1,
      reason: 'sso-login-required',
      javascript: /not found or invalid/,
      cli: /expired or is otherwise invalid/,
    },
  ],
  [
    'an expired token of IAM Identity Center, which no client sends',
    {
      profile: 'analyst',
      ssoToken: { expiresAt: '2020-01-01T00:00:00Z', accessToken: 'other' },
      requests: 0,
      reason: 'sso-login-required',
      javascript: /aws sso login/,
      cli: /expired/,
    },
  ],
];

/** Declares the tests of failed requests. */
function testFailures(client: Client, getObtain: () => Obtain, n: number): void {
  test.for(sampleCases(FAILURE_CASES, n))(
    'a client reports what happened with %s',
    async ([, { profile, variables = {}, requests, reason, javascript, cli, ...options }]) => {
      const account = await createAccount(options);
      const { held, code, stderr } = await getObtain()(account, profile, variables);
      const count = account.sts.requests.length + account.portal.requests.length;
      expect(count, stderr).toBe(read(requests, client));
      const message = { 'cred-watch': reason, javascript, cli }[client];
      expect(held === null, stderr).toBe(message !== null);
      if (message === null) return;
      expect(code).not.toBe(0);
      expect(stderr).toMatch(message);
    },
  );
}

describe('cred-watch', () => {
  testSuccess('cred-watch', () => obtainByCredWatch, 6);
  testFailures('cred-watch', () => obtainByCredWatch, 9);
});

describe(JAVASCRIPT, () => {
  let chain: SdkChain;
  beforeAll(() => {
    chain = startJavaScriptChain();
  });
  afterAll(() => chain.stop());
  const obtain: Obtain = ({ environment }, profile, variables) =>
    chain.obtain({ ...environment, ...variables, ...(profile === null ? {} : { AWS_PROFILE: profile }) });

  testSuccess('javascript', () => obtain, 20);
  testFailures('javascript', () => obtain, 20);
});

// The client takes half a second to start.
if (isThorough)
  describeClient(CLI, AWS_CLI, () => {
    testSuccess('cli', () => obtainByCli, 1);
    testFailures('cli', () => obtainByCli, 1);
  });
