import { describe, expect, test } from 'vitest';
import { parseCredentialsDocument } from '../../../src/sources/document/credentials-document.ts';
import { PollError } from '../../../src/sources/poll-error.ts';
import { catchError } from '../../support/catch-error.ts';
import { CANARIES, document, fixture } from '../../support/sources/polling.ts';

const EXPIRATION = Date.parse('2026-11-22T06:23:11Z');
const KEY = 'ASIACANARY0000000001';

const parse = (body: string | null) => parseCredentialsDocument(body, 'once');

function reject(body: string | null): PollError {
  const error = catchError(() => parse(body));
  if (!(error instanceof PollError)) throw error;
  for (const canary of CANARIES) expect(`${error.detail}${error.quotation}`).not.toContain(canary);
  return error;
}

describe('a valid document', () => {
  test.each([
    ['imds-role-document.json', 'ASIAEXAMPLEEXAMPLE01', '2024-10-23T13:07:43Z', '2024-10-23T06:38:05Z'],
    ['cloudshell-document.json', 'ASIAEXAMPLEEXAMPLE02', '2024-10-23T12:30:35Z', null],
    ['ecs-document.json', 'ASIAEXAMPLEEXAMPLE03', '2019-08-29T16:21:26Z', null],
  ])('the document %s is valid although it has expired', (file, accessKeyId, expiration, lastUpdated) => {
    expect(parse(fixture(file)).credentials).toEqual({
      accessKeyId,
      expiration: Date.parse(expiration),
      lastUpdated: lastUpdated === null ? null : Date.parse(lastUpdated),
      zoneless: false,
    });
  });

  test('a document returns its secrets as Secret', () => {
    const { secrets } = parse(document());
    expect(secrets.secretAccessKey.reveal()).toBe(CANARIES[0]);
    expect(secrets.token?.reveal()).toBe(CANARIES[1]);
    expect(JSON.stringify(secrets)).not.toContain('CANARY');
  });

  test.each([
    ['without Code', { Code: undefined }],
    ['with an empty Code', { Code: '' }],
    ['with unknown members', { Colour: { deep: [1] } }],
    ['without LastUpdated', { LastUpdated: undefined }],
    ['with an unreadable LastUpdated', { LastUpdated: 'yesterday' }],
    ['with another case of keys', { AccessKeyId: undefined, accesskeyid: KEY }],
    ['with SessionToken', { Token: undefined, SessionToken: CANARIES[1] }],
    ['with ExpiresAt', { Expiration: undefined, ExpiresAt: '2026-11-22T06:23:11Z' }],
    [
      'with several spellings, of which the exact one is used',
      { accesskeyid: 'WRONG', ACCESSKEYID: 'WRONG' },
    ],
    ['with microseconds', { Expiration: '2026-11-22T06:23:11.000000Z' }],
    ['with an offset', { Expiration: '2026-11-22T08:23:11+0200' }],
  ])('a document %s is valid', (_, changes) => {
    expect(parse(document(changes)).credentials).toMatchObject({ accessKeyId: KEY, expiration: EXPIRATION });
  });

  test('a document with a time without a zone reports it', () => {
    const { credentials } = parse(document({ Expiration: '2026-11-22T06:23:11' }));
    expect(credentials).toMatchObject({ expiration: EXPIRATION, zoneless: true });
  });

  test.each([
    ['123456789012', '123456789012'],
    ['not an account', null],
  ])('the account of a document with AccountId %s is validated', (AccountId, expected) => {
    expect(parse(document({ AccountId })).accountId).toBe(expected);
  });
});

describe('a rejected document', () => {
  test.each([
    ['empty', ''],
    ['blank', ' \n'],
    ['not UTF-8', null],
    ['HTML', '<html><body>log in</body></html>'],
    ['an array', `[${document()}]`],
    ['a number', '5'],
    ['null', 'null'],
    ['a string', JSON.stringify(document())],
    ['truncated', document().slice(0, -1)],
    ['followed by other text', `${document()}x`],
  ])('a body that is %s is malformed and retried', (_, body) => {
    expect(reject(body)).toMatchObject({ reason: 'malformed', retry: 'once' });
  });

  test.each([
    ['AccessKeyId', { AccessKeyId: undefined }, 'missing: AccessKeyId'],
    ['SecretAccessKey', { SecretAccessKey: undefined }, 'missing: SecretAccessKey'],
    ['Token', { Token: '' }, 'missing: Token'],
    [
      'all three',
      { AccessKeyId: null, SecretAccessKey: 5, Token: [] },
      'missing: AccessKeyId, SecretAccessKey, Token',
    ],
  ])('a document without %s is malformed', (_, changes, detail) => {
    expect(reject(document(changes))).toMatchObject({ reason: 'malformed', detail, expiration: EXPIRATION });
  });

  test.each(['ASIA 1', 'ASIA\u001b[31m', 'A'.repeat(129), '../x'])(
    'a document with the key id %j is malformed',
    (AccessKeyId) => {
      expect(reject(document({ AccessKeyId }))).toMatchObject({ reason: 'malformed', accessKeyId: null });
    },
  );

  test.each([undefined, '', null, 'never', '2025-02-30T00:00:00Z', '0001-01-01T00:00:00Z', 1_700_000_000])(
    'a document with the expiration %j has an unknown expiry',
    (Expiration) => {
      expect(reject(document({ Expiration }))).toMatchObject({ reason: 'unknown-expiry', accessKeyId: KEY });
    },
  );
});

