import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import type { PeerProcess } from '../../../src/domain/keys/key-use.ts';
import { SHAPES } from '../../../src/server/endpoint-request.ts';
import { createStoppedClock } from '../../support/server/polled-simulator.ts';
import { Connection, requestText } from '../../support/server/raw-client.ts';
import { createRole, createServed, startServed } from '../../support/server/served-endpoint.ts';

const DOCUMENT = '/latest/meta-data/iam/security-credentials/loader';
const V1 = { allowV1: true } as const;

describe('an exchange', () => {
  test('an exchange has the facts of the request, the addresses, and the credentials that the client got', async () => {
    const role = createRole();
    const { get, exchanges, origin } = await startServed({ roles: [role] });
    await get(DOCUMENT, { 'User-Agent': 'aws-sdk-go/1.2' });
    const [token, document] = exchanges;
    expect(token).toMatchObject({
      kind: 'token',
      role: 'loader',
      path: '/latest/api/token',
      credentials: null,
    });
    expect(document).toEqual({
      at: expect.any(Number),
      role: 'loader',
      shape: 'imds',
      kind: 'credentials',
      apiVersion: '2',
      method: 'GET',
      path: DOCUMENT,
      status: 200,
      client: 'aws-sdk-go/1.2',
      connection: {
        remoteAddress: '127.0.0.1',
        remotePort: expect.any(Number),
        localAddress: '127.0.0.1',
        localPort: Number(new URL(origin).port),
      },
      peer: null,
      credentials: role.credentials,
      rejectedHost: null,
    });
    expect(document?.credentials).toBe(role.credentials);
  });

  test('an exchange has the version of IMDS that the client used', async () => {
    const { get, send, exchanges } = await startServed(V1);
    await send('GET', DOCUMENT);
    await get(DOCUMENT);
    expect(exchanges.map(({ apiVersion }) => apiVersion)).toEqual(['1', '2', '2']);
  });

  test.each([
    ['HEAD', {}],
    ['POST', {}],
    ['GET', { Origin: 'null' }],
    ['GET', { Expect: '100-continue' }],
  ] as [string, Record<string, string>][])(
    'an exchange has no credentials if the client got none: %s %j',
    async (method, headers) => {
      const { send, exchanges } = await startServed(V1);
      await send(method, DOCUMENT, headers);
      expect(exchanges).toHaveLength(1);
      expect(exchanges[0]?.credentials).toBeNull();
    },
  );

  test('an exchange has no status and no credentials if the client left before the response', async () => {
    let finish: (() => void) | null = null;
    const role = createRole('loader', {
      noteRequest: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    });
    const { origin, exchanges } = await startServed({ ...V1, roles: [role] });
    const connection = await Connection.open(origin);
    connection.send(requestText(origin, 'GET', DOCUMENT));
    await vi.waitFor(() => expect(finish).not.toBeNull());
    connection.destroy();
    role.noteRequest = () => null;
    // The response to this request proves that the server has noticed the end of the other connection.
    const other = await Connection.open(origin);
    other.send(requestText(origin, 'GET', DOCUMENT));
    await other.rest();
    finish!();
    await vi.waitFor(() => expect(exchanges).toHaveLength(2));
    expect(exchanges[1]).toMatchObject({ role: 'loader', status: null, credentials: null });
  });

  test('an exchange is reported before the client gets the response', async () => {
    const reported: number[] = [];
    const { send } = await startServed({ ...V1, onExchange: ({ status }) => reported.push(status ?? 0) });
    for (let count = 1; count <= 3; count += 1) {
      await send('GET', DOCUMENT);
      expect(reported).toHaveLength(count);
    }
  });

  test('an exchange contains no secret of the server or the credentials as text', async () => {
    const roles = [createRole('loader'), createRole('ops')];
    const served = await startServed({ roles, shapes: SHAPES });
    const secrets = ['CANARY-secret', 'CANARY-token'];
    for (const { variables, role } of served.environments) {
      const uri = variables.AWS_CONTAINER_CREDENTIALS_FULL_URI;
      if (uri === undefined) continue;
      const file = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE;
      const token = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? readFileSync(file!, 'utf8');
      const { pathname } = new URL(uri);
      secrets.push(token);
      const id = /[\da-f]{64}/.exec(pathname)?.[0];
      if (id !== undefined) secrets.push(id);
      for (const prefix of ['', `/${role}`, '/other', `/${token}`]) {
        for (const Authorization of [token, 'x']) {
          await served.send('GET', `${prefix}${pathname}`, { Authorization });
          await served.send('GET', `${prefix}${pathname}?token=${token}`, { Authorization });
        }
      }
      if (id !== undefined) await served.send('GET', `/v1/credentials?id=${id}`, { Authorization: token });
    }
    const { body } = await served.send('PUT', '/ops/latest/api/token', {
      'X-aws-ec2-metadata-token-ttl-seconds': '60',
    });
    secrets.push(body);
    await served.send('GET', `/ops${DOCUMENT}`, { 'X-aws-ec2-metadata-token': body });
    await served.send('GET', `/ops/latest/${body}`, { 'X-aws-ec2-metadata-token': body });
    expect(served.exchanges.filter(({ credentials }) => credentials !== null).length).toBeGreaterThan(10);
    const printed = `${JSON.stringify(served.exchanges)}${inspect(served.exchanges, { depth: 9, showHidden: true })}`;
    for (const secret of secrets) expect(printed.includes(secret)).toBe(false);
  });
});

