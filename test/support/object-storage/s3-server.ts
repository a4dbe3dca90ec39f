import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

/** A request in terms of the permissions of IAM. */
export interface S3Request {
  action: 's3:GetObject' | 's3:PutObject' | 'other';
  bucket: string;
  key: string;
  headers: IncomingMessage['headers'];
}

/** Replaces a response. `null` closes the connection. `written` first executes the request. */
export type S3Fault =
  | { status: number; code: string; message?: string; headers?: Record<string, string>; written?: boolean }
  | 'close'
  | 'close-after-write'
  | 'silent';

export interface S3Server {
  url: string;
  objects: Map<string, Buffer>;
  requests: S3Request[];
  /** Called for each request. Undefined: a usual response. */
  fail: (request: S3Request, index: number) => S3Fault | undefined;
  close(): void;
}

const BUCKET = 'fleet';

/**
 * The part of S3 that `push` uses, with the conditions of writes as documented by AWS.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 * @param conditions what the service does with `If-Match` and `If-None-Match`
 */
export async function startS3Server(
  conditions: 'honoured' | 'ignored' | 'rejected' = 'honoured',
): Promise<S3Server> {
  const server = createServer((request, response) => void respond(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  onTestFinished(close);
  const state: S3Server = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects: new Map(),
    requests: [],
    fail: () => undefined,
    close,
  };
  return state;

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const path = decodeURIComponent(new URL(request.url ?? '', state.url).pathname);
    const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
    const action =
      request.method === 'GET' ? 's3:GetObject' : request.method === 'PUT' ? 's3:PutObject' : 'other';
    const seen: S3Request = { action, bucket, key, headers: request.headers };
    const fault = state.fail(seen, state.requests.push(seen) - 1);
    if (fault === 'silent') return;
    if (fault === 'close-after-write') handle(seen, body);
    if (typeof fault === 'string') return void request.socket.destroy();
    const isHandled = fault === undefined || fault.written === true;
    const usual = isHandled ? handle(seen, body) : { status: 500 };
    const {
      status,
      headers = {},
      content = '',
    } = fault === undefined
      ? usual
      : { ...toError(fault.status, fault.code, fault.message), headers: fault.headers };
    response.writeHead(status, { 'x-amz-request-id': 'TEST', ...headers }).end(content);
  }

  function handle({ action, bucket, key, headers }: S3Request, body: Buffer): Response {
    if (!/^AWS4-HMAC-SHA256 Credential=/.test(headers.authorization ?? ''))
      return toError(403, 'AccessDenied');
    if (bucket !== BUCKET) return toError(404, 'NoSuchBucket', 'The specified bucket does not exist');
    const known = state.objects.get(key);
    if (action === 's3:GetObject')
      return known === undefined
        ? toError(404, 'NoSuchKey', 'The specified key does not exist.')
        : { status: 200, headers: { ETag: toETag(known) }, content: known };
    if (action !== 's3:PutObject') return toError(405, 'MethodNotAllowed');
    const [isNew, expected] = [headers['if-none-match'] === '*', headers['if-match']];
    if (conditions === 'rejected' && (isNew || expected !== undefined))
      return toError(
        501,
        'NotImplemented',
        'A header you provided implies functionality that is not implemented',
      );
    if (conditions === 'honoured') {
      if (isNew && known !== undefined) return toError(412, 'PreconditionFailed');
      if (expected !== undefined && known === undefined) return toError(404, 'NoSuchKey');
      if (expected !== undefined && known !== undefined && toETag(known) !== expected)
        return toError(412, 'PreconditionFailed');
    }
    state.objects.set(key, body);
    return { status: 200, headers: { ETag: toETag(body) } };
  }
}

interface Response {
  status: number;
  headers?: Record<string, string> | undefined;
  content?: Buffer | string;
}

const toETag = (content: Buffer) => `"${createHash('md5').update(content).digest('hex')}"`;

const toError = (status: number, code: string, message = code): Response => ({
  status,
  headers: { 'Content-Type': 'application/xml' },
  content: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});

/** The client sends small bodies in one piece, without the chunks of a trailing checksum. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}
