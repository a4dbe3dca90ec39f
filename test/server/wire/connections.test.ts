import { connect } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { SHAPES, type Shape } from '../../../src/server/endpoint-request.ts';
import { createStoppedClock } from '../../support/server/polled-simulator.ts';
import { Connection, requestText, sendRawRequest, sendRequest } from '../../support/server/raw-client.ts';
import { type SimulatedOptions, startSimulated } from '../../support/server/simulated-endpoint.ts';
import { ciTest } from '../../support/thorough.ts';

const ID = '/latest/meta-data/instance-id';
const INSTANCE = 'i-1234567890abcdef0';

async function start(options: SimulatedOptions = {}) {
  const simulated = await startSimulated({ shapes: ['imds', 'ecs'], ...options });
  const { origin, simulation } = simulated;
  return {
    ...simulated,
    get: (path: string) => requestText(origin, 'GET', path),
    ecsPath: `/v2/credentials/${simulation.credentialsId}`,
  };
}

describe('several requests on one connection', () => {
  test('several requests on one connection get one response from IMDS, and only one is logged', async () => {
    const { origin, get, exchanges } = await start();
    const connection = await Connection.open(origin);
    connection.send(get(ID).repeat(3));
    const { text, error } = await connection.rest();
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(text.endsWith(`\r\n\r\n${INSTANCE}`)).toBe(true);
    expect(error).toBe('');
    expect(exchanges).toHaveLength(1);
  });

  test('several requests on one connection are all handled after a token path with a final slash', async () => {
    const { origin, get } = await start();
    const connection = await Connection.open(origin);
    connection.send(requestText(origin, 'PUT', '/latest/api/token/'));
    expect((await connection.nextResponse()).status).toBe(403);
    connection.send(get(ID));
    expect((await connection.rest()).text).toContain(INSTANCE);
  });

  test('several requests on one connection get all responses from the agents, in order', async () => {
    const { origin, get, ecsPath, exchanges } = await start();
    const connection = await Connection.open(origin);
    connection.send(get(ecsPath) + get('/v2/credentials/other') + get(ecsPath) + get(ID) + get(ecsPath));
    const { text } = await connection.rest();
    expect(text.match(/(?<=HTTP\/1\.1 )\d+/g)).toEqual(['200', '400', '200', '200']);
    expect(text.endsWith(INSTANCE)).toBe(true);
    expect(exchanges).toHaveLength(4);
  });

  test.each([
    ['wire=http/1.1', 'HTTP/1.1'],
    ['wire=http/1.0', 'HTTP/1.0'],
  ])(
    'several requests on one connection keep their order if a response is delayed (%s)',
    async (variant, version) => {
      const { origin, get, ecsPath } = await start({
        variants: [variant],
        faults: ['stall=200ms,path=/v2/*'],
      });
      const connection = await Connection.open(origin);
      connection.send(get(ecsPath) + get(ID));
      const { text } = await connection.rest();
      expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\nContent-Type: application\/json\r\n/);
      expect(text).toContain(`}${version} 200 OK\r\n`);
      expect(text.endsWith(`\r\n\r\n${INSTANCE}`)).toBe(true);
    },
  );

  test('several requests on one connection end at a reset response, and the endpoint continues to serve', async () => {
    const { origin, get, ecsPath, exchanges } = await start({ faults: ['reset,path=/v2/*'] });
    const connection = await Connection.open(origin);
    // This Host is compared with the address of a connection that has closed by then.
    connection.send(
      get(ecsPath) +
        get(ID)
          .replace(/Host: .*/, 'Host: 10.1.2.3')
          .repeat(20),
    );
    expect(await connection.rest()).toEqual({ text: '', error: 'ECONNRESET' });
    expect(exchanges.map(({ incompleteReason }) => incompleteReason)).toEqual(['reset']);
    expect((await sendRequest(origin, 'GET', ID)).body).toBe(INSTANCE);
  });

  test('several requests on one connection end after an HTTP/1.0 response', async () => {
    const { origin, get } = await start({ variants: ['wire=http/1.0'] });
    const connection = await Connection.open(origin);
    connection.send(get(ID) + get(ID));
    const { text, error } = await connection.rest();
    expect(text.match(/HTTP\/1\.0 200 OK/g)).toHaveLength(1);
    expect([text.endsWith(`\r\n\r\n${INSTANCE}`), error]).toEqual([true, '']);
  });

  test('several requests on one connection end although the client does not close its half of the connection', async () => {
    const { origin, get } = await start({ variants: ['wire=http/1.0'] });
    const { hostname, port } = new URL(origin);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    const broken = new Promise<string>((resolve) => {
      socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    });
    socket.write(get(ID));
    await new Promise((resolve) => socket.resume().once('end', resolve));
    const writing = setInterval(() => socket.write('x'), 5);
    expect(['EPIPE', 'ECONNRESET']).toContain(await broken);
    clearInterval(writing);
  });
});

