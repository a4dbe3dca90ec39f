import { describe, expect, test } from 'vitest';
import { ServiceAccountTokens } from '../../../src/server/containers/service-account-tokens.ts';
import { createStoppedClock } from '../../support/server/polled-simulator.ts';
import { Connection, requestText, sendRawRequest, sendRequest } from '../../support/server/raw-client.ts';
import { type SimulatedOptions, startSimulated } from '../../support/server/simulated-endpoint.ts';

const ACCOUNT = '123456789012';

async function start(options: SimulatedOptions) {
  const { clock, pass } = createStoppedClock();
  const simulated = await startSimulated({ clock, ...options });
  const get = (path: string, headers = {}) => sendRequest(simulated.origin, 'GET', path, headers);
  return { ...simulated, clock, pass, get };
}

describe('the ECS agent', () => {
  const ecs = async (options: SimulatedOptions = {}) => {
    const started = await start({ shapes: ['ecs'], ...options });
    const id = started.simulation.credentialsId;
    return { ...started, id, path: `/v2/credentials/${id}` };
  };

  test('the ECS agent responds like Go, with rate limit headers', async () => {
    const { get, path } = await ecs();
    const { head, names, headers, body } = await get(path);
    expect(head).toMatch(/^HTTP\/1\.1 200 OK\n/);
    expect(names).toEqual([
      'Content-Type',
      ...['X-Rate-Limit-Duration', 'X-Rate-Limit-Limit', 'X-Rate-Limit-Request-Remote-Addr'],
      ...['Date', 'Content-Length'],
    ]);
    expect(headers.get('content-type')).toBe('application/json');
    expect(headers.get('x-rate-limit-limit')).toBe('40.00');
    expect(headers.get('date')).toBe('Sun, 22 Nov 2026 00:00:00 GMT');
    expect(body).not.toMatch(/\s/);
    const fields = JSON.parse(body);
    expect(Object.keys(fields)).toEqual([
      ...['RoleArn', 'AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration'],
    ]);
    expect(fields).toMatchObject({
      RoleArn: `arn:aws:iam::${ACCOUNT}:role/simulated-role`,
      Expiration: '2026-11-22T06:00:00Z',
    });
  });

  test('the ECS agent needs no authorization, and takes the id of version 1 from the query', async () => {
    const { get, path, id } = await ecs();
    const { body } = await get(path);
    expect((await get(`/v1/credentials?id=${id}`)).body).toBe(body);
    expect((await get(path, { Authorization: 'whatever' })).body).toBe(body);
  });

  test.each([
    ['/v2/credentials/', 'NoIdInRequest', 'CredentialsV2Request: No ID in the request'],
    ['/v1/credentials', 'NoIdInRequest', 'CredentialsV1Request: No ID in the request'],
    ['/v2/credentials/other', 'InvalidIdInRequest', 'CredentialsV2Request: Credentials not found'],
    ['/v1/credentials?id=other', 'InvalidIdInRequest', 'CredentialsV1Request: Credentials not found'],
  ])('the ECS agent responds to %s with 400 %s', async (path, code, message) => {
    const { get } = await ecs();
    const { status, headers, body } = await get(path);
    expect([status, headers.get('content-type')]).toEqual([400, 'application/json']);
    expect(body).toBe(JSON.stringify({ code, message, HTTPErrorCode: 400 }));
  });

  test.each([
    ['error', 503, 'CredentialsUninitialized'],
    ['error=CredentialsUninitialized', 503, 'CredentialsUninitialized'],
    ['error=InternalServerError', 500, 'InternalServerError'],
    ['no-role', 400, 'InvalidIdInRequest'],
    ['500', 500, 'InternalServerError'],
    ['503', 503, 'CredentialsUninitialized'],
  ])('the ECS agent keeps its error format with the fault %s: %i %s', async (fault, status, code) => {
    const { get, path } = await ecs({ faults: [fault] });
    const response = await get(path);
    expect(response.status).toBe(status);
    expect(JSON.parse(response.body)).toMatchObject({ code, HTTPErrorCode: status });
  });

  test('the ECS agent responds 429 with a throttle fault', async () => {
    const { get, path } = await ecs({ faults: ['throttle=0.001'] });
    expect((await get(path)).status).toBe(200);
    const { status, headers } = await get(path);
    expect([status, headers.get('content-type')]).toEqual([429, 'text/plain; charset=utf-8']);
  });

  test('the ECS agent redirects doubled slashes to its own path', async () => {
    const { get, path, id } = await ecs();
    const { status, headers } = await get(`//v2//credentials/${id}`);
    expect([status, headers.get('location')]).toEqual([301, path]);
  });

  test('the ECS agent responds 404 to other paths', async () => {
    const { get } = await ecs();
    for (const path of ['/', '/v3/metadata', '/latest/meta-data/', '/v2/credentialsx/y', '*']) {
      expect(await get(path)).toMatchObject({ status: 404, body: '404 page not found\n' });
    }
  });
});

