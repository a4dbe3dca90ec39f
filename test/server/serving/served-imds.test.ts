import { describe, expect, test, vi } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import { createRole, createServed, startServed } from '../../support/server/served-endpoint.ts';

const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';
const TOKEN_PATH = '/latest/api/token';
const ROLES = '/latest/meta-data/iam/security-credentials/';
const DOCUMENT = `${ROLES}loader`;

const CREDENTIALS = createServed('loader', {
  accessKeyId: new Secret('ASIACANARY0000000001'),
  issuedAt: Date.UTC(2026, 10, 22, 0, 0, 0),
  expiration: Date.UTC(2100, 10, 22, 6, 23, 11, 999),
});

function createLoader() {
  const role = createRole();
  role.credentials = CREDENTIALS;
  return role;
}

describe('IMDS with real credentials', () => {
  test('the document has the layout of EC2, and the list has one name', async () => {
    const { get } = await startServed({ roles: [createLoader()] });
    expect((await get(ROLES)).body).toBe('loader');
    const { status, body } = await get(DOCUMENT);
    expect(status).toBe(200);
    expect(body).toBe(
      [
        '{',
        '  "Code" : "Success",',
        '  "LastUpdated" : "2026-11-22T00:00:00Z",',
        '  "Type" : "AWS-HMAC",',
        '  "AccessKeyId" : "ASIACANARY0000000001",',
        '  "SecretAccessKey" : "CANARY-secret/loader+key",',
        '  "Token" : "CANARY-token-loader==",',
        '  "Expiration" : "2100-11-22T06:23:11Z"',
        '}',
      ].join('\n'),
    );
  });

  test('the headers are those of EC2, and forbid caching', async () => {
    const { get } = await startServed({ roles: [createLoader()] });
    const { names, headers } = await get(DOCUMENT);
    expect(names).toEqual([
      'X-Aws-Ec2-Metadata-Token-Ttl-Seconds',
      'Content-Type',
      'Accept-Ranges',
      'Last-Modified',
      'Content-Length',
      'Date',
      'Server',
      'Connection',
      'Cache-Control',
    ]);
    expect(headers.get('server')).toBe('EC2ws');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test.each([
    ['without a token', {}],
    ['with an empty token', { 'X-aws-ec2-metadata-token': '' }],
    ['with an invalid token', { 'X-aws-ec2-metadata-token': `${'A'.repeat(54)}==` }],
  ])('a request %s gets 401 and does not count as a request for credentials', async (_, headers) => {
    const role = createLoader();
    const { send } = await startServed({ roles: [role] });
    for (const path of [DOCUMENT, ROLES, '/latest/meta-data/instance-id', '/', '/nothing']) {
      const { status, body } = await send('GET', path, headers);
      expect([status, body]).toEqual([401, '']);
    }
    expect(role.requests).toBe(0);
  });

  test('IMDSv1 is served only if it is allowed, and an invalid token gets 401 even then', async () => {
    const { send } = await startServed({ roles: [createLoader()], allowV1: true });
    expect((await send('GET', DOCUMENT)).status).toBe(200);
    expect((await send('GET', DOCUMENT, { 'X-aws-ec2-metadata-token': 'x' })).status).toBe(401);
  });

  test('every response to a request with a token states its remaining validity', async () => {
    const role = createLoader();
    const { send, get } = await startServed({ roles: [role] });
    const { headers, body: token } = await send('PUT', TOKEN_PATH, { [TTL]: '60' });
    expect(headers.get(TTL)).toBe('60');
    const paths = [ROLES, DOCUMENT, '/latest/meta-data/', `${DOCUMENT}2`, '/latest/user-data'];
    const responses = await Promise.all([
      ...paths.map((path) => get(path)),
      ...['POST', 'DELETE', 'OPTIONS'].map((method) =>
        send(method, DOCUMENT, { 'X-aws-ec2-metadata-token': token }),
      ),
    ]);
    role.credentials = null;
    responses.push(await get(DOCUMENT), await get('/latest/meta-data/iam/info'));
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 404, 404, 405, 405, 405, 503, 503]);
    for (const response of responses) {
      expect(Number(response.headers.get(TTL))).toBeGreaterThan(50);
    }
  });

  test.each([
    `${ROLES}another`,
    `${ROLES}loader2`,
    `${ROLES}Loader`,
    `${ROLES}loade`,
    `${ROLES}%2e%2e/loader`,
    '/latest/meta-data/iam/security-credentials/x/loader',
    '/latest/meta-data/iam-ecs-0/security-credentials/',
    '/latest/meta-data/identity-credentials/ec2/security-credentials/ec2-instance',
    '/latest/meta-data/iam/security-credentials-extended/loader',
    '/2099-01-01/meta-data/iam/security-credentials/loader',
    '/loader2/latest/meta-data/iam/security-credentials/loader',
  ])('the path of no role gets 404: %s', async (path) => {
    const role = createLoader();
    const { get } = await startServed({ roles: [role] });
    const { status, body } = await get(path);
    expect(status).toBe(404);
    expect(body).not.toContain('ASIA');
    expect(role.requests).toBe(0);
  });

  test('HEAD has the headers of GET and no body', async () => {
    const { get, send } = await startServed({ roles: [createLoader()] });
    const { body: token } = await send('PUT', TOKEN_PATH, { [TTL]: '60' });
    const head = await send('HEAD', DOCUMENT, { 'X-aws-ec2-metadata-token': token });
    const { names, body } = await get(DOCUMENT);
    expect([head.status, head.names, head.body]).toEqual([200, names, '']);
    expect(head.headers.get('content-length')).toBe(String(body.length));
  });

  test.each([
    ['GET', TOKEN_PATH, 405, 'OPTIONS, PUT'],
    ['POST', TOKEN_PATH, 405, 'OPTIONS, PUT'],
    ['PUT', `${TOKEN_PATH}/`, 403, undefined],
    ['PUT', '/2021-03-23/api/token', 403, undefined],
  ])('%s %s gets %i', async (method, path, status, allow) => {
    const { send } = await startServed();
    const response = await send(method, path, { [TTL]: '60' });
    expect([response.status, response.headers.get('allow')]).toEqual([status, allow]);
  });

  test.each(['0', '21601', '', 'x', '-1', '6e1', '60.5'])(
    'a token request with the validity %j gets 400 and no token',
    async (seconds) => {
      const { send } = await startServed();
      const { status, body } = await send('PUT', TOKEN_PATH, { [TTL]: seconds });
      expect(status).toBe(400);
      expect(body).not.toMatch(/[\w-]{54}==/);
    },
  );

  test('Expect gets 417 on every path, without a 100 before', async () => {
    const { send } = await startServed();
    for (const path of [TOKEN_PATH, DOCUMENT, '/']) {
      const { head } = await send('PUT', path, {
        [TTL]: '60',
        'Content-Length': '2',
        Expect: '100-continue',
      });
      expect(head).toMatch(/^HTTP\/1\.1 417 /);
    }
  });

  test('no path is redirected', async () => {
    const { get, send } = await startServed();
    for (const path of [
      ROLES.slice(0, -1),
      '/latest',
      '/latest/meta-data',
      '/loader',
      '//latest/meta-data/',
      '//x/y',
    ]) {
      expect([200, 404]).toContain((await get(path)).status);
      expect((await send('GET', path)).status).toBe(401);
    }
  });
});

