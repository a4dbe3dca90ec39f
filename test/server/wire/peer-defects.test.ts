import { METHODS } from 'node:http';
import { describe, expect, test } from 'vitest';
import { SHAPES, type Shape } from '../../../src/server/endpoint-request.ts';
import { createStoppedClock } from '../../support/server/polled-simulator.ts';
import {
  Connection,
  type RawResponse,
  requestText,
  sendRawRequest,
  sendRequest,
} from '../../support/server/raw-client.ts';
import {
  requestContainer,
  type SimulatedOptions,
  startSimulated,
} from '../../support/server/simulated-endpoint.ts';
import { ciTest, isThorough, sampleCases } from '../../support/thorough.ts';

/**
 * Regression tests for defects of other metadata servers that real clients have met. Some defects cannot
 * occur here and are tested in another form:
 * - Credentials lost by a failed refresh: there is no refresh, so no document may be half empty.
 * - One STS call per request: credentials must be the same at every request.
 * - SDKs that allow some hosts only: the exported URL must use a host that all of them allow.
 */

const TTL = 'X-aws-ec2-metadata-token-ttl-seconds';
const TOKEN_PATH = '/latest/api/token';
const ID = '/latest/meta-data/instance-id';
const ROLES = '/latest/meta-data/iam/security-credentials/';
const DOCUMENT = `${ROLES}simulated-role`;

type Simulated = Awaited<ReturnType<typeof startSimulated>>;

const newToken = async ({ origin }: Simulated, seconds = 21_600) =>
  (await sendRequest(origin, 'PUT', TOKEN_PATH, { [TTL]: String(seconds) })).body;

/** Requests the credentials of a shape like its clients. */
const requestDocument = (simulated: Simulated, shape: Shape, now: number): Promise<RawResponse> =>
  shape === 'imds' ? sendRequest(simulated.origin, 'GET', DOCUMENT) : requestContainer(simulated, shape, now);

describe('credentials', () => {
  test.each(sampleCases([[[]], [['frozen']], [['expired']], [['alternate']], [['renew']]], 5))(
    'a document with Code Success is complete (%j)',
    async (faults) => {
      const { clock, pass } = createStoppedClock();
      const simulated = await startSimulated({
        shapes: SHAPES,
        clock,
        faults,
        rotationTiming: { lifetime: 600, rotateEvery: 300, jitter: 60 },
      });
      for (let step = 0; step < 20; step++) {
        for (const shape of SHAPES) {
          const { status, body } = await requestDocument(simulated, shape, clock.now());
          const fields = JSON.parse(body);
          expect(status).toBe(200);
          expect(fields.AccessKeyId).toMatch(/^ASIA\w{16}$/);
          expect(fields.SecretAccessKey).toHaveLength(40);
          expect(fields.Token.length).toBeGreaterThan(500);
          expect(fields.Expiration).toMatch(/^2026-11-2[12]T/);
        }
        pass(97);
      }
    },
  );

  ciTest('hundreds of session tokens are all different, and the first stays valid', async () => {
    const simulated = await startSimulated();
    const tokens: string[] = [];
    for (let count = 0; count < 401; count++) tokens.push(await newToken(simulated, 60));
    for (const token of [tokens[0]!, tokens[200]!, tokens[400]!]) {
      const { status } = await sendRequest(simulated.origin, 'GET', DOCUMENT, {
        'X-aws-ec2-metadata-token': token,
      });
      expect(status).toBe(200);
    }
    expect(new Set(tokens).size).toBe(401);
    // Without the common prefix and time, the rest must not be predictable from other tokens.
    expect(new Set(tokens.map((token) => token.slice(24))).size).toBe(401);
  });

  test('concurrent clients at a rotation get the same new set', async () => {
    const { clock, pass } = createStoppedClock();
    const simulated = await startSimulated({ clock });
    const before = (await sendRequest(simulated.origin, 'GET', DOCUMENT)).body;
    pass(3600);
    const bodies = await Promise.all(
      Array.from({ length: 64 }, async () => (await sendRequest(simulated.origin, 'GET', DOCUMENT)).body),
    );
    expect(new Set(bodies).size).toBe(1);
    expect(bodies[0]).not.toBe(before);
  });

  test.each(SHAPES)('%s serves the same credentials at every request', async (shape) => {
    const { clock, pass } = createStoppedClock();
    const simulated = await startSimulated({ shapes: [shape], clock });
    const first = await requestDocument(simulated, shape, clock.now());
    pass(1800);
    expect((await requestDocument(simulated, shape, clock.now())).body).toBe(first.body);
  });

  test('times have no fractions of a second with any start', async () => {
    const { clock } = createStoppedClock(Date.UTC(2026, 10, 22, 0, 0, 0, 789));
    const simulated = await startSimulated({ shapes: SHAPES, clock });
    for (const shape of SHAPES) {
      const { LastUpdated = '2026-11-22T00:00:00Z', Expiration } = JSON.parse(
        (await requestDocument(simulated, shape, clock.now())).body,
      );
      expect([LastUpdated, Expiration]).toEqual(['2026-11-22T00:00:00Z', '2026-11-22T06:00:00Z']);
    }
  });

  test.each([
    `${ROLES}another-role`,
    `${ROLES}simulated-role2`,
    `${ROLES}Simulated-Role`,
    `${ROLES}%73imulated-rol`,
    '/latest/meta-data/iam/security-credentials/x/simulated-role',
  ])('the path of another role gets 404: %s', async (path) => {
    const { origin } = await startSimulated();
    const { status, body } = await sendRequest(origin, 'GET', path);
    expect(status).toBe(404);
    expect(body).not.toContain('ASIA');
  });

  test('the exported URL has a host that every SDK allows for containers', async () => {
    const { environments } = await startSimulated({ shapes: SHAPES });
    for (const shape of ['ecs', 'eks', 'cloudshell'] as const) {
      const variables = environments[shape];
      expect(new URL(variables.AWS_CONTAINER_CREDENTIALS_FULL_URI!).hostname).toBe('127.0.0.1');
      // This variable would take precedence, and it names an address of AWS.
      expect(variables).not.toHaveProperty('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI');
    }
  });
});

