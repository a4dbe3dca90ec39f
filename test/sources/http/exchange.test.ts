import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { openConnection } from '../../../src/sources/http/connection.ts';
import {
  createBrokenConnectionError,
  createResponseTimeoutError,
  createTruncatedError,
  decodeUtf8,
  type Endpoint,
  type PollLimits,
  toHttpResponse,
} from '../../../src/sources/http/exchange.ts';
import { createSocketExchange, exchangeOverSocket } from '../../../src/sources/http/socket-exchange.ts';
import { setTimeoutAfterIo } from '../../../src/sources/http/timeout-after-io.ts';
import { LIMITS } from '../../support/sources/polling.ts';
import { startEndpoint, startRawEndpoint } from '../../support/sources/scripted-endpoint.ts';

const message = (sentAt: number, respondedAt: number, date: string | null) => ({
  status: 200,
  getHeader: (name: string) => (name === 'date' ? date : null),
  body: new TextEncoder().encode('é'),
  sentAt,
  respondedAt,
  receivedAt: respondedAt + 5,
});
const DATE = 'Sun, 22 Nov 2026 12:00:00 GMT';
const AT = Date.parse(DATE);

describe('the clock offset', () => {
  // `Date` stands for the middle of its second, and the host's time for the middle of the request.
  test.each<[sent: number, responded: number, offset: number]>([
    [0, 1000, 0],
    [0, 1999, 0],
    [0, 2000, 1],
    [1000, 1000, 1],
    [999, 999, 0],
    [-1, 1, 0],
    [-2, 0, -1],
    [60_500, 60_500, 60],
  ])('of a request from %d ms to %d ms, the offset is %d s', (sent, responded, offset) => {
    expect(toHttpResponse(message(AT + sent, AT + responded, DATE)).clockOffset).toBe(offset);
  });

  test('an offset of 0 has no sign', () => {
    expect(Object.is(toHttpResponse(message(AT + 400, AT + 400, DATE)).clockOffset, 0)).toBe(true);
  });

  test.each([null, '', 'Sun, 22 Nov 2026 12:00:00', `${DATE} `, 'Sun, 30 Feb 2026 12:00:00 GMT'])(
    'the Date header %j is not a time',
    (date) => {
      expect(toHttpResponse(message(AT, AT, date)).clockOffset).toBeNull();
    },
  );

  test('a response has the time when its body was complete', () => {
    expect(toHttpResponse(message(AT, AT, DATE))).toMatchObject({
      receivedAt: AT + 5,
      body: 'é',
      status: 200,
    });
  });
});

test('text that is not UTF-8 is null', () => {
  expect(decodeUtf8(new Uint8Array([0xc3, 0xa9]))).toBe('é');
  expect(decodeUtf8(new Uint8Array([0xc3]))).toBeNull();
});

test('errors of an exchange say what happened, and are retried', () => {
  const facts = { retry: 'always', isResponseMissing: true, isTimeout: false };
  expect(createBrokenConnectionError(null)).toMatchObject({
    ...facts,
    reason: 'unreachable',
    detail: 'the connection broke before the response (closed)',
  });
  expect(createBrokenConnectionError('ECONNRESET').detail).toContain('(ECONNRESET)');
  expect(createTruncatedError(null)).toMatchObject({
    ...facts,
    reason: 'malformed',
    detail: 'the response is truncated or has a wrong length',
  });
  const limits = { ...LIMITS, requestMs: 7 };
  const late = { ...facts, reason: 'timeout', isTimeout: true };
  expect(createResponseTimeoutError(limits, false)).toMatchObject({
    ...late,
    detail: 'no complete response within 7 ms',
  });
  expect(createResponseTimeoutError(limits, true)).toMatchObject({
    ...late,
    detail: 'no complete response before the poll had to end',
  });
});

test('a time-out runs two turns of the event loop after its time, and not after it is cancelled', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'clearImmediate'] });
  onTestFinished(() => void vi.useRealTimers());
  for (const cancelledAfter of [0, 1, 2, null]) {
    let hasExpired = false;
    const timeout = setTimeoutAfterIo(() => {
      hasExpired = true;
    }, 10);
    for (let steps = 0; steps < 3; steps += 1) {
      expect(hasExpired).toBe(false);
      if (steps === cancelledAfter) timeout.cancel();
      vi.advanceTimersToNextTimer();
    }
    expect(hasExpired).toBe(cancelledAfter === null);
  }
});

