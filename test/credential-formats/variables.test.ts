import { describe, expect, test } from 'vitest';
import { CREDENTIAL_FORMATS, type CredentialFormat } from '../../src/credential-formats/formats.ts';
import { buildVariableChanges } from '../../src/credential-formats/variables.ts';
import { CredWatchError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { catchError } from '../support/catch-error.ts';
import {
  expectedVariables,
  ORDINARY,
  toCredentialValues,
} from '../support/credential-formats/awkward-keys.ts';

describe('buildVariableChanges sets the variables of the keys and unsets the other token variables', () => {
  const withoutToken = { ...ORDINARY, token: null };
  test.each([
    { title: 'with a token', keys: ORDINARY, legacyToken: false, unset: ['AWS_SECURITY_TOKEN'] },
    { title: 'with a token under both names', keys: ORDINARY, legacyToken: true, unset: [] },
    {
      title: 'without a token',
      keys: withoutToken,
      legacyToken: false,
      unset: ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'],
    },
    {
      title: 'without a token although both names are requested',
      keys: withoutToken,
      legacyToken: true,
      unset: ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'],
    },
  ])(
    'buildVariableChanges sets the variables of keys $title, and unsets the other token variables',
    ({ keys, legacyToken, unset }) => {
      const changes = buildVariableChanges(toCredentialValues(keys), { legacyToken });
      expect(changes).toEqual({ set: expectedVariables(keys, legacyToken), unset });
    },
  );
});

test.each([
  ['2026-11-22T06:23:11.999Z', '2026-11-22T06:23:11Z'],
  ['2026-11-22T06:23:11Z', '2026-11-22T06:23:11Z'],
  ['2026-11-22T08:23:11.001+02:00', '2026-11-22T06:23:11Z'],
])('the expiration %s is written as %s', (expiration, written) => {
  const credentials = { ...toCredentialValues(ORDINARY), expiration: Date.parse(expiration) };
  const { set } = buildVariableChanges(credentials, { legacyToken: false });
  expect(set.AWS_CREDENTIAL_EXPIRATION).toBe(written);
});

describe('a value that is not visible ASCII', () => {
  const damaged = {
    'a NUL': 'before\0after',
    'a line end': 'before\nafter',
    'a carriage return': 'before\rafter',
    'a space': 'before after',
    'a tab': 'before\tafter',
    'an escape sequence': 'before\x1b[31mafter',
    'a DEL character': 'before\x7fafter',
    'a no-break space': 'before\u00a0after',
    'a typographic quote': 'before\u2019after',
    'half a character': 'before\ud800after',
    'a final line end': 'before\n',
  };
  const fields = [
    ['AWS_ACCESS_KEY_ID', (value: string) => ({ accessKeyId: new Secret(value) })],
    ['AWS_SECRET_ACCESS_KEY', (value: string) => ({ secretAccessKey: new Secret(value) })],
    ['AWS_SESSION_TOKEN', (value: string) => ({ token: new Secret(value) })],
    ['AWS_ACCOUNT_ID', (value: string) => ({ accountId: value })],
  ] as const;

  describe.each(Object.keys(CREDENTIAL_FORMATS) as CredentialFormat[])('%s', (format) => {
    const write = (changes: object) =>
      CREDENTIAL_FORMATS[format].write(
        { ...toCredentialValues(ORDINARY), ...changes },
        { legacyToken: true, clause: 'parameters' },
      );

    test.each(fields)(
      `${format} rejects a value that is not visible ASCII in %s, and the error omits the value`,
      (name, withValue) => {
        for (const [what, value] of Object.entries(damaged)) {
          const thrown = catchError(() => write(withValue(value)));
          expect(thrown, what).toBeInstanceOf(CredWatchError);
          expect(thrown, what).toHaveProperty(
            'message',
            `${name} contains a character that is not visible ASCII`,
          );
          expect(String(thrown.hint), what).not.toMatch(/before|after/);
        }
      },
    );

    test(`${format} rejects an empty key or token`, () => {
      for (const [name, withValue] of fields.filter(([name]) => name !== 'AWS_ACCOUNT_ID')) {
        expect(catchError(() => write(withValue('')))).toHaveProperty('message', `${name} is empty`);
      }
    });

    test(`${format} writes valid values`, () => {
      expect(write({})).toContain(ORDINARY.secretAccessKey);
      expect(write({})).toMatch(/[^\n]\r?\n$/);
    });
  });
});
