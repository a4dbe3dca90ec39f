import { describe, expect, test } from 'vitest';
import type { PollNote, PollNoteCode } from '../../../src/domain/poll-note.ts';
import { resolveChain, resolveChains } from '../../../src/domain/provider-chain/chains/resolve.ts';
import { SDKS, type Sdk } from '../../../src/domain/provider-chain/clients.ts';
import { mapNames, type ProviderName } from '../../../src/domain/provider-chain/providers.ts';
import { createFacts, type KnownProviders, withCredentials } from '../../support/domain/facts.ts';
import { formatOutcome } from '../../support/domain/shadowing-case.ts';

const resolveAll = (...args: Parameters<typeof createFacts>) =>
  mapNames(SDKS, (sdk) => formatOutcome(resolveChains(createFacts(...args))[sdk]));

const everySdk = (outcome: string, others: Partial<Record<Sdk, string>> = {}) => ({
  ...mapNames(SDKS, () => outcome),
  ...others,
});

const noted = (code: PollNoteCode, fields: Record<string, string> = {}) =>
  withCredentials({ notes: [{ code, ...fields } as PollNote] });

test('without settings, no chain finds credentials', () => {
  expect(resolveAll()).toEqual(everySdk('none'));
});

test('a base of a role that fails does not stop SDKs that use the environment', () => {
  const failed = { name: 'process', problem: { code: 'TIMED_OUT' } } as const;
  const base = { setting: 'source_profile', value: 'b', cause: 'PROCESS_FAILED', failed } as const;
  const role = { state: 'incomplete', problem: { code: 'NO_BASE_CREDENTIALS', ...base } } as const;
  const environment = withCredentials();
  expect(resolveAll({ environment, 'profile-role': role })).toEqual(everySdk('environment'));
});

describe('a note of a poll means a different result in some SDKs', () => {
  test.each<[ProviderName, PollNoteCode, readonly Sdk[]]>([
    ['container', 'HOST_NAME_ONLY_SOME_SDKS', ['botocore', 'javascript']],
    ['container', 'TOKEN_TRAILING_NEWLINE', ['botocore', 'go', 'rust', 'javascript']],
    ['container', 'TOKEN_BLANK', []],
  ])('the %s endpoint with the note %s stops the SDKs that reject it', (name, code, rejectingSdks) => {
    const stops = Object.fromEntries(rejectingSdks.map((sdk) => [sdk, `stops at ${name}: REJECTED_BY_SDK`]));
    expect(resolveAll({ [name]: noted(code) })).toEqual(everySdk(name, stops));
  });

  test.each<[PollNoteCode, readonly Sdk[]]>([
    ['ENDPOINT_MODE_CASE', ['javascript']],
    ['SEVERAL_ROLES', ['botocore', 'javascript', 'rust']],
    ['TOKEN_TTL_NONCONFORMING', ['rust']],
    ['IMDS_V1_USED', ['rust']],
    ['DISABLED_FOR_SOME_SDKS', ['java', 'javascript']],
    ['PROFILE_NAME_ONLY_SOME_SDKS', []],
  ])('IMDS with the note %s stops the SDKs that reject it', (code, rejectingSdks) => {
    const reason = code === 'DISABLED_FOR_SOME_SDKS' ? 'DISABLED' : 'REJECTED_BY_SDK';
    expect(resolveAll({ imds: noted(code) })).toEqual(
      everySdk('imds', Object.fromEntries(rejectingSdks.map((sdk) => [sdk, `stops at imds: ${reason}`]))),
    );
  });

  test.each<[string, readonly Sdk[]]>([
    ['AWS_EC2_METADATA_DISABLED', ['java']],
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT', ['rust']],
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE', ['rust', 'javascript']],
    ['AWS_EC2_METADATA_V1_DISABLED', []],
  ])('IMDS with a blank %s stops the SDKs that treat the blank as a value', (name, rejectingSdks) => {
    expect(resolveAll({ imds: noted('BLANK_ENV', { name }) })).toEqual(
      everySdk(
        'imds',
        Object.fromEntries(rejectingSdks.map((sdk) => [sdk, 'stops at imds: BLANK_VARIABLE'])),
      ),
    );
  });

  test('only botocore uses the IPv6 address that its own variable selects', () => {
    expect(resolveAll({ imds: noted('IPV6_ONLY_BOTOCORE') })).toEqual(
      everySdk('imds', { botocore: 'unknown at imds: OTHER_ENDPOINT' }),
    );
  });

  test('the outcome of Java is unknown if the token variable and the token file are both set', () => {
    const twoTokens = { container: noted('TWO_TOKENS_SET'), imds: withCredentials() };
    expect(formatOutcome(resolveChain('java', createFacts(twoTokens)))).toBe(
      'unknown at container: OTHER_TOKEN',
    );
    expect(formatOutcome(resolveChain('go', createFacts(twoTokens)))).toBe('container');
  });
});

