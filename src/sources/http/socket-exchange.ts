import type { Socket } from 'node:net';
import type { Client } from 'undici';
import type { Clock } from '../../clock.ts';
import { getSystemErrorCode } from '../../errors.ts';
import { PollError } from '../poll-error.ts';
import { openConnection } from './connection.ts';
import {
  createBrokenConnectionError,
  createResponseTimeoutError,
  createResponseTooLargeError,
  type HttpExchange,
  type HttpRequest,
  type HttpResponse,
  LARGEST_BODY,
  LARGEST_HEADERS,
  toHttpResponse,
} from './exchange.ts';
import { setTimeoutAfterIo } from './timeout-after-io.ts';

/**
 * One request on its own connection. Uses no proxy and leaves nothing behind that keeps the process alive.
 * The time limits are our own, because those of undici and Node.js watch for silence and not for slowness.
 */
export const exchangeOverSocket: HttpExchange = async (endpoint, request, { limits, clock, signal }) => {
  const deadline = new AbortController();
  const timer = setTimeoutAfterIo(() => deadline.abort(), limits.requestMs);
  const stop = AbortSignal.any([deadline.signal, signal]);
  let connection: Socket | null = null;
  try {
    // Loaded at the first request, because most commands send none.
    const undici = await import('undici');
    const addresses = await endpoint.resolveAddresses(stop);
    connection = await openConnection(endpoint.url, addresses, limits.connectMs, stop);
    const client = new undici.Client(endpoint.url.origin, {
      connect: provideConnection(connection),
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: LARGEST_HEADERS,
      maxResponseSize: LARGEST_BODY,
    });
    // `destroy` is not awaited: at the end of the poll's time, the reason of the failure is needed at once.
    return await send(client, request, clock, stop).finally(() => void client.destroy());
  } catch (error) {
    if (error instanceof PollError) throw error;
    if (connection === null) throw new PollError('unreachable', 'no connection in time', { retry: 'always' });
    if (stop.aborted) throw createResponseTimeoutError(limits, !deadline.signal.aborted);
    throw toPollError(error);
  } finally {
    timer.cancel();
    connection?.destroy();
  }
};

async function send(
  client: Client,
  request: HttpRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const sentAt = clock.now();
  const sent = { ...request, headers: { 'user-agent': 'cred-watch', ...request.headers } };
  const response = await client.request({ ...sent, reset: true, signal });
  const respondedAt = clock.now();
  const body = new Uint8Array(await response.body.arrayBuffer());
  return toHttpResponse({
    status: response.statusCode,
    getHeader: (name) => [response.headers[name]].flat()[0] ?? null,
    body,
    sentAt,
    respondedAt,
    receivedAt: clock.now(),
  });
}

/**
 * Gives undici the open connection. If that connection breaks, undici asks for a second one and gets an
 * error. The callback is deferred, because undici ignores a response that arrives before its connector
 * returns.
 */
function provideConnection(connection: Socket) {
  let isTaken = false;
  return (_: unknown, callback: (...result: [Error, null] | [null, Socket]) => void) =>
    queueMicrotask(() => {
      const isUsable = !isTaken && !connection.destroyed;
      isTaken = true;
      if (isUsable) callback(null, connection);
      else callback(new Error('the connection was closed'), null);
    });
}

function toPollError(error: unknown): PollError {
  const code = getSystemErrorCode(error);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return createResponseTooLargeError();
  }
  if (error instanceof Error && error.name === 'HTTPParserError') {
    return new PollError('malformed', 'the response is not HTTP', { retry: 'always' });
  }
  return createBrokenConnectionError(code);
}
