import type { CheckAttempt } from '../check-attempt.ts';
import type { ProbeRequest } from '../exchanges/probe-request.ts';
import type { Exchange, Prober } from '../exchanges/prober.ts';

/** RFC 6761 reserves the name for documents. */
const ORIGIN = 'http://page.example';

const ALLOWS_ORIGIN = 'access-control-allow-origin';

/**
 * Sends what a browser sends for a web page: a request with `Origin`, one that asks for permission, and one with
 * `Referer`. Fails if one of these responses, or any earlier one, lets the page read it.
 * @param headers the headers of a usual request
 */
export async function judgeCrossOrigin(
  attempt: CheckAttempt,
  { exchanges }: Pick<Prober, 'exchanges'>,
  send: (request: ProbeRequest) => Promise<Exchange>,
  path: string,
  headers: NonNullable<ProbeRequest['headers']>,
): Promise<void> {
  const question = {
    origin: ORIGIN,
    'access-control-request-method': 'GET',
    'access-control-request-headers': Object.keys(headers).join(', ') || 'authorization',
  };
  attempt.use(await send({ method: 'GET', path, headers: { ...headers, origin: ORIGIN } }));
  attempt.use(await send({ method: 'OPTIONS', path, headers: question }));
  attempt.use(await send({ method: 'GET', path, headers: { ...headers, referer: `${ORIGIN}/` } }));
  // The last response with the header is shown, because earlier checks sent no `Origin`.
  const found = exchanges.findLast(({ response }) => (response?.getHeader(ALLOWS_ORIGIN) ?? null) !== null);
  const value = found?.response?.getHeader(ALLOWS_ORIGIN) ?? null;
  if (found === undefined || value === null) return;
  attempt.fail(
    { code: 'UNEXPECTED_HEADER', header: ALLOWS_ORIGIN, value: attempt.quote(value), expected: 'absent' },
    found,
  );
}