describe('several providers in one profile', () => {
  const all = {
    profile: withCredentials({ profileFile: 'config' }),
    'profile-web-identity': { state: 'untried' },
    sso: { state: 'untried' },
    login: { state: 'untried' },
    process: withCredentials(),
  } as const;

  /** The order of an SDK, found by removing the chosen provider until none is left. */
  function findOrder(sdk: Sdk, providers: KnownProviders): ProviderName[] {
    const outcome = resolveChain(sdk, createFacts(providers));
    if (outcome.kind !== 'wins') return [];
    const { [outcome.provider]: _, ...others } = providers;
    return [outcome.provider, ...findOrder(sdk, others)];
  }

  // Go fails to load a configuration with a process and a web identity.
  const { process: _, ...withoutProcess } = all;

  test.each<[Sdk, KnownProviders, ProviderName[]]>([
    ['botocore', all, ['profile-web-identity', 'sso', 'login', 'process', 'profile']],
    [
      'botocore',
      { ...all, profile: withCredentials({ profileFile: 'credentials' }) },
      ['profile-web-identity', 'sso', 'profile', 'login', 'process'],
    ],
    ['java', all, ['profile-web-identity', 'sso', 'login', 'process', 'profile']],
    ['go', withoutProcess, ['profile', 'profile-web-identity', 'sso', 'login']],
    ['javascript', all, ['profile', 'profile-web-identity', 'process', 'sso', 'login']],
    ['rust', all, ['profile-web-identity', 'sso', 'login', 'process', 'profile']],
  ])('%s chooses among the providers of a profile in its own order', (sdk, providers, expected) => {
    expect(findOrder(sdk, providers)).toEqual(expected);
  });

  test('Go fails to load a profile with a process and a web identity', () => {
    expect(formatOutcome(resolveChain('go', createFacts(all)))).toBe('stops: AMBIGUOUS_PROFILE');
  });

  test('.NET uses SSO beside other providers, and other providers only alone', () => {
    expect(formatOutcome(resolveChain('dotnet', createFacts(all)))).toBe('sso');
    const { sso: _, ...others } = all;
    expect(formatOutcome(resolveChain('dotnet', createFacts(others)))).toBe('none');
    expect(formatOutcome(resolveChain('dotnet', createFacts({ login: { state: 'untried' } })))).toBe('login');
  });

  test('the role of the profile comes first except in Java', () => {
    const providers = { ...withoutProcess, 'profile-role': { state: 'untried' } } as const;
    const { 'profile-web-identity': _, ...others } = providers;
    for (const sdk of ['botocore', 'go', 'javascript', 'rust'] as const) {
      expect(findOrder(sdk, others)[0], sdk).toBe('profile-role');
    }
    expect(findOrder('java', others).slice(0, 2)).toEqual(['sso', 'profile-role']);
  });
});

describe('incomplete SSO settings', () => {
  test('botocore ignores SSO settings if only the account and the role are missing', () => {
    const sso = (names: string[]) =>
      ({
        sso: { state: 'incomplete', problem: { code: 'SETTINGS_MISSING', names } },
        imds: withCredentials(),
      }) as const;
    const outcomes = resolveAll(sso(['sso_account_id', 'sso_role_name']));
    expect(outcomes).toMatchObject({
      botocore: 'imds',
      java: 'imds',
      javascript: 'stops at sso: INCOMPLETE',
    });
    expect(resolveAll(sso(['sso_region'])).botocore).toBe('stops at sso: INCOMPLETE');
  });
});

describe('a blank container URI', () => {
  const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
  const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  const stops = 'stops at container: BLANK_VARIABLE';

  test('a blank container URI stops botocore and Rust, and Java uses no container', () => {
    expect(resolveAll({ imds: withCredentials() }, { blankVariables: new Set([FULL]) })).toEqual(
      everySdk('imds', { botocore: stops, rust: stops }),
    );
    expect(
      resolveAll(
        { container: withCredentials() },
        { setVariables: new Set([FULL]), blankVariables: new Set([RELATIVE]) },
      ),
    ).toEqual(everySdk('container', { botocore: stops, rust: stops, java: 'none' }));
  });

  test('a blank full URI has no effect if the relative URI is set', () => {
    expect(
      resolveAll(
        { container: withCredentials() },
        { setVariables: new Set([RELATIVE]), blankVariables: new Set([FULL]) },
      ),
    ).toEqual(everySdk('container'));
  });
});

describe('legacy variables', () => {
  const imds = { imds: withCredentials() };
  const resolveWith = (...names: string[]) => resolveAll(imds, { setVariables: new Set(names) });
  const unknown = 'unknown at environment: LEGACY_VARIABLES';

  test.each<[string[], Partial<Record<Sdk, string>>]>([
    [['AWS_ACCESS_KEY', 'AWS_SECRET_KEY'], { go: unknown }],
    [['AWS_ACCESS_KEY_ID', 'AWS_SECRET_KEY'], { go: unknown, dotnet: unknown }],
    [['AWS_ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'], { rust: unknown }],
    [['AWS_ACCESS_KEY'], {}],
    [['SECRET_ACCESS_KEY'], {}],
  ])('the outcome is unknown in SDKs that read a key pair from %j', (names, expected) => {
    expect(resolveWith(...names)).toEqual(everySdk('imds', expected));
  });
});
