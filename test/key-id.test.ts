import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { areSwapped, hasSecretForm, hasSecretKeyForm, isKeyId, toStoredKeyId } from '../src/key-id.ts';

const SECRET_KEY = 'wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY';

test.each([
  'AKIAIOSFODNN7EXAMPLE',
  'ASIAIOSFODNN7EXAMPLE',
  'ABIAIOSFODNN7EXAMPLE',
  'ACCAIOSFODNN7EXAMPLE',
  'LKIAQAAAAAAAAAAAAAAA',
  'LSIAQAAAAAAAAAAAAAAA',
  'ASIAEXAMPLE',
  'ASIA',
  `ASIA${'A'.repeat(28)}`,
  '',
])('the key id %j has a known form and is stored as it is', (keyId) => {
  expect(toStoredKeyId(keyId)).toBe(keyId);
});

test.each([
  SECRET_KEY,
  'ASIAiosfodnn7example',
  'AROAIOSFODNN7EXAMPLE',
  `ASIA${'A'.repeat(29)}`,
  'ADIAIOSFODNN7EXAMPLE',
  'LAIAQAAAAAAAAAAAAAAA',
  'XASIAIOSFODNN7EXAMPLE',
  'GOOG1EXAMPLEEXAMPLE',
  'minioadmin',
  'asiaiosfodnn7example',
  'sha256:0123456789abcdeg',
])('the key id %s has another form and is stored as a digest', (keyId) => {
  const stored = toStoredKeyId(keyId);
  expect(stored).toMatch(/^sha256:[\da-f]{16}$/);
  expect(toStoredKeyId(keyId)).toBe(stored);
  expect(toStoredKeyId(stored)).toBe(stored);
  expect(toStoredKeyId(`${keyId}x`)).not.toBe(stored);
  expect(isKeyId(stored)).toBe(true);
});

test.each(['a b', 'a/b', 'a+b', 'x'.repeat(129), '../x'])('%j is not a key id', (text) => {
  expect(isKeyId(text)).toBe(false);
});

test.each([
  ['ASIAIOSFODNN7EXAMPLE', SECRET_KEY, false],
  [SECRET_KEY, 'ASIAIOSFODNN7EXAMPLE', true],
  [SECRET_KEY, 'password', true],
  ['ProductionDataPipelineRedshiftLoaderRole', 'password', false],
  ['minioadmin', 'minioadmin', false],
  ['minioadmin', 'AKIAIOSFODNN7EXAMPLE', true],
  ['ASIAIOSFODNN7EXAMPLE', 'ASIAIOSFODNN7EXAMPLE', false],
])('the key id %s and the secret key %s are swapped: %s', (keyId, secretKey, expected) => {
  expect(areSwapped(keyId, secretKey)).toBe(expected);
});

test.each([
  ['a', true],
  ['a-b_C9', true],
  ['x'.repeat(128), true],
  [`sha256:${'0'.repeat(16)}`, true],
  [`sha256:${'0'.repeat(17)}`, false],
  [`sha256:${'0'.repeat(15)}`, false],
  [`xsha256:${'0'.repeat(16)}`, false],
  ['', false],
])('whether %j can be a key id: %s', (text, expected) => {
  expect(isKeyId(text)).toBe(expected);
});

test('a digest is the beginning of the SHA-256 of the key id', () => {
  const digest = createHash('sha256').update('minioadmin').digest('hex');
  expect(toStoredKeyId('minioadmin')).toBe(`sha256:${digest.slice(0, 16)}`);
});

test.each([
  [SECRET_KEY, true],
  [SECRET_KEY.slice(1), false],
  [`${SECRET_KEY}x`, false],
  [SECRET_KEY.replace('x', '+').replace('x', '/'), true],
  [SECRET_KEY.replace('x', '-'), false],
  [SECRET_KEY.toLowerCase(), false],
  [SECRET_KEY.toUpperCase(), false],
  // The words have 25 and 26 letters in total. A word has at least three lower-case letters.
  [`LoaderAbcdefghijklmnopqrs${'1'.repeat(15)}`, true],
  [`LoaderAbcdefghijklmnopqrst${'1'.repeat(14)}`, false],
  // Without digits, 19 and 20 letters.
  [`LoaderAbcdefghijklm${'X'.repeat(21)}`, true],
  [`LoaderAbcdefghijklmn${'X'.repeat(20)}`, false],
  [`Abcd${'Ab1'.repeat(12)}`, true],
  ['Abc1'.repeat(10), true],
])('whether %s has the form of a secret key: %s', (text, expected) => {
  expect(hasSecretKeyForm(text)).toBe(expected);
});

test.each([
  [SECRET_KEY, true],
  ['AQAEANexXKmR7v0mXbnQ2sVqEd5PwK0cUoJHfY1tZl9gBh3sRuTi8A==', true],
  ['1cOvAegGJvBib3E5vASuLVLYJsZk87b1D34ncT6rvSarxmHdyLpi04==', true],
  ['1cOvAegGJvBib-E5vASuLVLY_sZk87b1D34ncT6rvSarxmHdyLpi04a=', true],
  ['1cOvAegGJvBib/E5vASuLVLY+sZk87b1D34ncT6rvSarxmHdyLpi04aB'.repeat(2), true],
  ['teams/data/production/service-role/RedshiftLoader2026/'.repeat(2), false],
  ['AmazonEKSAutoNodeRole-CLUSTERPRODUCTION-us-east-1-ABCDEFGH123', false],
  ['eksctl-production-cluster-nodegroup-NodeInstanceRole-1ABCDEFGHIJK', false],
  ['MyStack-LambdaExecutionRoleForTheLoader-1A2B3C4D5E6F7-us-east-1', false],
  ['AWSReservedSSO_AdministratorAccess_0123456789abcdef-eu-west-1', false],
  ['0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', false],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ', false],
  ['loader', false],
])('%s has the form of a secret: %j', (text, is) => {
  expect(hasSecretForm(text)).toBe(is);
});