describe('session tokens', () => {
  test('the remaining TTL is in the response with credentials, not only with the role', async () => {
    const simulated = await startSimulated();
    const token = await newToken(simulated, 60);
    for (const path of [ROLES, DOCUMENT]) {
      const { headers } = await sendRequest(simulated.origin, 'GET', path, {
        'X-aws-ec2-metadata-token': token,
      });
      expect(Number(headers.get(TTL.toLowerCase()))).toBeGreaterThan(0);
    }
  });

  test('the token response has the TTL and the document has Code, because the SDK for Go needs both', async () => {
    const { origin } = await startSimulated();
    const { headers } = await sendRequest(origin, 'PUT', TOKEN_PATH, { [TTL]: '60' });
    expect(headers.get(TTL.toLowerCase())).toBe('60');
    expect(JSON.parse((await sendRequest(origin, 'GET', DOCUMENT)).body).Code).toBe('Success');
  });

  test('tokens are not predictable: the same seed and time give different ones', async () => {
    const { clock } = createStoppedClock();
    const runs = [await startSimulated({ clock, seed: 'one' }), await startSimulated({ clock, seed: 'one' })];
    const tokens = await Promise.all(runs.flatMap((run) => [newToken(run), newToken(run)]));
    expect(new Set(tokens).size).toBe(4);
    const keys = await Promise.all(
      runs.map(
        async ({ origin }) => JSON.parse((await sendRequest(origin, 'GET', DOCUMENT)).body).AccessKeyId,
      ),
    );
    expect(keys[0]).toBe(keys[1]);
  });

  test('a rejection is followed by no other data', async () => {
    const { origin } = await startSimulated();
    const connection = await Connection.open(origin);
    connection.send(requestText(origin, 'PUT', TOKEN_PATH, { [TTL]: '0' }));
    const { text, error } = await connection.rest();
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(error).toBe('');
    expect(head).toMatch(/^HTTP\/1\.1 400 /);
    expect(body).toHaveLength(Number(/Content-Length: (\d+)/.exec(head)?.[1]));
    expect(body).not.toMatch(/AQAE|[\w-]{54}==/);
  });
});