describe('an error document', () => {
  test('an error document without keys gives code and message', () => {
    const body = JSON.stringify({
      Code: 'AssumeRoleUnauthorizedAccess',
      Message: 'EC2 cannot assume the role web-role.',
      LastUpdated: '2026-11-22T00:00:00Z',
    });
    expect(reject(body)).toMatchObject({
      reason: 'error-document',
      retry: 'never',
      quotation: 'AssumeRoleUnauthorizedAccess: EC2 cannot assume the role web-role.',
      accessKeyId: null,
      expiration: null,
    });
  });

  test('an error document with keys gives the key id and the expiration', () => {
    expect(reject(document({ Code: 'Failed' }))).toMatchObject({
      reason: 'error-document',
      accessKeyId: KEY,
      expiration: EXPIRATION,
    });
  });

  test('an error document that quotes the secrets and escape sequences is redacted and shortened', () => {
    const Message = `\u001b[31m${CANARIES[0]} ${CANARIES[1].split('').join('\u0000')}\u202e${'x'.repeat(500)}`;
    expect(reject(document({ Code: 'Failed', Message })).quotation).toBe('Failed: [redacted]');
    const long = reject(document({ Code: 'Failed', Message: `${CANARIES[0]}${' why'.repeat(500)}` }));
    expect(long.quotation).toMatch(/^Failed: \[redacted\]( why)+/);
    expect(long.quotation).toHaveLength(200);
  });

  test('a document with a code that is not a string is an error document', () => {
    expect(reject(document({ Code: { a: 1 } }))).toMatchObject({ reason: 'error-document' });
  });
});

test.each<[body: string | null, expected: object]>([
  [null, { detail: 'the document is not UTF-8' }],
  [' ', { detail: 'the document is empty' }],
  ['[]', { detail: 'the document is not a JSON object' }],
  [document({ Code: { a: 1 } }), { detail: 'Code is not a string', quotation: null }],
  [document({ Code: ['Failed'] }), { detail: 'Code is not a string' }],
  [document({ Code: 'Failed' }), { detail: '', quotation: 'Failed' }],
  [document({ Code: 5 }), { reason: 'error-document', detail: '' }],
  [document({ Code: 'InstanceProfileNotFound' }), { reason: 'instance-profile-not-found' }],
  [
    document({ Code: 'x', Expiration: undefined, AccessKeyId: undefined }),
    { accessKeyId: null, expiration: null },
  ],
  [document({ AccessKeyId: 'a b' }), { detail: 'AccessKeyId is not a key id', accessKeyId: null }],
  [document({ Expiration: undefined }), { detail: 'Expiration is missing' }],
  [document({ Expiration: '' }), { detail: 'Expiration is missing' }],
  [document({ Expiration: 'soon' }), { detail: 'Expiration is not a time' }],
  [document({ Expiration: undefined, ExpiresAt: 'soon' }), { detail: 'Expiration is not a time' }],
  [
    document({ AccessKeyId: 'local', SecretAccessKey: 'AKIACANARY' }),
    { detail: 'the values of AccessKeyId and SecretAccessKey seem to be swapped', accessKeyId: null },
  ],
])('the body %j is rejected with %j', (body, expected) => {
  expect(reject(body)).toMatchObject(expected);
});

test.each([
  [{ Code: undefined, Message: 'why' }, true],
  [{ Code: undefined, Message: 'why', AccessKeyId: undefined }, false],
  [{ Code: 'SUCCESS' }, true],
  [{ Code: 'success', Message: 'why' }, true],
  [{ Code: 'Successful' }, false],
])('whether a document with the changes %j is accepted: %s', (changes, isAccepted) => {
  if (isAccepted) expect(parse(document(changes)).credentials.accessKeyId).toBe(KEY);
  else expect(reject(document(changes)).reason).toBe('error-document');
});

test.each([
  ['2026-11-22T00:00:00', '2026-11-22T06:23:11Z', true],
  ['2026-11-22T00:00:00Z', '2026-11-22T06:23:11', true],
  ['2026-11-22T00:00:00Z', '2026-11-22T06:23:11Z', false],
])('a document with the times %s and %s is without a zone: %s', (LastUpdated, Expiration, zoneless) => {
  expect(parse(document({ LastUpdated, Expiration })).credentials).toMatchObject({
    zoneless,
    lastUpdated: Date.parse('2026-11-22T00:00:00Z'),
  });
});

test('a document has its role and the raw key id', () => {
  const { roleArn, secrets, accountId } = parse(document({ RoleArn: 'arn', AccessKeyId: 'local' }));
  expect({ roleArn, accountId }).toEqual({ roleArn: 'arn', accountId: null });
  expect(secrets.accessKeyId.reveal()).toBe('local');
  expect(parse(document()).roleArn).toBeNull();
});

test('the retry policy of a body that cannot be read is the given one', () => {
  expect(catchError(() => parseCredentialsDocument('{', 'never'))).toMatchObject({ retry: 'never' });
});
