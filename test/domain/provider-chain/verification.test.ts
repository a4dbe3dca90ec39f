import { expect, test } from 'vitest';
import {
  compareCaller,
  isVerified,
  parseCaller,
} from '../../../src/domain/provider-chain/identity/verification.ts';
import { createProvider } from '../../../src/domain/provider-chain/providers.ts';

const ACCOUNT = '111122223333';

test.each([
  [`arn:aws:sts::${ACCOUNT}:assumed-role/loader/i-0123456789abcdef0`, 'loader'],
  [`arn:aws-us-gov:sts::${ACCOUNT}:assumed-role/a.b=c,d@e_f+g-h/jane@corp.example`, 'a.b=c,d@e_f+g-h'],
  [`arn:aws:iam::${ACCOUNT}:user/team/loader`, null],
  [`arn:aws:iam::${ACCOUNT}:root`, null],
  [`arn:aws:sts::${ACCOUNT}:federated-user/loader`, null],
])('%s is the ARN of an identity with the role %s', (arn, role) => {
  expect(parseCaller(arn, ACCOUNT)).toEqual({ arn, accountId: ACCOUNT, role });
});

test.each([
  [undefined, ACCOUNT],
  [`arn:aws:sts::${ACCOUNT}:assumed-role/loader/x`, undefined],
  [`arn:aws:sts::${ACCOUNT}:assumed-role/loader/x`, '999900001111'],
  [`arn:aws:s3::${ACCOUNT}:assumed-role/loader/x`, ACCOUNT],
  [`arn:aws:sts::${ACCOUNT}:assumed-role/loader/\u001b[31m`, ACCOUNT],
  [`arn:aws:sts::${ACCOUNT}:assumed-role/${'x'.repeat(800)}`, ACCOUNT],
  ['loader', ACCOUNT],
])('%j with the account %j is not an identity', (arn, account) => {
  expect(parseCaller(arn, account)).toBeNull();
});

const SSO_ROLE = 'AWSReservedSSO_Data_Analyst_0123456789abcdef';

test.each([
  ['loader', 'imds', 'loader', true],
  ['loader', 'container', 'arn:aws:iam::111122223333:role/team/loader', true],
  ['loader', 'imds', 'reader', false],
  ['loader', 'imds', null, null],
  [null, 'imds', 'loader', false],
  [SSO_ROLE, 'sso', 'Data_Analyst', true],
  [SSO_ROLE, 'sso', 'Analyst', false],
  // A role of this name is another role.
  [SSO_ROLE, 'environment', 'Data_Analyst', false],
] as const)('the role %s of %s compared with %s is the same: %s', (role, name, stated, isSameRole) => {
  const caller = { arn: '', accountId: ACCOUNT, role };
  const provider = createProvider(name, { role: stated, accountId: null });
  expect(compareCaller(caller, provider)).toEqual({ isSameRole, isSameAccount: null });
});

test('without credentials, nothing is verified', () => {
  expect(isVerified({ winners: [] })).toBe(false);
});
