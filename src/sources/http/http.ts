import type { Socket } from 'node:net';
import type { Client } from 'undici';
import type { Clock } from '../../clock.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import { systemErrorCode } from '../../errors.ts';
import { PollError } from '../poll-error.ts';
import type { PollLimits } from '../source.ts';
import { openConnection } from './connection.ts';
import { setTimeoutAfterIo } from './timeout-after-io.ts';

/** aws-c-auth's cap; real documents are under 2 KiB. */
const LARGEST_BODY = 64 * 1024;
const LARGEST_HEADERS = 16 * 1024;

export interface Endpoint {
  /** Of which only scheme, host and port count here. */
  url: URL;
  /** Where to connect. Asked before every attempt, so that a name is looked up within the attempt's deadline. */
  resolveAddresses(signal: AbortSignal): Promise<readonly string[]>;
}

export interface HttpRequest {
  method: 'GET' | 'PUT';
  /** With its query. */
  path: string;
  headers: Record<string, string>;
}

export interface HttpResponse {
  status: number;
  getHeader(name: string): string | null;
  /** Null where it is not UTF-8. */
  body: string | null;
  receivedAt: Instant;
  clockOffset: Seconds | null;
}

/**
 * One request on its own connection: no proxy, no redirect, and nothing left behind that could keep the process alive.
 * Throws only {@link PollError}. The timers are our own: undici's and Node's watch a silent socket, not a slow one.
 */
export async function sendRequest(
  endpoint: Endpoint,
  request: HttpRequest,
  { limits, clock, signal }: { limits: PollLimits; clock: Clock; signal: AbortSignal },
): Promise<HttpResponse> {
  const deadline = new AbortController();
  const timer = setTimeoutAfterIo(() => deadline.abort(), limits.requestMs);
  const stop = AbortSignal.any([deadline.signal, signal]);
  let connection: Socket | null = null;
  try {
    // At the first request only: most commands have none.
    const undici = await import('undici');
    const addresses = await endpoint.resolveAddresses(stop);
    connection = await openConnection(endpoint.url, addresses, limits.connectMs, stop);
    const client = new undici.Client(endpoint.url.origin, {
      connect: handOver(connection),
      headersTimeout: 0,
      bodyTimeout: 0,
      maxHeaderSize: LARGEST_HEADERS,
      maxResponseSize: LARGEST_BODY,
    });
    // Not waited for: where the poll itself has run out of time, what went wrong must be known at once.
    return await send(client, request, clock, stop).finally(() => void client.destroy());
  } catch (error) {
    if (error instanceof PollError) throw error;
    const within = deadline.signal.aborted ? `within ${limits.requestMs} ms` : 'before the poll had to end';
    throw explain(error, connection !== null, stop.aborted, within);
  } finally {
    timer.cancel();
    connection?.destroy();
  }
}

async function send(
  client: Client,
  request: HttpRequest,
  clock: Clock,
  signal: AbortSignal,
): Promise<HttpResponse> {
  const sentAt = clock.now();
  const sent = { ...request, headers: { 'user-agent': 'cred-watch', ...request.headers } };
  const { statusCode, headers, body } = await client.request({ ...sent, reset: true, signal });
  const answeredAt = clock.now();
  const bytes = await body.arrayBuffer();
  const header = (name: string) => [headers[name]].flat()[0] ?? null;
  return {
    status: statusCode,
    getHeader: header,
    body: decode(bytes),
    receivedAt: clock.now(),
    clockOffset: clockOffset((sentAt + answeredAt) / 2, header('date')),
  };
}

/**
 * Gives undici the open connection; a second one, which it wants when the first breaks, is refused. Deferred, because
 * undici ignores an answer that comes before its connector returns.
 */
function handOver(connection: Socket) {
  let given = false;
  return (_: unknown, callback: (...result: [Error, null] | [null, Socket]) => void) =>
    queueMicrotask(() => {
      const usable = !given && !connection.destroyed;
      given = true;
      if (usable) callback(null, connection);
      else callback(new Error('the connection was closed'), null);
    });
}

function explain(error: unknown, connected: boolean, stopped: boolean, within: string): PollError {
  const code = systemErrorCode(error);
  if (!connected) return new PollError('unreachable', 'no connection in time', { retry: 'always' });
  if (stopped) {
    return new PollError('timeout', `no complete answer ${within}`, {
      retry: 'always',
      isResponseMissing: true,
    });
  }
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE' || code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new PollError('response-too-large', 'more than 64 KiB, or headers of more than 16 KiB');
  }
  if (error instanceof Error && error.name === 'HTTPParserError') {
    return new PollError('malformed', 'the answer is not HTTP', { retry: 'always' });
  }
  const detail = `the connection broke before the answer was complete (${code || 'closed'})`;
  return new PollError('unreachable', detail, { retry: 'always', isResponseMissing: true });
}

function decode(bytes: ArrayBuffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** The header has whole seconds, cut: on average half a second is missing. */
function clockOffset(hostTime: number, date: string | null): Seconds | null {
  const serverTime = Date.parse(date ?? '');
  // `Date.parse` takes almost anything; a valid HTTP date is written back as it came.
  if (Number.isNaN(serverTime) || new Date(serverTime).toUTCString() !== date) return null;
  return Math.round((hostTime - serverTime - 500) / 1000) || 0;
}
