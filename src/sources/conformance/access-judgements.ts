import type { CheckAttempt } from './check-attempt.ts';
import type { Exchange, ProbeRequest } from './prober.ts';

/** Reserved for documents (RFC 6761). */
const ORIGIN = 'http://page.example';

const ALLOWS_ORIGIN = 'access-control-allow-origin';

/**
 * Sends what a browser sends for a web page: a request with `Origin`, one that asks for permission, and one with
 * `Referer`. Fails if a response lets the page read it.
 * @param headers the headers of a usual request
 */
export async function judgeCrossOrigin(
  attempt: CheckAttempt,
  send: (request: ProbeRequest) => Promise<Exchange>,
  path: string,
  headers: NonNullable<ProbeRequest['headers']>,
): Promise<void> {
  const requests: ProbeRequest[] = [
    { method: 'GET', path, headers: { ...headers, origin: ORIGIN } },
    {
      method: 'OPTIONS',
      path,
      headers: {
        origin: ORIGIN,
        'access-control-request-method': 'GET',
        'access-control-request-headers': Object.keys(headers).join(', ') || 'authorization',
      },
    },
    { method: 'GET', path, headers: { ...headers, referer: `${ORIGIN}/` } },
  ];
  for (const request of requests) {
    const exchange = attempt.use(await send(request));
    const value = exchange.response?.getHeader(ALLOWS_ORIGIN) ?? null;
    if (value === null) continue;
    attempt.fail(
      { code: 'UNEXPECTED_HEADER', header: ALLOWS_ORIGIN, value: attempt.quote(value), expected: 'absent' },
      exchange,
    );
  }
}