describe('IMDS without valid credentials', () => {
  test('the response is 503 with a page and the time of the next attempt', async () => {
    const role = createLoader();
    const { get, exchanges } = await startServed({ roles: [role] });
    role.credentials = null;
    const { status, headers, body } = await get(DOCUMENT);
    expect([status, headers.get('retry-after'), headers.get('content-type')]).toEqual([
      503,
      '7',
      'text/html',
    ]);
    expect(body).toContain('<h1>503 - Service Unavailable</h1>');
    expect(exchanges.at(-1)).toMatchObject({
      kind: 'credentials',
      role: 'loader',
      status: 503,
      credentials: null,
    });
    expect((await get(ROLES)).body).toBe('loader');
  });

  test.each([[0], [-5], [0.2], [Number.NaN], [Number.POSITIVE_INFINITY]])(
    'a client never retries at once: %s seconds become one',
    async (seconds) => {
      const role = createRole('loader', { getRetryAfter: () => seconds });
      role.credentials = null;
      const { get } = await startServed({ roles: [role] });
      expect((await get(DOCUMENT)).headers.get('retry-after')).toBe('1');
    },
  );

  test('the request waits for a refresh that it starts', async () => {
    const role = createRole('loader', {
      async noteRequest() {
        role.credentials = CREDENTIALS;
      },
    });
    role.credentials = null;
    const { get } = await startServed({ roles: [role] });
    expect((await get(DOCUMENT)).status).toBe(200);
  });
});

test('200 clients that wait for the same refresh get its credentials, and a later client does not wait', async () => {
  let finish = () => {};
  const refreshing = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const role = createRole('loader', {
    noteRequest() {
      role.requests += 1;
      return role.credentials === null ? refreshing : null;
    },
  });
  role.credentials = null;
  const { send } = await startServed({ roles: [role], allowV1: true });
  const responses = Promise.all(Array.from({ length: 200 }, () => send('GET', DOCUMENT)));
  await vi.waitFor(() => expect(role.requests).toBe(200));
  role.credentials = CREDENTIALS;
  finish();
  const bodies = (await responses).map(({ body }) => body);
  expect(new Set(bodies).size).toBe(1);
  expect((await send('GET', DOCUMENT)).body).toBe(bodies[0]);
  expect(JSON.parse(bodies[0]!).AccessKeyId).toBe('ASIACANARY0000000001');
});

describe("AWS's time", () => {
  const now = Date.UTC(2026, 10, 22, 12);
  const clock = { now: () => now, sleep: async () => {} };

  test('the Date header is the time of AWS, not of the host', async () => {
    const { get } = await startServed({
      clock,
      roles: [createRole('loader', { getClockOffset: () => 3600 })],
    });
    for (const path of [DOCUMENT, '/latest/meta-data/']) {
      expect((await get(path)).headers.get('date')).toBe('Sun, 22 Nov 2026 11:00:00 GMT');
    }
  });

  test.each([
    ['a host that is an hour behind', -3600, 3_599_000, 503],
    ['a host that is an hour behind', -3600, 3_601_000, 200],
    ['a host that is an hour ahead', 3600, -3_599_000, 200],
    ['a host that is an hour ahead', 3600, -3_600_000, 503],
  ])('credentials expire by the time of AWS: %s, %i, %i', async (_, offset, remaining, status) => {
    const role = createRole('loader', { getClockOffset: () => offset });
    role.credentials = createServed('loader', { issuedAt: 0, expiration: now + remaining });
    const { get } = await startServed({ clock, roles: [role] });
    expect((await get(DOCUMENT)).status).toBe(status);
  });
});
