import type { Instant, Seconds } from '../../domain/model.ts';
import {
  type EndpointRequest,
  type EndpointResponse,
  formatDateHeader,
  formatHttpDate,
  type Header,
  REASON_PHRASES,
  type ResponseTime,
} from '../endpoint-request.ts';
import type { Variants } from '../variants.ts';

/*
 * The responses of EC2's metadata service, with the header order of the published captures in
 * `fixtures/captures`: HTTP/1.1 as captured from 2020 to 2026, HTTP/1.0 as on hosts until 2023.
 */

const SERVER: Header = ['Server', 'EC2ws'];
const CLOSE: Header = ['Connection', 'close'];
const TTL = 'X-Aws-Ec2-Metadata-Token-Ttl-Seconds';

const getReasonPhrase = (status: number) =>
  status === 405 ? 'Not Allowed' : (REASON_PHRASES[status] ?? 'Error');

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
  const length: Header = ['Content-Length', String(Buffer.byteLength(body))];
  const type: Header = ['Content-Type', contentType];
  const modified: Header = ['Last-Modified', formatHttpDate(lastModified)];
  const date: Header = ['Date', formatDateHeader(request)];
  return wire === 'http/1.0'
    ? buildHttp10Success([['Accept-Ranges', 'bytes'], length, type, date, modified, ...ttl(remaining)], body)
    : buildResponse(
        200,
        [...ttl(remaining), type, ['Accept-Ranges', 'none'], modified, length, date, SERVER, CLOSE],
        body,
      );
}

export function buildTokenResponse(
  request: EndpointRequest,
  token: string,
  seconds: Seconds,
  { wire }: Variants,
): EndpointResponse {
  const length: Header = ['Content-Length', String(token.length)];
  const type: Header = ['Content-Type', 'text/plain'];
  const date: Header = ['Date', formatDateHeader(request)];
  return wire === 'http/1.0'
    ? buildHttp10Success([length, type, date, ...ttl(seconds)], token)
    : buildResponse(200, [...ttl(seconds), length, date, SERVER, CLOSE, type], token);
}

const buildResponse = (
  status: number,
  headers: readonly Header[],
  body: string | Buffer = '',
  httpVersion: EndpointResponse['httpVersion'] = '1.1',
): EndpointResponse => ({ status, reasonPhrase: getReasonPhrase(status), headers, body, httpVersion });

const buildHttp10Success = (headers: readonly Header[], body: string | Buffer) =>
  buildResponse(200, [...headers, CLOSE, SERVER], body, '1.0');

/** An error without a body. */
export function buildEmptyError(request: EndpointRequest, status: number, allow?: string): EndpointResponse {
  return buildResponse(status, [
    ...(allow === undefined ? [] : [['Allow', allow] as const]),
    ['Content-Length', '0'],
    ['Date', formatDateHeader(request)],
    SERVER,
    CLOSE,
    ['Content-Type', 'text/plain'],
  ]);
}

/** As captured for a token path with a final slash: another header order, and no close. */
export function buildTokenPathError(request: EndpointRequest): EndpointResponse {
  return buildResponse(403, [
    ['Content-Length', '0'],
    ['Content-Type', 'text/plain'],
    ['Date', formatDateHeader(request)],
    SERVER,
  ]);
}

/** An error with the XHTML page of the real service. */
export function buildHtmlError(
  request: ResponseTime,
  status: number,
  remaining: Seconds | null,
  variants: Variants,
): EndpointResponse {
  const body = buildErrorPage(status, variants);
  const headers: Header[] = [
    ...ttl(remaining),
    ['Content-Type', 'text/html'],
    ['Content-Length', String(body.length)],
    ['Date', formatDateHeader(request)],
    SERVER,
    CLOSE,
  ];
  return buildResponse(status, headers, body);
}

/**
 * The redirect of hosts in 2018, but with a relative location. An absolute location would lead a client away
 * from the simulator.
 */
export function buildRedirect(request: EndpointRequest, location: string): EndpointResponse {
  const headers: Header[] = [
    ['Location', location],
    ['Content-Length', '0'],
    CLOSE,
    ['Date', formatDateHeader(request)],
    SERVER,
  ];
  return buildResponse(301, headers, '', '1.0');
}

const ttl = (seconds: Seconds | null): Header[] => (seconds === null ? [] : [[TTL, String(seconds)]]);

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
