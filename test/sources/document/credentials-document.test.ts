import { describe, expect, test } from 'vitest';
import { parseCredentialsDocument } from '../../../src/sources/document/credentials-document.ts';
import { PollError } from '../../../src/sources/poll-error.ts';
import { CANARIES, document, fixture } from '../../support/sources/polling.ts';

const EXPIRATION = Date.parse('2026-11-22T06:23:11Z');
const KEY = 'ASIACANARY0000000001';

const parse = (body: string | null) => parseCredentialsDocument(body, 'once');

function refuse(body: string | null): PollError {
  try {
    parse(body);
  } catch (error) {
    if (!(error instanceof PollError)) throw error;
    for (const canary of CANARIES) expect(error.detail).not.toContain(canary);
    return error;
  }
  throw new Error('accepted');
}

describe('a valid document', () => {
  test.each([
    ['imds-role-document.json', 'ASIAEXAMPLEEXAMPLE01', '2024-10-23T13:07:43Z', '2024-10-23T06:38:05Z'],
    ['cloudshell-document.json', 'ASIAEXAMPLEEXAMPLE02', '2024-10-23T12:30:35Z', null],
    ['ecs-document.json', 'ASIAEXAMPLEEXAMPLE03', '2019-08-29T16:21:26Z', null],
  ])('%s is valid although it has expired', (file, accessKeyId, expiration, lastUpdated) => {
    expect(parse(fixture(file)).credentials).toEqual({
      accessKeyId,
      expiration: Date.parse(expiration),
      lastUpdated: lastUpdated === null ? null : Date.parse(lastUpdated),
      zoneless: false,
    });
  });

  test('returns its secrets as Secret', () => {
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
  ])('%s', (_, changes) => {
    expect(parse(document(changes)).credentials).toMatchObject({ accessKeyId: KEY, expiration: EXPIRATION });
  });

  test('reports a time without a zone', () => {
    const { credentials } = parse(document({ Expiration: '2026-11-22T06:23:11' }));
    expect(credentials).toMatchObject({ expiration: EXPIRATION, zoneless: true });
  });

  test.each([
    ['123456789012', '123456789012'],
    ['not an account', null],
  ])('with AccountId %s', (AccountId, expected) => {
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
  ])('%s is malformed and retried', (_, body) => {
    expect(refuse(body)).toMatchObject({ reason: 'malformed', retry: 'once' });
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
  ])('without %s is malformed', (_, changes, detail) => {
    expect(refuse(document(changes))).toMatchObject({ reason: 'malformed', detail, expiration: EXPIRATION });
  });

  test.each(['ASIA 1', 'ASIA\u001b[31m', 'A'.repeat(129), '../x'])(
    'with the key id %j is malformed',
    (AccessKeyId) => {
      expect(refuse(document({ AccessKeyId }))).toMatchObject({ reason: 'malformed', accessKeyId: null });
    },
  );

  test.each([undefined, '', null, 'never', '2025-02-30T00:00:00Z', '0001-01-01T00:00:00Z', 1_700_000_000])(
    'with the expiration %j has an unknown expiry',
    (Expiration) => {
      expect(refuse(document({ Expiration }))).toMatchObject({ reason: 'unknown-expiry', accessKeyId: KEY });
    },
  );
});

describe('an error document', () => {
  test('without keys gives code and message', () => {
    const body = JSON.stringify({
      Code: 'AssumeRoleUnauthorizedAccess',
      Message: 'EC2 cannot assume the role web-role.',
      LastUpdated: '2026-11-22T00:00:00Z',
    });
    expect(refuse(body)).toMatchObject({
      reason: 'error-document',
      retry: 'never',
      detail: 'AssumeRoleUnauthorizedAccess: EC2 cannot assume the role web-role.',
      accessKeyId: null,
      expiration: null,
    });
  });

  test('with keys gives the key id and the expiration', () => {
    expect(refuse(document({ Code: 'Failed' }))).toMatchObject({
      reason: 'error-document',
      accessKeyId: KEY,
      expiration: EXPIRATION,
    });
  });

  test('that quotes the secrets and escape sequences is redacted and shortened', () => {
    const Message = `\u001b[31m${CANARIES[0]} ${CANARIES[1]!.split('').join('\u0000')}\u202e${'x'.repeat(500)}`;
    const { detail } = refuse(document({ Code: 'Failed', Message }));
    expect(detail).toMatch(/^Failed: \[31m\[redacted\] \[redacted\]x+$/);
    expect(detail).toHaveLength(200);
  });

  test('with a code that is not a string is an error document too', () => {
    expect(refuse(document({ Code: { a: 1 } }))).toMatchObject({ reason: 'error-document' });
  });
});
