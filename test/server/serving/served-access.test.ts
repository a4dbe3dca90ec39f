import { METHODS } from 'node:http';
import { describe, expect, test } from 'vitest';
import { SHAPES, type Shape } from '../../../src/server/endpoint-request.ts';
import { createRole, startServed } from '../../support/server/served-endpoint.ts';
import { sampleCases } from '../../support/thorough.ts';

const ROUTES = new Map([['/healthz', async () => ({ status: 200, type: 'text/plain', body: 'PAGE' })]]);

/** One request of each kind that gets something without a defect. */
const REQUESTS = [
  ['GET', '/loader/latest/meta-data/iam/security-credentials/loader'],
  ['GET', '/latest/meta-data/iam/security-credentials/loader'],
  ['GET', '/latest/meta-data/instance-id'],
  ['PUT', '/latest/api/token'],
  ['GET', '/healthz'],
  ['GET', '/'],
] as const;

/** Starts a server with IMDSv1 and all other shapes, so that every rejection below is due to a header. */
async function startOpen(options: Parameters<typeof startServed>[0] = {}) {
  const role = createRole();
  const served = await startServed({
    roles: [role],
    shapes: SHAPES,
    allowV1: true,
    routes: ROUTES,
    ...options,
  });
  const containers = served.environments.flatMap(({ shape, variables }) => {
    const { AWS_CONTAINER_CREDENTIALS_FULL_URI: uri, AWS_CONTAINER_AUTHORIZATION_TOKEN: token } = variables;
    return uri === undefined || token === undefined
      ? []
      : [{ method: 'GET', path: new URL(uri).pathname, shape, headers: { Authorization: token } }];
  });
  const others = REQUESTS.map(([method, path]) => ({
    method,
    path,
    shape: 'imds' as Shape,
    headers: { 'X-aws-ec2-metadata-token-ttl-seconds': '60' },
  }));
  return { ...served, role, requests: [...containers, ...others] };
}

/** Sends each request with more headers, and expects a rejection that contains nothing. */
async function expectRejected(
  served: Awaited<ReturnType<typeof startOpen>>,
  more: Record<string, string>,
  status = 403,
) {
  for (const { method, path, headers } of served.requests) {
    const response = await served.send(method, path, { ...headers, ...more });
    expect([path, more, response.status]).toEqual([path, more, status]);
    expect(`${response.head}${response.body}`).not.toMatch(/CANARY|PAGE|i-0000|[\w-]{54}==|access-control/i);
  }
  expect(served.role.requests).toBe(0);
  expect(served.exchanges.every(({ role, credentials }) => role === null && credentials === null)).toBe(true);
}

test('each request of these tests succeeds without a defect', async () => {
  const { requests, send } = await startOpen();
  expect(requests).toHaveLength(8);
  for (const { method, path, headers } of requests) {
    expect([path, (await send(method, path, headers)).status]).toEqual([path, 200]);
  }
});

describe('a request from a browser or through a proxy', () => {
  test.each(
    sampleCases(
      [
        ['Origin', 'http://127.0.0.1'],
        ['Origin', 'null'],
        ['Referer', 'http://127.0.0.1/'],
        ['Sec-Fetch-Site', 'none'],
        ['Sec-Fetch-Site', 'same-origin'],
        ['Sec-Fetch-Dest', 'document'],
        ['X-Forwarded-For', '127.0.0.1'],
        ['X-Forwarded-Proto', 'http'],
        ['X-Real-IP', '127.0.0.1'],
        ['Forwarded', 'for=127.0.0.1'],
        ['Via', '1.1 proxy'],
        ['X-Forwarded', 'for=127.0.0.1'],
        ['Client-IP', '127.0.0.1'],
        ['X-Client-IP', '127.0.0.1'],
        ['X-Cluster-Client-IP', '127.0.0.1'],
        ['X-Envoy-External-Address', '127.0.0.1'],
        ['True-Client-IP', '127.0.0.1'],
        ['CF-Connecting-IP', '127.0.0.1'],
        ['Sec-WebSocket-Key', 'dGVzdA=='],
        ['Sec-Purpose', 'prefetch'],
        ['Sec-CH-UA', '"Chromium"'],
        ['Upgrade-Insecure-Requests', '1'],
        ['Access-Control-Request-Method', 'PUT'],
        ['ORIGIN', ''],
      ],
      4,
    ),
  )('a request is rejected on every path because of %s: %s', async (name, value) => {
    await expectRejected(await startOpen(), { [name]: value });
  });

  test('a request is not rejected because of headers of an SDK or of Node', async () => {
    const { requests, send } = await startOpen();
    const headers = {
      'Sec-Fetch-Mode': 'cors',
      'User-Agent': 'x',
      Accept: '*/*',
      'Accept-Language': '*',
      'X-Amz-Trace': '1',
      'Proxy-Connection': 'keep-alive',
    };
    for (const { method, path, headers: own } of requests) {
      expect([path, (await send(method, path, { ...own, ...headers })).status]).toEqual([path, 200]);
    }
  });

  test.each(
    sampleCases(
      METHODS.filter((method) => method !== 'CONNECT'),
      4,
    ),
  )('a request of a web page is rejected with the method %s, without CORS headers', async (method) => {
    const { send, requests } = await startOpen();
    for (const { path } of requests) {
      const { status, head } = await send(method, path, { Origin: 'http://rebound.example' });
      expect([method, path, status]).toEqual([method, path, 403]);
      expect(head).not.toMatch(/access-control|allow:/i);
    }
  });
});

