import { expect, test } from 'vitest';
import { openSource } from '../../../src/sources/open.ts';
import { IdentityProvider } from '../../support/aws/identity-provider.ts';
import { type Failure, startLoopbackServer } from '../../support/aws/loopback-server.ts';
import { startSts } from '../../support/aws/sts.ts';
import { codes, fail, LIMITS, options, succeed } from '../../support/sources/polling.ts';
import { ciTest, sampleCases } from '../../support/thorough.ts';

const ARN = 'arn:aws:iam::111122223333:role/deploy';
const BEARER = 'CANARY-authorization';
const SUBJECT = 'repo:octo-org/octo-repo:ref:refs/heads/main';

/** A runner that issues identity tokens of five minutes, and a role that trusts them. */
async function startJob() {
  const provider = new IdentityProvider('https://token.actions.example');
  const sts = await startSts({ roles: [{ arn: ARN, identities: { provider, subject: SUBJECT } }] });
  const runner = await startLoopbackServer(({ url, headers }) => {
    const { searchParams } = new URL(url, 'http://unused');
    if (headers.authorization !== `bearer ${BEARER}`) return { status: 401, body: '{"message":"denied"}' };
    const exp = Math.floor(Date.now() / 1000) + 300;
    const aud = searchParams.get('audience') ?? 'https://github.com/octo-org';
    return {
      status: 200,
      body: JSON.stringify({ value: provider.issueToken(Date.now(), { aud, exp, sub: SUBJECT }) }),
    };
  });
  const env = {
    HOME: '/nonexistent',
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL_STS: sts.url,
    ACTIONS_ID_TOKEN_REQUEST_URL: `${runner.url}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: BEARER,
  };
  const limits = { ...LIMITS, attempts: 2 };
  const open = (changes: Record<string, string | undefined> = {}, given: object = { roleArn: ARN }) =>
    openSource('github', options({ ...env, ...changes }, { limits, ...given }));
  return { sts, runner, open };
}

test('every poll requests a new identity token for AWS', async () => {
  const { sts, runner, open } = await startJob();
  const source = await open();
  const outcome = await succeed(source);
  await succeed(source);
  expect(outcome).toMatchObject({
    identity: { role: 'deploy', source: null },
    accountId: '111122223333',
    credentials: { accessKeyId: sts.issued[0]?.accessKeyId, expiration: sts.issued[0]?.expiration },
  });
  expect(codes(outcome)).toEqual(['DURATION_NOT_SET', 'IDENTITY_TOKEN_EXPIRES']);
  const requested = runner.requests.map(({ method, url }) => `${method} ${url}`);
  expect(requested).toEqual(Array(2).fill('GET /token?api-version=2.0&audience=sts.amazonaws.com'));
});

ciTest('the role can be set by a variable', async () => {
  const { open } = await startJob();
  await succeed(await open({ AWS_ROLE_ARN: ARN }, {}));
  expect(await fail(await open({}, {}))).toMatchObject({
    reason: 'invalid-configuration',
    detail: 'neither --role-arn nor AWS_ROLE_ARN names the role',
  });
});

test.each(
  sampleCases<[name: string, changes: Record<string, string | undefined>, reason: string, detail: RegExp]>(
    [
      [
        'no permission',
        { ACTIONS_ID_TOKEN_REQUEST_URL: undefined },
        'not-configured',
        /ACTIONS_ID_TOKEN_REQUEST_URL is not set/,
      ],
      [
        'no bearer token',
        { ACTIONS_ID_TOKEN_REQUEST_TOKEN: undefined },
        'not-configured',
        /ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set/,
      ],
      [
        'an invalid URL',
        { ACTIONS_ID_TOKEN_REQUEST_URL: 'runner' },
        'invalid-configuration',
        /is not an absolute http or https URL/,
      ],
      [
        'plain HTTP to another host',
        { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://runner.example/' },
        'invalid-configuration',
        /plain http URL on another host/,
      ],
      [
        'a bearer token with a line break',
        { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'a\nb' },
        'invalid-configuration',
        /characters that are not allowed/,
      ],
      [
        'a rejected bearer token',
        { ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'x' },
        'identity-token-unreadable',
        /^the token service of GitHub Actions: HTTP 401: denied$/,
      ],
      [
        'a closed port',
        { ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:1/' },
        'identity-token-unreadable',
        /^the token service of GitHub Actions: unreachable: ECONNREFUSED/,
      ],
    ],
    3,
  ),
)('%s has a reason of its own', async (_, changes, reason, detail) => {
  const { open, sts } = await startJob();
  const outcome = await fail(await open(changes));
  expect(outcome).toMatchObject({ reason, detail: expect.stringMatching(detail) });
  if (reason === 'not-configured')
    expect(outcome.misconfiguration).toEqual({ code: 'NO_ID_TOKEN_PERMISSION' });
  expect(sts.requests).toEqual([]);
});

const RESPONSES: [name: string, response: Failure, reason: string, detail: string][] = [
  [
    'no token',
    { status: 200, body: '{"count":0}' },
    'identity-token-unreadable',
    'the response has no identity token',
  ],
  [
    'a page',
    { status: 200, body: '<html></html>' },
    'identity-token-unreadable',
    'the response has no identity token',
  ],
  [
    'a token with a line break',
    { status: 200, body: '{"value":"a\\nb"}' },
    'identity-token-unreadable',
    'the token has characters that no token has',
  ],
  [
    'a redirect',
    { status: 302, headers: { Location: 'http://127.0.0.1:1/' }, body: '' },
    'identity-token-unreadable',
    'HTTP 302',
  ],
  ['a missing page', { status: 404, body: '' }, 'identity-token-unreadable', 'HTTP 404'],
  ['an internal error', { status: 500, body: 'busy' }, 'server-error', 'HTTP 500: busy'],
  ['throttling', { status: 429, headers: { 'Retry-After': '60' }, body: '' }, 'throttled', 'HTTP 429'],
];
test.each(sampleCases(RESPONSES, 9))(
  'a token service that returns %s is named',
  async (_, response, reason, detail) => {
    const { open, runner, sts } = await startJob();
    runner.failures.push(response, response);
    expect(await fail(await open())).toMatchObject({
      reason,
      detail: `the token service of GitHub Actions: ${detail}`,
      misconfiguration: { code: 'NO_ID_TOKEN' },
      // The clock of the service says nothing about AWS's clock.
      clockOffset: null,
    });
    expect(sts.requests).toEqual([]);
  },
);