describe('the process of a client', () => {
  const PEER: PeerProcess = { pid: 7, program: '/usr/bin/curl', user: 'alice' };

  test('the process of a client is looked up for requests for credentials, before the response', async () => {
    const ports: (number | undefined)[] = [];
    const findPeer = async ({ remotePort }: Socket) => {
      ports.push(remotePort);
      return PEER;
    };
    const { send, exchanges } = await startServed({ ...V1, findPeer });
    await send('GET', '/latest/meta-data/instance-id');
    await send('GET', '/latest/meta-data/iam/security-credentials/');
    await send('GET', DOCUMENT);
    expect(exchanges.map(({ peer }) => peer)).toEqual([null, null, PEER]);
    expect(ports).toEqual([exchanges[2]?.connection.remotePort]);
  });

  test.each<[string, () => Promise<PeerProcess | null> | null]>([
    ['fails', () => Promise.reject(new Error('x'))],
    [
      'throws',
      () => {
        throw new Error('x');
      },
    ],
    ['finds nothing', () => null],
  ])('the client gets a response if the lookup of its process %s', async (_, findPeer) => {
    const { send, exchanges } = await startServed({ ...V1, findPeer });
    expect((await send('GET', DOCUMENT)).status).toBe(200);
    expect(exchanges[0]).toMatchObject({ peer: null, status: 200 });
  });

  test('the lookup of a process may take longer than a refresh that fails', async () => {
    const role = createRole('loader', { noteRequest: () => Promise.reject(new Error('x')) });
    const findPeer = async () => {
      // Longer than Node waits before it reports a rejection that is not handled.
      await new Promise((resolve) => setTimeout(resolve, 20));
      return PEER;
    };
    const { send, errors, exchanges } = await startServed({ ...V1, roles: [role], findPeer });
    expect((await send('GET', DOCUMENT)).status).toBe(200);
    expect(errors).toHaveLength(1);
    expect(exchanges[0]?.peer).toBe(PEER);
  });

  test('credentials that expire during the lookup of a process are not served', async () => {
    const { clock, pass } = createStoppedClock();
    const role = createRole();
    role.credentials = createServed('loader', { issuedAt: 0, expiration: clock.now() + 2000 });
    const findPeer = async () => {
      pass(2);
      return PEER;
    };
    const { send, exchanges } = await startServed({ ...V1, roles: [role], findPeer, clock });
    expect((await send('GET', DOCUMENT)).status).toBe(503);
    expect(exchanges[0]).toMatchObject({ status: 503, credentials: null });
  });

  test('the process of a client is looked up while the role is refreshed', async () => {
    const order: string[] = [];
    const role = createRole('loader', {
      async noteRequest() {
        order.push('refresh');
      },
    });
    const findPeer = async () => {
      order.push('lookup');
      return PEER;
    };
    const { send } = await startServed({ ...V1, roles: [role], findPeer });
    await send('GET', DOCUMENT);
    expect(order).toEqual(['refresh', 'lookup']);
  });
});

test('an error of onExchange closes only the connection', async () => {
  let isBroken = true;
  const { origin, send, errors } = await startServed({
    ...V1,
    onExchange() {
      if (isBroken) throw new Error('x');
    },
  });
  const connection = await Connection.open(origin);
  connection.send(requestText(origin, 'GET', DOCUMENT));
  expect((await connection.rest()).text).toBe('');
  isBroken = false;
  expect((await send('GET', DOCUMENT)).status).toBe(200);
  expect(errors).toHaveLength(1);
});
