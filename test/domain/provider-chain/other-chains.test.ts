import { describe, expect, test } from 'vitest';
import type { PollNote } from '../../../src/domain/poll-note.ts';
import { resolveChain } from '../../../src/domain/provider-chain/chains/resolve.ts';
import type { Client, OtherClient } from '../../../src/domain/provider-chain/clients.ts';
import { analyseChains } from '../../../src/domain/provider-chain/findings/findings.ts';
import { findJobCredentials } from '../../../src/domain/provider-chain/job-credentials.ts';
import type { ChainFacts, KnownProvider } from '../../../src/domain/provider-chain/providers.ts';
import { describeChainFinding } from '../../../src/report/messages/provider-chain/chain-findings.ts';
import { createFacts, type KnownProviders, withCredentials } from '../../support/domain/facts.ts';
import { formatOutcome } from '../../support/domain/shadowing-case.ts';

// `test/peers/chains.test.ts` runs rclone 1.60 and Ruby. These cases need other settings or other versions.

const IMDS = { imds: withCredentials({ role: 'node' }) };

type More = Parameters<typeof createFacts>[1];

const resolve = (client: Client, known: KnownProviders, more: More = {}) =>
  formatOutcome(resolveChain(client, createFacts({ ...IMDS, ...known }, more)));

const set = (...names: string[]) => ({ setVariables: new Set(names) });
const blank = (...names: string[]) => ({ blankVariables: new Set(names) });
const noted = (note: PollNote) => withCredentials({ notes: [note] });
const inFile = (profileFile: 'config' | 'credentials', more = {}): KnownProvider =>
  withCredentials({ profileFile, ...more });
const sections = (config: string[], credentials: string[] = []) => ({
  sections: { config: new Set(config), credentials: new Set(credentials) },
});

const role = (profileFile: 'config' | 'credentials', sourceProfile: string | null): KnownProvider => ({
  state: 'untried',
  profileFile,
  roleSession: {
    durationSeconds: null,
    base: null,
    source: null,
    sourceProfile,
    needsMfa: false,
    mfaProfileOfGo: null,
    endpoint: null,
  },
});

describe('Terraform', () => {
  const profile = createFacts().profile;

  test('Go, Terraform, Ruby and rclone ignore a missing profile of AWS_DEFAULT_PROFILE', () => {
    const named = (exists: boolean, isNamed: boolean) => ({
      ...set('AWS_DEFAULT_PROFILE'),
      profile: { ...profile, isNamed, ofDefaultVariable: { name: 'gone', exists } },
    });
    // The keys of the default profile, which these clients do not read.
    const keys = { profile: inFile('credentials') };
    for (const client of ['go', 'terraform', 'rclone', 'rclone-1.67', 'ruby'] as const) {
      expect(resolve(client, keys, named(false, false))).toBe('imds');
      expect(resolve(client, keys, named(true, false))).toBe('unknown at profile: OTHER_PROFILE');
      expect(resolve(client, keys, named(false, true))).toBe('profile');
    }
  });

  test('only IMDS depends on AWS_METADATA_URL, and only without the variable of the SDK', () => {
    const url = set('AWS_METADATA_URL');
    const both = set('AWS_METADATA_URL', 'AWS_EC2_METADATA_SERVICE_ENDPOINT');
    expect(resolve('terraform', {}, url)).toBe('unknown at imds: OTHER_URL');
    expect(resolve('terraform', {}, both)).toBe('imds');
    expect(resolve('terraform', { container: withCredentials() }, url)).toBe('container');
    expect(resolve('rclone', {}, url)).toBe('imds');
  });
});

