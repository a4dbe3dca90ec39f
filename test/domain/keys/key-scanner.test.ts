import { describe, expect, test } from 'vitest';
import { findKeyReferences, type KeyReference } from '../../../src/domain/keys/key-reference.ts';
import { KeyScanner } from '../../../src/domain/keys/key-scanner.ts';

const KEY = 'ASIAQNZGKIQY56JQ7WML';
const OTHER = 'AKIASP2TPHJSQH3FJXYZ';
const QUERY = `X-Amz-Credential=${KEY}%2F20261129%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Date=20261129T110000Z&X-Amz-Expires=3600&X-Amz-Signature=${'ab'.repeat(32)}`;
const URL_TEXT = `https://bucket.s3.amazonaws.com/k?${QUERY}`;

const summarise = (references: readonly KeyReference[]) =>
  references.map(({ accessKeyId, url }) => (url === null ? accessKeyId : `${url.address} ${url.duration}`));
const find = (text: string) => summarise(findKeyReferences(text).references);
const FOUND_URL = 'https://bucket.s3.amazonaws.com/k 3600';

describe('key ids in a text', () => {
  test.each([
    ['an error of an SDK', `ExpiredToken: key ${KEY} has expired.`],
    ['an error document of S3', `<Error><AWSAccessKeyId>${KEY}</AWSAccessKeyId></Error>`],
    ['the output of env', `AWS_ACCESS_KEY_ID=${KEY}\nAWS_SECRET_ACCESS_KEY=xyz`],
    [
      'an Authorization header',
      `Authorization: AWS4-HMAC-SHA256 Credential=${KEY}/20261129/eu-west-1/s3/aws4_request`,
    ],
    ['compact JSON', `{"AccessKeyId":"${KEY}","Token":"x"}`],
    ['JSON in JSON', `{"message":"{\\"AccessKeyId\\":\\"${KEY}\\"}"}`],
    ['a percent-encoded text', `Credential%3D${KEY}%2F2026`],
    ['a line after an escaped line end', `failed\\n${KEY}`],
    ['a clause of Redshift', `'aws_access_key_id=${KEY};aws_secret_access_key=x'`],
  ])('%s', (_, text) => {
    expect(find(text)).toEqual([KEY]);
  });

  test.each([
    ['ASIA…7WML', 'ASIA…7WML'],
    ['ASIA...7WML,', 'ASIA...7WML'],
    ['sha256:0123456789abcdef', 'sha256:0123456789abcdef'],
    ['AWS_ACCESS_KEY_ID=minioadmin', 'minioadmin'],
  ])('%s is a key id', (text, keyId) => {
    expect(find(text)).toEqual([keyId]);
  });

  test.each([
    ['a longer word', `X${KEY}`],
    ['a word in lower case', KEY.toLowerCase()],
    ['a part of base64', `a${KEY}b`],
    ['a sentence with dots', 'WAIT...DONE'],
    ['a variable without a value', 'AWS_ACCESS_KEY_ID='],
  ])('%s is not a key id', (_, text) => {
    expect(find(text)).toEqual([]);
  });
});

describe('presigned URLs in a text', () => {
  test.each([
    ['in a sentence', `GET ${URL_TEXT}: 403`],
    ['in JSON', JSON.stringify({ url: URL_TEXT })],
    ['in JSON with escaped ampersands', `{"url":"${URL_TEXT.replaceAll('&', '\\u0026')}"}`],
    ['in JSON with escaped slashes', `{"url":"${URL_TEXT.replaceAll('/', '\\/')}"}`],
    ['in XML', `<a href="${URL_TEXT.replaceAll('&', '&amp;')}">`],
    ['escaped for a shell', URL_TEXT.replaceAll('&', '\\&').replace('?', '\\?')],
  ])('%s', (_, text) => {
    expect(find(text)).toEqual([FOUND_URL]);
  });

  test('a URL in the query of another URL', () => {
    const text = `https://login.example.com/?next=${encodeURIComponent(URL_TEXT)}`;
    expect(find(text)).toEqual([FOUND_URL]);
  });

  test('two URLs without a space between them', () => {
    expect(find(`${URL_TEXT},${URL_TEXT}`)).toEqual([FOUND_URL, FOUND_URL]);
  });

  test('the key id of a URL is not listed again', () => {
    expect(find(`${URL_TEXT} ${OTHER}`)).toEqual([FOUND_URL, OTHER]);
  });

  test('signed URLs of CloudFront are reported separately', () => {
    const { references, foreignUrls } = findKeyReferences('https://d1.cloudfront.net/k?Key-Pair-Id=K2JCJ');
    expect({ references, foreignUrls }).toEqual({ references: [], foreignUrls: ['cloudfront'] });
  });
});

describe('a text in pieces', () => {
  const scan = (pieces: readonly string[]) => {
    const scanner = new KeyScanner();
    const found = pieces.flatMap((piece) => scanner.push(piece).references);
    return summarise([...found, ...scanner.end().references]);
  };
  const TEXT = `first ${KEY}\n${URL_TEXT} then "${OTHER}"\t${URL_TEXT}`;

  test('every split gives the same keys', () => {
    const expected = [KEY, FOUND_URL, OTHER, FOUND_URL];
    for (let at = 0; at <= TEXT.length; at += 1)
      expect(scan([TEXT.slice(0, at), TEXT.slice(at)])).toEqual(expected);
    expect(scan([...TEXT])).toEqual(expected);
  });

  test('keys around a word of 10 MB are found', () => {
    const piece = 'A'.repeat(65_536);
    const pieces = [`${KEY} `, ...Array.from({ length: 160 }, () => piece), ` ${OTHER}`];
    expect(scan(pieces)).toEqual([KEY, OTHER]);
  });

  test('a URL inside a long word is found', () => {
    const filler = '-'.repeat(60_000);
    expect(scan([`${filler}${filler}`, `,${URL_TEXT} ${filler}`])).toContain(FOUND_URL);
  });
});
