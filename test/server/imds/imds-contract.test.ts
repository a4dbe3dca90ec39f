import { describe, expect, test } from 'vitest';
import { CLOUDSHELL_PATH } from '../../../src/server/containers/cloudshell.ts';
import { METADATA_VERSIONS } from '../../../src/server/tree/default-tree.ts';
import { createDirectory, createTree } from '../../../src/server/tree/metadata-tree.ts';
import { createStoppedClock } from '../../support/server/polled-simulator.ts';
import { requestText, sendRawRequest, sendRequest } from '../../support/server/raw-client.ts';
import { type SimulatedOptions, startSimulated } from '../../support/server/simulated-endpoint.ts';

const TOKEN_PATH = '/latest/api/token';
const TTL = 'X-aws-ec2-metadata-token-ttl-seconds';
const ID = '/latest/meta-data/instance-id';
const ROLES = '/latest/meta-data/iam/security-credentials/';
const DOCUMENT = `${ROLES}simulated-role`;

/** A simulator with a stopped clock, and a function that sends requests. */
async function start(options: SimulatedOptions = {}) {
  const { clock, pass } = createStoppedClock();
  const simulated = await startSimulated({ clock, ...options });
  const { origin } = simulated;
  const get = (path: string, headers = {}) => sendRequest(origin, 'GET', path, headers);
  const putToken = (headers: Record<string, string>, path = TOKEN_PATH) =>
    sendRequest(origin, 'PUT', path, headers);
  const newToken = async (seconds = 21_600) => (await putToken({ [TTL]: String(seconds) })).body;
  const withToken = async (path: string, token?: string) =>
    get(path, { 'X-aws-ec2-metadata-token': token ?? (await newToken()) });
  return { ...simulated, pass, get, putToken, newToken, withToken };
}

