import { CredWatchError } from '../../errors.ts';

/** A bucket and the beginning of the keys in it, without slashes at its ends. May be empty. */
export interface BucketUrl {
  bucket: string;
  prefix: string;
}

/** The rules of S3 for names of buckets, with underscores and capitals of other services. */
const BUCKET = /^[A-Za-z\d][\w.-]{1,61}[A-Za-z\d]$/;

/** A key of S3 has at most 1024 bytes. The names of a host and a day need fewer than 300. */
const MAX_PREFIX_BYTES = 700;

/** Some services and tools resolve these parts of a key as a path. */
const UNSAFE_PART = /^\.{0,2}$/;

/** @throws CredWatchError if the text is not `s3://BUCKET/PREFIX` */
export function parseBucketUrl(text: string): BucketUrl {
  const [, bucket = '', path = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  const reject = (problem: string): CredWatchError =>
    // A text with @ can contain a secret.
    new CredWatchError(
      `${text.includes('@') ? '--to' : `--to '${text}'`} ${problem}`,
      'use s3://BUCKET/PREFIX, such as s3://fleet/cred-watch',
      {
        code: 'INVALID_ARGUMENT',
      },
    );
  if (bucket.includes('@')) throw reject('contains credentials, and s3:// takes only a bucket and a prefix');
  if (!BUCKET.test(bucket)) throw reject('has an invalid bucket name');
  const prefix = path.replace(/\/$/, '');
  if (/[\0-\x1f\x7f]/.test(prefix)) throw reject('has a control character');
  if (prefix !== '' && prefix.split('/').some((part) => UNSAFE_PART.test(part)))
    throw reject('has an empty part, or . or .. as a part');
  if (Buffer.byteLength(prefix) > MAX_PREFIX_BYTES) throw reject('is longer than S3 allows');
  return { bucket, prefix };
}

/** @throws CredWatchError if the text is not the URL of a service */
export function parseEndpointUrl(text: string, setting: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isUsable =
    url !== null &&
    /^https?:$/.test(url.protocol) &&
    `${url.username}${url.password}${url.search}${url.hash}` === '';
  if (isUsable) return url.href.replace(/\/$/, '');
  // The URL is not repeated, because it may contain a password.
  throw new CredWatchError(
    `${setting} is not the URL of a service`,
    'use https://HOST or http://HOST:PORT, without user name, password and query',
    { code: 'INVALID_ARGUMENT' },
  );
}
