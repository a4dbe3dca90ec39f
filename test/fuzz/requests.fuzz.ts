import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { Secret } from '../../src/secret.ts';
import { SHAPES } from '../../src/server/endpoint-request.ts';
import { startChildEndpoint } from '../../src/server/serving/child-endpoint.ts';
import { startServing } from '../../src/server/serving/serving.ts';
import { startEndpoint } from '../../src/server/wire/endpoint.ts';
import { CANARIES, canariesIn } from '../support/cli/canaries.ts';
import { createRole, createServed } from '../support/server/served-endpoint.ts';
import { createTestSimulation } from '../support/server/simulated-endpoint.ts';
import { fuzz } from './fuzz.ts';
import { changedText, hostileText } from './hostile-values.ts';

const REQUESTS = [
  'GET /latest/meta-data/iam/security-credentials/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n',
  'PUT /latest/api/token HTTP/1.1\r\nHost: 127.0.0.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\nContent-Length: 0\r\n\r\n',
  'POST / HTTP/1.1\r\nHost: [::1]:80\r\nTransfer-Encoding: chunked\r\nTrailer: a\r\n\r\n3\r\nabc\r\n0\r\na: b\r\n\r\n',
  'GET http://127.0.0.1/v1/credentials HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer a.b.c\r\nExpect: 100-continue\r\n\r\n',
  'CONNECT 127.0.0.1:443 HTTP/1.1\r\nHost: 127.0.0.1:443\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
  'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
];

const hostileHeader = fc
  .tuple(fc.constantFrom('Host', '__proto__', 'constructor', 'Authorization', 'Content-Length'), hostileText)
  .map(([name, value]) => `${name}: ${value}\r\n`);

const request = fc
  .tuple(fc.constantFrom(...REQUESTS), hostileHeader)
  .map(([text, header]) => text.replace('\r\n', `\r\n${header}`));

const connection = fc.array(changedText(fc.oneof(fc.constantFrom(...REQUESTS), request)), {
  minLength: 1,
  maxLength: 3,
});

/** Sends the bytes in several writes and ends the connection. Resolves to everything received. */
function send(port: number, writes: readonly (Buffer | string)[]): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1');
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
    for (const bytes of writes) socket.write(bytes);
    socket.end();
  });
}

const getPort = (origin: string | undefined) => Number(new URL(origin ?? '').port);

/** The errors of handlers. No request may cause one. */
const errors: unknown[] = [];

const simulator = await startEndpoint({
  simulation: createTestSimulation({ shapes: SHAPES }, systemClock.now()),
  listen: [{ host: '127.0.0.1', port: 0 }],
  allowedHosts: [],
  clock: systemClock,
  onExchange: () => {},
  onError: (error) => errors.push(error),
});
afterAll(simulator.close);

fuzz('connections to the simulator', connection, async (writes) => {
  const port = getPort(simulator.origins[0]);
  await send(port, writes);
  const instanceId = await send(port, [
    `GET /latest/meta-data/instance-id HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: close\r\n\r\n`,
  ]);
  expect(instanceId).toContain('i-1234567890abcdef0');
  expect(errors).toEqual([]);
});

const role = createRole();
role.credentials = createServed('loader', {
  accessKeyId: new Secret('ASIACANARY0000000001'),
  secretAccessKey: new Secret(CANARIES.secretKey),
  sessionToken: new Secret(CANARIES.sessionToken),
  expiration: Date.UTC(2100, 0),
});

const endpoint = await startChildEndpoint({
  role,
  clock: systemClock,
  onError: (error) => errors.push(error),
});
afterAll(endpoint.close);

const served = await startServing({
  roles: [role],
  shapes: SHAPES,
  allowV1: false,
  listen: [{ target: { host: '127.0.0.1', port: 0 }, role: null }],
  allowedHosts: [],
  machine: { instanceId: 'i-00000000000000001', region: null },
  treePath: null,
  routes: new Map(),
  clock: systemClock,
  findPeer: null,
  onExchange: () => {},
  onError: (error) => errors.push(error),
  onProblem: (problem) => errors.push(problem),
});
afterAll(served.close);

fuzz('connections to a server with real credentials', connection, async (writes) => {
  const port = getPort(served.origins[0]);
  expect(canariesIn(await send(port, writes))).toEqual([]);
  const token = await send(port, [
    'PUT /latest/api/token HTTP/1.1\r\nHost: 127.0.0.1\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n',
  ]);
  expect(token).toMatch(/^HTTP\/1\.1 200 OK/);
  expect(errors).toEqual([]);
});

fuzz('connections to the endpoint of exec --refresh', connection, async (writes) => {
  const { port, pathname } = new URL(endpoint.environment.AWS_CONTAINER_CREDENTIALS_FULL_URI ?? '');
  expect(canariesIn(await send(Number(port), writes))).toEqual([]);
  const response = await send(Number(port), [
    `GET ${pathname} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAuthorization: ${endpoint.environment.AWS_CONTAINER_AUTHORIZATION_TOKEN}\r\n\r\n`,
  ]);
  expect(response).toContain('ASIACANARY0000000001');
  expect(errors).toEqual([]);
});
