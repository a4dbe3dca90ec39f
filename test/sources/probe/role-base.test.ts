import { expect, test } from 'vitest';
import {
  createProvider,
  type Provider,
  type ProviderName,
} from '../../../src/domain/provider-chain/providers.ts';
import { probeProfileProviders } from '../../../src/sources/probe/profile-providers.ts';
import { probeRoleBase } from '../../../src/sources/probe/role-base.ts';
import { readProfileFiles } from '../../../src/sources/profile/files.ts';
import { hastyClock, options } from '../../support/sources/polling.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

const NOW = Date.UTC(2026, 10, 22);
const KEYS = 'aws_access_key_id = AKIACANARY\naws_secret_access_key = CANARY-authorization\n';
const ROLE = 'role_arn = arn:aws:iam::123456789012:role/x\n';

async function createContext(config: string, providers: Provider[] = []) {
  const own = options({ HOME: homeWith({ config }) }, { clock: { ...hastyClock, now: () => NOW } });
  const files = await readProfileFiles(own);
  const byName = new Map(providers.map((each) => [each.name, each]));
  return { files, providers: byName, options: own, runsProcesses: false };
}

type Context = Awaited<ReturnType<typeof createContext>>;
const findMissingBase = async (name: string, context: Context) =>
  (await probeRoleBase(name, context)).problem;

const missing = (value: string, more: object = {}) => ({
  code: 'NO_BASE_CREDENTIALS',
  setting: 'source_profile',
  value,
  cause: 'MISSING',
  ...more,
});

test.each<[name: string, profiles: string, expected: object | null]>([
  ['a base with keys', `[profile b]\n${KEYS}`, null],
  ['a base that does not exist', '', missing('b')],
  ['a base without settings', '[profile b]\nregion = x\n', missing('b')],
  ['a base with half of its keys', '[profile b]\naws_access_key_id = AKIACANARY\n', missing('b')],
  ['a base with a session key and no token', `[profile b]\n${KEYS.replace('AKIA', 'ASIA')}`, null],
  [
    'a base with expired keys',
    `[profile b]\n${KEYS}aws_session_token = CANARY\nx_security_token_expires = 2026-11-21T00:00:00Z\n`,
    missing('b', {
      cause: 'EXPIRED',
      failed: { name: 'profile', problem: { code: 'CREDENTIALS_EXPIRED', at: Date.UTC(2026, 10, 21) } },
    }),
  ],
  ['a base with a process, which is not run', '[profile b]\ncredential_process = exit 1\n', null],
  ['a base with a login', '[profile b]\nlogin_session = x\n', null],
  [
    'a base that is signed out',
    '[profile b]\nsso_start_url = https://x\nsso_region = y\nsso_account_id = 1\nsso_role_name = z\n',
    missing('b', { cause: 'SIGNED_OUT', failed: { name: 'sso', problem: { code: 'NOT_SIGNED_IN' } } }),
  ],
  [
    'a base with a missing token file',
    `[profile b]\n${ROLE}web_identity_token_file = /nonexistent\n`,
    missing('b', {
      cause: 'SIGNED_OUT',
      failed: {
        name: 'profile-web-identity',
        problem: { code: 'TOKEN_FILE_UNREADABLE', detail: 'ENOENT' },
      },
    }),
  ],
  [
    'a base with a missing token file and a source',
    `[profile b]\n${ROLE}web_identity_token_file = /nonexistent\nsource_profile = c\n[profile c]\n${KEYS}`,
    missing('b', {
      cause: 'SIGNED_OUT',
      failed: {
        name: 'profile-web-identity',
        problem: { code: 'TOKEN_FILE_UNREADABLE', detail: 'ENOENT' },
      },
    }),
  ],
  ['a base with incomplete SSO', '[profile b]\nsso_region = y\n', missing('b')],
  ['a chain that ends in keys', `[profile b]\n${ROLE}source_profile = c\n[profile c]\n${KEYS}`, null],
  [
    'a chain that ends without keys',
    `[profile b]\n${ROLE}source_profile = c\n[profile c]\nregion = x\n`,
    missing('c'),
  ],
  ['a chain with an incomplete role', `[profile b]\n${ROLE}`, missing('b')],
  ['two profiles that name each other', `[profile b]\n${ROLE}source_profile = a\n`, missing('a')],
  [
    'a longer circle',
    `[profile b]\n${ROLE}source_profile = c\n[profile c]\n${ROLE}source_profile = b\n`,
    missing('b'),
  ],
])('the base of a role is judged: %s', async (_, profiles, expected) => {
  const context = await createContext(`[profile a]\n${ROLE}source_profile = b\n${profiles}`);
  expect(await findMissingBase('a', context)).toEqual(expected);
});