describe('a Host header', () => {
  const allowed = (port: string) => [
    '127.0.0.1',
    `127.0.0.1:${port}`,
    '127.0.0.1:80',
    `localhost:${port}`,
    'LocalHost.',
    '169.254.169.254',
    '169.254.170.2',
    '169.254.170.23',
    '[fd00:ec2::254]',
    'metadata.internal',
  ];

  test('a Host header can be the listen address, a real address or an allowed name', async () => {
    const { send, requests, origin } = await startOpen({ allowedHosts: ['metadata.internal'] });
    for (const Host of allowed(new URL(origin).port)) {
      for (const { method, path, headers } of requests) {
        const { status } = await send(method, path, { ...headers, Host });
        expect([Host, path, status]).toEqual([Host, path, 200]);
      }
    }
  });

  test.each(
    sampleCases(
      [
        'rebound.example',
        'rebound.example:80',
        '127.0.0.1.rebound.example',
        '127.0.0.2',
        '[::1]',
        '127.1',
        '2130706433',
        '0.0.0.0',
        '127.0.0.1:x',
        '127.0.0.1, rebound.example',
        'localhost@rebound.example',
        'metadata.internal',
        '',
      ],
      4,
    ),
  )('the Host header %j is rejected on every path', async (Host) => {
    const served = await startOpen({ allowedHosts: [''] });
    await expectRejected(served, { Host });
    expect(served.exchanges.every(({ rejectedHost }) => rejectedHost === Host)).toBe(true);
  });

  test.each([
    ['no Host header', (text: string) => text.replace(/Host: .*\r\n/, ''), 400],
    ['no Host header and HTTP/1.0', (text: string) => text.replace(/1\.1\r\nHost: .*\r\n/, '1.0\r\n'), 400],
    ['two Host headers', (text: string) => text.replace(/(Host: .*\r\n)/, '$1$1'), 403],
    ['a foreign host in the URL', (text: string) => text.replace(' /', ' http://rebound.example/'), 403],
    ['a user name in the URL', (text: string) => text.replace(' /', ' http://a@127.0.0.1/'), 403],
  ])('a request is rejected on every path because of %s', async (_, change, status) => {
    const { sendText, requests, role } = await startOpen();
    for (const { method, path, headers } of requests) {
      const response = await sendText(change, method, path, headers);
      expect([path, response.status]).toEqual([path, status]);
      expect(response.body).not.toMatch(/CANARY|PAGE/);
    }
    expect(role.requests).toBe(0);
  });

  test('a server on a wildcard address accepts only the address of the connection as Host', async () => {
    const { send, origin } = await startOpen({
      listen: [{ target: { host: '0.0.0.0', port: 0 }, role: null }],
    });
    const { port } = new URL(origin);
    const path = '/latest/meta-data/instance-id';
    expect((await send('GET', path, { Host: `127.0.0.1:${port}` })).status).toBe(200);
    expect((await send('GET', path, { Host: `127.0.0.2:${port}` })).status).toBe(403);
    expect((await send('GET', path, { Host: 'rebound.example' })).status).toBe(403);
  });
});

describe('an additional page', () => {
  test('an additional page is read only, and forbids caching and embedding', async () => {
    const { send, exchanges } = await startOpen();
    const { status, body, headers } = await send('GET', '/healthz?x=1');
    expect([status, body]).toEqual([200, 'PAGE']);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect((await send('HEAD', '/healthz')).body).toBe('');
    const post = await send('POST', '/healthz');
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(exchanges.map(({ kind, status: each }) => [kind, each])).toEqual([
      ['route', 200],
      ['route', 200],
      ['route', 405],
    ]);
  });

  test('an additional page that fails gets 500 without details', async () => {
    const routes = new Map([['/metrics', () => Promise.reject(new Error('CANARY'))]]);
    const { send, errors, get } = await startOpen({ routes });
    const { status, body } = await send('GET', '/metrics');
    expect([status, body]).toEqual([500, 'internal error; see the messages of cred-watch\n']);
    expect(errors).toHaveLength(1);
    expect((await get('/latest/meta-data/instance-id')).status).toBe(200);
  });
});
