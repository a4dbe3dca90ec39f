import { describe, expect, test } from 'vitest';
import { CREDENTIAL_FORMATS, type CredentialFormat } from '../../src/credential-formats/formats.ts';
import { catchError } from '../support/catch-error.ts';
import { type Keys, toCredentialValues } from '../support/credential-formats/awkward-keys.ts';

const KEYS: Keys = { accessKeyId: 'ASIA1', secretAccessKey: "s'\\k", token: 'to/k=' };

const write = (format: CredentialFormat, keys: Keys, legacyToken = false) =>
  CREDENTIAL_FORMATS[format].write(toCredentialValues(keys), { legacyToken, clause: 'parameters' });

const JSON_OF_KEYS = `{
  "schema_version": 1,
  "access_key_id": "ASIA1",
  "secret_access_key": "s'\\\\k",
  "session_token": "to/k=",
  "expiration": "2026-11-22T06:23:11Z",
  "account_id": null
}
`;

const PROCESS_DOCUMENT = `{
  "Version": 1,
  "AccessKeyId": "ASIA1",
  "SecretAccessKey": "s'\\\\k",
  "SessionToken": "to/k=",
  "Expiration": "2026-11-22T06:23:11Z"
}
`;

/** The whole text of every format: what is unset comes first. */
const TEXTS: Readonly<Record<Exclude<CredentialFormat, 'redshift-copy'>, string>> = {
  env: `unset AWS_SECURITY_TOKEN
export AWS_ACCESS_KEY_ID='ASIA1'
export AWS_SECRET_ACCESS_KEY='s'\\''\\k'
export AWS_SESSION_TOKEN='to/k='
export AWS_CREDENTIAL_EXPIRATION='2026-11-22T06:23:11Z'
`,
  'env-no-export': `unset AWS_SECURITY_TOKEN
AWS_ACCESS_KEY_ID='ASIA1'
AWS_SECRET_ACCESS_KEY='s'\\''\\k'
AWS_SESSION_TOKEN='to/k='
AWS_CREDENTIAL_EXPIRATION='2026-11-22T06:23:11Z'
`,
  docker: `AWS_ACCESS_KEY_ID=ASIA1
AWS_SECRET_ACCESS_KEY=s'\\k
AWS_SESSION_TOKEN=to/k=
AWS_CREDENTIAL_EXPIRATION=2026-11-22T06:23:11Z
`,
  fish: `while set -q AWS_SECURITY_TOKEN; set -e AWS_SECURITY_TOKEN; end
set -gx AWS_ACCESS_KEY_ID 'ASIA1'
set -gx AWS_SECRET_ACCESS_KEY 's\\'\\\\k'
set -gx AWS_SESSION_TOKEN 'to/k='
set -gx AWS_CREDENTIAL_EXPIRATION '2026-11-22T06:23:11Z'
`,
  powershell: `$Env:AWS_SECURITY_TOKEN = $null
$Env:AWS_ACCESS_KEY_ID = 'ASIA1'
$Env:AWS_SECRET_ACCESS_KEY = 's''\\k'
$Env:AWS_SESSION_TOKEN = 'to/k='
$Env:AWS_CREDENTIAL_EXPIRATION = '2026-11-22T06:23:11Z'
`,
  'windows-cmd': `set "AWS_SECURITY_TOKEN="
set "AWS_ACCESS_KEY_ID=ASIA1"
set "AWS_SECRET_ACCESS_KEY=s'\\k"
set "AWS_SESSION_TOKEN=to/k="
set "AWS_CREDENTIAL_EXPIRATION=2026-11-22T06:23:11Z"
`.replaceAll('\n', '\r\n'),
  process: PROCESS_DOCUMENT,
  json: JSON_OF_KEYS,
};

