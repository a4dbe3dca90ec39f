import { expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { PROVIDER_NAMES } from '../../../src/domain/provider-chain/providers.ts';
import { findVariableNotes } from '../../../src/sources/environment/variable-notes.ts';
import { PollError } from '../../../src/sources/poll-error.ts';
import { probeProviders } from '../../../src/sources/probe/probe.ts';
import type { SourceOptions } from '../../../src/sources/source.ts';
import { document, hastyClock, options, ROLES } from '../../support/sources/polling.ts';
import { homeWith } from '../../support/sources/profile-home.ts';

const NOW = Date.UTC(2026, 10, 22);
const clock = { ...hastyClock, now: () => NOW };
const KEYS = 'aws_access_key_id = AKIACANARY\naws_secret_access_key = CANARY-authorization\n';
const EMPTY = { HOME: '/nonexistent' };

const probe = (env: Record<string, string>, more: Partial<SourceOptions> = {}) =>
  probeProviders(options(env, { clock, ...more }), { offline: true });

const probeFiles = (files: Parameters<typeof homeWith>[0], env: Record<string, string> = {}) =>
  probe({ HOME: homeWith(files), ...env });

test('the probe returns all providers in their order', async () => {
  const facts = await probe(EMPTY);
  expect(Object.keys(facts.providers)).toEqual([...PROVIDER_NAMES]);
  expect(Object.values(facts.providers).map(({ name }) => name)).toEqual([...PROVIDER_NAMES]);
  expect(facts).toMatchObject({ now: NOW, doesImdsV1Work: null, botocoreProviders: null });
});

test.each<[env: Record<string, string>, environment: object]>([
  [{}, { state: 'absent' }],
  [
    { AWS_SECRET_ACCESS_KEY: 'CANARY-authorization' },
    { state: 'incomplete', problem: { code: 'NO_KEY_ID' }, accessKeyId: null },
  ],
  [
    { AWS_ACCESS_KEY_ID: 'AKIACANARY', AWS_SECRET_ACCESS_KEY: ' ' },
    {
      state: 'fails',
      problem: { detail: 'the value of AWS_SECRET_ACCESS_KEY begins or ends with a blank or line break' },
    },
  ],
  [
    { AWS_ACCESS_KEY_ID: ' ' },
    { state: 'incomplete', problem: { code: 'NO_SECRET_KEY' }, accessKeyId: null },
  ],
  [{ AWS_SECRET_ACCESS_KEY: ' ' }, { state: 'absent' }],
  [
    { AWS_ACCESS_KEY_ID: 'local' },
    { state: 'incomplete', accessKeyId: expect.stringMatching(/^sha256:[\da-f]{16}$/) },
  ],
  [
    { AWS_ACCESS_KEY_ID: 'AKIACANARY', AWS_SECRET_ACCESS_KEY: 'CANARY-authorization' },
    { state: 'answers', accessKeyId: 'AKIACANARY' },
  ],
])('with the environment %j, the provider environment is %j', async (env, environment) => {
  expect((await probe({ ...EMPTY, ...env })).providers.environment).toMatchObject(environment);
});

test('without network, the text of the container URI has its notes', async () => {
  const uri = (value: string) => probe({ ...EMPTY, AWS_CONTAINER_CREDENTIALS_FULL_URI: value });
  const name = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  expect((await uri(' http://127.1/')).providers.container).toMatchObject({
    state: 'untried',
    notes: [
      { code: 'VALUE_HAS_BLANKS', name, place: 'start' },
      { code: 'ADDRESS_ONLY_SOME_SDKS', name },
    ],
  });
  expect((await uri(' ')).providers.container).toMatchObject({
    state: 'fails',
    problem: { misconfiguration: { code: 'INVALID_SETTING', name } },
  });
});

test('blanks and quotes of variables make notes, and words of blanks do not', () => {
  const variableNotes = findVariableNotes({
    AWS_PROFILE: ' dev',
    AWS_CONFIG_FILE: '"/x"',
    AWS_SESSION_TOKEN: ' ',
    AWS_ROLE_ARN: 'x\n',
    AWS_EC2_METADATA_DISABLED: 'true ',
    AWS_EC2_METADATA_V1_DISABLED: ' ',
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'x\n',
  });
  expect(variableNotes).toEqual([
    { code: 'VALUE_HAS_BLANKS', name: 'AWS_SESSION_TOKEN', place: 'everywhere' },
    { code: 'VALUE_HAS_BLANKS', name: 'AWS_PROFILE', place: 'start' },
    { code: 'VALUE_QUOTED', name: 'AWS_CONFIG_FILE' },
    { code: 'VALUE_HAS_BLANKS', name: 'AWS_ROLE_ARN', place: 'end' },
    { code: 'VALUE_HAS_BLANKS', name: 'AWS_EC2_METADATA_DISABLED', place: 'end' },
  ]);
});

test('without network, endpoints that are set up are untried', async () => {
  expect((await probe(EMPTY)).providers).toMatchObject({
    container: { state: 'absent' },
    imds: { state: 'untried' },
  });
  const env = { ...EMPTY, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'x' };
  expect((await probe(env)).providers.container).toMatchObject({ state: 'untried' });
});

test('variables of the chains are those that begin with AWS_, and one that Rust reads', async () => {
  const env = { AWS_A: 'x', AWS_B: ' ', SECRET_ACCESS_KEY: 'x', MY_SECRET_ACCESS_KEY: 'x', MY_AWS_C: 'x' };
  const facts = await probe({ ...EMPTY, ...env, SECRET_ACCESS_KEY_2: 'x' });
  expect(facts.setVariables).toEqual(new Set(['AWS_A', 'SECRET_ACCESS_KEY']));
  expect(facts.blankVariables).toEqual(new Set(['AWS_B']));
  const unset = { ...EMPTY, AWS_A: undefined };
  expect((await probeProviders(options(unset), { offline: true })).blankVariables).toEqual(new Set());
});

test.each<[files: Parameters<typeof homeWith>[0], env: Record<string, string>, expected: object]>([
  [
    {},
    {},
    { name: 'default', isNamed: false, isFlag: false, exists: false, similarNames: [], anyExist: false },
  ],
  [{ config: '[default]\na = b\n' }, {}, { exists: true, anyExist: true }],
  // The loader drops a section without settings. botocore knows it.
  [{ config: '[default]\n' }, {}, { exists: true, anyExist: true }],
  [{ config: '[profile loader]\na = b\n' }, {}, { exists: false, anyExist: true, similarNames: [] }],
  [
    { config: '[profile loader]\na = b\n' },
    { AWS_PROFILE: 'lodaer' },
    { name: 'lodaer', isNamed: true, isFlag: false, exists: false, similarNames: ['loader'] },
  ],
  [
    { config: '[profile loader]\na = b\n[profile loaders]\na = b\n' },
    { AWS_PROFILE: 'loader' },
    { exists: true, similarNames: [] },
  ],
  [{}, { AWS_PROFILE: ' ' }, { name: 'default', isNamed: false }],
])('the files %j with the environment %j have the profile %j', async (files, env, expected) => {
  expect((await probeFiles(files, env)).profile).toMatchObject(expected);
});

test('problems and misplaced sections of the shared files are reported', async () => {
  const facts = await probeFiles({ config: '[loader]\n', credentials: 'a\n' });
  expect(facts.misplacedSections.map(({ section }) => section)).toEqual(['loader']);
  expect(facts.fileProblems.map(({ cause }) => cause)).toEqual(['NO_SECTION']);
});

test.each<[key: string, isCounted: boolean]>([
  ['aws_access_key_id', true],
  ['aws_secret_access_key', true],
  ['aws_session_token', true],
  ['role_arn', true],
  ['source_profile', true],
  ['credential_source', true],
  ['web_identity_token_file', true],
  ['credential_process', true],
  ['login_session', true],
  ['sso_region', true],
  ['Role_Arn', true],
  ['region', false],
  ['x_role_arn', false],
  ['role_arn_x', false],
  ['my_sso_region', false],
])(
  'a setting %s with a colon that only botocore and Go read makes another profile: %s',
  async (key, isCounted) => {
    const facts = await probeFiles({ config: `[default]\nregion = x\n${key}: x\n` });
    expect(facts.botocoreProviders !== null).toBe(isCounted);
  },
);

test('the profile of botocore has the providers that only botocore finds', async () => {
  const facts = await probeFiles({ credentials: `[default]\n${KEYS.replaceAll(' =', ':')}` });
  expect(facts.providers.profile.state).toBe('absent');
  expect(facts.botocoreProviders?.profile).toMatchObject({ state: 'answers', accessKeyId: 'AKIACANARY' });
  expect(facts.botocoreProviders?.process).toBeUndefined();
});

test('the profile of botocore is null if every SDK reads the same settings', async () => {
  expect((await probeFiles({ credentials: `[default]\n${KEYS}` })).botocoreProviders).toBeNull();
  expect((await probeFiles({ config: `[profile a]\n${KEYS}` })).botocoreProviders).toBeNull();
});

test('shared files that cannot be inspected in time have no problems', async () => {
  const never = { clock: systemClock, limits: { pollMs: 1 }, readFile: () => new Promise<string>(() => {}) };
  const facts = await probe({ HOME: homeWith({ config: 'a\n' }) }, never);
  expect(facts).toMatchObject({ fileProblems: [], misplacedSections: [], botocoreProviders: null });
});

/** An IMDS in memory. */
function imdsWith({ ttl = '21600', changes = {}, hasV1 = true } = {}) {
  const requests: string[] = [];
  const exchange: SourceOptions['exchange'] = async (_, { method, path, headers }) => {
    requests.push(`${method} ${path}`);
    const isRefused = method === 'GET' && !hasV1 && headers['x-aws-ec2-metadata-token'] === undefined;
    const body = method === 'PUT' ? 'CANARY-imds-token' : path === ROLES ? 'web-role' : document(changes);
    const status = isRefused ? 401 : 200;
    return { status, getHeader: () => ttl, body, receivedAt: NOW, clockOffset: null };
  };
  return { exchange, requests };
}

const probeImds = async (more: Partial<SourceOptions>) => {
  const { providers, doesImdsV1Work } = await probeProviders(options(EMPTY, { clock, ...more }));
  return { ...providers.imds, codes: providers.imds.notes.map(({ code }) => code), doesImdsV1Work };
};

test('the probe polls IMDS, and IMDSv1 only if the token has no TTL', async () => {
  const valid = imdsWith();
  expect(await probeImds(valid)).toMatchObject({
    state: 'answers',
    role: 'web-role',
    origin: 'http://169.254.169.254',
    remaining: 6 * 3600 + 23 * 60 + 11,
    codes: [],
    doesImdsV1Work: null,
  });
  expect(valid.requests).toHaveLength(3);
  expect(await probeImds(imdsWith({ ttl: '' }))).toMatchObject({
    codes: ['TOKEN_TTL_NONCONFORMING'],
    doesImdsV1Work: true,
  });
  expect(await probeImds(imdsWith({ ttl: '', hasV1: false }))).toMatchObject({
    state: 'answers',
    doesImdsV1Work: false,
  });
});

test.each<[changes: object, codes: string[]]>([
  [{ Code: undefined }, ['DOCUMENT_WITHOUT_CODE']],
  [{ Code: '' }, ['DOCUMENT_WITHOUT_CODE']],
  [{ code: 'Success', Code: undefined }, []],
  [{ Code: undefined, AccessKeyId: undefined }, []],
])('a document of IMDS with the changes %j has the notes %j', async (changes, codes) => {
  expect((await probeImds(imdsWith({ changes }))).codes).toEqual(codes);
});

test('the probe makes two attempts, unless the options name another number', async () => {
  for (const [limits, attempts] of [
    [{}, 2],
    [{ attempts: 1 }, 1],
  ] as const) {
    let requests = 0;
    const exchange = async () => {
      requests += 1;
      throw new PollError('server-error', 'HTTP 500', { retry: 'always' });
    };
    await probeImds({ exchange, limits });
    expect(requests).toBe(attempts);
  }
});

test('the time limit of a provider is ten seconds', async () => {
  const sleeps: number[] = [];
  const sleep: typeof clock.sleep = (milliseconds, signal) => {
    sleeps.push(milliseconds);
    return clock.sleep(milliseconds, signal);
  };
  await probeImds({ ...imdsWith(), clock: { ...clock, sleep }, limits: {} });
  expect(new Set(sleeps)).toEqual(new Set([10_000]));
});

test('the probe with network polls the container endpoint and runs the process of the profile', async () => {
  const HOME = homeWith({ config: '[default]\ncredential_process = exit 3\n' });
  const env = { HOME, AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1/creds' };
  const { exchange, requests } = imdsWith();
  const { providers } = await probeProviders(options(env, { clock, exchange }));
  expect(requests).toContain('GET /creds');
  expect(providers.container).toMatchObject({ state: 'answers', origin: 'http://127.0.0.1' });
  expect(providers.process).toMatchObject({ state: 'fails', problem: { detail: 'exit: exit code 3' } });
});
