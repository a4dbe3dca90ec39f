import { expect, test } from 'vitest';
import { containsSecret, isRole, parseAccountOfRole } from '../../src/sources/role-name.ts';

const SECRET_KEY = 'wJalrXUtnFEMIxK7MDENGxbPxRfiCYEXAMPLEKEY';

test.each<[text: string, expected: boolean]>([
  ['r', true],
  ['r'.repeat(64), true],
  ['r'.repeat(65), false],
  ['a+b=c,d.e@f-g_h', true],
  ['a b', false],
  ['a:b', false],
  ['', false],
  [`${'t'.repeat(512)}/r`, true],
  [`${'t'.repeat(513)}/r`, false],
  ['a/b/c', true],
  ['/a', false],
  ['a/', false],
  ['...', true],
  ['a/.b', true],
  ['.', false],
  ['a/./b', false],
  ['../b', false],
  ['arn:aws:iam::123456789012:role/r', true],
  ['arn:aws:iam::12345678901:role/r', false],
  ['arn:aws:iam::123456789012:user/r', false],
  ['x arn:aws:iam::123456789012:role/r', false],
  ['secret=a', false],
  ['AWS_SECRET_ACCESS_KEY=a', false],
  ['Token=a', false],
  ['keys=a', false],
  ['password=a', false],
  ['token-reader', true],
  ['secrets', true],
  ['key+a=b', true],
  [SECRET_KEY, false],
  [`${SECRET_KEY}x`, true],
  ['ReadOnlyAccessForTheBackupOfTheWarehouses', true],
  // Names of exactly forty letters and digits.
  ['AcmeProdEC2InstanceRoleForDataPipelineV2', true],
  ['MyCompanyProductionDataPipelineRole12345', true],
  ['EksNodeGroupInstanceRoleProdEuWest1Core2', true],
  ['AcmeXyzDataPlatformRedshiftLoaderRolePrd', true],
  ['Zq8TmB4xWn2KcV7rLp5HsJ9dYf3GtE6uAi1oPzXq', false],
])('whether %j is a role: %s', (text, expected) => {
  expect(isRole(text)).toBe(expected);
});

test.each([
  ['arn:aws:iam::123456789012:role/team/r', '123456789012'],
  ['arn:aws-us-gov:iam::123456789012:role/r', '123456789012'],
  ['team/123456789012', null],
  ['', null],
])('the account of the role %j is %j', (role, account) => {
  expect(parseAccountOfRole(role)).toBe(account);
});

test.each<[name: string, secrets: string[], expected: boolean]>([
  ['web-role', [], false],
  ['web-role', [''], false],
  ['abcdefghijkl', ['xabcdefghijkl'], true],
  ['abcdefghijk', ['xabcdefghijk'], false],
  ['abcdefghijkl', ['other', 'abcdefghijklx', 'last'], true],
  ['x-key-x', ['key'], true],
  ['x-key-x', ['keys'], false],
])('whether the name %j contains one of the secrets %j: %s', (name, secrets, expected) => {
  expect(containsSecret(name, secrets)).toBe(expected);
});
