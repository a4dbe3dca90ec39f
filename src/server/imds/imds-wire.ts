import { STATUS_CODES } from 'node:http';
import type { Instant, Seconds } from '../../domain/model.ts';
import {
  type EndpointRequest,
  type EndpointResponse,
  formatDateHeader,
  formatHttpDate,
  type Header,
  type ResponseTime,
} from '../endpoint-request.ts';
import type { Variants } from '../variants.ts';

const TTL = 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds';

/**
 * The headers of EC2's metadata service, in the order of the published captures in `fixtures/captures`.
 * Headers without a value are omitted.
 */
const HEADER_ORDERS = {
  /** HTTP/1.1 as captured from 2020 to 2026. */
  data: `${TTL} Content-Type Accept-Ranges Last-Modified Content-Length Date Server Connection`.split(' '),
  /** HTTP/1.0 as on hosts until 2023. */
  data10: `Accept-Ranges Content-Length Content-Type Date Last-Modified ${TTL} Connection Server`.split(' '),
  short: `Allow ${TTL} Content-Length Date Server Connection Content-Type`.split(' '),
  page: `${TTL} Retry-After Content-Type Content-Length Date Server Connection`.split(' '),
  /** As captured for a token path with a final slash. */
  tokenPath: 'Content-Length Content-Type Date Server'.split(' '),
  /** HTTP/1.0 as on hosts in 2018. */
  redirect10: 'Location Content-Length Connection Date Server'.split(' '),
};

function buildResponse(
  request: ResponseTime,
  status: number,
  order: keyof typeof HEADER_ORDERS,
  headers: Readonly<Record<string, string | null>> = {},
  body: string | Buffer = '',
): EndpointResponse {
  const defaults: typeof headers = {
    'Content-Length': String(Buffer.byteLength(body)),
    'Content-Type': 'text/plain',
    Date: formatDateHeader(request),
    Server: 'EC2ws',
    Connection: 'close',
  };
  const ordered: Header[] = [];
  for (const name of HEADER_ORDERS[order]) {
    const value = headers[name] ?? defaults[name] ?? null;
    if (value !== null) ordered.push([name, value]);
  }
  return {
    status,
    reasonPhrase: getReasonPhrase(status),
    headers: ordered,
    body,
    httpVersion: order.endsWith('10') ? '1.0' : '1.1',
  };
}

/** The HTTP server of EC2 has its own phrase for 405. */
const getReasonPhrase = (status: number) =>
  status === 405 ? 'Not Allowed' : (STATUS_CODES[status] ?? 'Error');

export interface MetadataContent {
  body: string | Buffer;
  contentType: 'text/plain' | 'application/octet-stream';
  lastModified: Instant;
}

/** 200 with the remaining TTL of the token; `remaining` is null for a request without a token. */
export function buildDataResponse(
  request: EndpointRequest,
  { body, contentType, lastModified }: MetadataContent,
  remaining: Seconds | null,
  { wire }: Variants,
): EndpointResponse {
  const isHttp10 = wire === 'http/1.0';
  const headers = {
    [TTL]: formatSeconds(remaining),
    'Content-Type': contentType,
    'Accept-Ranges': isHttp10 ? 'bytes' : 'none',
    'Last-Modified': formatHttpDate(lastModified),
  };
  return buildResponse(request, 200, isHttp10 ? 'data10' : 'data', headers, body);
}

export const buildTokenResponse = (
  request: EndpointRequest,
  token: string,
  ttl: Seconds,
  { wire }: Variants,
) =>
  buildResponse(request, 200, wire === 'http/1.0' ? 'data10' : 'short', { [TTL]: formatSeconds(ttl) }, token);

/** An error without a body. `remaining` is null for a request without a token. */
export const buildEmptyError = (
  request: EndpointRequest,
  status: number,
  allow: string | null = null,
  remaining: Seconds | null = null,
) => buildResponse(request, status, 'short', { Allow: allow, [TTL]: formatSeconds(remaining) });

export const buildTokenPathError = (request: EndpointRequest) => buildResponse(request, 403, 'tokenPath');

/** An error with the XHTML page of the real service. */
export const buildHtmlError = (
  request: ResponseTime,
  status: number,
  remaining: Seconds | null,
  variants: Variants,
  retryAfter: Seconds | null = null,
) => {
  const headers = {
    [TTL]: formatSeconds(remaining),
    'Retry-After': formatSeconds(retryAfter),
    'Content-Type': 'text/html',
  };
  return buildResponse(request, status, 'page', headers, buildErrorPage(status, variants));
};

/** A relative location, because an absolute one would lead a client away from the simulator. */
export const buildRedirect = (request: EndpointRequest, location: string) =>
  buildResponse(request, 301, 'redirect10', { Location: location });

const formatSeconds = (seconds: Seconds | null) => (seconds === null ? null : String(seconds));

/** 337 bytes for 404 and 343 for 401, as captured. The page of 2021 has a deeper indent. */
function buildErrorPage(status: number, variants: Variants): string {
  const title = `${status} - ${getReasonPhrase(status)}`;
  const indent = variants['error-page'] === '339' ? '\t\t ' : '\t';
  return [
    '<?xml version="1.0" encoding="iso-8859-1"?>',
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"',
    `${indent}"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">`,
    '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">',
    ' <head>',
    `  <title>${title}</title>`,
    ' </head>',
    ' <body>',
    `  <h1>${title}</h1>`,
    ' </body>',
    '</html>',
    '',
  ].join('\n');
}

/** JSON with a space before each colon, like the real service: some scripts read it with `grep`. */
export function formatImdsJson(fields: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(fields, null, 2).replace(/^(\s*"(?:[^"\\]|\\.)*"):/gm, '$1 :');
}
