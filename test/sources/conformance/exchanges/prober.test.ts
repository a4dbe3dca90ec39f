import { describe, expect, test } from 'vitest';
import { systemClock } from '../../../../src/clock.ts';
import { Secret } from '../../../../src/secret.ts';
import { UnknownCheck, UnreachableEndpoint } from '../../../../src/sources/conformance/check-errors.ts';
import { Prober } from '../../../../src/sources/conformance/exchanges/prober.ts';
import { exchangeRaw } from '../../../../src/sources/conformance/exchanges/raw-exchange.ts';
import { summarizeExchanges } from '../../../../src/sources/conformance/exchanges/summarize-exchanges.ts';
import { CHECK_LIMITS, MAX_REQUESTS } from '../../../../src/sources/conformance/limits.ts';
import { readSchedulingDelay, startWaitingTime } from '../../../../src/sources/http/waiting-time.ts';
import { waitIdle } from '../../../support/conformance/wait-idle.ts';
import { startEndpoint, startRawEndpoint } from '../../../support/sources/scripted-endpoint.ts';

const GET = { method: 'GET', path: '/' } as const;
const NO_STOP = new AbortController().signal;

const LIMITS = { ...CHECK_LIMITS, requestMs: 300 };

const createProber = (url: string, { signal = NO_STOP, limits = LIMITS } = {}) =>
  new Prober({ url: new URL(url), clock: systemClock, signal, limits });

const catchRejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => null,
    (error: unknown) => error,
  );

describe('a prober', () => {
  test('the prober follows no redirect', async () => {
    const endpoint = await startEndpoint({ 'GET /': { status: 302, headers: { Location: '/other' } } });
    const { response } = await createProber(endpoint.url).send(GET);
    expect(response?.status).toBe(302);
    expect(endpoint.seen()).toEqual(['GET /']);
  });

  test('the prober sends at most 60 requests', async () => {
    const endpoint = await startEndpoint({});
    const prober = createProber(endpoint.url);
    for (let sent = 0; sent < MAX_REQUESTS; sent += 1) await prober.send(GET);
    const error = await catchRejection(prober.send(GET));
    expect(error).toBeInstanceOf(UnknownCheck);
    expect(error).toMatchObject({ reason: { code: 'REQUEST_LIMIT' } });
    expect(endpoint.requests).toHaveLength(MAX_REQUESTS);
  });

  test('the prober sends nothing after the time limit', async () => {
    const endpoint = await startEndpoint({});
    const error = await catchRejection(createProber(endpoint.url, { signal: AbortSignal.abort() }).send(GET));
    expect(error).toMatchObject({ reason: { code: 'TIME_LIMIT' } });
    expect(endpoint.requests).toEqual([]);
  });

  test('a request without a response is a result of the prober', async () => {
    const endpoint = await startEndpoint({ 'GET /': [{}, 'silence', 'reset', { body: 'x'.repeat(66_000) }] });
    const prober = createProber(endpoint.url);
    await prober.send(GET);
    const failures = [await prober.send(GET), await prober.send(GET), await prober.send(GET)];
    expect(failures.map(({ failure }) => failure?.reason)).toEqual([
      'timeout',
      'connection-closed',
      'too-large',
    ]);
  });

  test('the prober gives up after three requests without any response', async () => {
    const endpoint = await startEndpoint({ 'GET /': 'reset' });
    const prober = createProber(endpoint.url);
    await prober.send(GET);
    await prober.send(GET);
    expect(await catchRejection(prober.send(GET))).toBeInstanceOf(UnreachableEndpoint);
  });

  test('the prober gives up at once if nothing listens', async () => {
    expect(await catchRejection(createProber('http://127.0.0.1:1').send(GET))).toBeInstanceOf(
      UnreachableEndpoint,
    );
  });

  test('an exchange counts the time in which the prober waited for a slow response', async () => {
    const endpoint = await startEndpoint((_, response) => {
      void waitIdle(100, CHECK_LIMITS.requestMs / 2).then(() => response.end());
      return undefined;
    });
    const delayBefore = readSchedulingDelay();
    const { waitedMs, durationMs } = await createProber(endpoint.url, { limits: CHECK_LIMITS }).send(GET);
    // The waiting time excludes the time in which another program has the CPU.
    expect(waitedMs).toBeGreaterThanOrEqual(100 - (readSchedulingDelay() - delayBefore));
    expect(waitedMs).toBeLessThanOrEqual(durationMs + 1);
  });

  test('an exchange does not count the time in which this process was busy', async () => {
    const endpoint = await startEndpoint({});
    const sent = createProber(endpoint.url).send(GET);
    const end = performance.now() + 150;
    while (performance.now() < end);
    const { durationMs, waitedMs } = await sent;
    expect(durationMs - waitedMs).toBeGreaterThan(140);
  });
});

