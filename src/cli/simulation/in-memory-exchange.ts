import type { InMemoryEndpoint } from '../../server/in-memory.ts';
import {
  createBrokenConnectionError,
  createResponseTimeoutError,
  createResponseTooLargeError,
  createTruncatedError,
  type HttpExchange,
  MAX_BODY_BYTES,
  toHttpResponse,
} from '../../sources/http/exchange.ts';

/** Lets a source poll a simulated endpoint without a socket. Delays pass on the poll's clock. */
export function createInMemoryExchange(endpoint: InMemoryEndpoint): HttpExchange {
  return async ({ url }, { method, path, headers }, { limits, clock, signal }) => {
    const sentAt = clock.now();
    const request = { method, url: path, headers: { host: url.host, ...headers } };
    const delivered = endpoint(request, sentAt);
    const delayMs = delivered.outcome === 'silent' ? Number.POSITIVE_INFINITY : delivered.delayMs;
    if (delayMs > 0) await clock.sleep(Math.min(delayMs, limits.requestMs), signal);
    if (signal.aborted || delayMs >= limits.requestMs) {
      throw createResponseTimeoutError(limits, signal.aborted);
    }
    if (delivered.outcome === 'truncated') throw createTruncatedError(null);
    if (delivered.outcome !== 'complete') throw createBrokenConnectionError(null);
    const { status, body } = delivered;
    if (body.length > MAX_BODY_BYTES) throw createResponseTooLargeError();
    const receivedAt = clock.now();
    return toHttpResponse({
      status,
      getHeader: (name) => delivered.headers.find(([each]) => each.toLowerCase() === name)?.[1] ?? null,
      body,
      sentAt,
      respondedAt: receivedAt,
      receivedAt,
    });
  };
}