describe('the EKS Pod Identity agent', () => {
  const PATH = '/v1/credentials';
  const eks = async (options: SimulatedOptions = {}) => {
    const started = await start({ shapes: ['eks'], ...options });
    const { serviceAccountTokens } = started.simulation;
    const token = (lifetime = 3600) => serviceAccountTokens.issue(lifetime, started.clock.now());
    const withToken = (Authorization = token()) => started.get(PATH, { Authorization });
    return { ...started, token, withToken };
  };

  test('the EKS Pod Identity agent responds with compact JSON and the account', async () => {
    const { withToken } = await eks();
    const { names, headers, body } = await withToken();
    expect(names).toEqual(['Content-Type', 'Date', 'Content-Length']);
    expect(headers.get('content-type')).toBe('application/json');
    expect(body).not.toMatch(/\s/);
    const fields = JSON.parse(body);
    expect(Object.keys(fields)).toEqual([
      ...['AccessKeyId', 'SecretAccessKey', 'Token', 'AccountId', 'Expiration'],
    ]);
    expect(fields).toMatchObject({ AccountId: ACCOUNT, Expiration: '2026-11-22T06:00:00Z' });
  });

  test('the EKS Pod Identity agent responds 400 with a text to a request without a token', async () => {
    const { get, withToken } = await eks();
    const expected = { status: 400, body: 'Service account token cannot be empty\n' };
    expect(await get(PATH)).toMatchObject(expected);
    expect(await withToken('')).toMatchObject(expected);
  });

  test.each(['x', 'a.b.c', 'Bearer x', 'e30.e30', 'e30.bnVsbA.x', 'e30.W10.x', 'e30.e30.x.y', '..'])(
    'the EKS Pod Identity agent responds 400 to the token %j, which cannot be parsed',
    async (token) => {
      const { withToken } = await eks();
      const { status, body } = await withToken(token);
      expect(status).toBe(400);
      expect(body).toMatch(/^Service account token cannot be parsed: .+\n$/);
    },
  );

  test('the EKS Pod Identity agent accepts a token until it expires, without a Bearer prefix', async () => {
    const { token, withToken, pass } = await eks();
    const mine = token(60);
    expect((await withToken(`Bearer ${mine}`)).status).toBe(400);
    pass(59);
    expect((await withToken(mine)).status).toBe(200);
    pass(1);
    const { status, body } = await withToken(mine);
    expect([status, body]).toEqual([
      400,
      'Service account token failed basic claim validations: token is expired\n',
    ]);
  });

  test('the EKS Pod Identity agent responds 400 to a token that is not valid yet', async () => {
    const { clock, simulation, withToken } = await eks();
    const early = simulation.serviceAccountTokens.issue(600, clock.now() + 60_000);
    expect((await withToken(early)).body).toContain('token is not valid yet');
  });

  test('the EKS Pod Identity agent rejects a token of another cluster and a changed token', async () => {
    const { clock, token, withToken } = await eks();
    const foreign = new ServiceAccountTokens().issue(3600, clock.now());
    const [header, , signature] = token().split('.');
    const claims = Buffer.from(JSON.stringify({ exp: 9e9, sub: 'system:serviceaccount:kube-system:admin' }));
    for (const bad of [foreign, `${header}.${claims.toString('base64url')}.${signature}`]) {
      const { status, body } = await withToken(bad);
      expect(status).toBe(400);
      expect(body).toMatch(/^\[[\da-f-]{36}\]: \(InvalidTokenException\): .+, fault: client\n$/);
    }
  });

  test.each([
    ['no-role', 404, 'ResourceNotFoundException'],
    ['error', 404, 'ResourceNotFoundException'],
    ['error=AccessDeniedException', 400, 'AccessDeniedException'],
    ['error=InternalServerException', 500, 'InternalServerException'],
    ['500', 500, 'InternalServerException'],
  ])(
    'the EKS Pod Identity agent keeps its error format with the fault %s: %i %s',
    async (fault, status, code) => {
      const { withToken } = await eks({ faults: [fault] });
      const response = await withToken();
      expect(response.status).toBe(status);
      expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
      expect(response.body).toContain(`(${code})`);
    },
  );

  test('the EKS Pod Identity agent responds 429 with a text with a throttle fault', async () => {
    const { withToken } = await eks({ faults: ['429'] });
    expect(await withToken()).toMatchObject({ status: 429, body: 'Too Many Requests\n' });
  });

  test.each(['example.invalid', 'example.invalid:80', '203.0.113.1'])(
    'the EKS Pod Identity agent responds 403 with an explanation to the Host header %s',
    async (Host) => {
      const { get, token } = await eks();
      const { status, body } = await get(PATH, { Host, Authorization: token() });
      expect(status).toBe(403);
      expect(body).toBe(
        `Access Denied. Called agent through invalid address, please use either [169.254.170.23 fd00:ec2::23] address not ${Host.replace(':80', '')}\n`,
      );
    },
  );

  test.each(['169.254.170.23', '169.254.170.23:80', '[fd00:ec2::23]', 'LOCALHOST'])(
    'the EKS Pod Identity agent accepts the Host header %s',
    async (Host) => {
      const { get, token } = await eks();
      expect((await get(PATH, { Host, Authorization: token() })).status).toBe(200);
    },
  );

  test('the EKS Pod Identity agent shares its path with version 1 of ECS, whose requests have an id', async () => {
    const { get, token, simulation } = await eks({ shapes: ['ecs', 'eks'] });
    expect((await get(PATH)).body).toBe('Service account token cannot be empty\n');
    expect((await get(PATH, { Authorization: token() })).body).toContain('AccountId');
    expect((await get(`${PATH}?id=${simulation.credentialsId}`)).body).toContain('RoleArn');
  });
});

