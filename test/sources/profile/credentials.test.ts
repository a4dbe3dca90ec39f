import { describe, expect, test } from 'vitest';
import { Notes } from '../../../src/sources/notes.ts';
import { PollError } from '../../../src/sources/poll-error.ts';
import {
  findCredentialSetting,
  readCredentialProcess,
  readProfileCredentials,
} from '../../../src/sources/profile/credentials.ts';
import { readProfileFiles } from '../../../src/sources/profile/files.ts';
import { findShellSyntax } from '../../../src/sources/profile/shell-syntax.ts';
import { catchError } from '../../support/catch-error.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

type Settings = Record<string, string>;
const createProfile = (credentials: Settings, config: Settings = {}, name = 'loader') => ({
  name,
  config,
  credentials,
});

const ID = { aws_access_key_id: 'AKIA' };
const PROCESS = { credential_process: 'x' };
const AWS_CALLS = [
  'role_arn',
  'web_identity_token_file',
  'sso_session',
  'sso_start_url',
  'sso_account_id',
  'login_session',
];

/** How a profile is read: the kind or the detail of the error, and the notes. */
function read(...args: Parameters<typeof createProfile>) {
  const notes = new Notes();
  try {
    const { kind } = readProfileCredentials(createProfile(...args), notes);
    return [kind, notes.list];
  } catch (error) {
    if (!(error instanceof PollError)) throw error;
    return [`${error.reason}: ${error.detail}`, notes.list];
  }
}

describe('the credential setting of a profile', () => {
  test.each(['aws_access_key_id', 'credential_process', ...AWS_CALLS])(
    '%s is a credential setting',
    (key) => {
      expect(findCredentialSetting(createProfile({ [key]: 'x' }))).toBe(key);
      expect(findCredentialSetting(createProfile({}, { [key]: 'x' }))).toBe(key);
    },
  );

  test('the first credential setting is found in any order of the lines', () => {
    const keys = ['aws_access_key_id', 'credential_process', ...AWS_CALLS];
    for (const [index, key] of keys.entries()) {
      const settings = Object.fromEntries(
        keys
          .slice(index)
          .reverse()
          .map((each) => [each, 'x']),
      );
      expect(findCredentialSetting(createProfile(settings))).toBe(key);
    }
    expect(findCredentialSetting(createProfile({ region: 'x', aws_secret_access_key: 'x' }))).toBeNull();
  });
});