describe('a token request', () => {
  test.each(['1', '60', '21600', '0060', ' 60 '])(
    'a token request with a TTL of %j gets a token',
    async (seconds) => {
      const { putToken } = await start();
      const { status, headers, body } = await putToken({ [TTL]: seconds });
      expect(status).toBe(200);
      expect(headers.get(TTL.toLowerCase())).toBe(String(Number(seconds)));
      expect(body).toHaveLength(56);
    },
  );

  test.each([
    ...['0', '21601', '99999', '100000', '-1', '+60', '1e3', '60.0', '0x10', 'six', '', '60, 60'],
    ...['９', '60;', '2147483648', '9007199254740993'],
  ])('a token request with a TTL of %j gets 400 and no token', async (seconds) => {
    const { putToken } = await start();
    const { status, headers, body } = await putToken({ [TTL]: seconds });
    expect(status).toBe(400);
    expect(headers.has(TTL.toLowerCase())).toBe(false);
    expect(body).toContain('<title>400 - Bad Request</title>');
    expect(body).toHaveLength(341);
  });

  test('a token request without a TTL gets 400', async () => {
    const { putToken } = await start();
    expect((await putToken({})).status).toBe(400);
  });

  test('a token request with two TTLs gets 400', async () => {
    const { origin } = await start();
    const twice = requestText(origin, 'PUT', TOKEN_PATH, { [TTL]: `60\r\n${TTL}: 60` });
    expect((await sendRawRequest(origin, twice)).status).toBe(400);
  });

  test.each(['2021-03-23', '1.0', '2009-04-04'])(
    'a token request to the dated path %s gets 403',
    async (version) => {
      const { putToken } = await start();
      const { status, body } = await putToken({ [TTL]: '60' }, `/${version}/api/token`);
      expect([status, body]).toEqual([403, '']);
    },
  );

  test.each(['GET', 'HEAD', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])(
    'a token request with the method %s gets 405',
    async (method) => {
      const { origin } = await start();
      const { status, headers } = await sendRequest(origin, method, TOKEN_PATH, { [TTL]: '60' });
      expect([status, headers.get('allow')]).toEqual([405, 'OPTIONS, PUT']);
    },
  );

  test.each([
    ['X-Forwarded-For', '10.0.0.1', [], 403, 0],
    ['X-Forwarded-For', '', [], 403, 0],
    ['x-forwarded-for', '10.0.0.1', ['forwarded=400'], 400, 341],
    ['Origin', 'http://example.invalid', [], 403, 0],
    ['Referer', 'http://example.invalid/', ['forwarded=400'], 403, 0],
  ])(
    'a token request with %s: %s is rejected, like a GET with this header (%j)',
    async (name, value, variants, status, length) => {
      const { origin, newToken } = await start({ variants });
      const put = await sendRequest(origin, 'PUT', TOKEN_PATH, { [TTL]: '60', [name]: value });
      expect([put.status, put.body.length]).toEqual([status, length]);
      const headers = { 'X-aws-ec2-metadata-token': await newToken(), [name]: value };
      const got = await sendRequest(origin, 'GET', DOCUMENT, headers);
      expect([got.status, got.body.length]).toEqual([status, length]);
    },
  );

  test('a token request is accepted with a Referer of this endpoint, because Go sends one after a redirect', async () => {
    const { origin, newToken } = await start();
    const headers = { 'X-aws-ec2-metadata-token': await newToken() };
    const status = async (referer: string) =>
      (await sendRequest(origin, 'GET', DOCUMENT, { ...headers, Referer: referer })).status;
    expect(await status(`${origin}/latest/meta-data/iam/security-credentials`)).toBe(200);
    expect(await status(`${origin}.example.invalid/`)).toBe(403);
    expect(await status(origin.replace('http:', 'https:'))).toBe(403);
  });

  test.each(['100-continue', '100-Continue', 'anything'])(
    'a token request with Expect: %s gets 417 before the body is sent',
    async (expectation) => {
      const { origin } = await start();
      const text = requestText(origin, 'PUT', TOKEN_PATH, {
        [TTL]: '60',
        'Content-Length': '3',
        Expect: expectation,
      });
      const { head, body } = await sendRawRequest(origin, text);
      expect(head).toMatch(/^HTTP\/1\.1 417 Expectation Failed\n/);
      expect(body).toContain('<title>417 - Expectation Failed</title>');
    },
  );

  test('a token request can have a body, also a chunked one, which is ignored', async () => {
    const { origin } = await start();
    const head = `PUT ${TOKEN_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n${TTL}: 60\r\n`;
    expect(
      (await sendRawRequest(origin, `${head}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n`)).status,
    ).toBe(200);
    expect((await sendRawRequest(origin, `${head}Content-Length: 3\r\n\r\nabc`)).status).toBe(200);
  });

  test('a token request without Host gets 400, except with HTTP/1.0', async () => {
    const { origin } = await start();
    const without = await sendRawRequest(origin, `PUT ${TOKEN_PATH} HTTP/1.1\r\n${TTL}: 60\r\n\r\n`);
    expect(without.head).toMatch(/^HTTP\/1\.1 400 Bad Request\n/);
    expect(without.body).toContain('<title>400 - Bad Request</title>');
    const old = await sendRawRequest(origin, `PUT ${TOKEN_PATH} HTTP/1.0\r\n${TTL}: 60\r\n\r\n`);
    expect(old.status).toBe(200);
  });

  test('IMDSv1 alone issues no tokens', async () => {
    const { putToken } = await start({ imds: 'v1' });
    expect((await putToken({ [TTL]: '60' })).status).toBe(405);
  });
});

