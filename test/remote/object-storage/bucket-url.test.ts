import { expect, test } from 'vitest';
import { parseBucketUrl, parseEndpointUrl } from '../../../src/remote/object-storage/bucket-url.ts';

test.each([
  ['s3://fleet', { bucket: 'fleet', prefix: '' }],
  ['s3://fleet/', { bucket: 'fleet', prefix: '' }],
  ['s3://my.bucket-1/a/b c/', { bucket: 'my.bucket-1', prefix: 'a/b c' }],
  ['s3://fleet/a%2Fb?x#y', { bucket: 'fleet', prefix: 'a%2Fb?x#y' }],
])('%s is a bucket and a prefix', (text, parsed) => {
  expect(parseBucketUrl(text)).toEqual(parsed);
});

test.each([
  's3://',
  's3:///prefix',
  's3://a',
  's3://-bucket',
  's3://key:secret@bucket/prefix',
  's3://fleet//a',
  's3://fleet/a/../b',
  's3://fleet/./a',
  's3://fleet/a\nb',
  `s3://fleet/${'x'.repeat(701)}`,
])('%j is rejected', (text) => {
  expect(() => parseBucketUrl(text)).toThrow(/^--to /);
});

test('an endpoint is a URL without a user and a query', () => {
  expect(parseEndpointUrl('http://127.0.0.1:9000/', '--endpoint-url')).toBe('http://127.0.0.1:9000');
  expect(parseEndpointUrl('https://minio.example.com/s3', '--endpoint-url')).toBe(
    'https://minio.example.com/s3',
  );
  for (const text of [
    '',
    'minio',
    'ftp://host',
    'http://user:secret@host',
    'http://host/?a=b',
    'http://host/#a',
  ])
    expect(() => parseEndpointUrl(text, '--endpoint-url')).toThrow(/^--endpoint-url is not the URL/);
});
