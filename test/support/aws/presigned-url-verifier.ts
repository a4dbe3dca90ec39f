import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface VerifiedCredentials {
  accessKeyId: string;
  secretAccessKey: string;
  /** Null for a long-lived key. */
  sessionToken: string | null;
  /** Null for a long-lived key. */
  expiration: number | null;
}

/**
 * Whether a server still accepts a URL at its last instant. S3 does not document it, and servers differ.
 * - `exclusive`: a URL for 60 s is rejected after 60.000 s.
 * - `inclusive`: as MinIO, a URL for 60 s is rejected after 60.001 s.
 */
export type Boundary = 'exclusive' | 'inclusive';

interface VerifierClock {
  now: number;
  boundary: Boundary;
}

export interface PresignedUrlVerifier {
  url: string;
  /** The present of the server, which tests set. */
  clock: VerifierClock;
  /** Requests the URL. The code of the error; null if the URL is accepted. */
  request(url: string): Promise<string | null>;
  close(): void;
}

/**
 * The part of S3 that checks presigned URLs (Signature Version 4): the signature, the session token, the requested
 * duration, and the expiration of the credentials. HEAD requests are signed in a header, and always find an object.
 */
export async function startPresignedUrlVerifier(
  credentials: VerifiedCredentials,
): Promise<PresignedUrlVerifier> {
  const clock: VerifierClock = { now: Date.now(), boundary: 'exclusive' };
  const server = createServer((request, response) => {
    const error = request.method === 'HEAD' ? null : findError(request, credentials, clock);
    response.writeHead(error === null ? 200 : 403, {
      'Content-Length': error === null ? '4' : String(Buffer.byteLength(error)),
      'Last-Modified': 'Sun, 22 Nov 2026 00:00:00 GMT',
      ETag: '"0"',
    });
    response.end(request.method === 'HEAD' ? undefined : (error ?? 'data'));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    clock,
    request: async (url) => {
      const response = await fetch(url);
      const body = await response.text();
      return response.status === 200 ? null : (/<Code>(\w+)</.exec(body)?.[1] ?? String(response.status));
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The body of an error response; null if the URL is accepted. */
function findError(request: IncomingMessage, credentials: VerifiedCredentials, clock: VerifierClock) {
  const query = new URL(request.url ?? '', 'http://unused').searchParams;
  const get = (name: string) => query.get(name) ?? '';
  const fail = (code: string, message: string) =>
    `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  const isOver = (end: number) => (clock.boundary === 'exclusive' ? clock.now >= end : clock.now > end);
  const [accessKeyId] = get('X-Amz-Credential').split('/');
  if (accessKeyId !== credentials.accessKeyId) return fail('InvalidAccessKeyId', 'no such key');
  const duration = Number(get('X-Amz-Expires'));
  if (duration > 604_800) return fail('AuthorizationQueryParametersError', 'more than a week');
  if (isOver(parseTime(get('X-Amz-Date')) + duration * 1000))
    return fail('AccessDenied', 'Request has expired');
  if (query.get('X-Amz-Security-Token') !== credentials.sessionToken)
    return fail('InvalidToken', 'wrong session token');
  if (credentials.expiration !== null && isOver(credentials.expiration))
    return fail('ExpiredToken', 'The provided token has expired.');
  return sign(request, credentials.secretAccessKey) === get('X-Amz-Signature')
    ? null
    : fail('SignatureDoesNotMatch', 'wrong signature');
}

/** Signs the request again, as S3 does: it encodes paths once and ignores the body. */
function sign({ method, url = '', headers }: IncomingMessage, secretAccessKey: string): string {
  const [path = '', text = ''] = url.split('?');
  const parts = text.split('&').filter((part) => !part.startsWith('X-Amz-Signature='));
  const query = new URLSearchParams(text);
  const [, day = '', region = '', service = ''] = (query.get('X-Amz-Credential') ?? '').split('/');
  const signed = query.get('X-Amz-SignedHeaders') ?? '';
  const canonical = [
    method,
    path,
    parts.sort().join('&'),
    ...signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    signed,
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  const scope = `${day}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', query.get('X-Amz-Date'), scope, digest].join('\n');
  const key = [day, region, service, 'aws4_request'].reduce<string | Buffer>(mac, `AWS4${secretAccessKey}`);
  return mac(key, toSign).toString('hex');
}

const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** `20261129T120000Z`. */
const parseTime = (text: string): number =>
  Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