describe('rclone up to 1.67', () => {
  const container = (origin: string) => ({ container: withCredentials({ origin }) });
  const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';

  test.each<[string, string, string[]]>([
    ['a loopback address', 'http://127.0.0.1:1338', [FULL]],
    ['the relative URI', 'http://169.254.170.2', ['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI']],
  ])('uses the container endpoint at %s', (_, origin, variables) => {
    expect(resolve('rclone-1.67', container(origin), set(...variables))).toBe('container');
  });

  test.each<[string, string, string[], string]>([
    ['the agent of EKS', 'http://169.254.170.23', [FULL], 'VERSION'],
    ['the agent of EKS with IPv6', 'http://[fd00:ec2::23]', [FULL], 'VERSION'],
    ['a token file', 'http://127.0.0.1', [FULL, 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'], 'VERSION'],
    ['two URIs', 'http://169.254.170.2', [FULL, 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI'], 'OTHER_URL'],
  ])('has an unknown outcome with %s', (_, origin, variables, reason) => {
    expect(resolve('rclone-1.67', container(origin), set(...variables))).toBe(
      `unknown at container: ${reason}`,
    );
    expect(resolve('rclone', container(origin), set(...variables))).toBe('container');
  });

  test('has an unknown outcome with an sso_session', () => {
    const sso = { sso: { state: 'untried', profileFile: 'config' } } as const;
    expect(resolve('rclone-1.67', sso, sections(['default', 'sso-session corp']))).toBe(
      'unknown at sso: VERSION',
    );
    expect(resolve('rclone-1.67', sso, sections(['default']))).toBe('sso');
  });

  test('does not know `aws login`', () => {
    const login = { login: { state: 'untried' } } as const;
    expect(resolve('rclone-1.67', login)).toBe('imds');
    expect(resolve('rclone', login)).toBe('login');
  });

  test('ignores a role that only the credentials file has, if AWS_SDK_LOAD_CONFIG is not set', () => {
    const token = { 'profile-web-identity': { state: 'untried', profileFile: 'credentials' } } as const;
    expect(resolve('rclone-1.67', token)).toBe('stops at profile-web-identity: INCOMPLETE');
    expect(resolve('rclone-1.67', token, set('AWS_SDK_LOAD_CONFIG'))).toBe('profile-web-identity');
    const keys = { ...token, environment: withCredentials() };
    expect(resolve('rclone-1.67', keys)).toBe('environment');
    const profile = { ...createFacts().profile, isNamed: true };
    expect(resolve('rclone-1.67', keys, { profile })).toBe('stops at profile-web-identity: INCOMPLETE');
  });
});

describe('Ruby', () => {
  test.each<[string, More, string]>([
    ['the old names', set('AMAZON_ACCESS_KEY_ID', 'AMAZON_SECRET_ACCESS_KEY'), 'unknown'],
    ['an old and a new name', set('AWS_ACCESS_KEY_ID', 'AWS_SECRET_KEY'), 'unknown'],
    ['only an old key id', set('AMAZON_ACCESS_KEY_ID'), 'imds'],
    [
      'a blank new name before the old one',
      { ...set('AMAZON_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'), ...blank('AWS_ACCESS_KEY_ID') },
      'imds',
    ],
  ])('with %s of the keys', (_, more, expected) => {
    const outcome = resolve('ruby', {}, more);
    expect(outcome).toBe(expected === 'imds' ? 'imds' : 'unknown at environment: LEGACY_VARIABLES');
  });

  test('the old name of the token counts only without the new one', () => {
    const keys = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AMAZON_SESSION_TOKEN'];
    const environment = { environment: withCredentials() };
    expect(resolve('ruby', environment, set(...keys))).toBe('unknown at environment: LEGACY_VARIABLES');
    expect(resolve('ruby', environment, set(...keys, 'AWS_SESSION_TOKEN'))).toBe('environment');
  });

  test('a blank variable of the web identity is a value if both variables exist', () => {
    const [file, arn] = ['AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_ROLE_ARN'] as const;
    expect(resolve('ruby', {}, { ...set(arn), ...blank(file) })).toBe(
      'stops at web-identity: BLANK_VARIABLE',
    );
    expect(resolve('ruby', {}, { ...set(file), ...blank(arn) })).toBe(
      'stops at web-identity: BLANK_VARIABLE',
    );
    expect(resolve('ruby', {}, blank(file))).toBe('imds');
  });

  test('a blank AWS_PROFILE hides every provider of the profile', () => {
    expect(resolve('ruby', { profile: inFile('credentials') }, blank('AWS_PROFILE'))).toBe('imds');
  });

  test('a blank AWS_DEFAULT_PROFILE hides the providers of the profile unless AWS_PROFILE is set', () => {
    const keys = { profile: inFile('credentials') };
    const profile = { ...createFacts().profile, isNamed: true };
    expect(resolve('ruby', keys, blank('AWS_DEFAULT_PROFILE'))).toBe('imds');
    expect(resolve('ruby', keys, { ...blank('AWS_DEFAULT_PROFILE'), profile })).toBe('profile');
  });

  test('Ruby does not know the source Environment', () => {
    const source = { provider: 'environment', name: 'Environment' } as const;
    const known = role('config', null);
    const roles = {
      'profile-role': { ...known, roleSession: { ...known.roleSession!, source } } as KnownProvider,
    };
    expect(resolve('ruby', roles)).toBe('stops at profile-role: INVALID_SETTING');
  });

  test('Ruby fails on a file that is not UTF-8, even with keys in the environment', () => {
    const fileProblems = [{ path: '/config', line: 1, cause: 'NOT_UTF8', parsers: ['botocore'] }] as const;
    expect(resolve('ruby', { environment: withCredentials() }, { fileProblems })).toBe('stops: INVALID_FILE');
  });

  test('Ruby removes the line break of a token file, but not of a token variable', () => {
    const name = 'AWS_CONTAINER_AUTHORIZATION_TOKEN';
    const token = (variable: string) => ({
      container: noted({ code: 'TOKEN_TRAILING_NEWLINE', name: variable }),
    });
    expect(resolve('ruby', token(`${name}_FILE`))).toBe('container');
    expect(resolve('ruby', token(name))).toBe('stops at container: REJECTED_BY_SDK');
  });
});

describe('PHP', () => {
  const PREFIXED = sections(['profile default']);

  test.each(['web-identity', 'profile-web-identity'] as const)(
    'a failing %s leads to the next provider',
    (name) => {
      const failing = { [name]: { state: 'fails', problem: { code: 'TOKEN_FILE_UNREADABLE', detail: '' } } };
      expect(resolve('php', failing as KnownProviders)).toBe('imds');
    },
  );

  test('a failing container endpoint does not lead to IMDS', () => {
    const container = { state: 'fails', problem: { code: 'TIMED_OUT' } } as const;
    expect(resolve('php', { container })).toBe('stops at container: FAILED');
  });

  test('the config file needs the section [profile default]', () => {
    for (const name of ['process', 'profile'] as const) {
      expect(resolve('php', { [name]: inFile('config') }, PREFIXED)).toBe(name);
      expect(resolve('php', { [name]: inFile('config') }, sections(['default']))).toBe('imds');
      expect(resolve('php', { [name]: inFile('credentials') }, sections([], ['default']))).toBe(name);
    }
  });

  test('in each file, the process comes before the keys, and the credentials file comes first', () => {
    const of = (processFile: 'config' | 'credentials', keysFile: 'config' | 'credentials') =>
      resolve('php', { process: inFile(processFile), profile: inFile(keysFile) }, PREFIXED);
    expect(of('credentials', 'credentials')).toBe('process');
    expect(of('config', 'config')).toBe('process');
    expect(of('config', 'credentials')).toBe('profile');
    expect(of('credentials', 'config')).toBe('process');
  });

  test('the source of a role is a section of the same file without a prefix', () => {
    const base = { 'profile-role': role('config', 'base') };
    expect(resolve('php', base, sections(['profile default', 'profile base']))).toBe('imds');
    expect(resolve('php', base, sections(['profile default', 'base']))).toBe('profile-role');
    const inCredentials = { 'profile-role': role('credentials', 'base') };
    expect(resolve('php', inCredentials, sections([], ['default', 'base']))).toBe('profile-role');
    expect(resolve('php', inCredentials, sections(['profile base'], ['default']))).toBe('imds');
    expect(resolve('php', { 'profile-role': role('config', null) }, PREFIXED)).toBe('profile-role');
  });

  test('keys beside a role are ignored, in the file of the role', () => {
    const keys = (file: 'config' | 'credentials') => ({
      'profile-role': role('credentials', 'gone'),
      profile: inFile(file),
    });
    expect(resolve('php', keys('credentials'), PREFIXED)).toBe('imds');
    expect(resolve('php', keys('config'), PREFIXED)).toBe('profile');
  });

  test('only newer versions know `aws login`', () => {
    expect(resolve('php', { login: { state: 'untried' } })).toBe('unknown at login: VERSION');
  });

  test('SSO is read from the config file only', () => {
    expect(resolve('php', { sso: { state: 'untried', profileFile: 'config' } })).toBe('sso');
    expect(resolve('php', { sso: { state: 'untried', profileFile: 'credentials' } })).toBe('imds');
  });

  test('AWS_CONFIG_FILE is ignored, so the outcome behind the variables is unknown', () => {
    const more = { ...PREFIXED, ...set('AWS_CONFIG_FILE') };
    expect(resolve('php', { process: inFile('config') }, more)).toBe('unknown at profile: OTHER_FILE');
    expect(resolve('php', { environment: withCredentials() }, more)).toBe('environment');
  });

  test('the old name of the session token counts in a profile only', () => {
    const notes = [{ code: 'ONLY_OLD_TOKEN', name: 'aws_security_token' }] as const;
    expect(resolve('php', { profile: inFile('credentials', { notes }) })).toBe('profile');
    expect(resolve('php', { environment: withCredentials({ notes }) })).toBe('environment: NO_SESSION_TOKEN');
  });

  test('expired credentials of a process lead to the next provider', () => {
    expect(resolve('php', { process: inFile('credentials', { remaining: 0 }) })).toBe('imds');
  });
});

describe('a finding names the clients that differ from all SDKs', () => {
  const find = (facts: ChainFacts) =>
    analyseChains(facts).findings.filter(({ code }) => code === 'OTHER_CLIENTS_DIFFER');
  const failing = { state: 'fails', problem: { code: 'TOKEN_FILE_UNREADABLE', detail: '' } } as const;

  test('clients that use another provider form one finding', () => {
    const facts = createFacts({ ...IMDS, process: inFile('config') });
    const [finding, ...others] = find(facts);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({
      clients: ['php'] satisfies OtherClient[],
      provider: 'imds',
      sdkProvider: 'process',
      severity: 'note',
    });
    expect(describeChainFinding(finding!, facts).message).toBe(
      'PHP uses IMDS (role node, ASIA…0001), but SDKs use the credential_process of the profile (ASIA…0001)',
    );
  });

  test('a client that fails has no provider', () => {
    const token = { state: 'untried', profileFile: 'credentials' } as const;
    expect(find(createFacts({ 'profile-web-identity': token }))).toMatchObject([
      { clients: ['rclone-1.67', 'ruby'], provider: null, sdkProvider: 'profile-web-identity' },
    ]);
  });

  test('there is no finding if SDKs disagree, or if the outcome of the client is unknown', () => {
    expect(find(createFacts({ ...IMDS, 'web-identity': failing }))).toEqual([]);
    const legacy = set('AMAZON_ACCESS_KEY_ID', 'AMAZON_SECRET_ACCESS_KEY');
    expect(find(createFacts(IMDS, legacy))).toEqual([]);
  });

  test('a hint says what these clients use without a provider, if they differ', () => {
    const facts = createFacts({ ...IMDS, environment: withCredentials(), process: inFile('config') });
    const finding = analyseChains(facts).findings.find(({ code }) => code === 'KEYS_HIDE_ROLE');
    expect(describeChainFinding(finding!, facts).hint).toMatch(
      /: then every SDK uses the credential_process of the profile \(ASIA…0001\) and PHP uses IMDS \(role node, ASIA…0001\)$/,
    );
  });
});

test('other clients do not decide whose credentials a job gets', () => {
  const facts = createFacts({ ...IMDS, process: inFile('config') });
  expect(resolve('php', { process: inFile('config') })).toBe('imds');
  expect(findJobCredentials(facts).provider).toBe('process');
});
