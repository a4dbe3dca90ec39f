import { describe, expect, test } from 'vitest';
import { resolveChain } from '../../../src/domain/provider-chain/chains/resolve.ts';
import { OTHER_CLIENTS, SDKS } from '../../../src/domain/provider-chain/clients.ts';
import { analyseChains } from '../../../src/domain/provider-chain/findings/findings.ts';
import type { KnownProvider } from '../../../src/domain/provider-chain/providers.ts';
import {
  findProvidersBefore,
  findWinnersWithout,
  removeProviders,
} from '../../../src/domain/provider-chain/removed-providers.ts';
import { describeChainFinding } from '../../../src/report/messages/provider-chain/chain-findings.ts';
import { createFacts, type KnownProviders, withCredentials } from '../../support/domain/facts.ts';

const IMDS = withCredentials({ role: 'node', remaining: 3600 });
const KEYS = withCredentials();
const OTHER_KEYS = withCredentials({ accessKeyId: 'ASIAEXAMPLE000000002', profileFile: 'credentials' });

const roleOf = (provider: 'environment' | 'imds', name: string): KnownProvider => ({
  state: 'untried',
  profileFile: 'credentials',
  roleSession: {
    durationSeconds: null,
    base: null,
    source: { provider, name },
    sourceProfile: null,
    needsMfa: false,
    mfaProfileOfGo: null,
    endpoint: null,
  },
});

describe('findWinnersWithout', () => {
  test('all SDKs use the next provider', () => {
    const facts = createFacts({ environment: KEYS, container: KEYS, imds: IMDS });
    expect(findWinnersWithout(analyseChains(facts), 'environment', SDKS)).toEqual([
      { provider: 'container', sdks: [...SDKS], others: [...OTHER_CLIENTS] },
    ]);
  });

  test('SDKs without another provider have no credentials', () => {
    expect(
      findWinnersWithout(analyseChains(createFacts({ environment: KEYS })), 'environment', ['go']),
    ).toEqual([{ provider: null, sdks: ['go'], others: [...OTHER_CLIENTS] }]);
  });

  test('expired credentials do not work either', () => {
    const facts = createFacts({ environment: KEYS, imds: { ...IMDS, remaining: 0 } });
    expect(findWinnersWithout(analyseChains(facts), 'environment', ['go'])).toEqual([
      { provider: null, sdks: ['go'], others: [...OTHER_CLIENTS] },
    ]);
  });

  test('SDKs that choose differently form groups', () => {
    const facts = createFacts({
      environment: KEYS,
      'web-identity': { state: 'untried' },
      profile: { ...KEYS, profileFile: 'config' },
      imds: IMDS,
    });
    expect(findWinnersWithout(analyseChains(facts), 'environment', ['botocore', 'java', 'rust'])).toEqual([
      { provider: 'web-identity', sdks: ['botocore', 'java'], others: [...OTHER_CLIENTS] },
      { provider: 'profile', sdks: ['rust'], others: [] },
    ]);
  });

  test('a role loses the credentials that its credential_source names', () => {
    const roles: KnownProviders = {
      environment: KEYS,
      'profile-role': roleOf('environment', 'Environment'),
      imds: IMDS,
    };
    expect(findWinnersWithout(analyseChains(createFacts(roles)), 'environment', ['botocore'])).toEqual([
      { provider: null, sdks: ['botocore'], others: OTHER_CLIENTS.filter((client) => client !== 'php') },
      { provider: 'imds', sdks: [], others: ['php'] },
    ]);
    const instance = { ...roles, 'profile-role': roleOf('imds', 'Ec2InstanceMetadata') };
    expect(findWinnersWithout(analyseChains(createFacts(instance)), 'environment', ['botocore'])).toEqual([
      { provider: 'profile-role', sdks: ['botocore'], others: [...OTHER_CLIENTS] },
    ]);
  });
});