describe('a session token', () => {
  test('a session token has its remaining TTL in every response, also in a 404', async () => {
    const { newToken, withToken, pass } = await start();
    const token = await newToken(60);
    const remaining = async (path: string) => (await withToken(path, token)).headers.get(TTL.toLowerCase());
    expect(await remaining(ID)).toBe('60');
    pass(25);
    expect(await remaining(ID)).toBe('35');
    expect(await remaining(DOCUMENT)).toBe('35');
    expect(await remaining(ROLES)).toBe('35');
    expect(await remaining('/latest/nothing')).toBe('35');
    pass(34);
    expect(await remaining(ID)).toBe('1');
  });

  test('a session token is valid until it expires, then requests get 401', async () => {
    const { newToken, withToken, pass } = await start();
    const token = await newToken(60);
    pass(59.999);
    expect((await withToken(ID, token)).status).toBe(200);
    pass(0.001);
    expect((await withToken(ID, token)).status).toBe(401);
  });

  test.each(['both', 'v2'] as const)('a session token gets 401 if it is invalid (imds=%s)', async (imds) => {
    const { newToken, withToken } = await start({ imds });
    const token = await newToken();
    const other = token[20] === 'A' ? 'B' : 'A';
    const changed = `${token.slice(0, 20)}${other}${token.slice(21)}`;
    for (const bad of [
      'x',
      changed,
      `${token}x`,
      token.slice(0, -1),
      token.replace('==', '%3D'),
      'é'.repeat(56),
    ]) {
      expect((await withToken(ID, bad)).status).toBe(401);
    }
  });

  test('a session token can be ignored if it is invalid and not required', async () => {
    const { withToken } = await start({ variants: ['bad-token=ignored'] });
    const { status, headers } = await withToken(ID, 'x');
    expect([status, headers.has(TTL.toLowerCase())]).toEqual([200, false]);
  });

  test('a session token of another simulator gets 401', async () => {
    const [one, other] = [await start(), await start()];
    expect((await other.withToken(ID, await one.newToken())).status).toBe(401);
  });

  test('a session token is required with imds=v2; an empty one counts as none', async () => {
    const { get, withToken } = await start({ imds: 'v2' });
    for (const path of ['/', ID, DOCUMENT, '/latest/nothing', '/latest/user-data']) {
      expect((await get(path)).status).toBe(401);
    }
    expect((await withToken(ID, '')).status).toBe(401);
    expect((await withToken(ID)).status).toBe(200);
  });

  test('a session token is optional with imds=both, and without it responses have no TTL', async () => {
    const { get, withToken } = await start();
    for (const { status, headers } of [await get(ID), await withToken(ID, '')]) {
      expect([status, headers.has(TTL.toLowerCase())]).toEqual([200, false]);
    }
  });
});

