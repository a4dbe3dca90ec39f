import type { BucketUrl } from './bucket-url.ts';
import {
  ConditionsNotSupported,
  MAX_OBJECT_BYTES,
  type ObjectStore,
  type ReplacedVersion,
  type StoredObject,
} from './object-store.ts';
import { isMissingObject, isNotImplemented, isVersionConflict, toStoreError } from './s3-errors.ts';
import type { S3Calls } from './s3-sdk.ts';

/** Attempts of AWS's client, with short pauses. The caller retries after longer outages. */
const MAX_ATTEMPTS = 3;
const CONNECT_MS = 5000;
const REQUEST_MS = 20_000;
/** Concurrent requests of one push. */
export const MAX_REQUESTS = 4;

export interface S3StoreOptions extends BucketUrl {
  endpoint: string | undefined;
  region: string | undefined;
}

/** The objects below a prefix of a bucket. */
export class S3Store implements ObjectStore {
  readonly name: string;
  readonly #options: S3StoreOptions;
  #calls: S3Calls | null = null;

  constructor(options: S3StoreOptions) {
    const { bucket, prefix, endpoint } = options;
    const url = `s3://${prefix === '' ? bucket : `${bucket}/${prefix}`}`;
    this.name = endpoint === undefined ? url : `${url} at ${endpoint}`;
    this.#options = options;
  }

  async get(key: string, signal: AbortSignal): Promise<StoredObject | null> {
    try {
      return await (await this.#open()).get(this.#toKey(key), signal);
    } catch (error) {
      if (isMissingObject(error)) return null;
      throw this.#explain(error, signal);
    }
  }

  async put(
    key: string,
    content: Uint8Array,
    replaced: ReplacedVersion,
    signal: AbortSignal,
  ): Promise<string | null> {
    try {
      return await (await this.#open()).put(this.#toKey(key), content, replaced, signal);
    } catch (error) {
      if (replaced !== 'any' && isVersionConflict(error)) return null;
      if (replaced !== 'any' && isNotImplemented(error))
        throw new ConditionsNotSupported(`${this.name} does not support conditions`, { cause: error });
      throw this.#explain(error, signal);
    }
  }

  async close(): Promise<void> {
    this.#calls?.close();
  }

  #toKey(key: string): string {
    const { prefix } = this.#options;
    return prefix === '' ? key : `${prefix}/${key}`;
  }

  #explain(error: unknown, signal: AbortSignal): Error {
    return toStoreError(error, { ...this.#options, name: this.name }, signal);
  }

  async #open(): Promise<S3Calls> {
    if (this.#calls !== null) return this.#calls;
    const { openS3 } = await import('./s3-sdk.ts');
    const { bucket, endpoint, region } = this.#options;
    this.#calls ??= openS3({
      bucket,
      endpoint,
      region,
      maxAttempts: MAX_ATTEMPTS,
      connectMs: CONNECT_MS,
      requestMs: REQUEST_MS,
      maxObjectBytes: MAX_OBJECT_BYTES,
      maxConnections: MAX_REQUESTS,
    });
    return this.#calls;
  }
}
