import { describe, expect, test } from 'vitest';
import { type PresignedUrl, parsePresignedUrl } from '../../../src/domain/keys/presigned-url.ts';

const SIGNATURE = 'ab'.repeat(32);
const SCOPE = 'ASIAQNZGKIQY56JQ7WML%2F20261129%2Feu-west-1%2Fs3%2Faws4_request';
const ADDRESS = 'https://bucket.s3.eu-west-1.amazonaws.com/k.csv';
const version4 = (parameters: string) => `${ADDRESS}?X-Amz-Algorithm=AWS4-HMAC-SHA256&${parameters}`;
const COMPLETE = version4(
  `X-Amz-Credential=${SCOPE}&X-Amz-Date=20261129T110000Z&X-Amz-Expires=3600&X-Amz-Security-Token=t&X-Amz-Signature=${SIGNATURE}`,
);
const at = (text: string) => Date.parse(text);

function parse(text: string): PresignedUrl {
  const url = parsePresignedUrl(text);
  if (url === null || typeof url === 'string') throw new Error(`not a presigned URL of AWS: ${url}`);
  return url;
}

describe('Signature Version 4', () => {
  test('all parameters are read', () => {
    expect(parse(COMPLETE)).toEqual({
      signatureVersion: 4,
      accessKeyId: 'ASIAQNZGKIQY56JQ7WML',
      address: ADDRESS,
      region: 'eu-west-1',
      service: 's3',
      signedAt: at('2026-11-29T11:00:00Z'),
      duration: 3600,
      requestedUntil: at('2026-11-29T12:00:00Z'),
      hasSessionToken: true,
      hasSignature: true,
    });
  });

  test('names of parameters may have any case, and slashes may be plain', () => {
    const url = parse(COMPLETE.replace('X-Amz-Expires', 'x-amz-expires').replaceAll('%2F', '/'));
    expect(url).toEqual(parse(COMPLETE));
  });

  test('the first of several equal parameters counts', () => {
    expect(parse(`${COMPLETE}&X-Amz-Expires=1`).duration).toBe(3600);
  });

  test('Signature Version 4A has no region', () => {
    const scope = 'ASIAQNZGKIQY56JQ7WML%2F20261129%2Fs3%2Faws4_request';
    expect(parse(version4(`X-Amz-Credential=${scope}`))).toMatchObject({ region: null, service: 's3' });
  });

  test.each([
    ['without its duration', COMPLETE.replace('X-Amz-Expires=3600&', '')],
    ['without its date', COMPLETE.replace('X-Amz-Date=20261129T110000Z&', '')],
    ['with a date that does not exist', COMPLETE.replace('20261129T', '20261131T')],
    ['with a negative duration', COMPLETE.replace('=3600', '=-3600')],
    ['with a huge duration', COMPLETE.replace('=3600', `=${'9'.repeat(400)}`)],
    ['with a duration in letters', COMPLETE.replace('=3600', '=1h')],
    ['that was cut off', COMPLETE.slice(0, COMPLETE.indexOf('&X-Amz-Expires'))],
  ])('a URL %s has no known end', (_, text) => {
    expect(parse(text).requestedUntil).toBeNull();
  });

  test('the punctuation of a sentence does not belong to the last parameter', () => {
    const text = version4(`X-Amz-Credential=${SCOPE}&X-Amz-Date=20261129T110000Z&X-Amz-Expires=60).`);
    expect(parse(text).duration).toBe(60);
  });

  test('a cut-off signature is not a signature', () => {
    expect(parse(COMPLETE.slice(0, -1)).hasSignature).toBe(false);
  });

  test('a query without an address is enough, as for logins of RDS', () => {
    const text = `db.rds.amazonaws.com:3306/?Action=connect&X-Amz-Credential=${SCOPE}&X-Amz-Date=20261129T110000Z&X-Amz-Expires=900`;
    expect(parse(text)).toMatchObject({ address: null, duration: 900 });
  });
});

describe('Signature Version 2', () => {
  const TEXT = `https://bucket.s3.amazonaws.com/k?AWSAccessKeyId=ASIAQNZGKIQY56JQ7WML&Signature=a%2Bb%3D&x-amz-security-token=t&Expires=1796036400`;

  test('the end is the parameter Expires', () => {
    expect(parse(TEXT)).toEqual({
      signatureVersion: 2,
      accessKeyId: 'ASIAQNZGKIQY56JQ7WML',
      address: 'https://bucket.s3.amazonaws.com/k',
      region: null,
      service: 's3',
      signedAt: null,
      duration: null,
      requestedUntil: 1_796_036_400_000,
      hasSessionToken: true,
      hasSignature: true,
    });
  });
});

test.each([
  [
    'CloudFront',
    'https://d1.cloudfront.net/k?Expires=1796036400&Signature=x&Key-Pair-Id=K2JCJMDEHXQW5F',
    'cloudfront',
  ],
  ['Google', 'https://storage.googleapis.com/b/k?X-Goog-Credential=a&X-Goog-Expires=60', 'google'],
  ['an old version of Google', 'https://storage.googleapis.com/b/k?GoogleAccessId=a&Expires=60', 'google'],
])('a signed URL of %s is not one of AWS', (_, text, kind) => {
  expect(parsePresignedUrl(text)).toBe(kind);
});

test.each([
  ['an ordinary URL', 'https://example.com/?a=b'],
  ['an empty key id', 'https://example.com/?X-Amz-Credential='],
  [
    'a key id with other characters',
    'https://example.com/?X-Amz-Credential=%1b%5b31m/2026/r/s3/aws4_request',
  ],
])('%s is not a presigned URL', (_, text) => {
  expect(parsePresignedUrl(text)).toBeNull();
});
