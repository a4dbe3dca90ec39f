/**
 * AWS's client for S3. It takes longer to load than the rest of a push, so this module is a bundle of its own. It imports
 * nothing of this program except types: a class that is part of two bundles exists twice.
 */
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { addAbortSignal, Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { ReplacedVersion, StoredObject } from './object-store.ts';

export interface S3Options {
  bucket: string;
  /** Undefined: AWS's endpoint in the region. */
  endpoint: string | undefined;
  /** Undefined: the region that the SDK finds. */
  region: string | undefined;
  maxAttempts: number;
  maxObjectBytes: number;
  connectMs: number;
  requestMs: number;
  maxConnections: number;
}

/** The calls of a push. Both throw the errors of the SDK. */
export interface S3Calls {
  get(key: string, signal: AbortSignal): Promise<StoredObject>;
  put(key: string, content: Uint8Array, replaced: ReplacedVersion, signal: AbortSignal): Promise<string>;
  close(): void;
}

/** Without these functions, the client logs warnings of its own to the console. */
const SILENT = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export function openS3({ bucket: Bucket, endpoint, region, maxAttempts, ...limits }: S3Options): S3Calls {
  const agent = { keepAlive: true, maxSockets: limits.maxConnections };
  const requestHandler = new NodeHttpHandler({
    connectionTimeout: limits.connectMs,
    requestTimeout: limits.requestMs,
    throwOnRequestTimeout: true,
    httpAgent: new HttpAgent(agent),
    httpsAgent: new HttpsAgent(agent),
  });
  const config: S3ClientConfig = {
    // The client retries with exponential back-off and full jitter.
    maxAttempts,
    retryMode: 'standard',
    requestHandler,
    logger: SILENT,
    ...(region === undefined ? {} : { region }),
    // Few other services have a domain name for each bucket.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  };
  const client = new S3Client(config);
  return {
    async get(Key, abortSignal) {
      const { Body, ContentLength, ETag } = await client.send(new GetObjectCommand({ Bucket, Key }), {
        abortSignal,
      });
      if (Body === undefined || ETag === undefined) throw new Error('the response has no object or no ETag');
      if ((ContentLength ?? 0) > limits.maxObjectBytes) throw new Error(`it has ${ContentLength} bytes`);
      return { content: await readBody(Body, limits.maxObjectBytes, abortSignal), version: ETag };
    },
    async put(Key, content, replaced, abortSignal) {
      const { ETag } = await client.send(
        new PutObjectCommand({
          Bucket,
          Key,
          Body: content,
          ContentType: Key.endsWith('.json') ? 'application/json' : 'application/vnd.apache.parquet',
          ...(replaced === 'none' ? { IfNoneMatch: '*' } : {}),
          ...(typeof replaced === 'object' ? { IfMatch: replaced.version } : {}),
        }),
        { abortSignal },
      );
      if (ETag === undefined) throw new Error('the response has no ETag');
      return ETag;
    },
    close() {
      client.destroy();
      requestHandler.destroy();
    },
  };
}

/** The length of a response can be missing, so a body may have no end. */
async function readBody(body: unknown, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
  if (!(body instanceof Readable)) throw new Error('the response has no object');
  const stream = addAbortSignal(signal, body);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) throw new Error(`it has more than ${maxBytes} bytes`);
  }
  return new Uint8Array(Buffer.concat(chunks));
}
