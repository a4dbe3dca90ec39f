import { describe, expect, test } from 'vitest';
import { SDKS, type Sdk } from '../../../src/domain/provider-chain/clients.ts';
import { compareWithExpectation, type Expectation } from '../../../src/domain/provider-chain/expectation.ts';
import { analyseChains } from '../../../src/domain/provider-chain/findings/findings.ts';
import type { ProviderName } from '../../../src/domain/provider-chain/providers.ts';
import { describeChainDifference } from '../../../src/report/messages/provider-chain/expectation.ts';
import { renderExpectation } from '../../../src/report/provider-chain/expectation.ts';
import { createFacts, type KnownProviders, withCredentials } from '../../support/domain/facts.ts';

const CONTAINER: Expectation = { provider: 'container', role: null, accountId: null };
const LOADER = withCredentials({ role: 'loader', accountId: '111122223333', remaining: 3600 });
const NODE = withCredentials({ role: 'node', remaining: 3600 });
const BROKEN = {
  state: 'fails',
  problem: {
    code: 'POLL_FAILED',
    reason: 'unreachable',
    detail: 'ECONNREFUSED',
    misconfiguration: null,
    possibleHopLimit: false,
  },
} as const;

function compare(
  expectation: Partial<Expectation>,
  known: KnownProviders,
  more: Parameters<typeof createFacts>[1] = {},
) {
  const report = analyseChains(createFacts(known, more));
  const result = compareWithExpectation({ ...CONTAINER, ...expectation }, report);
  return { report, result, text: renderExpectation(result, report) };
}

const except = (...names: Sdk[]) => SDKS.filter((sdk) => !names.includes(sdk));

test('an expectation is met if every SDK uses the provider, the role and the account', () => {
  const { result, text } = compare(
    { role: 'loader', accountId: '111122223333' },
    { container: LOADER, imds: NODE },
  );
  expect(result).toMatchObject({ isMet: true, differences: [] });
  expect(text).toBe('as expected: every SDK uses container (role loader, account 111122223333, ASIA…0001)\n');
});

test.each<[Expectation['provider'], ProviderName]>([
  ['environment', 'environment'],
  ['web-identity', 'web-identity'],
  ['web-identity', 'profile-web-identity'],
  ['profile', 'profile'],
  ['profile', 'process'],
  ['profile', 'sso'],
  ['role', 'profile-role'],
  ['profile-role', 'profile-role'],
  ['profile-web-identity', 'profile-web-identity'],
  ['process', 'process'],
  ['login', 'login'],
  ['imds', 'imds'],
])('%s accepts the provider %s', (provider, winner) => {
  const known = winner === 'profile' ? { ...LOADER, profileFile: 'config' as const } : LOADER;
  expect(compare({ provider }, { [winner]: known }).text).toMatch(/^as expected/);
});

test.each<[Expectation['provider'], ProviderName]>([
  ['container', 'imds'],
  ['profile-web-identity', 'web-identity'],
  ['role', 'process'],
  ['imds', 'container'],
])('%s does not accept the provider %s', (provider, winner) => {
  expect(compare({ provider }, { [winner]: LOADER }).result.isMet).toBe(false);
});