const printKeys = (expiration: string) =>
  `echo '{"Version":1,"AccessKeyId":"ASIACANARY","SecretAccessKey":"CANARY","SessionToken":"CANARY","Expiration":"${expiration}"}'`;

test.each<[name: string, command: string, problem: object | null]>([
  ['with later expiration', printKeys('2026-11-22T01:00:00Z'), null],
  ['that prints expired credentials', printKeys('2026-11-21T00:00:00Z'), { code: 'CREDENTIALS_EXPIRED' }],
  ['that fails', 'exit 3', { code: 'POLL_FAILED', reason: 'process-failed' }],
  ['that is missing', '/nonexistent', { code: 'POLL_FAILED', reason: 'process-failed' }],
  ['that prints text', 'echo Please sign in', { code: 'POLL_FAILED', reason: 'malformed' }],
])('the process of a base %s is run', async (_, command, problem) => {
  const config = `[profile a]\n${ROLE}source_profile = b\n[profile b]\ncredential_process = ${command}\n`;
  const context = { ...(await createContext(config)), runsProcesses: true };
  expect(await findMissingBase('a', context)).toEqual(
    problem &&
      missing('b', { cause: 'PROCESS_FAILED', failed: expect.objectContaining({ name: 'process' }) }),
  );
  if (problem !== null) {
    expect(await findMissingBase('a', context)).toMatchObject({ failed: { problem } });
  }
});

test('the process of a base is not run if the base also has a role', async () => {
  const base = `[profile b]\n${ROLE}source_profile = c\ncredential_process = exit 3\n[profile c]\n${KEYS}`;
  const context = await createContext(`[profile a]\n${ROLE}source_profile = b\n${base}`);
  expect(await findMissingBase('a', { ...context, runsProcesses: true })).toBeNull();
});

test('the role has the notes of the process of its base', async () => {
  const command = `${printKeys('2026-11-22T01:00:00')} | cat`;
  const config = `[profile a]\n${ROLE}source_profile = b\n[profile b]\ncredential_process = ${command}\n`;
  const context = { ...(await createContext(config)), runsProcesses: true };
  const { problem, notes } = await probeRoleBase('a', context);
  expect(problem).toBeNull();
  const expected = [
    { code: 'PROCESS_NEEDS_SHELL', name: '|' },
    { code: 'EXPIRATION_ONLY_SOME_SDKS', name: 'Expiration', form: 'no-zone' },
  ];
  expect(notes).toEqual(expect.arrayContaining(expected));
});

test.each([
  ['with keys', KEYS, null],
  ['without keys', '', missing('a')],
])('a profile %s that names itself', async (_, keys, expected) => {
  const context = await createContext(`[profile a]\n${ROLE}source_profile = a\n${keys}`);
  expect(await findMissingBase('a', context)).toEqual(expected);
});

const DISABLED = {
  code: 'POLL_FAILED',
  reason: 'disabled',
  detail: '',
  misconfiguration: null,
  possibleHopLimit: false,
} as const;
test.each<[source: string, providers: Provider[], cause: string | null]>([
  ['Environment', [createProvider('environment', { state: 'answers' })], null],
  ['EcsContainer', [createProvider('container', { state: 'untried' })], null],
  ['Ec2InstanceMetadata', [createProvider('imds', { state: 'answers' })], null],
  ['Environment', [createProvider('container', { state: 'answers' })], 'MISSING'],
  ['EcsContainer', [createProvider('imds', { state: 'answers' })], 'MISSING'],
  ['Ec2InstanceMetadata', [createProvider('environment', { state: 'answers' })], 'MISSING'],
  ['Environment', [createProvider('environment')], 'MISSING'],
  [
    'Environment',
    [createProvider('environment', { state: 'incomplete', problem: { code: 'NO_SESSION_TOKEN' } })],
    null,
  ],
  [
    'Environment',
    [createProvider('environment', { state: 'incomplete', problem: { code: 'NO_KEY_ID' } })],
    'MISSING',
  ],
  ['Ec2InstanceMetadata', [createProvider('imds', { state: 'fails', problem: DISABLED })], 'IMDS_DISABLED'],
  [
    'Ec2InstanceMetadata',
    [createProvider('imds', { state: 'fails', problem: { ...DISABLED, reason: 'timeout' } })],
    'MISSING',
  ],
  ['Environment', [], 'MISSING'],
  ['environment', [createProvider('environment', { state: 'answers' })], 'MISSING'],
  ['Login', [createProvider('login', { state: 'untried' })], 'MISSING'],
])('the base %s with the providers %j has the cause %j', async (source, providers, cause) => {
  const config = `[profile a]\n${ROLE}credential_source = ${source}\nsource_profile = gone\n`;
  expect(await findMissingBase('a', await createContext(config, providers))).toEqual(
    cause === null
      ? null
      : { code: 'NO_BASE_CREDENTIALS', setting: 'credential_source', value: source, cause },
  );
});