describe('the precedence in a profile', () => {
  test.each([
    ['role_arn', 'role'],
    ['web_identity_token_file', 'web-identity'],
    ['sso_session', 'sso'],
    ['sso_start_url', 'sso'],
    ['sso_account_id', 'sso'],
  ])('%s alone gives credentials of the kind %s', (key, kind) => {
    expect(read({ [key]: 'x' })).toEqual([kind, []]);
    expect(read({}, { [key]: 'x' })).toEqual([kind, []]);
  });

  test('login_session alone needs a call to AWS that only the AWS CLI makes', () => {
    const key = 'login_session';
    const needs = (name: string) =>
      `invalid-configuration: profile ${name} has ${key}, which needs a call to AWS; use --process `;
    expect(read({ [key]: 'x' })).toEqual([
      `${needs('loader')}'aws configure export-credentials --profile loader'`,
      [],
    ]);
    expect(read({}, { [key]: 'x' }, 'default')).toEqual([
      `${needs('default')}'aws configure export-credentials'`,
      [],
    ]);
    const name = 'x; rm -rf ~';
    expect(read({}, { [key]: 'x' }, name)).toEqual([
      `${needs(name)}'aws configure export-credentials --profile '\\''${name}'\\'''`,
      [],
    ]);
    const error = catchError(() => readProfileCredentials(createProfile({ [key]: 'x' }), new Notes()));
    expect(error).toMatchObject({ misconfiguration: { code: 'NEEDS_AWS_CALL' } });
  });

  test('a role needs other credentials or a token file, and the other credentials take precedence', () => {
    const role = { role_arn: 'x', web_identity_token_file: 'x' };
    expect(read(role)).toEqual(['web-identity', []]);
    expect(read({ ...role, source_profile: 'x' })).toEqual(['role', []]);
    expect(read({ ...role, credential_source: 'x' })).toEqual(['role', []]);
    expect(read({ ...ID, role_arn: 'x', source_profile: 'x' })).toEqual(['role', []]);
  });

  test('a web identity takes precedence over a process, with a note', () => {
    const note = {
      code: 'PROFILE_GIVES_TWO',
      name: 'web_identity_token_file',
      otherName: 'credential_process',
    };
    expect(read({ ...PROCESS, web_identity_token_file: 'x' })).toEqual(['web-identity', [note]]);
  });

  test.each(AWS_CALLS.slice(1))('keys take precedence over %s, with a note', (otherName) => {
    expect(read({ ...ID, [otherName]: 'x' })).toEqual([
      'keys',
      [{ code: 'PROFILE_GIVES_TWO', name: 'aws_access_key_id', otherName }],
    ]);
  });

  test.each(AWS_CALLS.slice(2))('a process takes precedence over %s, with a note', (otherName) => {
    expect(read(PROCESS, { [otherName]: 'x' })).toEqual([
      'process',
      [{ code: 'PROFILE_GIVES_TWO', name: 'credential_process', otherName }],
    ]);
  });

  test('the note names the first of several settings', () => {
    const settings = { login_session: 'x', sso_session: 'x', web_identity_token_file: 'x', ...ID };
    expect(read(settings)).toEqual([
      'keys',
      [{ code: 'PROFILE_GIVES_TWO', name: 'aws_access_key_id', otherName: 'web_identity_token_file' }],
    ]);
  });

  test('keys of the config file make a note on a process, and keys of the credentials file do not', () => {
    const note = { code: 'PROFILE_GIVES_TWO', name: 'aws_access_key_id', otherName: 'credential_process' };
    expect(read({}, { ...ID, ...PROCESS })).toEqual(['keys', [note]]);
    expect(read(PROCESS, ID)).toEqual(['keys', [note]]);
    expect(read({ ...ID, ...PROCESS })).toEqual(['keys', []]);
    expect(read(ID, PROCESS)).toEqual(['keys', []]);
  });

  test('a profile without credentials is reported', () => {
    expect(read({})).toEqual(['not-configured: profile loader has neither keys nor credential_process', []]);
    expect(read({}, { aws_secret_access_key: 'x' })).toEqual([
      'invalid-configuration: profile loader has no aws_access_key_id',
      [],
    ]);
  });

  test('the process of the credentials file takes precedence over the process of the config file', () => {
    expect(
      readCredentialProcess(createProfile({ credential_process: 'a' }, { credential_process: 'b' })),
    ).toBe('a');
    const error = catchError(() => readCredentialProcess(createProfile({})));
    expect(error).toMatchObject({
      reason: 'not-configured',
      detail: 'profile loader has no credential_process',
    });
  });
});

describe('the keys of a profile', () => {
  const readKeys = (...args: Parameters<typeof createProfile>) => {
    const credentials = readProfileCredentials(createProfile(...args), new Notes());
    if (credentials.kind !== 'keys') throw new Error('no keys');
    return credentials.keys;
  };

  test('keys have the names and values of one file', () => {
    const own = { ...ID, aws_secret_access_key: 'a', aws_session_token: 'b' };
    const other = { aws_access_key_id: 'c', aws_secret_access_key: 'd', aws_security_token: 'e' };
    expect(readKeys(own, other)).toMatchObject({
      accessKeyId: { name: 'aws_access_key_id', value: 'AKIA' },
      secretAccessKey: { name: 'aws_secret_access_key', value: 'a' },
      token: { name: 'aws_session_token', value: 'b' },
      reasonIfIncomplete: 'invalid-configuration',
      missingExpirationDetail: 'the profile has no expiration, for example x_security_token_expires',
    });
  });

  test.each<[own: Settings, other: Settings, account: string | null]>([
    [{ aws_account_id: '1' }, { aws_account_id: '2' }, '1'],
    [{}, { aws_account_id: '2' }, '2'],
    [{}, {}, null],
  ])('the account of %j and %j is %j', (own, other, account) => {
    expect(readKeys({ ...ID, ...own }, other).accountId).toBe(account);
    expect(readKeys(other, { ...ID, ...own }).accountId).toBe(account);
  });

  test.each<[own: Settings, other: Settings, expirations: object[]]>([
    [{ expiration: 'a' }, {}, [{ name: 'expiration', value: 'a', impliedZone: null }]],
    [
      { expiration: 'a', assumed_role: 'x', aws_expiration: 'b' },
      {},
      [
        { name: 'aws_expiration', value: 'b', impliedZone: null },
        { name: 'expiration', value: 'a', impliedZone: 'utc' },
      ],
    ],
    [{ expiration: 'a' }, { expiration: 'b' }, [{ name: 'expiration', value: 'a', impliedZone: null }]],
    [{ assumed_role: 'x' }, { expiration: 'b' }, [{ name: 'expiration', value: 'b', impliedZone: null }]],
    [{}, {}, []],
  ])('the expirations of %j and %j are %j', (own, other, expirations) => {
    expect(readKeys({ ...ID, ...own }, other).expirations).toEqual(expirations);
  });
});