describe('a GET of metadata', () => {
  test('a GET of metadata returns lists separated by line feeds, with a slash after directories', async () => {
    const { withToken } = await start();
    const { body } = await withToken('/latest/meta-data/');
    expect(body.endsWith('\n')).toBe(false);
    expect(body.split('\n')).toEqual(
      expect.arrayContaining(['ami-id', 'iam/', 'placement/', 'system', 'tags/']),
    );
    expect(body.split('\n')).toEqual([...body.split('\n')].sort());
  });

  test('a GET of metadata returns a list of one name without a line feed', async () => {
    const { get } = await start();
    expect((await get(ROLES)).body).toBe('simulated-role');
  });

  test('a GET of metadata returns user-data as bytes and everything else as text', async () => {
    const bytes = Buffer.from([0, 1, 0xff, 0x0a]);
    const { get } = await start({ tree: createTree(createDirectory({ 'user-data': bytes })) });
    const { headers, body } = await get('/latest/user-data');
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(Buffer.from(body, 'latin1')).toEqual(bytes);
    for (const path of ['/', '/latest/', ROLES, DOCUMENT, '/latest/meta-data/iam/info']) {
      expect((await get(path)).headers.get('content-type')).toBe('text/plain');
    }
  });

  test('a GET of user-data returns 404 if there is none', async () => {
    const { get } = await start();
    expect((await get('/latest/user-data')).status).toBe(404);
  });

  test('a GET of metadata lists the versions at the root, and serves the data in each', async () => {
    const { get } = await start();
    expect((await get('/')).body.split('\n')).toEqual(METADATA_VERSIONS);
    expect((await get('/latest/')).body.split('\n')).toEqual(['dynamic', 'meta-data']);
    for (const version of METADATA_VERSIONS) {
      const { status, body } = await get(`/${version}/meta-data/instance-id`);
      expect([status, body]).toEqual([200, 'i-1234567890abcdef0']);
    }
    expect((await get('/2021-03-24/meta-data/instance-id')).status).toBe(404);
  });

  test('a GET of metadata lists instance identity and public keys as documented', async () => {
    const { get } = await start();
    const identity = await get('/latest/dynamic/instance-identity/');
    expect(identity.body).toBe('rsa2048\npkcs7\ndocument\nsignature\ndsa2048');
    expect((await get('/latest/meta-data/public-keys/')).body).toBe('0=example-key');
    expect((await get('/latest/meta-data/public-keys/0/')).body).toBe('openssh-key');
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])(
    'a request for metadata with the method %s gets 405',
    async (method) => {
      const { origin } = await start();
      const { head, body } = await sendRequest(origin, method, ID);
      expect(head).toMatch(/^HTTP\/1\.1 405 Not Allowed\nAllow: GET, HEAD\n/);
      expect(body).toBe('');
    },
  );

  test.each([
    '/latest/meta-data/nothing',
    '/latest/meta-data/instance-id/',
    '/latest/meta-data/instance-id/x',
    '/latest/meta-data/Instance-Id',
    '/latest/meta-data/iam/security-credentials/another-role',
    '/latest/meta-data/iam/security-credentials/simulated-rol',
    '/latest/meta-data/iam/security-credentials/SIMULATED-ROLE',
    '/latest/meta-data/iam/security-credentials/another-role/simulated-role',
    '/latest/meta-data/iam/security-credentials-extended/',
    '/latest/meta-data/iam/info/',
    '/latest/meta-data/spot/instance-action',
    '/latest/meta-data/iam-ecs-0/info',
    '/latest/api/',
    '/late',
  ])('a GET of metadata returns 404 for %s', async (path) => {
    const { get } = await start();
    const { head, body } = await get(path);
    expect(head).toMatch(/^HTTP\/1\.1 404 Not Found\nContent-Type: text\/html\nContent-Length: 337\n/);
    expect(body).toContain('<h1>404 - Not Found</h1>');
  });

  test('the availability zone has the path of botocore too, which ends with a slash', async () => {
    const { get } = await start();
    const zone = await get('/latest/meta-data/placement/availability-zone');
    expect(zone.status).toBe(200);
    expect((await get('/latest/meta-data/placement/availability-zone/')).body).toBe(zone.body);
  });

  test('a GET of metadata returns 404 for iam/ only, if no role is attached', async () => {
    const { get } = await start({ faults: ['no-role'] });
    for (const path of [ROLES, DOCUMENT, '/latest/meta-data/iam/', '/latest/meta-data/iam/info']) {
      expect((await get(path)).status).toBe(404);
    }
    expect((await get('/latest/meta-data/')).body).not.toContain('iam/');
    expect((await get(ID)).status).toBe(200);
  });

  test('a GET of metadata returns the role list without a final slash, or the redirect of 2018', async () => {
    const { get } = await start();
    expect(await get(ROLES.slice(0, -1))).toMatchObject({ status: 200, body: 'simulated-role' });
    const old = await start({ variants: ['slash=301'] });
    const { status, headers } = await old.get(ROLES.slice(0, -1));
    expect([status, headers.get('location')]).toEqual([301, ROLES]);
    expect((await old.get(headers.get('location')!)).body).toBe('simulated-role');
  });

  test('a GET of metadata ignores segments after the role name', async () => {
    const { get } = await start();
    const { body } = await get(DOCUMENT);
    for (const more of ['/', '/x', '/x/y', '?x=y']) {
      expect(await get(DOCUMENT + more)).toMatchObject({ status: 200, body });
    }
  });

  test('a GET of metadata decodes an escaped path', async () => {
    const { get } = await start();
    expect((await get('/latest/meta-data/instance%2Did')).body).toBe('i-1234567890abcdef0');
  });
});

