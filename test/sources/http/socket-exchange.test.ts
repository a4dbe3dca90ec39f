import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Clock, systemClock } from '../../../src/clock.ts';
import {
  containerAt,
  document,
  fail,
  hastyClock,
  IMPATIENT,
  imdsAt,
  LIMITS,
  succeed,
} from '../../support/sources/polling.ts';
import { startEndpoint, startRawEndpoint } from '../../support/sources/scripted-endpoint.ts';

const once = { limits: { ...LIMITS, attempts: 1 } };
const impatient = { limits: { ...IMPATIENT, attempts: 1 } };

async function raw(text: string | Buffer, more = once) {
  const endpoint = await startRawEndpoint((socket) => socket.end(text));
  return containerAt(endpoint, {}, more);
}

describe('a response on the wire', () => {
  test.each([
    [
      'HTTP/1.0 with a length',
      `HTTP/1.0 200 OK\r\nContent-Length: ${document().length}\r\n\r\n${document()}`,
    ],
    ['HTTP/1.0 until the connection closes', `HTTP/1.0 200 OK\r\n\r\n${document()}`],
    ['HTTP/1.1 until the connection closes', `HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n${document()}`],
  ])('a response in %s is accepted', async (_, text) => {
    await succeed(await raw(text));
  });

  test.each<[string, string | Buffer, string]>([
    ['too large', `HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(70_000)}`, 'response-too-large'],
    ['too many headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 'response-too-large'],
    ['not UTF-8', Buffer.from(`HTTP/1.0 200 OK\r\n\r\n${document({ Type: 'é' })}`, 'latin1'), 'malformed'],
    ['not HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'malformed'],
    ['nothing', '', 'unreachable'],
  ])('a response that is %s is rejected', async (_, text, reason) => {
    expect((await fail(await raw(text))).reason).toBe(reason);
  });

  const chunked = `${document().length.toString(16)}\r\n${document()}\r\n0\r\n\r\n`;
  test.each<[string, string, string]>([
    [
      'Transfer-Encoding after Content-Length',
      `Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}`,
      'length',
    ],
    [
      'Content-Length after Transfer-Encoding',
      `Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n${chunked}`,
      'Transfer-Encoding',
    ],
    ['two lengths', `Content-Length: 500\r\nContent-Length: 5\r\n\r\n${document()}`, 'length'],
    ['a length that is not a number', `Content-Length: x\r\n\r\n${document()}`, 'Content-Length'],
    ['an invalid chunk', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n', 'chunk size'],
    ['a space in a header name', `Content-Length : 5\r\n\r\n${document()}`, 'header'],
    ['a truncated body', `Content-Length: 500\r\n\r\n{"Code"`, 'truncated'],
    ['a truncated chunk', 'Transfer-Encoding: chunked\r\n\r\n50\r\n{"Code"', 'truncated'],
    ['no last chunk', `Transfer-Encoding: chunked\r\n\r\n${chunked.slice(0, -5)}`, 'truncated'],
    ['truncated headers', 'Content-Le', 'truncated'],
    [
      'a truncated body and Connection: close',
      'Connection: close\r\nContent-Length: 500\r\n\r\n{"Code"',
      'truncated',
    ],
  ])('a response with %s is malformed', async (_, rest, detail) => {
    const outcome = await fail(await raw(`HTTP/1.1 200 OK\r\n${rest}`));
    expect(outcome.reason).toBe('malformed');
    expect(outcome.detail).toContain(detail);
  });

  test('a connection that is reset in the middle of the response is malformed', async () => {
    const endpoint = await startRawEndpoint((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{', () =>
        setTimeout(() => socket.resetAndDestroy(), 50),
      );
    });
    const outcome = await fail(containerAt(endpoint, {}, once));
    expect(outcome).toMatchObject({
      reason: 'malformed',
      detail: 'the response is truncated or has a wrong length (ECONNRESET)',
    });
  });

  test('a malformed response to the token request does not enable the fallback to IMDSv1', async () => {
    const response = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 9\r\n\r\nx';
    const endpoint = await startRawEndpoint((socket) => socket.end(response));
    const outcome = await fail(imdsAt(endpoint));
    expect(outcome).toMatchObject({
      reason: 'malformed',
      possibleHopLimit: false,
      identity: { apiVersion: null },
    });
  });

  test('a response of the largest allowed size is accepted', async () => {
    const padded = document() + ' '.repeat(64 * 1024 - document().length);
    await succeed(await raw(`HTTP/1.0 200 OK\r\n\r\n${padded}`));
    expect((await fail(await raw(`HTTP/1.0 200 OK\r\n\r\n${padded} `))).reason).toBe('response-too-large');
  });
});

describe('a time limit ends', () => {
  test('a time limit ends a body that arrives too slowly', async () => {
    const endpoint = await startRawEndpoint((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      const timer = setInterval(() => socket.write(' '), 20);
      socket.once('close', () => clearInterval(timer));
    });
    expect((await fail(containerAt(endpoint, {}, impatient))).reason).toBe('timeout');
  });

  test('a time limit ends headers that arrive too slowly', async () => {
    const endpoint = await startRawEndpoint((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('X: y\r\n'), 20);
      socket.once('close', () => clearInterval(timer));
    });
    expect((await fail(containerAt(endpoint, {}, impatient))).reason).toBe('timeout');
  });

  test('a time limit ends a TLS handshake that never finishes', async () => {
    const endpoint = await startRawEndpoint(() => {});
    const url = endpoint.url.replace('http', 'https');
    const limits = { ...LIMITS, connectMs: 150, attempts: 1 };
    expect(await fail(containerAt({ url }, {}, { limits }))).toMatchObject({ reason: 'unreachable' });
  });

  test('a time limit ends a lookup at a name server that never responds', async () => {
    const server = createSocket('udp4');
    await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const nameServers = [`127.0.0.1:${(server.address() as AddressInfo).port}`];
    const more = { ...impatient, nameServers, readFile: async () => '' };
    expect((await fail(containerAt({ url: 'https://agent.test' }, {}, more))).reason).toBe('unreachable');
  });

  test('a time limit ends the reading of a file that never ends', async () => {
    const env = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: '/x' };
    const limits = { ...LIMITS, pollMs: 100 };
    const more = { clock: systemClock, limits, readFile: () => new Promise<string>(() => {}) };
    const outcome = await fail(containerAt({ url: 'http://127.0.0.1:1' }, env, more));
    expect(outcome).toMatchObject({ reason: 'timeout', detail: 'the poll ran out of time' });
  });

  test('a time limit ends a poll during a pause between attempts', async () => {
    const endpoint = await startEndpoint({ 'GET /creds': { status: 500 } });
    const limits = { ...LIMITS, pollMs: 300 };
    const clock: Clock = {
      now: systemClock.now,
      sleep: (milliseconds, signal) =>
        systemClock.sleep(milliseconds === limits.pollMs ? milliseconds : 60_000, signal),
    };
    const more = { clock, limits };
    expect((await fail(containerAt(endpoint, {}, more))).reason).toBe('server-error');
  });

  test('an aborted signal ends a poll and prevents the next one', async () => {
    const endpoint = await startEndpoint({ 'GET /creds': 'silence' });
    const stop = new AbortController();
    const poll = containerAt(endpoint).poll(stop.signal);
    await vi.waitUntil(() => endpoint.requests.length > 0);
    stop.abort();
    expect(await poll).toMatchObject({ ok: false, reason: 'timeout' });
    expect(await containerAt(endpoint).poll(stop.signal)).toMatchObject({ ok: false });
  });
});

test('the pause before a retry is a random part of 100 ms, doubled each time up to 1 s', async () => {
  const endpoint = await startEndpoint({ 'GET /creds': { status: 500 } });
  const pauses: number[] = [];
  const clock: Clock = {
    now: systemClock.now,
    sleep: async (milliseconds, signal) => {
      if (milliseconds === LIMITS.pollMs) return systemClock.sleep(milliseconds, signal);
      pauses.push(milliseconds);
    },
  };
  await fail(containerAt(endpoint, {}, { clock, limits: { ...LIMITS, attempts: 7 } }));
  expect(pauses).toEqual([50, 100, 200, 400, 500, 500]);
});

test('a redirect is not followed', async () => {
  const target = await startEndpoint({ 'GET /': { body: document() } });
  const endpoint = await startEndpoint({ 'GET /creds': { status: 302, headers: { location: target.url } } });
  expect((await fail(containerAt(endpoint))).reason).toBe('redirect');
  expect(target.requests).toEqual([]);
});

test('the second address is used if the first one fails', async () => {
  const endpoint = await startEndpoint({ 'GET /creds': { body: document() } }, '::1');
  await succeed(containerAt({ url: `http://localhost:${endpoint.port}` }));
});

describe('the clock offset by the Date header', () => {
  const HOUR = Date.UTC(2026, 10, 22, 12);
  const clock = { ...hastyClock, now: () => HOUR };
  test.each<[string | null, number | null]>([
    ['Sun, 22 Nov 2026 12:00:00 GMT', 0],
    ['Sun, 22 Nov 2026 11:58:00 GMT', 120],
    ['Sun, 22 Nov 2026 12:01:00 GMT', -60],
    ['Mon, 22 Nov 2026 12:00:00 GMT', null],
    ['2026-11-22T12:00:00Z', null],
    ['22 Nov 2026', null],
    ['', null],
    [null, null],
  ])('the Date header %j gives the clock offset %j', async (date, offset) => {
    const endpoint = await startEndpoint((_, response) => {
      response.sendDate = false;
      return { body: document(), headers: date === null ? {} : { date } };
    });
    expect(await succeed(containerAt(endpoint, {}, { clock }))).toMatchObject({
      clockOffset: offset,
      observedAt: HOUR,
    });
  });
});