describe('credential formats', () => {
  test.each(Object.entries(TEXTS) as [CredentialFormat, string][])(
    'the format %s writes the expected text',
    (format, text) => {
      expect(write(format, KEYS)).toBe(text);
    },
  );

  test('docker empties both tokens of the image for keys without a token, and no token otherwise', () => {
    expect(write('docker', { ...KEYS, token: null })).toMatch(
      /^AWS_SESSION_TOKEN=\nAWS_SECURITY_TOKEN=\nAWS_ACCESS_KEY_ID=/,
    );
    expect(write('docker', KEYS)).not.toContain('AWS_SECURITY_TOKEN');
    expect(write('docker', KEYS, true)).toContain('AWS_SECURITY_TOKEN=to/k=\n');
  });

  test('redshift-copy has two clauses', () => {
    const credentials = toCredentialValues({ ...KEYS, secretAccessKey: 's/k' });
    const clauses = (['parameters', 'credentials'] as const).map((clause) =>
      CREDENTIAL_FORMATS['redshift-copy'].write(credentials, { clause }),
    );
    expect(clauses).toEqual([
      "ACCESS_KEY_ID 'ASIA1' SECRET_ACCESS_KEY 's/k' SESSION_TOKEN 'to/k='\n",
      "CREDENTIALS 'aws_access_key_id=ASIA1;aws_secret_access_key=s/k;token=to/k='\n",
    ]);
  });

  test.each<[CredentialFormat, Keys, string, string]>([
    [
      'docker',
      { ...KEYS, token: '"x"' },
      'AWS_SESSION_TOKEN cannot be written as docker: it begins and ends with a quote',
      'use `cred-watch exec -- docker run -e AWS_ACCESS_KEY_ID …`',
    ],
    [
      'windows-cmd',
      { ...KEYS, secretAccessKey: 'a%b' },
      'AWS_SECRET_ACCESS_KEY cannot be written as windows-cmd: it contains ", % or !',
      'use -f powershell',
    ],
    [
      'redshift-copy',
      KEYS,
      "AWS_SECRET_ACCESS_KEY cannot be written as redshift-copy: it contains ', \\ or ;",
      'use IAM_ROLE',
    ],
    [
      'redshift-copy',
      { ...KEYS, token: null },
      'redshift-copy accepts only temporary credentials, and these keys have no session token',
      'use IAM_ROLE in the COPY statement; long-term keys do not expire and do not belong in SQL',
    ],
    [
      'env',
      { ...KEYS, token: '' },
      'AWS_SESSION_TOKEN is empty',
      'the source returned damaged credentials; poll it again or choose another with --source',
    ],
  ])('the format %s rejects values that it cannot contain, with a hint', (format, keys, message, hint) => {
    const error = catchError(() => write(format, keys));
    expect({ message: error.message, hint: error.hint }).toEqual({ message, hint });
  });

  test('a value with a quote at one end only, or with different quotes, fits into a docker file', () => {
    for (const token of ['"x', 'x"', `"x'`, '"'])
      expect(() => write('docker', { ...KEYS, token })).not.toThrow();
    for (const token of ["'x'", '""']) expect(() => write('docker', { ...KEYS, token })).toThrow('a quote');
  });

  test('a line of cmd.exe has at most 8191 characters', () => {
    // `set "AWS_SESSION_TOKEN="` has 24 characters.
    const token = (length: number) => 'x'.repeat(length - 24);
    expect(write('windows-cmd', { ...KEYS, token: token(8191) })).toContain(token(8191));
    expect(() => write('windows-cmd', { ...KEYS, token: token(8192) })).toThrow(
      'the line is longer than 8191 characters',
    );
  });

  test('exactly the formats of shells are evaluated by the current shell', () => {
    const names = Object.entries(CREDENTIAL_FORMATS).flatMap(([name, { isForCurrentShell }]) =>
      isForCurrentShell ? name : [],
    );
    expect(names).toEqual(['env', 'env-no-export', 'fish', 'powershell', 'windows-cmd']);
  });
});