test('the waiting time excludes the time in which other processes had the CPU', async () => {
  const delays = [1000, 1030];
  const measure = startWaitingTime(() => delays.shift() ?? 0);
  const { idle } = await measureIdle(() => waitIdle(50, 2000));
  const waited = measure();
  expect(waited).toBeGreaterThanOrEqual(idle - 31);
  expect(waited).toBeLessThanOrEqual(idle - 29);
});

async function measureIdle(action: () => Promise<void>) {
  const before = performance.eventLoopUtilization();
  await action();
  return performance.eventLoopUtilization(before);
}

describe('the summary of an exchange', () => {
  test('the summary of an exchange has headers, but no secret and no body', async () => {
    const token = 'SECRETtoken0123456789abcdef';
    const body = JSON.stringify({
      SecretAccessKey: 'SECRETkey/0123456789abcdef',
      Token: 'SECRETsession0123',
    });
    const endpoint = await startEndpoint({
      'GET /path': { headers: { 'X-Quoted': `the ${token}`, 'Content-Type': 'text/plain' }, body },
    });
    const prober = createProber(endpoint.url);
    await prober.send({
      method: 'GET',
      path: '/path',
      headers: { authorization: new Secret(token), accept: '*/*' },
    });
    const [summary] = summarizeExchanges(prober.exchanges, prober.secrets);
    expect(summary).toMatchObject({
      number: 1,
      path: '/path',
      requestHeaders: [
        ['authorization', '[redacted]'],
        ['accept', '*/*'],
      ],
      response: { status: 200, bodyLength: body.length },
    });
    expect(JSON.stringify(summary)).toContain('["content-type","text/plain"]');
    expect(JSON.stringify(summary)).not.toContain('SECRET');
  });
});

describe('a raw exchange', () => {
  const send = async (text: string, end = false) => {
    const { url } = await startRawEndpoint((socket) => {
      socket.write(text);
      if (end) socket.end();
    });
    return createProber(url).send({ ...GET, headers: { expect: '100-continue' } }, exchangeRaw);
  };

  test('a raw exchange returns the status and the headers of a response', async () => {
    const { response } = await send('HTTP/1.1 417 Expectation Failed\r\nX-One: 1\r\nServer: EC2ws\r\n\r\n');
    expect(response?.status).toBe(417);
    expect(response?.listHeaders()).toEqual([
      ['x-one', '1'],
      ['server', 'EC2ws'],
    ]);
    expect(response?.getHeader('server')).toBe('EC2ws');
  });

  test('a raw exchange skips 100 Continue', async () => {
    const { response } = await send('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 200 OK\r\n\r\n');
    expect(response?.status).toBe(200);
  });

  test.each([
    ['100 Continue alone', 'HTTP/1.1 100 Continue\r\n\r\n', false, 'timeout'],
    ['a closed connection', 'HTTP/1.1 200', true, 'connection-closed'],
    ['another protocol', 'SSH-2.0-OpenSSH\r\n\r\n', false, 'malformed'],
    ['endless headers', `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(70_000)}`, false, 'too-large'],
  ])('%s is no response', async (_, text, end, reason) => {
    expect((await send(text, end)).failure?.reason).toBe(reason);
  });
});
