import { describe, expect, test } from 'vitest';
import { createLocalSource } from '../../../src/sources/open.ts';
import {
  CANARIES,
  codes,
  containerAt,
  document,
  fail,
  fixture,
  IMPATIENT,
  options,
  succeed,
} from '../../support/sources/polling.ts';
import { type Step, startEndpoint } from '../../support/sources/scripted-endpoint.ts';

const CREDS = 'GET /creds';
const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
const SERVICE = 'AWS_CONTAINER_SERVICE_ENDPOINT';
const METADATA = 'ECS_CONTAINER_METADATA_URI_V4';
const ECS = document({ Code: undefined, LastUpdated: undefined });

test('a real ECS document gives its credentials', async () => {
  const endpoint = await startEndpoint({ [CREDS]: { body: fixture('ecs-document.json') } });
  const source = containerAt(endpoint);
  expect(source).toMatchObject({ name: 'container', endpoint: { url: endpoint.url, loopback: true } });
  const outcome = await succeed(source);
  expect(outcome).toMatchObject({
    identity: { apiVersion: null, role: 'task-role', host: null },
    accountId: '123456789012',
    credentials: { accessKeyId: 'ASIAEXAMPLEEXAMPLE03', lastUpdated: null },
    notes: [],
  });
  const [{ headers }] = endpoint.requests as [(typeof endpoint.requests)[number]];
  expect(headers).toMatchObject({ accept: 'application/json', host: `127.0.0.1:${endpoint.port}` });
  expect(headers).not.toHaveProperty('authorization');
});

test('a real CloudShell document is requested with the token on localhost', async () => {
  const endpoint = await startEndpoint({ [CREDS]: { body: fixture('cloudshell-document.json') } });
  const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN: CANARIES[3] };
  const outcome = await succeed(containerAt({ url: `http://localhost:${endpoint.port}` }, env));
  expect(outcome.identity).toEqual({ apiVersion: null, role: null, host: null, source: null });
  expect(endpoint.requests[0]!.headers.authorization).toBe(CANARIES[3]);
});

test.each([
  ['arn:aws:iam::1:role/x/y', 'x/y', '1'],
  ['arn:aws-cn:iam::123456789012:role/task', 'task', '123456789012'],
  ['arn:aws:sts::1:assumed-role/x', null, null],
  ['\u001b[31m', null, null],
  // A faulty agent writes a secret in the place of the name.
  ['arn:aws:iam::1:role/CANARY-session-token', null, '1'],
  ['arn:aws:iam::1:role/x/CANARY-session-token-x', null, '1'],
])('role and account are read from the ARN %j', async (RoleArn, role, accountId) => {
  const endpoint = await startEndpoint({ [CREDS]: { body: document({ RoleArn }) } });
  expect(await succeed(containerAt(endpoint))).toMatchObject({ identity: { role }, accountId });
});

describe('the relative URI', () => {
  test('the relative URI takes precedence over the full URI, keeps its query, and is not shown', async () => {
    const endpoint = await startEndpoint({ 'GET /v2/CANARY-imds-token?id=1': { body: ECS } });
    const full = { url: 'http://127.0.0.1:1' };
    const source = containerAt(full, {
      [RELATIVE]: '/v2/CANARY-imds-token?id=1',
      [SERVICE]: `${endpoint.url}/`,
    });
    expect(source.endpoint).toEqual({ url: endpoint.url, loopback: true });
    expect(codes(await succeed(source))).toEqual(['TWO_URIS_SET', 'SERVICE_ENDPOINT_OVERRIDDEN']);
  });

  test('the relative URI is redacted if an error of the endpoint quotes it', async () => {
    const path = '/v2/credentials/CANARY-imds-token';
    const endpoint = await startEndpoint(() => ({ status: 400, body: `no such thing: ${path}` }));
    const outcome = await fail(containerAt({ url: '' }, { [RELATIVE]: path, [SERVICE]: endpoint.url }));
    expect(outcome.detail).toBe('HTTP 400: no such thing: [redacted]');
  });
});

