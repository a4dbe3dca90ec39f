import { describe, expect, test } from 'vitest';
import type { PollNote, PollNoteCode } from '../../../src/domain/poll-note.ts';
import { type ProviderName, SDKS, type Sdk } from '../../../src/domain/provider-chain/providers.ts';
import { resolveChain, resolveChains } from '../../../src/domain/provider-chain/sdk-chains.ts';
import { answers, facts } from '../../support/domain/facts.ts';
import { writeOutcome } from '../../support/domain/shadowing-case.ts';

const ends = (...args: Parameters<typeof facts>) =>
  Object.fromEntries(SDKS.map((sdk) => [sdk, writeOutcome(resolveChains(facts(...args))[sdk])]));

const everySdk = (end: string, others: Partial<Record<Sdk, string>> = {}) => ({
  ...Object.fromEntries(SDKS.map((sdk) => [sdk, end])),
  ...others,
});

const noted = (code: PollNoteCode, fields: Record<string, string> = {}) =>
  answers({ notes: [{ code, ...fields } as PollNote] });

test('where nothing is set every chain comes to its end', () => {
  expect(ends()).toEqual(everySdk('none'));
});

describe('what a look took a note of is the end for some SDKs', () => {
  test.each<[ProviderName, PollNoteCode, readonly Sdk[]]>([
    ['container', 'HOST_NAME_ONLY_SOME_SDKS', ['botocore', 'javascript']],
    ['container', 'TOKEN_TRAILING_NEWLINE', ['botocore', 'go', 'rust', 'javascript']],
    ['container', 'TOKEN_BLANK', []],
  ])('%s: %s', (name, code, refused) => {
    const stops = Object.fromEntries(refused.map((sdk) => [sdk, `stops at ${name}: REJECTED_BY_SDK`]));
    expect(ends({ [name]: noted(code) })).toEqual(everySdk(name, stops));
  });

  test.each<[PollNoteCode, readonly Sdk[]]>([
    ['ENDPOINT_MODE_CASE', ['javascript']],
    ['SEVERAL_ROLES', ['botocore', 'javascript', 'rust']],
    ['TOKEN_TTL_NONCONFORMING', ['rust']],
    ['IMDS_V1_USED', ['rust']],
    ['DISABLED_FOR_SOME_SDKS', ['java', 'javascript']],
    ['PROFILE_NAME_ONLY_SOME_SDKS', []],
  ])('imds, after which there is no place: %s', (code, refused) => {
    const why = code === 'DISABLED_FOR_SOME_SDKS' ? 'DISABLED' : 'REJECTED_BY_SDK';
    expect(ends({ imds: noted(code) })).toEqual(
      everySdk('imds', Object.fromEntries(refused.map((sdk) => [sdk, `stops at imds: ${why}`]))),
    );
  });

  test.each<[string, readonly Sdk[]]>([
    ['AWS_EC2_METADATA_DISABLED', ['java']],
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT', ['rust']],
    ['AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE', ['rust', 'javascript']],
    ['AWS_EC2_METADATA_V1_DISABLED', []],
  ])('imds with a blank %s', (name, refused) => {
    expect(ends({ imds: noted('BLANK_ENV', { name }) })).toEqual(
      everySdk('imds', Object.fromEntries(refused.map((sdk) => [sdk, 'stops at imds: BLANK_VARIABLE']))),
    );
  });

  test('botocore alone goes to the IPv6 address for its own variable', () => {
    expect(ends({ imds: noted('IPV6_ONLY_BOTOCORE') })).toEqual(
      everySdk('imds', { botocore: 'unknown at imds: OTHER_ENDPOINT' }),
    );
  });

  test('Java passes over a container endpoint that others only would not use', () => {
    const refused = { container: noted('TWO_TOKENS_SET'), imds: answers() };
    expect(writeOutcome(resolveChain('java', facts(refused)))).toBe('unknown at container: OTHER_TOKEN');
    expect(writeOutcome(resolveChain('go', facts(refused)))).toBe('container');
  });
});