describe('the Host header', () => {
  const allowed = (port: string) => [
    ...['127.0.0.1', `127.0.0.1:${port}`, '127.0.0.1:9', `localhost:${port}`, 'LocalHost', '[::1]:80'],
    ...['169.254.169.254', '169.254.169.254:80', '[fd00:ec2::254]'],
  ];

  test('the Host header can be the listen address or the real address', async () => {
    const { origin } = await startSimulated();
    for (const Host of allowed(new URL(origin).port)) {
      expect({ Host, status: (await sendRequest(origin, 'GET', DOCUMENT, { Host })).status }).toEqual({
        Host,
        status: 200,
      });
    }
  });

  test.each(SHAPES)(
    'a Host header of any other host is rejected by %s before other checks',
    async (shape) => {
      const { clock } = createStoppedClock();
      const simulated = await startSimulated({ shapes: [shape], clock });
      const { pathname } = new URL(
        simulated.environments[shape].AWS_CONTAINER_CREDENTIALS_FULL_URI ?? `${simulated.origin}${DOCUMENT}`,
      );
      for (const Host of [
        'rebound.example',
        'rebound.example:80',
        '127.0.0.1.rebound.example',
        '203.0.113.1',
        '',
      ]) {
        const { status, body } = await sendRequest(simulated.origin, 'GET', pathname, { Host });
        expect({ Host, status }).toEqual({ Host, status: 403 });
        expect(body).not.toContain('ASIA');
      }
    },
  );

  test.each(['Origin', 'Referer', 'X-Forwarded-For'])(
    'the Host header is rejected only with the exact header name %s',
    async (name) => {
      const { origin } = await startSimulated();
      expect((await sendRequest(origin, 'GET', DOCUMENT, { [name]: 'x' })).status).toBe(403);
      expect((await sendRequest(origin, 'GET', DOCUMENT, { 'X-Referrer': 'x' })).status).toBe(200);
    },
  );

  const ROUNDS = isThorough ? 25 : 2;
  test(`64 concurrent clients with ${4 * ROUNDS} requests each get valid responses`, {
    timeout: 120_000,
  }, async () => {
    const simulated = await startSimulated({ shapes: ['imds', 'ecs'] });
    const { origin, simulation } = simulated;
    const ecsPath = `/v2/credentials/${simulation.credentialsId}`;
    const statuses = new Map<number, number>();
    const tokens = new Set<string>();
    const count = ({ status }: RawResponse) => statuses.set(status, (statuses.get(status) ?? 0) + 1);
    const client = async () => {
      for (let round = 0; round < ROUNDS; round++) {
        const put = await sendRequest(origin, 'PUT', TOKEN_PATH, { [TTL]: '60' });
        tokens.add(put.body);
        const headers = { 'X-aws-ec2-metadata-token': put.body };
        count(put);
        count(await sendRequest(origin, 'GET', ROLES, headers));
        count(await sendRequest(origin, 'GET', DOCUMENT, headers));
        count(await sendRequest(origin, 'GET', ecsPath));
      }
    };
    await Promise.all(Array.from({ length: 64 }, client));
    expect([...statuses]).toEqual([[200, 256 * ROUNDS]]);
    expect(tokens.size).toBe(64 * ROUNDS);
    expect(simulated.exchanges).toHaveLength(256 * ROUNDS);
  });
});

