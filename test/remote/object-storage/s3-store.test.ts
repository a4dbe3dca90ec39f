import { describe, expect, test } from 'vitest';
import { CredWatchError } from '../../../src/errors.ts';
import {
  ConditionsNotSupported,
  ObjectStoreUnavailable,
} from '../../../src/remote/object-storage/object-store.ts';
import { S3Store } from '../../../src/remote/object-storage/s3-store.ts';
import { catchRejection } from '../../support/catch-error.ts';
import { FALSE_KEYS, useFalseKeys } from '../../support/object-storage/aws-variables.ts';
import { type S3Fault, type S3Server, startS3Server } from '../../support/object-storage/s3-server.ts';

useFalseKeys();

const { signal } = new AbortController();
const CONTENT = Buffer.from('content');

function openStore({ url }: Pick<S3Server, 'url'>, bucket = 'fleet'): S3Store {
  return new S3Store({ bucket, prefix: 'cred-watch', endpoint: url, region: undefined });
}

describe('objects', () => {
  test('an object is read back, with keys that need to be encoded', async () => {
    const server = await startS3Server();
    const store = openStore(server);
    const key = 'host=a%2Fb é+ &=🙂/month=2026-11/2026-11-29.parquet';
    expect(await store.get(key, signal)).toBeNull();
    const version = await store.put(key, CONTENT, 'none', signal);
    expect([...server.objects.keys()]).toEqual([`cred-watch/${key}`]);
    expect(await store.get(key, signal)).toEqual({ content: new Uint8Array(CONTENT), version });
  });

  test('a write replaces only the expected version', async () => {
    const server = await startS3Server();
    const store = openStore(server);
    const first = await store.put('a', CONTENT, 'none', signal);
    expect(await store.put('a', Buffer.from('other'), 'none', signal)).toBeNull();
    expect(await store.put('a', Buffer.from('other'), { version: '"0"' }, signal)).toBeNull();
    const second = await store.put('a', Buffer.from('other'), { version: first ?? '' }, signal);
    expect(second).toMatch(/^"[\da-f]{32}"$/);
    expect(await store.put('missing', CONTENT, { version: '"0"' }, signal)).toBeNull();
    expect(await store.put('a', CONTENT, 'any', signal)).toBe(first);
  });

  test('a service that rejects conditions is reported', async () => {
    const store = openStore(await startS3Server('rejected'));
    expect(await catchRejection(store.put('a', CONTENT, 'none', signal))).toBeInstanceOf(
      ConditionsNotSupported,
    );
    expect(await store.put('a', CONTENT, 'any', signal)).toMatch(/^"/);
  });

  test('a write has a checksum, and no chunks', async () => {
    const server = await startS3Server();
    await openStore(server).put('a', CONTENT, 'none', signal);
    expect(server.requests[0]?.headers).toMatchObject({
      'x-amz-checksum-crc32': expect.any(String),
      'content-length': String(CONTENT.length),
      'if-none-match': '*',
    });
  });

  test('a content with another checksum is an error', async () => {
    const server = await startS3Server();
    server.fail = () => ({
      status: 200,
      code: 'changed',
      headers: { ETag: '"1"', 'x-amz-checksum-crc32': 'AAAAAA==' },
    });
    const error = await catchRejection(openStore(server).get('a', signal));
    expect(error.message).toMatch(/checksum/i);
  });
});

const fault = (status: number, code: string, headers: Record<string, string> = {}): S3Fault => ({
  status,
  code,
  headers,
});

describe('errors', () => {
  test.each([
    [fault(503, 'SlowDown')],
    [fault(500, 'InternalError')],
    [fault(502, 'BadGateway')],
    [fault(429, 'TooManyRequests')],
    [fault(400, 'RequestTimeout')],
    ['close'],
  ] satisfies [S3Fault][])('%j is temporary, and the client retries it', async (response) => {
    const server = await startS3Server();
    server.fail = (_, index) => (index < 2 ? response : undefined);
    expect(await openStore(server).put('a', CONTENT, 'any', signal)).toMatch(/^"/);
    expect(server.requests.length).toBe(3);
  });

  test('after three failed attempts, the service is not available', async () => {
    const server = await startS3Server();
    server.fail = () => fault(503, 'SlowDown');
    const store = openStore(server);
    const error = await catchRejection(store.put('a', CONTENT, 'any', signal));
    expect(error).toBeInstanceOf(ObjectStoreUnavailable);
    expect(error.message).toBe(`${store.name} is not available: status 503, SlowDown`);
    expect(server.requests.length).toBe(3);
  });

  test('a refused connection is temporary', async () => {
    const server = await startS3Server();
    server.close();
    const error = await catchRejection(openStore(server).get('a', signal));
    expect(error).toBeInstanceOf(ObjectStoreUnavailable);
    expect(error.message).toMatch(/^could not connect to s3:\/\/fleet\/cred-watch at .*ECONNREFUSED/);
  });

  test('an aborted request ends at once', async () => {
    const server = await startS3Server();
    server.fail = () => 'silent';
    const controller = new AbortController();
    const error = catchRejection(openStore(server).get('a', controller.signal));
    setTimeout(() => controller.abort(), 100);
    expect(await error).toBeInstanceOf(ObjectStoreUnavailable);
  });

  test.each([
    [fault(403, 'AccessDenied'), /is denied/, /s3:GetObject, s3:PutObject and s3:ListBucket/],
    [fault(403, 'InvalidAccessKeyId'), /rejects the credentials/, /check the credentials/],
    [fault(403, 'SignatureDoesNotMatch'), /rejects the credentials/, /check the credentials/],
    [fault(400, 'ExpiredToken'), /rejects the credentials/, /check the credentials/],
    [fault(403, 'RequestTimeTooSkewed'), /clock of this host/, /set the clock/],
    [fault(404, 'NoSuchBucket'), /bucket fleet does not exist/, /create the bucket/],
    [
      fault(301, 'PermanentRedirect', { 'x-amz-bucket-region': 'eu-central-1' }),
      /is in another region, eu-central-1/,
      /set AWS_REGION=eu-central-1/,
    ],
    [fault(400, 'AuthorizationHeaderMalformed'), /is in another region/, /set AWS_REGION/],
    [fault(400, 'InvalidRequest'), /could not use s3:.*status 400, InvalidRequest/, /check the bucket/],
  ])('%j needs a change by the user', async (response, message, hint) => {
    const server = await startS3Server();
    server.fail = () => response;
    const error = await catchRejection(openStore(server).put('a', CONTENT, 'any', signal));
    expect(error).toBeInstanceOf(CredWatchError);
    expect(error.message).toMatch(message);
    expect((error as CredWatchError).hint).toMatch(hint);
  });

  test('a message of the service that quotes keys is redacted', async () => {
    const server = await startS3Server();
    server.fail = () => ({
      status: 400,
      code: 'InvalidRequest',
      message: `secret ${FALSE_KEYS.AWS_SECRET_ACCESS_KEY}`,
    });
    const error = await catchRejection(openStore(server).get('a', signal));
    expect(error.message).toMatch(/InvalidRequest/);
    expect(error.message).not.toContain('these+tests');
  });

  test('missing credentials are reported with a hint', async () => {
    const keys = { ...process.env };
    for (const name of Object.keys(FALSE_KEYS)) delete process.env[name];
    try {
      const error = await catchRejection(openStore(await startS3Server()).get('a', signal));
      expect(error.message).toMatch(/^the AWS SDK has no credentials: Could not load credentials/);
    } finally {
      Object.assign(process.env, keys);
    }
  });
});
