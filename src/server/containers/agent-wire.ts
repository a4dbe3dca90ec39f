import {
  type EndpointRequest,
  type EndpointResponse,
  formatDateHeader,
  type Header,
} from '../endpoint-request.ts';

interface AgentResponse {
  status: number;
  body: string;
  headers?: readonly Header[];
  closes?: boolean;
}

/**
 * What Go's `net/http` writes, for both agents are Go programs: the handler's headers by name (callers give them
 * so), then `Date` and `Content-Length`. Connections are kept, unless the client asks for their end.
 */
export function buildAgentResponse(
  inquiry: EndpointRequest,
  { status, body, headers = [], closes = isLastRequest(inquiry) }: AgentResponse,
): EndpointResponse {
  return {
    status,
    reasonPhrase: REASONS[status] ?? 'Error',
    headers: [
      ...headers,
      ['Date', formatDateHeader(inquiry)],
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

/** What Go says by itself, before any handler is asked, of what is no request. */
export function buildAgentProtocolError(status: 400 | 431, detail = ''): EndpointResponse {
  const reason = `${REASONS[status]}${detail === '' ? '' : `: ${detail}`}`;
  const headers: Header[] = [['Content-Type', 'text/plain; charset=utf-8'], CLOSE];
  return { status, reasonPhrase: reason, headers, body: `${status} ${reason}`, httpVersion: '1.1' };
}

export const JSON_CONTENT_TYPE: Header = ['Content-Type', 'application/json'];

/** `http.Error`: a line of text. */
export function buildAgentError(
  inquiry: EndpointRequest,
  status: number,
  message: string,
  headers: readonly Header[] = [],
): EndpointResponse {
  return buildAgentResponse(inquiry, {
    status,
    body: `${message}\n`,
    headers: [
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['X-Content-Type-Options', 'nosniff'],
      ...headers,
    ],
  });
}

const REASONS: Record<number, string> = {
  200: 'OK',
  301: 'Moved Permanently',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  417: 'Expectation Failed',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
};