describe('several offers in one profile', () => {
  const all = {
    profile: answers({ profileFile: 'config' }),
    'profile-web-identity': { state: 'untried' },
    sso: { state: 'untried' },
    login: { state: 'untried' },
    process: answers(),
  } as const;

  /** The order in which an SDK takes them, found by taking away what it chose. */
  function order(sdk: Sdk, offers: Parameters<typeof facts>[0]): string[] {
    const end = writeOutcome(resolveChain(sdk, facts(offers)));
    const { [end as ProviderName]: chosen, ...rest } = offers as Record<string, object>;
    return chosen === undefined ? [] : [end, ...order(sdk, rest)];
  }

  // Go takes no process beside a web identity: its configuration does not load.
  const { process: _, ...withoutProcess } = all;

  test.each<[Sdk, Parameters<typeof facts>[0], string[]]>([
    ['botocore', all, ['profile-web-identity', 'sso', 'login', 'process', 'profile']],
    [
      'botocore',
      { ...all, profile: answers({ profileFile: 'credentials' }) },
      ['profile-web-identity', 'sso', 'profile', 'login', 'process'],
    ],
    ['java', all, ['profile-web-identity', 'sso', 'login', 'process', 'profile']],
    ['go', withoutProcess, ['profile', 'profile-web-identity', 'sso', 'login']],
    ['javascript', all, ['profile', 'profile-web-identity', 'process', 'sso', 'login']],
    ['rust', all, ['profile-web-identity', 'sso', 'login', 'process', 'profile']],
  ])('%s', (sdk, offers, expected) => {
    expect(order(sdk, offers)).toEqual(expected);
  });

  test('Go does not load a configuration that has two of some kinds', () => {
    expect(writeOutcome(resolveChain('go', facts(all)))).toBe('stops: AMBIGUOUS_PROFILE');
  });

  test('.NET takes one of SSO whatever is beside it, and of the others only what is alone', () => {
    expect(writeOutcome(resolveChain('dotnet', facts(all)))).toBe('sso');
    const { sso: _, ...others } = all;
    expect(writeOutcome(resolveChain('dotnet', facts(others)))).toBe('none');
    expect(writeOutcome(resolveChain('dotnet', facts({ login: { state: 'untried' } })))).toBe('login');
  });

  test('a role of the profile comes first, but for Java', () => {
    const offers = { ...withoutProcess, 'profile-role': { state: 'untried' } } as const;
    const { 'profile-web-identity': _, ...others } = offers;
    for (const sdk of ['botocore', 'go', 'javascript', 'rust'] as const) {
      expect(order(sdk, others)[0], sdk).toBe('profile-role');
    }
    expect(order('java', others).slice(0, 2)).toEqual(['sso', 'profile-role']);
  });
});

describe('what is incomplete', () => {
  test('SSO of a session alone is for tokens: botocore passes over it, and no other', () => {
    const sso = (names: string[]) =>
      ({
        sso: { state: 'incomplete', problem: { code: 'SETTINGS_MISSING', names } },
        imds: answers(),
      }) as const;
    const both = ends(sso(['sso_account_id', 'sso_role_name']));
    expect(both).toMatchObject({ botocore: 'imds', java: 'imds', javascript: 'stops at sso: INCOMPLETE' });
    expect(ends(sso(['sso_region'])).botocore).toBe('stops at sso: INCOMPLETE');
  });
});

describe('a blank URI of the container', () => {
  const RELATIVE = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
  const FULL = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  const stops = 'stops at container: BLANK_VARIABLE';

  test('is a value to botocore and Rust, and to Java one that leads nowhere', () => {
    expect(ends({ imds: answers() }, { blankVariables: new Set([FULL]) })).toEqual(
      everySdk('imds', { botocore: stops, rust: stops }),
    );
    expect(
      ends({ container: answers() }, { setVariables: new Set([FULL]), blankVariables: new Set([RELATIVE]) }),
    ).toEqual(everySdk('container', { botocore: stops, rust: stops, java: 'none' }));
  });

  test('is nothing beside a relative one, which counts first', () => {
    expect(
      ends({ container: answers() }, { setVariables: new Set([RELATIVE]), blankVariables: new Set([FULL]) }),
    ).toEqual(everySdk('container'));
  });
});

describe('old names of variables', () => {
  const imds = { imds: answers() };
  const by = (...names: string[]) => ends(imds, { setVariables: new Set(names) });
  const unknown = 'unknown at environment: LEGACY_VARIABLES';

  test.each<[string[], Partial<Record<Sdk, string>>]>([
    [['AWS_ACCESS_KEY', 'AWS_SECRET_KEY'], { go: unknown }],
    [['AWS_ACCESS_KEY_ID', 'AWS_SECRET_KEY'], { go: unknown, dotnet: unknown }],
    [['AWS_ACCESS_KEY_ID', 'SECRET_ACCESS_KEY'], { rust: unknown }],
    [['AWS_ACCESS_KEY'], {}],
    [['SECRET_ACCESS_KEY'], {}],
  ])('%s', (names, expected) => {
    expect(by(...names)).toEqual(everySdk('imds', expected));
  });
});
