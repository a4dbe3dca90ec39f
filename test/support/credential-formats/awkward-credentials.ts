import fc from 'fast-check';
import type { CredentialValues } from '../../../src/credential-formats/credential-values.ts';
import { Secret } from '../../../src/secret.ts';

/** What is handed over, in plain text. */
export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  token: string | null;
}

export const EXPIRATION = '2026-11-22T06:23:11Z';

export const handed = ({ accessKeyId, secretAccessKey, token }: Keys): CredentialValues => ({
  accessKeyId,
  secretAccessKey: new Secret(secretAccessKey),
  token: token === null ? null : new Secret(token),
  // Three quarters of a second that no reader may be promised.
  expiration: Date.parse(EXPIRATION) + 750,
  accountId: '',
});

/** All names that may come to be set. */
export const VARIABLE_NAMES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
] as const;

/** What a reader has afterwards. */
export const expectedVariables = ({ accessKeyId, secretAccessKey, token }: Keys, legacyToken: boolean) => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
  ...(token !== null && { AWS_SESSION_TOKEN: token }),
  ...(token !== null && legacyToken && { AWS_SECURITY_TOKEN: token }),
  AWS_CREDENTIAL_EXPIRATION: EXPIRATION,
});

export const ORDINARY: Keys = {
  accessKeyId: 'ASIATESTTESTTEST0001',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  token: 'IQoJb3JpZ2luX2VjEXAMPLE//+token==',
};

/** Every character that is special to somebody, alone, in pairs, and as somebody would use it who wants out. */
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

/** Values that would have to break out, were the quoting not right; those that a format refuses left out. */
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

/** The values that are known to be awkward, each in every place. */
function knownKeys(isCarried: (value: string) => boolean): Keys[] {
  const keys = KNOWN.map((each) => ({
    accessKeyId: each,
    secretAccessKey: `${each}${each}`,
    token: `a${each}b`,
  }));
  return keys.filter((each) => Object.values(each).every(isCarried));
}

export interface Trial {
  /** As many as make the start of a program worth its while. */
  many: readonly Keys[];
  legacyToken: boolean;
}

/** Tries a format on values that were thought of, and on others. Those that it refuses are left out. */
export async function tryAwkwardKeys(
  attempt: (trial: Trial) => Promise<void>,
  { isCarried = () => true, runs = 4 }: { isCarried?: (value: string) => boolean; runs?: number } = {},
): Promise<void> {
  await attempt({ many: knownKeys(isCarried), legacyToken: false });
  const value = awkwardValue(isCarried);
  const keys = fc.record({ accessKeyId: value, secretAccessKey: value, token: fc.option(value) });
  const many = fc.array(keys, { minLength: 1, maxLength: 60, size: 'max' });
  await fc.assert(fc.asyncProperty(fc.record({ many, legacyToken: fc.boolean() }), attempt), {
    numRuns: runs,
  });
}