describe('a rejected response', () => {
  const json = (code: string, message = 'why') => JSON.stringify({ code, message, HTTPErrorCode: 0 });
  const refusals: [string, Step, string, string | RegExp, number][] = [
    [
      'starting',
      { status: 503, body: json('CredentialsUninitialized') },
      'starting',
      /CredentialsUninitialized: why/,
      3,
    ],
    ['503', { status: 503, body: json('Other') }, 'server-error', 'HTTP 503: Other: why', 3],
    ['500', { status: 500, body: json('InternalServerError') }, 'server-error', /InternalServerError/, 3],
    ['429', { status: 429, body: 'Too Many Requests' }, 'throttled', 'HTTP 429: Too Many Requests', 3],
    [
      '400 text',
      { status: 400, body: 'Service account token cannot be empty\n' },
      'auth-token-missing',
      /cannot be empty$/,
      1,
    ],
    ['400 ECS', { status: 400, body: json('InvalidIdInRequest') }, 'not-found', /InvalidIdInRequest/, 1],
    [
      '400 capital',
      { status: 400, body: '{"Code":"NoId","Message":"x"}' },
      'bad-request',
      'HTTP 400: NoId: x',
      1,
    ],
    ['expired', { status: 400, body: 'validations: token is expired' }, 'auth-token-expired', /expired/, 1],
    [
      'expired at STS',
      { status: 400, body: '[r]: (ExpiredTokenException): x' },
      'auth-token-expired',
      /Expired/,
      1,
    ],
    ['404', { status: 404, body: '404 page not found' }, 'not-found', /page not found/, 1],
    [
      'no association',
      { status: 400, body: '(ResourceNotFoundException): x' },
      'no-association',
      /Resource/,
      1,
    ],
    ['401', { status: 401 }, 'auth-rejected', 'HTTP 401', 1],
    ['403', { status: 403, body: 'Access Denied.' }, 'auth-rejected', 'HTTP 403: Access Denied.', 1],
    ['301', { status: 301, headers: { location: '/other' } }, 'redirect', 'HTTP 301', 1],
    ['418', { status: 418 }, 'unexpected-status', 'HTTP 418', 1],
    ['204', { status: 204 }, 'unexpected-status', 'HTTP 204', 1],
    [
      'an error document',
      { body: document({ Code: 'Failed', Message: 'x' }) },
      'error-document',
      'Failed: x',
      1,
    ],
    ['unparseable', { body: '<html>' }, 'malformed', /not a JSON object/, 3],
    ['empty', { body: '' }, 'malformed', /empty/, 3],
    ['no key id', { body: document({ AccessKeyId: undefined }) }, 'malformed', 'missing: AccessKeyId', 1],
    ['no token', { body: document({ Token: undefined }) }, 'malformed', 'missing: Token', 1],
    ['no expiration', { body: document({ Expiration: undefined }) }, 'unknown-expiry', /missing/, 1],
    ['reset', 'reset', 'unreachable', /broke/, 3],
    ['no response', 'silence', 'timeout', /no complete response/, 3],
    ['credentials in an error', { status: 500, body: document() }, 'server-error', 'HTTP 500: Success', 3],
    ['truncated credentials', { status: 500, body: document().slice(0, -1) }, 'server-error', 'HTTP 500', 3],
    ['credentials in text', { status: 400, body: `x ${document()}` }, 'bad-request', 'HTTP 400', 1],
    [
      'echo',
      { status: 400, body: `bad token ${CANARIES[3]}` },
      'bad-request',
      'HTTP 400: bad token [redacted]',
      1,
    ],
  ];
  test.each(refusals)('the response "%s" is rejected', async (_, step, reason, detail, requests) => {
    const endpoint = await startEndpoint({ [CREDS]: step });
    const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN: CANARIES[3] };
    const outcome = await fail(containerAt(endpoint, env, { limits: step === 'silence' ? IMPATIENT : {} }));
    expect(outcome).toMatchObject({ reason, possibleHopLimit: false });
    expect(outcome.detail).toMatch(detail);
    expect(endpoint.requests).toHaveLength(requests);
  });

  test('an agent that becomes ready between two attempts gives credentials', async () => {
    const endpoint = await startEndpoint({ [CREDS]: [{ status: 503, body: '{}' }, { body: ECS }] });
    await succeed(containerAt(endpoint));
  });

  test('a closed port is unreachable', async () => {
    expect(await fail(containerAt({ url: 'http://127.0.0.1:1' }))).toMatchObject({ reason: 'unreachable' });
  });
});

