import fc from 'fast-check';
import type { CredentialValues } from '../../../src/credential-formats/credential-values.ts';
import { Secret } from '../../../src/secret.ts';
import { isThorough } from '../thorough.ts';

/** Keys in plain text. */
export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  token: string | null;
}

export const EXPIRATION = '2026-11-22T06:23:11Z';

export const toCredentialValues = ({ accessKeyId, secretAccessKey, token }: Keys): CredentialValues => ({
  accessKeyId: new Secret(accessKeyId),
  secretAccessKey: new Secret(secretAccessKey),
  token: token === null ? null : new Secret(token),
  // The fraction must be rounded down.
  expiration: Date.parse(EXPIRATION) + 750,
  accountId: null,
});

/** All variables that a format may set. */
export const VARIABLE_NAMES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
] as const;

/** The variables that a reader should have after it has evaluated the output of a format. */
export const expectedVariables = ({ accessKeyId, secretAccessKey, token }: Keys, legacyToken: boolean) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  ...(token !== null && { AWS_SESSION_TOKEN: token }),
  ...(token !== null && legacyToken && { AWS_SECURITY_TOKEN: token }),
  AWS_CREDENTIAL_EXPIRATION: EXPIRATION,
});

/** The value of each of {@link VARIABLE_NAMES} that a shell should have afterwards, or `unset`. */
export function expectedValues(keys: Keys, legacyToken: boolean): string[] {
  const variables = expectedVariables(keys, legacyToken);
  return VARIABLE_NAMES.map((name) => variables[name] ?? 'unset');
}

export const ORDINARY: Keys = {
  accessKeyId: 'ASIATESTTESTTEST0001',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  token: 'IQoJb3JpZ2luX2VjEXAMPLE//+token==',
};

/**
 * Every character that is special to some reader: alone, in pairs, and in attempts to break out of quotes.
 */
const KNOWN = [
  ...`'"\\$\`%!^&|<>;#~*?()[]{}=-@,:.`,
  '`>x`',
  "'`>x`'",
  ...String.raw`
    '' "" \' \" \\ '\'' \\' '" "' a'b a"b 'a' "a" '''' ab\ \n \x27 \u0027
    $(>x) $HOME $$ $0 %PATH% %%PATH%% %1 !PATH! !! !$ ^^ ^& ;>x &>x |x >x <x (>x) #x ~ ~root
    --help -e -n -- =x x= a=b *?[a-z] {a,b} @{x} @(x) [x] && || ;; ;$(>x) $env:PATH $(Get-Item)
    ';>x;' ');>x;(' "&>x&" "|x" '&>x&' x';>x;:'
  `
    .trim()
    .split(/\s+/),
];

/** Random values that break out of wrong quoting. */
function awkwardValue(isCarried: (value: string) => boolean) {
  const specials = [...`'"\\$\`%!^&|<>;#~*?()[]{}=-`, 'a', '0'];
  const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
  return fc
    .oneof(
      fc.constantFrom(...KNOWN),
      fc.string({ unit: fc.constantFrom(...specials), minLength: 1, maxLength: 12 }),
      fc.string({ unit: visible, minLength: 1, maxLength: 60 }),
    )
    .filter(isCarried);
}

/** One set of keys per known value, with that value in every field. */
function knownKeys(isCarried: (value: string) => boolean): Keys[] {
  const keys = KNOWN.map((each) => ({
    accessKeyId: each,
    secretAccessKey: `${each}${each}`,
    token: `a${each}b`,
  }));
  return keys.filter((each) => Object.values(each).every(isCarried));
}

export interface Trial {
  /** Several keys per trial, because starting the program is slow. */
  many: readonly Keys[];
  legacyToken: boolean;
}

/**
 * Tests a format with the known values and with random ones.
 * @param isCarried returns false for values that the format rejects
 */
export async function tryAwkwardKeys(
  attempt: (trial: Trial) => Promise<void>,
  {
    isCarried = () => true,
    runs = isThorough ? 4 : 1,
  }: { isCarried?: (value: string) => boolean; runs?: number } = {},
): Promise<void> {
  await attempt({ many: knownKeys(isCarried), legacyToken: false });
  const value = awkwardValue(isCarried);
  const keys = fc.record({ accessKeyId: value, secretAccessKey: value, token: fc.option(value) });
  const many = fc.array(keys, { minLength: 1, maxLength: 60, size: 'max' });
  await fc.assert(fc.asyncProperty(fc.record({ many, legacyToken: fc.boolean() }), attempt), {
    numRuns: runs,
  });
}
