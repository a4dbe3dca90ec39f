import { openConnection } from '../../http/connection.ts';
import {
  computeClockOffset,
  createBrokenConnectionError,
  createResponseTimeoutError,
  createResponseTooLargeError,
  type DetailedResponse,
  type Endpoint,
  type ExchangeContext,
  type HeaderField,
  type HttpExchange,
  type HttpRequest,
  MAX_BODY_BYTES,
} from '../../http/exchange.ts';
import { PollError } from '../../poll-error.ts';
import { createDeadline } from './deadline.ts';

/**
 * Sends one request without undici, which refuses to send `Expect`. The request has no body, so that the endpoint may
 * answer at any time. The body of the response is not read.
 */
export const exchangeRaw: HttpExchange<DetailedResponse> = async (endpoint, request, context) => {
  const deadline = createDeadline(context.limits.requestMs, context.signal);
  try {
    return await exchangeUntil(deadline.signal, endpoint, request, context);
  } finally {
    deadline.cancel();
  }
};

async function exchangeUntil(
  stop: AbortSignal,
  endpoint: Endpoint,
  request: HttpRequest,
  { limits, clock, signal }: ExchangeContext,
): Promise<DetailedResponse> {
  const addresses = await endpoint.resolveAddresses(stop);
  const sentAt = clock.now();
  const socket = await openConnection(endpoint.url, addresses, limits.connectMs, stop);
  const end = () => socket.destroy();
  stop.addEventListener('abort', end, { once: true });
  try {
    if (stop.aborted) end();
    const fields = {
      host: endpoint.url.host,
      'user-agent': 'cred-watch',
      connection: 'close',
      ...request.headers,
    };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`${request.method} ${request.path} HTTP/1.1\r\n${lines.join('')}content-length: 0\r\n\r\n`);
    let received = Buffer.alloc(0);
    for await (const chunk of socket) {
      received = Buffer.concat([received, chunk]);
      if (received.length > MAX_BODY_BYTES) throw createResponseTooLargeError();
      const message = parseMessage(received);
      if (message === null) continue;
      const { status, headers } = message;
      const getHeader = (name: string) => headers.find(([each]) => each === name)?.[1] ?? null;
      const now = clock.now();
      const clockOffset = computeClockOffset((sentAt + now) / 2, getHeader('date'));
      return { status, getHeader, listHeaders: () => headers, body: null, receivedAt: now, clockOffset };
    }
    throw createBrokenConnectionError(null);
  } catch (error) {
    if (stop.aborted) throw createResponseTimeoutError(limits, signal.aborted);
    throw error instanceof PollError ? error : createBrokenConnectionError(null);
  } finally {
    stop.removeEventListener('abort', end);
    socket.destroy();
  }
}

/** Status and headers of the final response, or null if they are not complete. Skips `100 Continue`. */
function parseMessage(bytes: Buffer): { status: number; headers: HeaderField[] } | null {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})\b/.exec(first)?.[1] ?? 0);
  if (status === 0) throw new PollError('malformed', 'the response is not HTTP');
  if (status < 200) return parseMessage(bytes.subarray(end + 4));
  const headers = lines.map((line): HeaderField => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status, headers };
}