describe('CloudShell', () => {
  const PATH = '/latest/meta-data/container/security-credentials';
  const TTL = 'X-aws-ec2-metadata-token-ttl-seconds';
  const cloudshell = (options: SimulatedOptions = {}) => start({ shapes: ['cloudshell'], ...options });

  test('CloudShell has a document with an empty Type, no LastUpdated, and Code at the end', async () => {
    const { get, simulation } = await cloudshell();
    const { status, body } = await get(PATH, { Authorization: simulation.authorization });
    expect(status).toBe(200);
    const fields = JSON.parse(body);
    expect(Object.keys(fields)).toEqual([
      ...['Type', 'AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration', 'Code'],
    ]);
    expect(fields).toMatchObject({ Type: '', Code: 'Success' });
  });

  test.each([['cloudshell'], ['cloudshell', 'imds']] as const)(
    'CloudShell accepts a session token in either header (%s, %s)',
    async (...shapes) => {
      const { get, origin } = await cloudshell({ shapes: shapes.filter((each) => each !== undefined) });
      const { status, body: token } = await sendRequest(origin, 'PUT', '/latest/api/token', { [TTL]: '60' });
      expect(status).toBe(200);
      expect((await get(PATH, { Authorization: token })).status).toBe(200);
      expect((await get(PATH, { 'X-aws-ec2-metadata-token': token })).status).toBe(200);
    },
  );

  test('CloudShell accepts the token of the environment in the IMDS token header', async () => {
    const { get, simulation } = await cloudshell();
    const token = simulation.authorization;
    expect((await get(PATH, { 'X-aws-ec2-metadata-token': token })).status).toBe(200);
  });

  test('CloudShell rejects a missing, a wrong and an expired token', async () => {
    const { get, origin, pass } = await cloudshell();
    const { body: token } = await sendRequest(origin, 'PUT', '/latest/api/token', { [TTL]: '60' });
    pass(60);
    for (const headers of [{}, { Authorization: 'x' }, { Authorization: '' }, { Authorization: token }]) {
      expect((await get(PATH, headers)).status).toBe(401);
    }
  });

  test('CloudShell responds 404 to every other path', async () => {
    const { get, simulation } = await cloudshell();
    const Authorization = simulation.authorization;
    for (const path of [
      '/',
      '/latest/meta-data/',
      `${PATH}/`,
      '/latest/meta-data/iam/security-credentials/',
    ]) {
      expect((await get(path, { Authorization })).status).toBe(404);
    }
  });
});

