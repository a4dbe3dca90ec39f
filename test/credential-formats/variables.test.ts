import { describe, expect, test } from 'vitest';
import { CREDENTIAL_FORMATS, type CredentialFormat } from '../../src/credential-formats/formats.ts';
import { buildVariableChanges } from '../../src/credential-formats/variables.ts';
import { CredWatchError } from '../../src/errors.ts';
import { Secret } from '../../src/secret.ts';
import { expectedVariables, handed, ORDINARY } from '../support/credential-formats/awkward-credentials.ts';

const variables = (keys = ORDINARY, legacyToken = false) => {
  const { set, unset } = buildVariableChanges(handed(keys), { legacyToken });
  return { set: Object.fromEntries(set.map(({ name, value }) => [name, value])), unset };
};

describe('which variables are set, and which of a reader must go', () => {
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
      title: 'without the token that is wanted under both names',
      keys: withoutToken,
      legacyToken: true,
      unset: ['AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN'],
    },
  ])('$title', ({ keys, legacyToken, unset }) => {
    expect(variables(keys, legacyToken)).toEqual({ set: expectedVariables(keys, legacyToken), unset });
  });
});

test.each([
  ['2026-11-22T06:23:11.999Z', '2026-11-22T06:23:11Z'],
  ['2026-11-22T06:23:11Z', '2026-11-22T06:23:11Z'],
  ['2026-11-22T08:23:11.001+02:00', '2026-11-22T06:23:11Z'],
])('an expiration at %s is told as %s', (expiration, told) => {
  const credentials = { ...handed(ORDINARY), expiration: Date.parse(expiration) };
  const { set } = buildVariableChanges(credentials, { legacyToken: false });
  expect(set.find(({ name }) => name === 'AWS_CREDENTIAL_EXPIRATION')?.value).toBe(told);
});

describe('a value that is not visible ASCII', () => {
  const damaged = {
    'a NUL': 'before\0after',
    'a line end': 'before\nafter',
    'a carriage return': 'before\rafter',
    'a space': 'before after',
    'a tab': 'before\tafter',
    'an escape sequence': 'before\x1b[31mafter',
    'the last control character': 'before\x7fafter',
    'a no-break space': 'before\u00a0after',
    'a typographic quote': 'before\u2019after',
    'half a character': 'before\ud800after',
    'a line end behind it': 'before\n',
  };
  const places = [
    ['AWS_ACCESS_KEY_ID', (value: string) => ({ accessKeyId: value })],
    ['AWS_SECRET_ACCESS_KEY', (value: string) => ({ secretAccessKey: new Secret(value) })],
    ['AWS_SESSION_TOKEN', (value: string) => ({ token: new Secret(value) })],
    ['AWS_ACCOUNT_ID', (value: string) => ({ accountId: value })],
  ] as const;

  describe.each(Object.keys(CREDENTIAL_FORMATS) as CredentialFormat[])('%s', (format) => {
    const write = (changes: object) =>
      CREDENTIAL_FORMATS[format](
        { ...handed(ORDINARY), ...changes },
        { legacyToken: true, clause: 'parameters' },
      );

    test.each(places)('is refused as %s, named and not shown', (name, place) => {
      for (const [what, value] of Object.entries(damaged)) {
        const thrown = caught(() => write(place(value)));
        expect(thrown, what).toBeInstanceOf(CredWatchError);
        expect(thrown, what).toHaveProperty('message', `${name} is not visible ASCII throughout`);
        expect(String((thrown as CredWatchError).hint), what).not.toMatch(/before|after/);
      }
    });

    test('an empty key or token is refused as well', () => {
      for (const [name, place] of places.filter(([name]) => name !== 'AWS_ACCOUNT_ID')) {
        expect(caught(() => write(place('')))).toHaveProperty('message', `${name} is empty`);
      }
    });

    test('and sound ones are written', () => {
      expect(write({})).toContain(ORDINARY.secretAccessKey);
      expect(write({})).toMatch(/[^\n]\r?\n$/);
    });
  });
});

function caught(attempt: () => unknown): unknown {
  try {
    attempt();
  } catch (error) {
    return error;
  }
  return expect.unreachable('it was written');
}