describe('an incomplete response', () => {
  test('a reset fault sends nothing before the reset', async () => {
    const { origin, get, exchanges } = await start({ faults: ['reset'] });
    const connection = await Connection.open(origin);
    connection.send(get(ID));
    expect(await connection.rest()).toEqual({ text: '', error: 'ECONNRESET' });
    expect(exchanges[0]).toMatchObject({ status: null, incompleteReason: 'reset', fault: 'reset' });
  });

  test.each([
    ['wire=http/1.1', 'HTTP/1.1'],
    ['wire=http/1.0', 'HTTP/1.0'],
  ])('a truncate fault states the whole length and sends half (%s)', async (variant, version) => {
    const { origin, exchanges } = await start({ faults: ['truncate'], variants: [variant] });
    const { head, headers, body } = await sendRequest(origin, 'GET', ID);
    expect(head.startsWith(`${version} 200 OK\n`)).toBe(true);
    expect(headers.get('content-length')).toBe('19');
    expect(body).toBe(INSTANCE.slice(0, 9));
    expect(exchanges[0]).toMatchObject({ status: null, incompleteReason: 'truncated', fault: 'truncate' });
  });

  ciTest('a truncate fault cuts megabytes and kept connections', async () => {
    // More than the socket buffers can hold.
    const whole = 'x'.repeat(32_000_000);
    const { origin, ecsPath, get } = await start({
      faults: ['truncate'],
      tree: { findEntry: () => ({ kind: 'leaf', body: whole }) },
    });
    expect((await sendRequest(origin, 'GET', '/latest/user-data')).body).toHaveLength(16_000_000);
    const connection = await Connection.open(origin);
    connection.send(get(ecsPath) + get(ecsPath));
    const { text } = await connection.rest();
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    const [head = '', body = ''] = text.split('\r\n\r\n');
    expect(body.length).toBe(Math.floor(Number(/Content-Length: (\d+)/.exec(head)?.[1]) / 2));
  });

  test('a truncated response to HEAD has no body', async () => {
    const { origin } = await start({ faults: ['truncate'] });
    const { head, body } = await sendRequest(origin, 'HEAD', ID);
    expect([head.split('\n')[0], body]).toEqual(['HTTP/1.1 200 OK', '']);
  });

  test('a stall fault lasts until the client closes, and does not delay other clients', async () => {
    const { origin, get, exchanges } = await start({ faults: ['stall,times=1'] });
    const connection = await Connection.open(origin);
    connection.send(get(ID));
    await vi.waitFor(() => expect(exchanges).toHaveLength(1));
    expect((await sendRequest(origin, 'GET', ID)).body).toBe(INSTANCE);
    expect(exchanges[0]).toMatchObject({ status: null, incompleteReason: 'no response' });
    expect(await connection.received(() => true)).toBe('');
  });

  test.each([
    ['/v2/*', 'ecs'],
    [ID, 'imds'],
  ])('a response without Content-Length ends with the connection (%s)', async (path, shape) => {
    const { origin, get, ecsPath } = await start({ faults: [`header=content-length,path=${path}`] });
    const connection = await Connection.open(origin);
    connection.send(get(shape === 'ecs' ? ecsPath : ID));
    const { text, error } = await connection.rest();
    expect(text).not.toMatch(/transfer-encoding|content-length/i);
    expect(text).toMatch(/\r\n\r\n(\{"RoleArn".*\}|i-1234567890abcdef0)$/);
    expect(error).toBe('');
  });
});

describe('an internal error', () => {
  const words: Record<Shape, RegExp> = {
    imds: /<title>500 - Internal Server Error<\/title>/,
    cloudshell: /<title>500 - Internal Server Error<\/title>/,
    ecs: /^\{"code":"InternalServerError","message":"Internal server error","HTTPErrorCode":500\}$/,
    eks: /^\[[\da-f-]{36}\]: \(InternalServerException\): internal failure, fault: server\n$/,
  };

  test.each(SHAPES)(
    'an internal error causes a 500 of %s, and the next request is handled',
    async (shape) => {
      const { clock } = createStoppedClock();
      const { origin, environments, simulation, exchanges } = await startSimulated({
        shapes: [shape],
        clock,
      });
      const url = environments[shape].AWS_CONTAINER_CREDENTIALS_FULL_URI;
      const path =
        url === undefined
          ? '/latest/meta-data/iam/security-credentials/simulated-role'
          : new URL(url).pathname;
      const Authorization =
        shape === 'eks' ? simulation.serviceAccountTokens.issue(60, clock.now()) : simulation.authorization;
      const error = new Error('a defect');
      const working = vi.spyOn(simulation.issuer, 'issue').mockImplementation(() => {
        throw error;
      });
      const { status, body } = await sendRequest(origin, 'GET', path, { Authorization });
      expect(status).toBe(500);
      expect(body).toMatch(words[shape]);
      expect(exchanges[0]).toMatchObject({
        status: 500,
        handled: { shape, credentials: null, internalError: error },
      });
      working.mockRestore();
      expect((await sendRequest(origin, 'GET', path, { Authorization })).status).toBe(200);
    },
  );

  test('an internal error outside a handler closes only the connection', async () => {
    let isBroken = false;
    const now = () => {
      if (isBroken) throw new Error('a defect');
      return Date.now();
    };
    const { origin } = await startSimulated({ clock: { ...createStoppedClock().clock, now } });
    isBroken = true;
    for (const text of [
      requestText(origin, 'GET', ID),
      requestText(origin, 'CONNECT', 'x:1'),
      'hello\r\n\r\n',
    ]) {
      expect((await sendRawRequest(origin, text)).head).toBe('');
    }
    isBroken = false;
    expect((await sendRequest(origin, 'GET', ID)).body).toBe(INSTANCE);
  });
});
