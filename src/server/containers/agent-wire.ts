import {
  type EndpointRequest,
  type EndpointResponse,
  formatDateHeader,
  type Header,
  REASON_PHRASES,
} from '../endpoint-request.ts';

interface AgentResponse {
  status: number;
  body: string;
  headers?: readonly Header[];
  closes?: boolean;
}

/**
 * Builds a response like Go's `net/http`, because both agents are Go programs: the handler's headers sorted
 * by name (callers pass them sorted), then `Date` and `Content-Length`. Connections stay open unless the
 * client closes them.
 */
export function buildAgentResponse(
  request: EndpointRequest,
  { status, body, headers = [], closes = isLastRequest(request) }: AgentResponse,
): EndpointResponse {
  return {
    status,
    reasonPhrase: REASON_PHRASES[status] ?? 'Error',
    headers: [
      ...headers,
      ['Date', formatDateHeader(request)],
      ['Content-Length', String(Buffer.byteLength(body))],
      ...(closes ? [CLOSE] : []),
    ],
    body,
    httpVersion: '1.1',
  };
}

const CLOSE: Header = ['Connection', 'close'];

const isLastRequest = ({ headers }: EndpointRequest) =>
  headers.connection !== undefined && /\bclose\b/i.test(headers.connection);

/** The response of Go's HTTP server to a malformed request, before any handler runs. */
export function buildAgentProtocolError(status: 400 | 431, detail = ''): EndpointResponse {
  const reason = `${REASON_PHRASES[status]}${detail === '' ? '' : `: ${detail}`}`;
  const headers: Header[] = [['Content-Type', 'text/plain; charset=utf-8'], CLOSE];
  return { status, reasonPhrase: reason, headers, body: `${status} ${reason}`, httpVersion: '1.1' };
}

export const JSON_CONTENT_TYPE: Header = ['Content-Type', 'application/json'];

/** The response of Go's `http.Error`: one line of text. */
export function buildAgentError(
  request: EndpointRequest,
  status: number,
  message: string,
  headers: readonly Header[] = [],
): EndpointResponse {
  return buildAgentResponse(request, {
    status,
    body: `${message}\n`,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['X-Content-Type-Options', 'nosniff'],
      ...headers,
    ],
  });
}