test.each([
  ['environment', 'AWS_ACCESS_KEY_ID'],
  ['environment', 'AWS_SECRET_KEY'],
  ['environment', 'AMAZON_ACCESS_KEY_ID'],
  ['environment', 'AMAZON_SESSION_TOKEN'],
  ['web-identity', 'AWS_WEB_IDENTITY_TOKEN_FILE'],
  ['container', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
] as const)('without %s, %s is not set', (name, variable) => {
  const facts = createFacts(
    {},
    { setVariables: new Set([variable, 'AWS_PROFILE']), blankVariables: new Set([variable]) },
  );
  const without = removeProviders(facts, [name]);
  expect([...without.setVariables]).toEqual(['AWS_PROFILE']);
  expect([...without.blankVariables]).toEqual([]);
});

test('a removed provider is also removed from what only botocore and Go find', () => {
  const { providers } = createFacts({ process: KEYS });
  const facts = createFacts({ imds: IMDS }, { botocoreProviders: { process: providers.process } });
  expect(resolveChain('botocore', facts)).toMatchObject({ provider: 'process' });
  expect(resolveChain('botocore', removeProviders(facts, ['process']))).toMatchObject({ provider: 'imds' });
});

test('findProvidersBefore lists the providers until the wanted one', () => {
  const facts = createFacts({ environment: KEYS, container: KEYS, imds: IMDS });
  expect(findProvidersBefore(facts, 'go', ['imds'])).toEqual({
    before: ['environment', 'container'],
    works: true,
  });
  expect(findProvidersBefore(facts, 'go', ['sso'])).toBeNull();
});

test.each<[string, KnownProviders, Parameters<typeof createFacts>[1], RegExp]>([
  [
    'KEYS_HIDE_ROLE',
    { environment: KEYS, imds: IMDS },
    {},
    /unset AWS_ACCESS_KEY_ID, .*: then every SDK uses IMDS \(role node, ASIA…0001\)$/,
  ],
  [
    'WEB_IDENTITY_HIDES_CONTAINER',
    { 'web-identity': { state: 'untried' }, container: KEYS },
    {},
    /restart the pod: then every SDK uses the container endpoint \(ASIA…0001\)$/,
  ],
  [
    'PROFILE_HIDES_ROLE',
    { process: KEYS, imds: IMDS },
    { profile: { ...createFacts().profile, name: 'dev', isNamed: true } },
    /, unset AWS_PROFILE, which selects profile dev, so that SDKs read the profile default; or remove the settings from the profile: then every SDK uses IMDS \(.*\)$/,
  ],
  [
    'KEYS_HIDE_ROLE',
    { profile: { ...KEYS, profileFile: 'credentials' }, imds: IMDS },
    {
      profile: { ...createFacts().profile, name: 'dev', isNamed: true },
      defaultProfile: { exists: false, providers: {} },
    },
    /, unset AWS_PROFILE, which selects profile dev, or remove the keys from the profile: then every SDK uses IMDS \(role node, ASIA…0001\)$/,
  ],
  [
    'KEYS_HIDE_ROLE',
    { profile: { ...KEYS, profileFile: 'credentials' }, imds: IMDS },
    {
      profile: { ...createFacts().profile, name: 'dev', isNamed: true },
      defaultProfile: {
        exists: true,
        providers: { profile: createFacts({ profile: OTHER_KEYS }).providers.profile },
      },
    },
    /dev, so that SDKs read the profile default: then every SDK uses the profile \(ASIA…0002\); or remove/,
  ],
  [
    'PROFILE_SKIPS_ENVIRONMENT',
    { environment: KEYS, process: KEYS },
    { profile: { ...createFacts().profile, name: 'dev', isNamed: true } },
    /^unset AWS_ACCESS_KEY_ID, .*: then every SDK uses the credential_process of the profile .*; or unset AWS_PROFILE$/,
  ],
])('the hint of %s says which credentials SDKs use then', (code, known, more, hint) => {
  const { facts, findings } = analyseChains(createFacts(known, more));
  const finding = findings.find((each) => each.code === code);
  expect(finding && describeChainFinding(finding, facts).hint).toMatch(hint);
});