describe('a connection', () => {
  const { signal } = new AbortController();
  async function listen(host: string) {
    const server = createServer((socket) => socket.end()).listen(0, host);
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  test('the first address that accepts the connection is used', async () => {
    const port = await listen('127.0.0.2');
    const url = new URL(`http://host.test:${port}`);
    const socket = await openConnection(url, ['127.0.0.3', '127.0.0.2', '127.0.0.4'], 2000, signal);
    expect(socket.remoteAddress).toBe('127.0.0.2');
    socket.destroy();
  });

  test('the problem of each address is reported once', async () => {
    const url = new URL('http://host.test:1');
    await expect(openConnection(url, ['127.0.0.1', '127.0.0.2'], 2000, signal)).rejects.toMatchObject({
      reason: 'unreachable',
      detail: 'ECONNREFUSED at host.test:1',
      retry: 'always',
      isTimeout: false,
    });
    const port = await listen('127.0.0.1');
    const https = new URL(`https://host.test:${port}`);
    await expect(openConnection(https, ['127.0.0.1', '127.0.0.2'], 2000, signal)).rejects.toMatchObject({
      detail: `ECONNRESET, ECONNREFUSED at host.test:${port}`,
    });
  });

  test('a connection that is not ready in time is a time-out', async () => {
    const server = await startRawEndpoint(() => {});
    const url = new URL(server.url.replace('http', 'https'));
    await expect(openConnection(url, ['127.0.0.1'], 20, signal)).rejects.toMatchObject({
      detail: `no connection within 20 ms at ${url.host}`,
      isTimeout: true,
    });
  });

  test('an aborted connection tries no other address', async () => {
    const server = await startRawEndpoint(() => stop.abort());
    const stop = new AbortController();
    const url = new URL(server.url.replace('http', 'https'));
    await expect(openConnection(url, ['127.0.0.1', '127.0.0.2'], 9000, stop.signal)).rejects.toMatchObject({
      detail: `no connection in time at ${url.host}`,
      isTimeout: true,
    });
  });
});

describe('an exchange over a socket', () => {
  const send = (url: string, limits: Partial<PollLimits> = {}, signal = new AbortController().signal) => {
    const endpoint: Endpoint = { url: new URL(url), resolveAddresses: async () => ['127.0.0.1'] };
    const request = { method: 'GET', path: '/a?b', headers: { x: 'y' } } as const;
    return exchangeOverSocket(endpoint, request, {
      limits: { ...LIMITS, ...limits },
      clock: systemClock,
      signal,
    });
  };

  test('a request has our user agent, its own headers, and its path with the query', async () => {
    const endpoint = await startEndpoint(() => ({ headers: { 'X-Two': 'a' }, body: 'b' }));
    const response = await send(endpoint.url);
    expect(endpoint.requests).toMatchObject([
      { path: '/a?b', headers: { 'user-agent': 'cred-watch', x: 'y' } },
    ]);
    expect(response.getHeader('x-two')).toBe('a');
    expect(response.getHeader('x-none')).toBeNull();
  });

  test('the first of several headers with the same name is used', async () => {
    const endpoint = await startRawEndpoint((socket) => {
      socket.end('HTTP/1.1 200 OK\r\nX: a\r\nX: b\r\nContent-Length: 0\r\n\r\n');
    });
    expect((await send(endpoint.url)).getHeader('x')).toBe('a');
  });

  test.each<[name: string, text: string, expected: object]>([
    ['no HTTP', 'SSH-2.0\r\n', { detail: expect.stringMatching(/^the response is not HTTP: \w[\w ,:'-]+$/) }],
    ['a wrong length', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nx', { isResponseMissing: true }],
    [
      'too many headers',
      `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
      { reason: 'response-too-large', detail: 'body over 64 KiB or headers over 16 KiB', retry: 'never' },
    ],
    ['nothing', '', { reason: 'unreachable', detail: 'the connection broke before the response (closed)' }],
  ])('a response with %s has the expected error', async (_, text, expected) => {
    const endpoint = await startRawEndpoint((socket) => socket.end(text));
    await expect(send(endpoint.url)).rejects.toMatchObject({
      reason: 'malformed',
      retry: 'always',
      ...expected,
    });
  });

  test('headers of almost 16 KiB are accepted', async () => {
    const text = `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(16_000)}\r\nContent-Length: 0\r\n\r\n`;
    const endpoint = await startRawEndpoint((socket) => socket.end(text));
    expect((await send(endpoint.url)).status).toBe(200);
  });

  test('a time-out says which limit ended the request', async () => {
    const stop = new AbortController();
    const endpoint = await startEndpoint(() => {
      setImmediate(() => stop.abort());
      return 'silence';
    });
    const missing = { reason: 'timeout', isResponseMissing: true, isTimeout: true };
    await expect(send(endpoint.url, {}, stop.signal)).rejects.toMatchObject({
      ...missing,
      detail: 'no complete response before the poll had to end',
    });
    await expect(send(endpoint.url, { requestMs: 60 })).rejects.toMatchObject({
      ...missing,
      detail: 'no complete response within 60 ms',
    });
  });

  test('a time-out before the connection does not count as a missing response', async () => {
    const endpoint: Endpoint = {
      url: new URL('http://127.0.0.1:1'),
      resolveAddresses: (signal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted')))),
    };
    const request = { method: 'GET', path: '/', headers: {} } as const;
    const context = {
      limits: { ...LIMITS, requestMs: 1 },
      clock: systemClock,
      signal: new AbortController().signal,
    };
    await expect(exchangeOverSocket(endpoint, request, context)).rejects.toMatchObject({
      reason: 'unreachable',
      detail: 'no connection in time',
      isResponseMissing: false,
      isTimeout: true,
    });
  });

  test('a defect is thrown unchanged', async () => {
    const endpoint: Endpoint = {
      url: new URL('http://127.0.0.1:1'),
      resolveAddresses: () => Promise.reject(new TypeError('a defect')),
    };
    const request = { method: 'GET', path: '/', headers: {} } as const;
    const context = { limits: LIMITS, clock: systemClock, signal: new AbortController().signal };
    await expect(exchangeOverSocket(endpoint, request, context)).rejects.toThrow('a defect');
  });
});

describe('an exchange that keeps its connection', () => {
  const create = (url: string, keepsConnection = true) => {
    const endpoint: Endpoint = { url: new URL(url), resolveAddresses: async () => ['127.0.0.1'] };
    const exchange = createSocketExchange({ keepsConnection });
    return (path = '/', limits: Partial<PollLimits> = {}, signal = new AbortController().signal) =>
      exchange(
        endpoint,
        { method: 'GET', path, headers: {} },
        { limits: { ...LIMITS, ...limits }, clock: systemClock, signal },
      );
  };

  test('requests share a connection, and a request of another exchange asks to close its own', async () => {
    const endpoint = await startEndpoint(() => ({ body: 'a' }));
    const send = create(endpoint.url);
    for (let count = 0; count < 3; count += 1) expect((await send()).body).toBe('a');
    expect(endpoint.countConnections()).toBe(1);
    const sendAlone = create(endpoint.url, false);
    for (let count = 0; count < 2; count += 1) expect((await sendAlone()).body).toBe('a');
    expect(endpoint.countConnections()).toBe(3);
    expect(endpoint.requests.map(({ headers }) => headers.connection)).toEqual([
      ...Array(3).fill('keep-alive'),
      ...Array(2).fill('close'),
    ]);
  });

  test('a connection that the endpoint closes for lack of requests is replaced', async () => {
    const sockets: Socket[] = [];
    const endpoint = await startRawEndpoint((socket) => {
      sockets.push(socket);
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na');
      // The next request on this connection gets no response.
      socket.on('data', () => socket.destroy());
    });
    const send = create(endpoint.url);
    for (let count = 0; count < 3; count += 1) expect((await send()).body).toBe('a');
    expect(sockets).toHaveLength(3);
  });

  test('a new connection that breaks is not replaced', async () => {
    const endpoint = await startEndpoint(() => 'close');
    await expect(create(endpoint.url)()).rejects.toMatchObject({
      reason: 'unreachable',
      isResponseMissing: true,
    });
    expect(endpoint.countConnections()).toBe(1);
  });

  test('a request after a time-out or an aborted request uses a new connection', async () => {
    const stop = new AbortController();
    const endpoint = await startEndpoint(({ path }) => {
      if (path === '/abort') setImmediate(() => stop.abort());
      return path === '/' ? { body: 'a' } : 'silence';
    });
    const send = create(endpoint.url);
    await send();
    await expect(send('/slow', { requestMs: 30 })).rejects.toMatchObject({ reason: 'timeout' });
    expect((await send()).body).toBe('a');
    await expect(send('/abort', {}, stop.signal)).rejects.toMatchObject({ reason: 'timeout' });
    expect((await send()).body).toBe('a');
    expect(endpoint.countConnections()).toBe(3);
  });

  test('a request after one that could not connect works', async () => {
    let addresses = ['127.0.0.3'];
    const endpoint = await startEndpoint(() => ({ body: 'a' }));
    const target: Endpoint = { url: new URL(endpoint.url), resolveAddresses: async () => addresses };
    const exchange = createSocketExchange({ keepsConnection: true });
    const { signal } = new AbortController();
    const send = () =>
      exchange(
        target,
        { method: 'GET', path: '/', headers: {} },
        { limits: LIMITS, clock: systemClock, signal },
      );
    await expect(send()).rejects.toMatchObject({
      reason: 'unreachable',
      detail: expect.stringMatching(/^ECONNREFUSED at /),
    });
    addresses = ['127.0.0.1'];
    expect((await send()).body).toBe('a');
  });
});