describe('the credentials of IMDS', () => {
  test('the credentials of IMDS have the fields of the real document, with times in seconds', async () => {
    const { get } = await start();
    const { body } = await get(DOCUMENT);
    const fields = JSON.parse(body);
    expect(Object.keys(fields)).toEqual([
      ...['Code', 'LastUpdated', 'Type', 'AccessKeyId', 'SecretAccessKey', 'Token', 'Expiration'],
    ]);
    expect(fields).toMatchObject({
      Code: 'Success',
      Type: 'AWS-HMAC',
      LastUpdated: '2026-11-22T00:00:00Z',
      Expiration: '2026-11-22T06:00:00Z',
    });
    expect(fields.AccessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    expect(fields.SecretAccessKey).toHaveLength(40);
  });

  test('the credentials of IMDS differ between IMDSv1 and IMDSv2, and stay the same between requests', async () => {
    const { get, withToken } = await start();
    const first = [await get(DOCUMENT), await get(DOCUMENT)].map(({ body }) => JSON.parse(body).AccessKeyId);
    const second = [await withToken(DOCUMENT), await withToken(DOCUMENT)].map(
      ({ body }) => JSON.parse(body).AccessKeyId,
    );
    expect(new Set(first).size).toBe(1);
    expect(new Set(second).size).toBe(1);
    expect(first[0]).not.toBe(second[0]);
  });

  test('the credentials of IMDS rotate on schedule, before the old ones expire', async () => {
    const { get, pass } = await start();
    const before = JSON.parse((await get(DOCUMENT)).body);
    pass(3599);
    expect(JSON.parse((await get(DOCUMENT)).body)).toEqual(before);
    pass(1);
    const after = await get(DOCUMENT);
    expect(JSON.parse(after.body)).toMatchObject({ LastUpdated: '2026-11-22T01:00:00Z' });
    expect(JSON.parse(after.body).AccessKeyId).not.toBe(before.AccessKeyId);
    expect(after.headers.get('last-modified')).toBe('Sun, 22 Nov 2026 01:00:00 GMT');
    const info = await get('/latest/meta-data/iam/info');
    expect(JSON.parse(info.body).LastUpdated).toBe('2026-11-22T01:00:00Z');
    expect(info.headers.get('last-modified')).toBe('Sun, 22 Nov 2026 01:00:00 GMT');
  });

  test.each([
    ['error', 'AssumeRoleUnauthorizedAccess'],
    ['error=InstanceProfileNotFound', 'InstanceProfileNotFound'],
  ])(
    'the credentials of IMDS are replaced by an error document with status 200 and no keys with the fault %s',
    async (fault, code) => {
      const { get } = await start({ faults: [fault] });
      const { status, body } = await get(DOCUMENT);
      expect(status).toBe(200);
      expect(Object.keys(JSON.parse(body))).toEqual(['Code', 'Message', 'LastUpdated']);
      expect(JSON.parse(body).Code).toBe(code);
    },
  );

  test('the credentials of the instance identity differ from those of IMDS', async () => {
    const { get } = await start();
    const under = '/latest/meta-data/identity-credentials/';
    expect((await get(under)).body).toBe('ec2/');
    expect((await get(`${under}ec2/security-credentials/`)).body).toBe('ec2-instance');
    const document = JSON.parse((await get(`${under}ec2/security-credentials/ec2-instance`)).body);
    expect(document.Code).toBe('Success');
    expect(document.AccessKeyId).not.toBe(JSON.parse((await get(DOCUMENT)).body).AccessKeyId);
    expect(JSON.parse((await get(`${under}ec2/info`)).body)).toMatchObject({
      Code: 'Success',
      AccountId: '123456789012',
    });
    expect((await get(`${under}ec2/security-credentials/other`)).status).toBe(404);
  });

  test('the credentials of tasks are in the ECS namespace of IMDS', async () => {
    const { get } = await start({ shapes: ['imds', 'ecs'] });
    const under = '/latest/meta-data/iam-ecs-0/';
    expect((await get('/latest/meta-data/')).body.split('\n')).toContain('iam-ecs-0/');
    const info = JSON.parse((await get(`${under}info`)).body);
    expect(Object.keys(info)).toEqual(['LastUpdated', 'TaskCredentials']);
    const [[task, { RoleARN }]] = Object.entries<{ RoleARN: string }>(info.TaskCredentials) as [
      [string, { RoleARN: string }],
    ];
    expect(task).toMatch(/^[\da-f]{32}-\d$/);
    expect(RoleARN).toBe('arn:aws:iam::123456789012:role/simulated-role');
    expect((await get(`${under}security-credentials/`)).body).toBe(task);
    expect(JSON.parse((await get(`${under}security-credentials/${task}`)).body).Code).toBe('Success');
    expect((await get(`${under}security-credentials/${task}0`)).status).toBe(404);
  });
});

describe('a fault', () => {
  test.each([
    ['429', [], 429, 'Too Many Requests'],
    ['503', [], 503, 'Service Unavailable'],
    ['500', [], 500, 'Internal Server Error'],
    ['403', [], 403, 'Forbidden'],
    ['throttle=0.001', [], 429, 'Too Many Requests'],
    ['throttle=0.001', ['throttle=503'], 503, 'Service Unavailable'],
  ])('the fault %s with the variants %j returns its status', async (fault, variants, status, reason) => {
    const { get } = await start({ faults: [fault], variants });
    await get(ID);
    const { head, body } = await get(ID);
    expect(head.split('\n')[0]).toBe(`HTTP/1.1 ${status} ${reason}`);
    expect(body).toContain(`<title>${status} - ${reason}</title>`);
  });

  test('the fault 401 has an empty body, or the page', async () => {
    const { get } = await start({ faults: ['401'] });
    expect(await get(ID)).toMatchObject({ status: 401, body: '' });
    const old = await start({ faults: ['401'], variants: ['unauthorized=page'] });
    expect((await old.get(ID)).body).toHaveLength(343);
  });

  test('the fault clock-skew changes the Date header only', async () => {
    const { get } = await start({ faults: ['clock-skew=-5m'] });
    const { headers } = await get(ID);
    expect(headers.get('date')).toBe('Sat, 21 Nov 2026 23:55:00 GMT');
    expect(headers.get('last-modified')).toBe('Sun, 22 Nov 2026 00:00:00 GMT');
  });
});

describe('a path that starts with //latest', () => {
  test.each(['//latest', '///latest'])(
    'the token path below %s gets the same response as below /latest',
    async (top) => {
      const { putToken, withToken } = await start();
      const { status, body } = await putToken({ [TTL]: '60' }, TOKEN_PATH.replace('/latest', top));
      expect(status).toBe(200);
      expect((await withToken(ID, body)).status).toBe(200);
    },
  );

  test.each([ID, ROLES, DOCUMENT, '/latest', '/latest/', '/latest/meta-data/missing'])(
    'the path /%s gets the same response as with one slash',
    async (path) => {
      const { newToken, withToken } = await start();
      const token = await newToken();
      expect(await withToken(`/${path}`, token)).toEqual(await withToken(path, token));
    },
  );

  test('an absolute URL with //latest gets the instance id', async () => {
    const { origin, withToken } = await start();
    expect(await withToken(`${origin}/${ID}`)).toEqual(await withToken(ID));
  });

  test('a fault for a path below /latest applies to //latest', async () => {
    const { get } = await start({ faults: [`503,path=${ID}`] });
    expect((await get(`/${ID}`)).status).toBe(503);
  });

  test('CloudShell serves credentials below //latest', async () => {
    const { origin, simulation } = await start({ shapes: ['cloudshell'] });
    const headers = { Authorization: simulation.authorization };
    expect((await sendRequest(origin, 'GET', `/${CLOUDSHELL_PATH}`, headers)).status).toBe(200);
  });
});
