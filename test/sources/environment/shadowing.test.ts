import { expect, test } from 'vitest';
import { addShadowingNotes } from '../../../src/sources/environment/shadowing.ts';
import { Notes } from '../../../src/sources/notes.ts';
import type { ParsedProfileFiles } from '../../../src/sources/profile/files.ts';

const KEYS = { AWS_ACCESS_KEY_ID: 'x', AWS_SECRET_ACCESS_KEY: 'x' };
const WEB_IDENTITY = { AWS_WEB_IDENTITY_TOKEN_FILE: 'x', AWS_ROLE_ARN: 'x' };
const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';

const filesWith = (config: Record<string, string>, selectedName = 'loader'): ParsedProfileFiles => ({
  configFile: { path: '/config', state: 'read', problem: null },
  credentialsFile: { path: '/credentials', state: 'missing', problem: 'ENOENT' },
  profiles: new Map([['loader', { name: 'loader', config, credentials: {} }]]),
  ssoSessions: new Map(),
  services: new Map(),
  selectedName,
});

function listNotes(
  source: Parameters<typeof addShadowingNotes>[0],
  env: Record<string, string>,
  profileFiles?: ParsedProfileFiles,
) {
  const notes = new Notes();
  addShadowingNotes(source, { env, profileFiles }, notes);
  return notes.list;
}

test.each([
  ['profile', ['STATIC_KEYS_HIDE_SOURCE']],
  ['container', ['STATIC_KEYS_HIDE_SOURCE', 'PROFILE_HIDES_SOURCE', 'WEB_IDENTITY_HIDES_SOURCE']],
  [
    'imds',
    ['STATIC_KEYS_HIDE_SOURCE', 'PROFILE_HIDES_SOURCE', 'WEB_IDENTITY_HIDES_SOURCE', 'CONTAINER_HIDES_IMDS'],
  ],
] as const)('the source %s has the notes %j in this order', (source, expected) => {
  const env = { ...KEYS, ...WEB_IDENTITY, [RELATIVE]: '/x' };
  const notes = listNotes(source, env, filesWith({ role_arn: 'x' }));
  expect(notes.map(({ code }) => code)).toEqual(expected);
});

test.each(Object.keys({ ...KEYS, ...WEB_IDENTITY }))('no note is made without %s', (name) => {
  const half = Object.hasOwn(KEYS, name) ? KEYS : WEB_IDENTITY;
  expect(listNotes('container', { ...half, [name]: ' ' })).toEqual([]);
});

test('blank URIs are noted for IMDS only', () => {
  const env = { [RELATIVE]: ' ' };
  expect(listNotes('imds', env)).toEqual([{ code: 'BLANK_ENV', name: RELATIVE }]);
  expect(listNotes('container', env)).toEqual([]);
  expect(listNotes('profile', env)).toEqual([]);
});

test('a profile with a credential setting is noted with its name and the setting', () => {
  expect(listNotes('imds', {}, filesWith({ sso_session: 'x', credential_process: 'x' }))).toEqual([
    { code: 'PROFILE_HIDES_SOURCE', profile: 'loader', key: 'credential_process' },
  ]);
  expect(listNotes('imds', {}, filesWith({ region: 'x' }))).toEqual([]);
  expect(listNotes('imds', { AWS_PROFILE: 'loader' }, filesWith({ region: 'x' }))).toEqual([]);
});

test('a missing profile is noted if a variable names it', () => {
  const files = filesWith({ role_arn: 'x' }, 'gone');
  expect(listNotes('container', { AWS_PROFILE: 'gone' }, files)).toEqual([
    { code: 'NAMED_PROFILE_MISSING', profile: 'gone' },
  ]);
  expect(listNotes('container', { AWS_PROFILE: ' ' }, files)).toEqual([]);
});