describe('each reason of a difference has one line', () => {
  test('the expected provider is not set up', () => {
    const { result, text } = compare({}, { imds: NODE });
    expect(result.differences).toMatchObject([{ reason: 'NOT_SET_UP', sdks: [...SDKS] }]);
    expect(text).toBe(
      'expected container, got IMDS (role node, ASIA…0001) in every SDK because neither ' +
        'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set\n',
    );
  });

  test('other providers come first', () => {
    const { result, text } = compare(
      { provider: 'imds' },
      { environment: withCredentials(), container: LOADER, imds: NODE },
    );
    expect(result.differences).toMatchObject([
      { reason: 'COMES_LATER', before: ['environment', 'container'], sdks: [...SDKS] },
    ]);
    expect(text).toBe(
      'expected imds, got environment (ASIA…0001) in every SDK because the environment and ' +
        'the container endpoint come first\n',
    );
  });

  test('the expected provider fails, and only Java uses another one', () => {
    const { result, text } = compare({}, { container: BROKEN, imds: NODE });
    expect(result.differences).toMatchObject([
      { reason: 'CHAIN_STOPS', sdks: except('java') },
      { reason: 'DOES_NOT_WORK', before: [], sdks: ['java'] },
    ]);
    expect(text.split('\n')).toEqual([
      'expected container, got no credentials in botocore (AWS CLI), Go, JavaScript, Rust and .NET, ' +
        'and IMDS (role node, ASIA…0001) in Java because ' +
        'the container endpoint does not work: unreachable: could not connect to the endpoint (ECONNREFUSED)',
      '',
    ]);
  });

  test('the expected provider fails, and another one comes first anyway', () => {
    const { result, text } = compare({}, { environment: withCredentials(), container: BROKEN });
    expect(result.differences).toContainEqual(
      expect.objectContaining({ reason: 'DOES_NOT_WORK', before: ['environment'], sdks: except('java') }),
    );
    expect(text).toContain('because the environment comes first, and the container endpoint does not work');
  });

  test('.NET skips a profile with several kinds of credentials', () => {
    const { result, text } = compare(
      { provider: 'process' },
      { process: LOADER, profile: { ...LOADER, profileFile: 'config' }, imds: NODE },
    );
    expect(result.differences).toContainEqual(
      expect.objectContaining({ reason: 'SKIPPED_BY_SDK', sdks: ['dotnet'] }),
    );
    expect(text).toContain(
      'in .NET because .NET skips this provider with the other settings of profile default',
    );
  });

  test('the chain stops, or its outcome is unknown', () => {
    const profile = { ...createFacts().profile, name: 'dev', isNamed: true, exists: false };
    expect(compare({}, { container: LOADER }, { profile }).text).toContain(
      'expected container, got no credentials in botocore (AWS CLI), Go, Rust and .NET because ' +
        'the chain stops, profile dev does not exist',
    );
    const otherEndpoint = withCredentials({ notes: [{ code: 'TWO_TOKENS_SET' }] });
    const { result, text } = compare({}, { container: otherEndpoint });
    expect(result.differences).toMatchObject([{ reason: 'NOT_TRIED', sdks: ['java'] }]);
    expect(text).toMatch(/in Java because the outcome is unknown: container, with AWS_CONTAINER_/);
  });

  test('the credentials have expired, or their session token is missing', () => {
    expect(compare({ provider: 'imds' }, { imds: { ...NODE, remaining: -300 } }).text).toBe(
      'expected imds, got IMDS (role node, ASIA…0001) in every SDK because the credentials expired 5m ago\n',
    );
    const withoutToken = { state: 'incomplete', problem: { code: 'NO_SESSION_TOKEN' } } as const;
    expect(compare({ provider: 'environment' }, { environment: withoutToken }).text).toBe(
      'expected environment, got environment in every SDK because the session token is missing, so AWS refuses the keys\n',
    );
  });

  test('role and account differ, or are unknown', () => {
    const { result, text } = compare({ role: 'writer', accountId: '444455556666' }, { container: LOADER });
    expect(result.differences).toMatchObject([
      { field: 'role', expected: 'writer', actual: 'loader', reason: 'DIFFERS' },
      { field: 'account', expected: '444455556666', actual: '111122223333', reason: 'DIFFERS' },
    ]);
    expect(text).toMatch(
      /^expected role writer, got role loader in every SDK because the container endpoint /,
    );
    const { result: unknown } = compare({ provider: 'imds', accountId: '444455556666' }, { imds: NODE });
    expect(unknown.differences).toMatchObject([{ field: 'account', actual: null, reason: 'UNKNOWN' }]);
  });

  test.each<[Expectation['provider'], string]>([
    ['environment', 'neither AWS_ACCESS_KEY_ID nor AWS_SECRET_ACCESS_KEY is set'],
    ['web-identity', 'AWS_WEB_IDENTITY_TOKEN_FILE is not set'],
    ['profile', 'profile default has no credentials'],
    ['role', 'profile default has no role_arn'],
    ['profile-web-identity', 'profile default has no web_identity_token_file'],
    ['sso', 'profile default has no settings of IAM Identity Center'],
    ['login', 'profile default has no login_session'],
    ['process', 'profile default has no credential_process'],
  ])('the line for %s names the missing setting', (provider, reason) => {
    expect(compare({ provider }, { imds: NODE }).text).toContain(`because ${reason}\n`);
  });
});

test.each([
  ['loader', 'loader', true],
  ['loader', 'team/loader', true],
  ['team/loader', 'loader', true],
  ['team/loader', 'team/loader', true],
  ['team/loader', 'arn:aws:iam::111122223333:role/team/loader', true],
  ['arn:aws:iam::111122223333:role/loader', 'loader', true],
  ['team/loader', 'other/loader', false],
  ['loader', 'Loader', false],
  ['loader', 'loader2', false],
])('the actual role %s with the expected role %s: same %s', (role, expected, isSame) => {
  expect(compare({ role: expected }, { container: { ...LOADER, role } }).result.isMet).toBe(isSame);
});

test('names in a line cannot break the line', () => {
  const { report, result, text } = compare({ role: 'x' }, { container: { ...LOADER, role: 'a\nb' } });
  expect(text.trim().split('\n')).toHaveLength(1);
  expect(describeChainDifference(result.differences[0]!, result, report.facts)).toContain('a\nb');
});