async function probe(config: string, name: ProviderName, credentials = '') {
  const own = options(
    { HOME: homeWith({ config, credentials }) },
    { clock: { ...hastyClock, now: () => NOW } },
  );
  const files = await readProfileFiles(own);
  const probes = new Map(probeProfileProviders(own, files, { offline: true }));
  return probes.get(name as never);
}

test.each<[name: ProviderName, lines: string, expected: object]>([
  ['profile', 'region = x', { state: 'absent' }],
  [
    'profile',
    'aws_access_key_id = local',
    { state: 'incomplete', problem: { code: 'NO_SECRET_KEY' }, profileFile: 'config' },
  ],
  [
    'profile',
    'aws_access_key_id = AKIACANARY',
    { problem: { code: 'NO_SECRET_KEY' }, accessKeyId: 'AKIACANARY' },
  ],
  [
    'profile',
    'aws_secret_access_key = CANARY-authorization',
    { state: 'incomplete', problem: { code: 'NO_KEY_ID' }, accessKeyId: null },
  ],
  ['login', 'region = x', { state: 'absent' }],
  ['login', 'login_session = x', { state: 'untried' }],
  ['process', 'region = x', { state: 'absent' }],
  ['process', 'credential_process = a', { state: 'untried', notes: [] }],
  [
    'process',
    'credential_process = a | b',
    { state: 'untried', notes: [{ code: 'PROCESS_NEEDS_SHELL', name: '|' }] },
  ],
  ['profile-role', 'region = x', { state: 'absent' }],
  ['profile-role', `${ROLE}web_identity_token_file = x`, { state: 'absent' }],
  [
    'profile-role',
    `${ROLE}web_identity_token_file = x\ncredential_source = Environment`,
    { state: 'untried' },
  ],
  [
    'profile-role',
    `${ROLE}source_profile = default`,
    { state: 'untried', role: 'x', accountId: '123456789012' },
  ],
  ['profile-role', ROLE, { state: 'incomplete', role: 'x', problem: { code: 'NO_ROLE_SOURCE' } }],
  [
    'profile-web-identity',
    'web_identity_token_file = /nonexistent',
    { state: 'incomplete', problem: { code: 'NO_ROLE_ARN' } },
  ],
  ['sso', 'region = x', { state: 'absent' }],
  ...['sso_account_id', 'sso_role_name', 'sso_start_url', 'sso_region', 'sso_session'].map(
    (key): [ProviderName, string, object] => [
      'sso',
      `${key} = x`,
      {
        state: 'incomplete',
        problem: {
          code: 'SETTINGS_MISSING',
          names: ['sso_account_id', 'sso_role_name', 'sso_start_url', 'sso_region'].filter(
            (name) => name !== key,
          ),
        },
      },
    ],
  ),
])('the provider %s of a profile with %j has the expected state', async (name, lines, expected) => {
  expect(await probe(`[default]\n${lines}\n`, name)).toMatchObject(expected);
});

test.each([
  'role_arn',
  'web_identity_token_file',
  'credential_process',
  'login_session',
  'sso_start_url',
  'SSO_region',
])('the keys of a profile answer even if it has %s', async (key) => {
  const provider = await probe(`[default]\n${key} = x\n${KEYS}`, 'profile');
  expect(provider).toMatchObject({ state: 'answers', accessKeyId: 'AKIACANARY', notes: [] });
});

test('settings of the credentials file take precedence over those of the config file', async () => {
  const credentials = '[default]\nrole_arn = arn:aws:iam::123456789012:role/own\n';
  const config = `[default]\n${ROLE}source_profile = default\n`;
  expect(await probe(config, 'profile-role', credentials)).toMatchObject({ role: 'own', state: 'untried' });
});

test.each([
  ['the profile', `[default]\n${ROLE}credential_source = Ec2InstanceMetadata\n`, 'imds'],
  [
    'the last profile of a chain',
    `[default]\n${ROLE}source_profile = b\n[profile b]\n${ROLE}credential_source = EcsContainer\n`,
    'container',
  ],
  ['a profile with keys', `[default]\n${ROLE}source_profile = b\n[profile b]\n${KEYS}`, null],
  ['a profile that uses variables', `[default]\n${ROLE}credential_source = Environment\n`, null],
  [
    'a chain without an end',
    `[default]\n${ROLE}source_profile = b\n[profile b]\n${ROLE}source_profile = default\n`,
    null,
  ],
])('a role has the endpoint of %s', async (_, config, endpoint) => {
  expect((await probe(config, 'profile-role'))?.roleSession).toMatchObject({ endpoint });
});