describe('errors', () => {
  test.each<[number, SimulatedOptions, string, string, Record<string, string>]>([
    [400, {}, 'PUT', TOKEN_PATH, { [TTL]: '0' }],
    [401, { imds: 'v2' }, 'GET', DOCUMENT, {}],
    [403, {}, 'PUT', TOKEN_PATH, { [TTL]: '60', 'X-Forwarded-For': '10.0.0.1' }],
    [404, {}, 'GET', `${DOCUMENT}2`, {}],
    [405, {}, 'GET', TOKEN_PATH, {}],
    [417, {}, 'PUT', TOKEN_PATH, { [TTL]: '60', Expect: '100-continue' }],
  ])('each kind of error has its own status: %i', async (status, options, method, path, headers) => {
    const { origin } = await startSimulated(options);
    expect((await sendRequest(origin, method, path, headers)).status).toBe(status);
  });

  test('an Expect header is rejected without a 100 before', async () => {
    const { origin } = await startSimulated();
    const headers = { [TTL]: '60', 'Content-Length': '2', Expect: '100-continue' };
    const { head } = await sendRequest(origin, 'PUT', TOKEN_PATH, headers);
    expect(head).toMatch(/^HTTP\/1\.1 417 /);
  });

  test('a 404 has an HTML page of 337 bytes', async () => {
    const { origin } = await startSimulated();
    const { headers, body } = await sendRequest(origin, 'GET', '/latest/meta-data/nothing');
    expect(headers.get('content-type')).toBe('text/html');
    expect(body).toHaveLength(337);
  });

  test.each([
    ['imds', ['slash=301'], [], ROLES.slice(0, -1)],
    ['imds', [], ['redirect'], ID],
    ['imds', [], ['redirect=/a/b?c'], ID],
    ['ecs', [], [], '//v2/credentials/x'],
    ['ecs', [], [], '//v2///credentials//example.invalid/'],
    ['ecs', [], [], '//v2/\\example.invalid'],
    ['ecs', [], [], 'http://169.254.170.2//v2/x'],
  ] as const)('a redirect never leaves the endpoint: %s %j %j %s', async (shape, variants, faults, path) => {
    const { origin } = await startSimulated({ shapes: [shape], variants, faults });
    for (const Host of ['127.0.0.1', 'localhost:81', '169.254.169.254']) {
      const { status, headers } = await sendRequest(origin, 'GET', path, { Host });
      expect([301, 302]).toContain(status);
      expect(headers.get('location')).toMatch(/^\/(?![/\\])/);
      expect(new URL(headers.get('location')!, origin).origin).toBe(origin);
    }
  });

  test.each(sampleCases(SHAPES, 4))('a web page cannot read the responses of %s', async (shape) => {
    const { clock } = createStoppedClock();
    const simulated = await startSimulated({ shapes: [shape], clock });
    const { origin } = simulated;
    const { pathname } = new URL(getPath(simulated, shape), origin);
    const fromPage = { Origin: 'http://example.invalid', 'Access-Control-Request-Method': 'PUT' };
    for (const path of [pathname, TOKEN_PATH, '/', '/v2/credentials/x', '/nothing', '*']) {
      for (const method of ['OPTIONS', 'GET', 'PUT', 'POST']) {
        for (const headers of [{}, fromPage, { ...fromPage, Host: 'rebound.example' }]) {
          const { names, status } = await sendRequest(origin, method, path, headers);
          expect(status).toBeGreaterThan(0);
          expect(names.filter((name) => /^(access-control-|cross-origin-|timing-)/i.test(name))).toEqual([]);
        }
      }
    }
    expect((await requestDocument(simulated, shape, clock.now())).names.join()).not.toMatch(
      /access-control/i,
    );
  });

  test.each(sampleCases(SHAPES, 4))('every method gets a response from %s', async (shape) => {
    const simulated = await startSimulated({ shapes: [shape] });
    const path = getPath(simulated, shape);
    for (const method of [...METHODS, 'BREW', 'get']) {
      const target = method === 'CONNECT' ? '127.0.0.1:80' : path;
      const text = requestText(simulated.origin, method, target);
      const { status } = await sendRawRequest(simulated.origin, text, method === 'HEAD');
      expect({ method, hasResponse: status >= 200 && status < 500 }).toEqual({ method, hasResponse: true });
      if (method !== 'GET' && method !== 'HEAD') {
        expect({ method, isRejected: status >= 400 }).toEqual({ method, isRejected: true });
      }
    }
  });
});

function getPath({ environments }: Simulated, shape: Shape): string {
  const url = environments[shape].AWS_CONTAINER_CREDENTIALS_FULL_URI;
  return url === undefined ? DOCUMENT : new URL(url).pathname;
}