describe('the ECS task', () => {
  const task = { body: '{"TaskARN":"arn:aws:ecs:eu-west-1:123456789012:task/default/0abc1def"}' };
  test('the ECS task is requested once', async () => {
    const endpoint = await startEndpoint({ [CREDS]: { body: ECS }, 'GET /v4/x/task': task });
    const source = containerAt(endpoint, { [METADATA]: `${endpoint.url}/v4/x` }, { discoverHost: true });
    expect((await succeed(source)).identity.host).toBe('0abc1def');
    expect((await succeed(source)).identity.host).toBe('0abc1def');
    expect(endpoint.seen().filter((line) => line.endsWith('/task'))).toHaveLength(1);
  });

  test.each<[string, Step]>([
    ['500', { status: 500 }],
    ['404', { status: 404 }],
    ['reset', 'reset'],
    ['nonsense', { body: '{"TaskARN":"\u001b[31m"}' }],
  ])('the ECS task is unknown after %s', async (_, step) => {
    const endpoint = await startEndpoint({ [CREDS]: { body: ECS }, 'GET /v4/x/task': step });
    const source = containerAt(endpoint, { [METADATA]: `${endpoint.url}/v4/x` }, { discoverHost: true });
    expect((await succeed(source)).identity.host).toBeNull();
  });

  test.each([400, 403, 429, 500])(
    'the ECS task is requested again in the next poll after %s',
    async (status) => {
      const endpoint = await startEndpoint({ [CREDS]: { body: ECS }, 'GET /v4/x/task': [{ status }, task] });
      const source = containerAt(endpoint, { [METADATA]: `${endpoint.url}/v4/x` }, { discoverHost: true });
      expect((await succeed(source)).identity.host).toBeNull();
      expect((await succeed(source)).identity.host).toBe('0abc1def');
    },
  );

  test.each([undefined, '', 'nonsense', 'http://192.168.1.1/v4/x', 'http://metadata.test/v4'])(
    'the ECS task is unknown with the metadata URI %s',
    async (uri) => {
      const endpoint = await startEndpoint({ [CREDS]: { body: ECS } });
      const source = containerAt(
        endpoint,
        { [METADATA]: uri },
        { discoverHost: true, readFile: async () => '' },
      );
      expect((await succeed(source)).identity.host).toBeNull();
      expect(endpoint.requests).toHaveLength(1);
    },
  );
});

describe('the chosen source', () => {
  test.each<[string, 'auto' | 'imds' | 'container', Record<string, string>, string]>([
    ['nothing set', 'auto', {}, 'imds'],
    ['relative URI', 'auto', { [RELATIVE]: '/x' }, 'container'],
    ['full URI', 'auto', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1' }, 'container'],
    ['blank URIs', 'auto', { [RELATIVE]: '', AWS_CONTAINER_CREDENTIALS_FULL_URI: ' ' }, 'imds'],
    ['explicit', 'imds', { [RELATIVE]: '/x' }, 'imds'],
    ['explicit', 'container', {}, 'container'],
  ])('with %s, %s selects the expected source', (_, choice, env, name) => {
    expect(createLocalSource(choice === 'auto' ? null : choice, options(env)).name).toBe(name);
  });

  test('the container source without a URI is an invalid configuration', async () => {
    const source = createLocalSource('container', options({ [RELATIVE]: '' }));
    expect(source.endpoint).toBeNull();
    expect(await fail(source)).toMatchObject({
      reason: 'invalid-configuration',
      notes: [{ code: 'BLANK_ENV', name: RELATIVE }],
    });
  });
});
