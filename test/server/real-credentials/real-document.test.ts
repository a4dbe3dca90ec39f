import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/secret.ts';
import {
  formatRealDocument,
  type RealCredentials,
} from '../../../src/server/real-credentials/real-document.ts';

const credentials: RealCredentials = {
  accessKeyId: new Secret('ASIACANARY0000000001'),
  secretAccessKey: new Secret('CANARY-secret/access+key'),
  token: new Secret('CANARY-session-token=='),
  expiration: Date.UTC(2026, 10, 22, 6, 23, 11),
  accountId: '111122223333',
  roleArn: 'arn:aws:iam::111122223333:role/loader',
};

describe('the document of real credentials', () => {
  test('the document of real credentials equals the document of a container endpoint byte for byte', () => {
    expect(formatRealDocument(credentials)).toBe(
      '{"RoleArn":"arn:aws:iam::111122223333:role/loader","AccessKeyId":"ASIACANARY0000000001",' +
        '"SecretAccessKey":"CANARY-secret/access+key","Token":"CANARY-session-token==",' +
        '"Expiration":"2026-11-22T06:23:11Z","AccountId":"111122223333"}',
    );
  });

  test('the document of real credentials omits an unknown role and account', () => {
    const { roleArn: _, ...nameless } = credentials;
    expect(Object.keys(JSON.parse(formatRealDocument({ ...nameless, accountId: null })))).toEqual([
      'AccessKeyId',
      'SecretAccessKey',
      'Token',
      'Expiration',
    ]);
  });

  test.each([
    [0, '2026-11-22T06:23:11Z'],
    [1, '2026-11-22T06:23:11Z'],
    [999, '2026-11-22T06:23:11Z'],
    [1000, '2026-11-22T06:23:12Z'],
  ])(
    'the document of real credentials rounds the expiration down to seconds (%i ms)',
    (milliseconds, text) => {
      const expiration = credentials.expiration + milliseconds;
      expect(JSON.parse(formatRealDocument({ ...credentials, expiration })).Expiration).toBe(text);
    },
  );

  test('the document of real credentials has an empty Token for keys without one, because SDKs require the field', () => {
    expect(JSON.parse(formatRealDocument({ ...credentials, token: null })).Token).toBe('');
  });

  test('the document of real credentials quotes every character of a key', () => {
    const awkward = '"}\\\u0000\n\u2028é';
    const document = formatRealDocument({
      ...credentials,
      secretAccessKey: new Secret(awkward),
      token: new Secret(awkward),
    });
    expect(JSON.parse(document)).toMatchObject({ SecretAccessKey: awkward, Token: awkward });
  });

  test.each([
    ['no key id', { accessKeyId: new Secret('') }],
    ['no secret key', { secretAccessKey: new Secret('') }],
    ['no expiration', { expiration: Number.NaN }],
  ])(
    'the document of real credentials is not written with %s, and the error contains no value',
    (_, changes) => {
      const made = () => formatRealDocument({ ...credentials, ...changes });
      expect(made).toThrow(/^(the access key or the secret key is empty|Invalid time value)$/);
    },
  );
});