describe('both agents', () => {
  const document = async (more: SimulatedOptions = {}) => {
    const started = await start({ shapes: ['ecs'], ...more });
    return { ...started, path: `/v2/credentials/${started.simulation.credentialsId}` };
  };

  test('both agents keep the connection open, and send Connection: close otherwise', async () => {
    const { origin, path } = await document();
    const connection = await Connection.open(origin);
    for (let count = 0; count < 3; count++) {
      connection.send(requestText(origin, 'GET', path));
      const { status, names } = await connection.nextResponse();
      expect([status, names.includes('Connection')]).toEqual([200, false]);
    }
    connection.send(requestText(origin, 'GET', path, { Connection: 'close' }));
    const { text } = await connection.rest();
    expect(text).toMatch(/\r\nConnection: close\r\n\r\n\{/);
  });

  test('both agents close the connection after HTTP/1.0', async () => {
    const { origin, path } = await document();
    const connection = await Connection.open(origin);
    connection.send(`GET ${path} HTTP/1.0\r\n\r\n`);
    expect((await connection.rest()).text).toMatch(/\r\n\r\n\{"RoleArn"[^}]*\}$/);
  });

  test('both agents accept Expect: 100-continue and no other expectation', async () => {
    const { origin, path } = await document();
    const granted = await sendRequest(origin, 'GET', path, { Expect: '100-continue' });
    expect(granted.head).toMatch(/^HTTP\/1\.1 200 OK\n/);
    const rejected = await sendRequest(origin, 'GET', path, { Expect: 'anything' });
    expect(rejected.head).toMatch(/^HTTP\/1\.1 417 Expectation Failed\n.*\nConnection: close$/s);
    expect(rejected.body).toBe('');
  });

  test('both agents respond 400 to a request without Host', async () => {
    const { origin, path } = await document();
    const { head, body } = await sendRawRequest(origin, `GET ${path} HTTP/1.1\r\n\r\n`);
    expect(head).toBe(
      'HTTP/1.1 400 Bad Request: missing required Host header\nContent-Type: text/plain; charset=utf-8\nConnection: close',
    );
    expect(body).toBe('400 Bad Request: missing required Host header');
  });

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('both agents respond 405 to %s', async (method) => {
    const { origin, path } = await document();
    expect((await sendRequest(origin, method, path)).status).toBe(405);
  });
});
