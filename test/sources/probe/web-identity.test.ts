import { expect, test } from 'vitest';
import { parseRoleArn } from '../../../src/sources/aws/role-arn.ts';

test.each([
  ['arn:aws:iam::123456789012:role/loader', 'loader'],
  ['arn:aws-cn:iam::123456789012:role/team/a.b/loader', 'loader'],
  [`arn:aws:iam::123456789012:role/${'x'.repeat(64)}`, 'x'.repeat(64)],
  [`arn:aws:iam::123456789012:role/${'x'.repeat(65)}`, null],
  ['arn:aws:iam::123456789012:role/loader (copy)', null],
  ['arn:aws:iam::123456789012:role/', null],
  ['arn:aws:iam::12345678901:role/loader', null],
  ['arn:aws:iam::1234567890123:role/loader', null],
  ['arn:aws:iam::123456789012:user/loader', null],
  [' arn:aws:iam::123456789012:role/loader', null],
  ['loader', null],
])('the ARN %j names the role %j', (arn, role) => {
  expect(parseRoleArn(arn)).toEqual({ accountId: role === null ? null : '123456789012', role });
});