test.each<[command: string, syntax: string | null]>([
  ...[
    '.',
    'source',
    'exec',
    'cd',
    'export',
    'eval',
    'set',
    'unset',
    'if',
    'for',
    'while',
    'case',
    '{',
    '!',
  ].map((word): [string, string] => [`${word} x`, word]),
  ['sources x', null],
  ['my-exec x', null],
  ['exec', 'exec'],
  ['exec;x', 'exec'],
  ['A_1=x y', 'A_1='],
  ['A=b=c d', 'A='],
  ['x A=b', null],
  ...['|', '&', ';', '<', '>', '(', ')'].map((operator): [string, string] => [`x ${operator}y`, operator]),
  ...['w', '{', '(', '@', '*', '#', '?', '$', '!', '-'].map((next): [string, string] => [`x $${next}`, '$']),
  ['x $.', null],
  ['x "$w"', '$'],
  ["x '$w'", null],
  ['x "`y`"', '`'],
  ["x '`y`'", null],
  ['x \\`y', null],
  ['x "a|b"', null],
  ["x 'a|b'", null],
  ['x "a\'b" |', '|'],
  ["x 'a\"b' |", '|'],
  ['x "a\\"|"', null],
  ["x 'a\\' |", '|'],
  ['x ~', '~'],
  ['x\t~y', '~'],
  ['x a~', null],
  ['x "~"', null],
  ['x > y | z', '>'],
])('the shell syntax of %j is %j', (command, syntax) => {
  expect(findShellSyntax(command)).toBe(syntax);
});

describe('shared files', () => {
  test('a file below a regular file is missing', async () => {
    const home = homeWith({ config: '' });
    const env = { HOME: home, AWS_SHARED_CREDENTIALS_FILE: `${home}/.aws/config/credentials` };
    expect((await readProfileFiles({ env })).credentialsFile).toMatchObject({
      state: 'missing',
      problem: 'ENOTDIR',
    });
  });

  test('a file of more than 1 MiB is unreadable', async () => {
    const text = '# \n'.padEnd(1024 * 1024);
    expect((await readProfileFiles({ env: { HOME: homeWith({ config: text }) } })).configFile.state).toBe(
      'read',
    );
    expect(
      (await readProfileFiles({ env: { HOME: homeWith({ config: `${text} ` }) } })).configFile,
    ).toMatchObject({
      state: 'unreadable',
      problem: 'too large',
    });
  });

  test('only a path that begins with ~/ is in the home folder', async () => {
    const findPath = async (path: string, env: object = { HOME: '/home/x' }) =>
      (await readProfileFiles({ env: { ...env, AWS_CONFIG_FILE: path } })).configFile.path;
    expect(await findPath('~/a')).toBe('/home/x/a');
    expect(await findPath('~a')).toBe('~a');
    expect(await findPath('/x/~/a')).toBe('/x/~/a');
    expect(await findPath('~/a', {})).toBeNull();
    expect(await findPath('~/a', { HOME: '' })).toBeNull();
  });

  test('sections of other kinds are not profiles', async () => {
    const config =
      '[sso-session a]\nx = y\n[services b]\nx = y\n[profile c]\nx = y\n[sso-session d]\nx = z\n';
    const { profiles, ssoSessions } = await readProfileFiles({ env: { HOME: homeWith({ config }) } });
    expect([...profiles.keys()]).toEqual(['c']);
    expect(Object.fromEntries(ssoSessions)).toEqual({ a: { x: 'y' }, d: { x: 'z' } });
  });
});
