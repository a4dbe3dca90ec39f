import { readFileSync, statSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import type { Shape } from '../../../src/server/endpoint-request.ts';
import type { ServedCredentials } from '../../../src/server/served-credentials.ts';
import { createRole, createServed, startServed } from '../../support/server/served-endpoint.ts';

const TTL = 'X-aws-ec2-metadata-token-ttl-seconds';
const CONTAINERS = ['ecs', 'eks', 'cloudshell'] as const;

type Container = (typeof CONTAINERS)[number];

/** Starts a server with all container shapes, and describes how a client of one shape requests credentials. */
async function startContainer(shape: Container, shapes: readonly Shape[] = CONTAINERS) {
  const role = createRole();
  role.credentials = createServed('loader', {
    accessKeyId: new Secret('ASIACANARY0000000001'),
    issuedAt: Date.UTC(2026, 10, 22),
    expiration: Date.UTC(2100, 10, 22, 6, 23, 11),
  });
  const served = await startServed({ roles: [role], shapes });
  const variables = served.variables('loader', shape);
  const file = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
  const Authorization =
    file === undefined ? variables.AWS_CONTAINER_AUTHORIZATION_TOKEN! : readFileSync(file, 'utf8');
  const { pathname } = new URL(variables.AWS_CONTAINER_CREDENTIALS_FULL_URI!);
  const get = (headers: Record<string, string> = { Authorization }, method = 'GET') =>
    served.send(method, pathname, headers);
  const setCredentials = (credentials: ServedCredentials | null) => {
    role.credentials = credentials;
  };
  return { ...served, role, variables, Authorization, pathname, get, setCredentials };
}

const KEYS = {
  AccessKeyId: 'ASIACANARY0000000001',
  SecretAccessKey: 'CANARY-secret/loader+key',
  Token: 'CANARY-token-loader==',
};
const Expiration = '2100-11-22T06:23:11Z';

describe('container endpoints with real credentials', () => {
  test.each([
    [
      'ecs',
      { RoleArn: 'arn:aws:iam::111122223333:role/loader', ...KEYS, Expiration, AccountId: '111122223333' },
    ],
    ['eks', { ...KEYS, AccountId: '111122223333', Expiration }],
    ['cloudshell', { Type: '', ...KEYS, Expiration, Code: 'Success' }],
  ] as const)(
    'the document of %s has the fields of the real endpoint, in its order',
    async (shape, document) => {
      const { get } = await startContainer(shape);
      const { status, body } = await get();
      expect(status).toBe(200);
      expect(Object.entries(JSON.parse(body))).toEqual(Object.entries(document));
    },
  );

  test.each(CONTAINERS)('%s omits an unknown account and role', async (shape) => {
    const { get, role, setCredentials } = await startContainer(shape);
    setCredentials({ ...role.credentials!, accountId: null, roleArn: null });
    const { body } = await get();
    expect(body).not.toMatch(/AccountId|RoleArn|null|undefined/);
    expect(JSON.parse(body)).toMatchObject(KEYS);
  });

  test.each(CONTAINERS)('the secrets of %s are random', async (shape) => {
    const [one, other] = [await startContainer(shape), await startContainer(shape)];
    expect(one.Authorization).not.toBe(other.Authorization);
    expect(one.Authorization.length).toBeGreaterThanOrEqual(64);
    if (shape === 'ecs') expect(one.pathname).not.toBe(other.pathname);
  });

  test.each(CONTAINERS)('%s rejects other authorizations, without reaching the role', async (shape) => {
    const { get, role, Authorization, exchanges } = await startContainer(shape);
    const wrong = [
      {},
      { Authorization: '' },
      { Authorization: `Bearer ${Authorization}` },
      { Authorization: Authorization.slice(0, -1) },
      { Authorization: `${Authorization}0` },
      { Authorization: Authorization.toUpperCase() },
      { Authorization: `${Authorization}, ${Authorization}` },
      { 'Proxy-Authorization': Authorization },
    ] as Record<string, string>[];
    for (const headers of wrong) {
      const { status, body, head } = await get(headers);
      expect(status).toBe({ ecs: 403, eks: 400, cloudshell: 401 }[shape]);
      expect(`${head}${body}`).not.toMatch(/ASIA|CANARY/);
    }
    expect(role.requests).toBe(0);
    expect(exchanges.every((exchange) => exchange.credentials === null && exchange.role === null)).toBe(true);
    expect((await get()).status).toBe(200);
  });

  test.each([
    [
      'ecs',
      'application/json',
      '{"code":"CredentialsUninitialized","message":"CredentialsV2Request: Credentials uninitialized for ID","HTTPErrorCode":503}',
    ],
    ['eks', 'text/plain; charset=utf-8', 'credentials are not available\n'],
    ['cloudshell', 'text/html', expect.stringContaining('<h1>503 - Service Unavailable</h1>')],
  ] as const)('%s responds 503 in its form without valid credentials', async (shape, type, text) => {
    const { get, setCredentials } = await startContainer(shape);
    setCredentials(null);
    const { status, headers, body } = await get();
    expect([status, headers.get('retry-after'), headers.get('content-type'), body]).toEqual([
      503,
      '7',
      type,
      text,
    ]);
  });

  test.each(CONTAINERS)('%s responds to other methods with 405 and Allow', async (shape) => {
    const { get, role, Authorization } = await startContainer(shape);
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE']) {
      const { status, headers, body } = await get({ Authorization }, method);
      expect([method, status, headers.get('allow')]).toEqual([method, 405, 'GET, HEAD']);
      expect(body).not.toMatch(/ASIA|CANARY/);
    }
    expect(role.requests).toBe(0);
  });

  test.each(CONTAINERS)('%s responds to HEAD with the headers of GET', async (shape) => {
    const { get, Authorization } = await startContainer(shape);
    const head = await get({ Authorization }, 'HEAD');
    const { status, names, body } = await get();
    expect([head.status, head.names, head.body]).toEqual([status, names, '']);
    expect(head.headers.get('content-length')).toBe(String(body.length));
  });

  test('ECS states no limit of requests, because it has none', async () => {
    const { get, send } = await startContainer('ecs');
    for (const { names } of [await get(), await get({}), await send('GET', '/v2/credentials/x')]) {
      expect(names.join()).not.toMatch(/rate-limit/i);
    }
  });

  test('ECS accepts the id in the query of version 1', async () => {
    const { send, pathname, Authorization } = await startContainer('ecs');
    const id = pathname.split('/').at(-1);
    expect((await send('GET', `/v1/credentials?id=${id}`, { Authorization })).status).toBe(200);
    expect((await send('GET', `/v1/credentials?id=${id}`)).status).toBe(403);
  });

  test.each([
    [CONTAINERS, 400, 'Service account token cannot be empty\n'],
    [['eks'], 400, 'Service account token cannot be empty\n'],
    [['ecs'], 403, expect.stringContaining('AccessDenied')],
  ] as const)(
    'a path of version 1 without an id belongs to EKS if it is served: %j',
    async (shapes, status, text) => {
      const { send } = await startServed({ shapes });
      const { body, ...response } = await send('GET', '/v1/credentials');
      expect([response.status, body]).toEqual([status, text]);
    },
  );

  test('the token file of EKS is private, and is removed at the end', async () => {
    const { variables, close } = await startContainer('eks');
    const file = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE!;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const [, claims = ''] = readFileSync(file, 'utf8').split('.');
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      sub: 'system:serviceaccount:default:loader',
    });
    await close();
    expect(() => statSync(file)).toThrow('ENOENT');
  });

  test.each(['Authorization', 'X-aws-ec2-metadata-token'])(
    'CloudShell accepts its token and a session token in %s',
    async (name) => {
      const { get, send, Authorization } = await startContainer('cloudshell');
      expect((await get({ [name]: Authorization })).status).toBe(200);
      const { status, body } = await send('PUT', '/latest/api/token', { [TTL]: '60', Authorization });
      expect(status).toBe(200);
      expect((await get({ [name]: body })).status).toBe(200);
    },
  );

  test('CloudShell issues a session token only to clients with its token', async () => {
    const { send, Authorization } = await startContainer('cloudshell');
    for (const headers of [{}, { Authorization: 'x' }, { 'X-aws-ec2-metadata-token': Authorization }]) {
      const { status, body } = await send('PUT', '/latest/api/token', { [TTL]: '60', ...headers });
      expect([status, body]).toEqual([401, '']);
    }
  });

  test('a path of no shape gets 404', async () => {
    const { send, Authorization } = await startContainer('ecs');
    for (const path of ['/', '/latest/meta-data/', '/credentials', '/v5/credentials']) {
      expect((await send('GET', path, { Authorization })).status).toBe(404);
    }
  });
});
