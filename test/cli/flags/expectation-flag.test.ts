import { expect, test } from 'vitest';
import { parseExpectation } from '../../../src/cli/flags/expectation-flag.ts';
import { EXPECTED_PROVIDERS } from '../../../src/domain/provider-chain/expectation.ts';
import { catchError } from '../../support/catch-error.ts';

test.each([
  ['container', { provider: 'container', role: null, accountId: null }],
  [
    'container,role=loader,account=111122223333',
    { provider: 'container', role: 'loader', accountId: '111122223333' },
  ],
  ['imds, account=111122223333', { provider: 'imds', role: null, accountId: '111122223333' }],
  [
    'role,role=arn:aws:iam::111122223333:role/team/loader',
    { provider: 'role', role: 'arn:aws:iam::111122223333:role/team/loader', accountId: '111122223333' },
  ],
  ['imds,role=a\\,b', { provider: 'imds', role: 'a,b', accountId: null }],
])('%s is an expectation', (text, expected) => {
  expect(parseExpectation(text)).toEqual(expected);
});

const CHOICES = `use one of ${EXPECTED_PROVIDERS.join(', ')}`;
const EXAMPLE = 'write container,role=loader,account=111122223333';
const ROLE = 'use a name like loader, team/loader or arn:aws:iam::111122223333:role/loader';

test.each([
  ['', 'names no provider', CHOICES],
  ['contaner', 'is unknown', `did you mean container? ${CHOICES}`],
  ['github', 'is unknown', CHOICES],
  ['ECS', 'is unknown', `did you mean container? ${CHOICES}`],
  ['irsa', 'is unknown', `did you mean web-identity? ${CHOICES}`],
  ['role=loader', 'does not begin with a provider', EXAMPLE],
  ['imds,roel=x', "has the unknown condition 'roel'", 'did you mean role? use one of role, account'],
  ['imds,loader', "has 'loader' without a value", EXAMPLE],
  ['imds,', "has '' without a value", EXAMPLE],
  ['imds,role=', "has an invalid role ''", ROLE],
  ['imds,role=a b', "has an invalid role 'a b'", ROLE],
  ['imds,role=a,role=b', 'names two roles', EXAMPLE],
  ['imds,account=12', "has an invalid account '12'", 'an account id has 12 digits'],
  ['imds,account=111122223333,account=444455556666', 'names two accounts', EXAMPLE],
  ['imds,role=arn:aws:iam::111122223333:role/a,account=444455556666', 'names two accounts', EXAMPLE],
])('%j is rejected: %s', (text, message, hint) => {
  expect(catchError(() => parseExpectation(text))).toMatchObject({ message, hint });
});
