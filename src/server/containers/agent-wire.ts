import { STATUS_CODES } from 'node:http';
import type { Seconds } from '../../domain/model.ts';
import {
  type EndpointRequest,
  type EndpointResponse,
  formatDateHeader,
  type Header,
} from '../endpoint-request.ts';

/**
 * Builds a response like Go's `net/http`, because both agents are Go programs: the handler's headers sorted
 * by name (callers pass them sorted), then `Date` and `Content-Length`. Connections stay open unless the
 * client closes them.
 */
export function buildAgentResponse(
  request: EndpointRequest,
  status: number,
  body: string,
  headers: readonly Header[] = [],
  closes = isLastRequest(request),
): EndpointResponse {
  return {
    status,
    reasonPhrase: STATUS_CODES[status] ?? 'Error',
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

export const buildRetryAfter = (seconds: Seconds): Header => ['Retry-After', String(seconds)];

const CLOSE: Header = ['Connection', 'close'];
const TEXT_CONTENT_TYPE: Header = ['Content-Type', 'text/plain; charset=utf-8'];
const JSON_CONTENT_TYPE: Header = ['Content-Type', 'application/json'];

const isLastRequest = ({ headers }: EndpointRequest) =>
  headers.connection !== undefined && /\bclose\b/i.test(headers.connection);

/** The response of Go's HTTP server to a malformed request, before any handler runs. */
export function buildAgentProtocolError(status: 400 | 431, detail = ''): EndpointResponse {
  const reasonPhrase = `${STATUS_CODES[status]}${detail === '' ? '' : `: ${detail}`}`;
  const headers = [TEXT_CONTENT_TYPE, CLOSE];
  return { status, reasonPhrase, headers, body: `${status} ${reasonPhrase}`, httpVersion: '1.1' };
}

export const buildAgentJson = (
  request: EndpointRequest,
  status: number,
  body: string,
  headers: readonly Header[] = [],
) => buildAgentResponse(request, status, body, [JSON_CONTENT_TYPE, ...headers]);

/** The response of Go's `http.Error`: one line of text. Go sends headers in the order of their names. */
export const buildAgentError = (
  request: EndpointRequest,
  status: number,
  message: string,
  headers: readonly Header[] = [],
) =>
  buildAgentResponse(request, status, `${message}\n`, [
    TEXT_CONTENT_TYPE,
    ...headers.filter(([name]) => name < NOSNIFF[0]),
    NOSNIFF,
    ...headers.filter(([name]) => name > NOSNIFF[0]),
  ]);

const NOSNIFF: Header = ['X-Content-Type-Options', 'nosniff'];
