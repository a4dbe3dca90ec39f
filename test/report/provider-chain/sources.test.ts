import { describe, expect, test } from 'vitest';
import { FAILURE_REASONS, type FailureReason } from '../../../src/domain/model.ts';
import { OTHER_CLIENTS, SDKS } from '../../../src/domain/provider-chain/clients.ts';
import type {
  ChainFinding,
  ChainFindingCode,
  ChainFindingFields,
} from '../../../src/domain/provider-chain/findings/finding.ts';
import { analyseChains, CHAIN_FINDING_CODES } from '../../../src/domain/provider-chain/findings/findings.ts';
import type { ChainOutcome, OutcomeCause } from '../../../src/domain/provider-chain/outcome.ts';
import {
  type ChainFacts,
  createProvider,
  type ProviderProblem,
} from '../../../src/domain/provider-chain/providers.ts';
import { FILE_PROBLEM_CAUSES } from '../../../src/domain/provider-chain/shared-files/file-problem.ts';
import { describeChainFinding } from '../../../src/report/messages/provider-chain/chain-findings.ts';
import { describeProviderHint } from '../../../src/report/messages/provider-chain/provider-hints.ts';
import {
  describeChainOutcome,
  describeProviderProblem,
} from '../../../src/report/messages/provider-chain/providers.ts';
import { renderSourcesJson } from '../../../src/report/provider-chain/json.ts';
import { renderSourcesTable } from '../../../src/report/provider-chain/table.ts';
import { createFacts, withCredentials } from '../../support/domain/facts.ts';
import { CASES } from '../../support/domain/shadowing-case.ts';

/** A value that is missing in a sentence. */
const HOLE = /undefined|NaN|null|\[object|Infinity/;

const NOW = Date.UTC(2026, 10, 22);

const MISSING_PROFILE = { ...createFacts().profile, name: 'p', isNamed: true, exists: false };

const renderText = (known: ChainFacts, width = 100) =>
  renderSourcesTable(analyseChains(known), { width, hasColour: false, isAsciiOnly: false });

const IMDS = withCredentials({
  accessKeyId: 'ASIAFALSE0000000IMDS',
  role: 'node-role',
  expiration: NOW + 21_600_000,
  remaining: 21_600,
  origin: 'http://169.254.169.254',
});
const KEYS = withCredentials({ accessKeyId: 'AKIAFALSE0000000ENVI', isSession: false });
const BROKEN = {
  state: 'fails',
  origin: 'http://169.254.170.23',
  problem: {
    code: 'POLL_FAILED',
    reason: 'auth-token-expired',
    detail: 'HTTP 400: token is expired',
    misconfiguration: null,
    possibleHopLimit: false,
  },
} as const;

test('the text shows credentials by SDK, then providers and findings with hints', () => {
  expect(renderText(createFacts({ container: BROKEN, imds: IMDS }))).toBe(`credentials by SDK

  none: stops at container, the provider fails                botocore (AWS CLI), Go, JavaScript,
                                                              Rust, .NET
  IMDS · role node-role · ASIA…IMDS                           Java

providers

  container             fails       auth-token-expired: the endpoint reports that the authorization
                                    token has expired (HTTP 400: token is expired) ·
                                    http://169.254.170.23
  IMDS                  answers     role node-role · ASIA…IMDS · 6h left, until 2026-11-22 06:00:00Z
                                    · http://169.254.169.254
  not set                           environment, web identity, keys, process, SSO of profile default

other clients

  none: stops at container, the provider fails                Terraform, rclone, rclone up to 1.67,
                                                              Ruby, PHP

findings

  ! the container endpoint fails: Java falls back to IMDS and the role of the instance; botocore
    (AWS CLI), Go, JavaScript, Rust and .NET fail
    → check that the token file is still rotated and is read again for each request; to keep
    containers away from the role of the instance, set its hop limit to 1
  ! SDKs use different providers, so programs run with different credentials or with none
    → keep the settings of one provider, and remove the settings of the others
`);
});

test('the text has no findings section if there are no findings', () => {
  const rendered = renderText(createFacts({ imds: IMDS }));
  expect(rendered).not.toMatch(/findings/);
  expect(rendered).toMatch(/IMDS · role node-role · ASIA…IMDS +every SDK\n/);
});

describe('the text', () => {
  const full = createFacts(
    {
      environment: KEYS,
      container: BROKEN,
      imds: IMDS,
      'profile-role': { state: 'untried', role: 'x'.repeat(64), accountId: '123456789012' },
      sso: { state: 'fails', problem: { code: 'TOKEN_EXPIRED', at: NOW } },
      profile: { state: 'incomplete', problem: { code: 'NO_KEY_ID' }, origin: `/home/${'long/'.repeat(40)}` },
    },
    {
      blankVariables: new Set(['AWS_PROFILE']),
      profile: { ...MISSING_PROFILE, name: 'p'.repeat(80) },
    },
  );

  test.each([60, 100, 110])('the text fits into %i columns', (width) => {
    const lines = renderText(full, width).split('\n');
    expect(lines.filter((line) => [...line].length > width)).toEqual([]);
  });

  test('the text is never wider than 110 columns nor narrower than 60', () => {
    expect(
      Math.max(
        ...renderText(full, 400)
          .split('\n')
          .map((line) => [...line].length),
      ),
    ).toBeLessThanOrEqual(110);
    expect(
      Math.max(
        ...renderText(full, 20)
          .split('\n')
          .map((line) => [...line].length),
      ),
    ).toBeLessThanOrEqual(60);
  });

  test('the text escapes control characters in names and has colours only on request', () => {
    const name = 'evil\u001b[31mname';
    const known = createFacts({ imds: IMDS }, { profile: { ...MISSING_PROFILE, name } });
    expect(renderText(known)).not.toMatch(/\u001b/);
    expect(renderText(known)).toMatch(/evil\\u\{1b\}\[31mname/);
    const painted = renderSourcesTable(analyseChains(known), {
      width: 100,
      hasColour: true,
      isAsciiOnly: false,
    });
    expect(painted).toMatch(/\u001b\[1mproviders/);
    expect(painted).not.toMatch(/\u001b\[31mname/);
  });
});

describe('JSON', () => {
  const json = (known: ChainFacts) => JSON.parse(renderSourcesJson(analyseChains(known)));

  test('JSON lists every provider, every SDK and the findings', () => {
    const document = json(createFacts({ environment: KEYS, container: BROKEN, imds: IMDS }));
    expect(document).toMatchObject({
      schema_version: 1,
      generated_at: '2026-11-22T00:00:00Z',
      profile: { name: 'default', named: false, exists: true },
    });
    const [environment, ...providers] = document.providers;
    expect(environment).toEqual({
      provider: 'environment',
      state: 'answers',
      problem: null,
      access_key_id: 'AKIA…ENVI',
      role: null,
      account_id: null,
      expiration: null,
      remaining_seconds: null,
      session: false,
      origin: null,
      token_expiration: null,
      role_session: null,
      notes: [],
    });
    expect(providers.at(-2)).toMatchObject({
      provider: 'container',
      problem: { code: 'POLL_FAILED', reason: 'auth-token-expired' },
    });
    expect(providers.at(-1)).toMatchObject({ expiration: '2026-11-22T06:00:00Z', remaining_seconds: 21_600 });
    expect(document.sdks.map(({ sdk }: { sdk: string }) => sdk)).toEqual([...SDKS]);
    expect(document.sdks[0]).toEqual({
      sdk: 'botocore',
      outcome: 'wins',
      provider: 'environment',
      access_key_id: 'AKIA…ENVI',
      problem: null,
      reason: null,
      subject: null,
      message: 'environment',
    });
    expect(document.other_clients.map(({ client }: { client: string }) => client)).toEqual([
      ...OTHER_CLIENTS,
    ]);
    expect(document.other_clients.at(-1)).toMatchObject({ client: 'php', provider: 'environment' });
    expect(document.findings).toEqual([
      {
        code: 'KEYS_HIDE_ROLE',
        severity: 'problem',
        provider: 'environment',
        hidden: ['imds'],
        sdks: [...SDKS],
        long_lived: true,
        // The container endpoint is broken, and only Java goes on.
        without: [
          { provider: null, sdks: SDKS.filter((sdk) => sdk !== 'java'), others: [...OTHER_CLIENTS] },
          { provider: 'imds', sdks: ['java'], others: [] },
        ],
        message: expect.stringMatching(/^keys in the environment win over IMDS/),
        hint: expect.stringMatching(/unset AWS_ACCESS_KEY_ID/),
      },
    ]);
  });

  test('JSON formats instants in notes as ISO 8601', () => {
    const notes = [{ code: 'TOKEN_FILE_EXPIRED', expiresAt: NOW }] as const;
    const { findings } = json(createFacts({ container: { ...BROKEN, notes } }));
    expect(findings.at(-1)).toMatchObject({
      code: 'TOKEN_FILE_EXPIRED',
      expires_at: '2026-11-22T00:00:00Z',
    });
  });
});

type ReportedCode = (typeof CHAIN_FINDING_CODES)[number];

describe('each code has a sentence', () => {
  const sdks = ['go', 'rust'] as const;
  const stoppedSdks = ['dotnet'] as const;
  const failed = { problem: null, reason: null };
  const without = [
    { provider: 'imds' as const, sdks: ['go'] as const, others: ['rclone'] as const },
    { provider: null, sdks: ['rust'] as const, others: [] },
  ];
  const EXAMPLES: { [Code in ReportedCode]: readonly ChainFindingFields[Code][] } = {
    NO_PROVIDER_ANSWERS: [{ providers: ['profile', 'process'] }, { providers: [] }],
    NO_SUCH_PROFILE: [
      { profile: 'loader', stoppedSdks },
      { profile: 'loader', stoppedSdks: SDKS },
    ],
    INVALID_FILE: FILE_PROBLEM_CAUSES.map((cause) => ({
      path: '/home/a/.aws/config',
      line: 4,
      cause,
      sdks: ['botocore', 'java', 'rust'],
    })),
    MISPLACED_SECTION: [
      { file: 'config', path: '/home/a/.aws/config', section: 'loader', profile: 'loader' },
      { file: 'credentials', path: '/c', section: 'profile loader', profile: 'loader' },
    ],
    KEYS_WITHOUT_TOKEN: [
      { provider: 'environment', sdks },
      { provider: 'profile', sdks: ['java'] },
    ],
    ONLY_SECURITY_TOKEN: [
      { provider: 'environment', sdks },
      { provider: 'profile', sdks: SDKS },
    ],
    EXPIRED_CREDENTIALS_WIN: [
      { provider: 'environment', expiredForSeconds: 61, sdks, stoppedSdks, without },
      { provider: 'profile', expiredForSeconds: 61, sdks: SDKS, stoppedSdks: [], without: [] },
      { provider: 'process', expiredForSeconds: 61, sdks: [], stoppedSdks, without },
      { provider: 'imds', expiredForSeconds: 61, sdks: ['java'], stoppedSdks: [], without: [] },
    ],
    INCOMPLETE_KEY_PAIR: [
      { provider: 'environment', missing: 'NO_KEY_ID', stoppedSdks, without },
      { provider: 'profile', missing: 'NO_SECRET_KEY', stoppedSdks: [], without: [] },
      { provider: 'profile', missing: 'NO_SECRET_KEY', stoppedSdks: SDKS, without },
    ],
    KEYS_IN_TWO_FILES: [
      { profile: 'loader', sdks, stoppedSdks, without },
      { profile: 'loader', sdks: [], stoppedSdks, without: [] },
      { profile: 'loader', sdks: SDKS, stoppedSdks: [], without: [] },
    ],
    SETTING_NOT_LOWERCASE: [
      { settings: ['ROLE_ARN'], sdks },
      { settings: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'], sdks: ['java'] },
    ],
    EMPTY_SETTING: [
      { setting: 'role_arn', sdks, stoppedSdks: ['go'] },
      { setting: 'role_arn', sdks: ['java'], stoppedSdks: [] },
      { setting: 'role_arn', sdks: SDKS, stoppedSdks: SDKS },
    ],
    FALLS_BACK_TO_INSTANCE_ROLE: [
      { sdks, stoppedSdks, problem: 'POLL_FAILED', reason: 'timeout' },
      { sdks: ['java'], stoppedSdks, ...failed },
    ],
    PROVIDER_STOPS_CHAIN: [
      { provider: 'container', works: true, stoppedSdks, ...failed, without },
      { provider: 'profile', works: false, stoppedSdks: SDKS, ...failed, without: [] },
    ],
    INVALID_SETTING_STOPS: [{ setting: 'AWS_X', stoppedSdks }],
    KEYS_HIDE_ROLE: [
      { provider: 'environment', hidden: ['container', 'imds'], sdks, longLived: true, without },
      { provider: 'profile', hidden: ['imds'], sdks: SDKS, longLived: false, without: [] },
    ],
    WEB_IDENTITY_HIDES_CONTAINER: [{ sdks, without }],
    PROFILE_SKIPS_ENVIRONMENT: [
      { profile: 'loader', sdks, without },
      { profile: 'loader', sdks: [], without },
    ],
    AMBIGUOUS_PROFILE: [
      { profile: 'loader', providers: ['profile', 'process'], stoppedSdks },
      { profile: 'loader', providers: ['profile', 'sso', 'login'], stoppedSdks: [] },
    ],
    BLANK_VARIABLE: [
      { variable: 'AWS_PROFILE', sdks },
      { variable: 'AWS_PROFILE', sdks: SDKS },
      { variable: 'AWS_CONFIG_FILE', sdks },
    ],
    LEGACY_VARIABLES: [
      { variables: ['AWS_SECRET_KEY'], sdks, others: [] },
      { variables: ['AMAZON_ACCESS_KEY_ID'], sdks: [], others: ['ruby'] },
    ],
    MISSPELT_VARIABLE: [{ variable: 'AWS_ACCES_KEY_ID', similar: ['AWS_ACCESS_KEY_ID'] }],
    SDKS_DISAGREE: [{ ends: ['imds', 'none'] }, { ends: ['imds', 'container'] }],
    EXPIRES_SOON: [
      { provider: 'environment', remainingSeconds: 61 },
      { provider: 'imds', remainingSeconds: 61 },
    ],
    PROFILE_HIDES_ROLE: [{ provider: 'sso', profile: 'loader', hidden: ['imds'], sdks, without }],
    CONTAINER_HIDES_IMDS: [{ role: 'node-role' }, { role: null }],
    OTHER_CLIENTS_DIFFER: [
      { clients: ['php'], provider: 'imds', sdkProvider: 'web-identity' },
      { clients: ['terraform', 'ruby'], provider: null, sdkProvider: 'imds' },
      { clients: ['php'], provider: 'imds', sdkProvider: null },
    ],
    DEFAULT_PROFILE_ONLY_SOME_SDKS: [{}],
    ROLE_CHAIN_CAPPED: (['role', 'web-identity', 'sso', 'container', 'imds'] as const).flatMap((base) =>
      [null, 14_400].map((durationSeconds) => ({
        profile: 'loader',
        base,
        durationSeconds,
        limitSeconds: 3600,
      })),
    ),
    SESSION_LONGER_THAN_ROLE: [{ profile: 'loader', durationSeconds: 50_000, limitSeconds: 43_200 }],
    DURATION_NOT_SET: [
      { provider: 'profile-role', profile: 'loader' },
      { provider: 'profile-web-identity', profile: 'loader' },
      { provider: 'web-identity', profile: null },
    ],
    PROCESS_IN_OTHER_NAMESPACE: [
      { pid: 7, namespaces: ['mount', 'network'] },
      { pid: 7, namespaces: ['mount'] },
    ],
    PROCESS_OF_OTHER_USER: [
      { pid: 7, untried: ['process', 'container'] },
      { pid: 7, untried: [] },
    ],
  };

  const createExamples = <Code extends ReportedCode>(code: Code): ChainFinding<Code>[] =>
    EXAMPLES[code].map((fields) => ({ code, severity: 'note', ...fields }));

  const findings = CHAIN_FINDING_CODES.flatMap((code): ChainFinding[] => createExamples(code));
  test.each(findings.map((finding) => [finding.code, finding] as const))(
    'the finding %s has a sentence',
    (_, finding) => {
      const { message, hint } = describeChainFinding(finding, createFacts({ container: BROKEN }));
      for (const sentence of [message, hint]) {
        expect(sentence).toMatch(/^\S.{10,}[^.]$/);
        expect(sentence).not.toMatch(HOLE);
      }
    },
  );

  const PROBLEMS: { [Code in ProviderProblem['code']]: Extract<ProviderProblem, { code: Code }> } = {
    NO_SECRET_KEY: { code: 'NO_SECRET_KEY' },
    EMPTY_SETTING: { code: 'EMPTY_SETTING', name: 'role_arn' },
    SSO_SETTING_TWICE: { code: 'SSO_SETTING_TWICE', name: 'sso_region', session: 'corp' },
    NO_KEY_ID: { code: 'NO_KEY_ID' },
    NO_SESSION_TOKEN: { code: 'NO_SESSION_TOKEN' },
    NO_ROLE_ARN: { code: 'NO_ROLE_ARN' },
    NO_ROLE_SOURCE: { code: 'NO_ROLE_SOURCE' },
    TWO_ROLE_SOURCES: { code: 'TWO_ROLE_SOURCES' },
    MFA_REQUIRED: { code: 'MFA_REQUIRED', profile: 'base' },
    COMMENT_IN_VALUE: { code: 'COMMENT_IN_VALUE', name: 'role_arn', mark: '#' },
    ROLE_SOURCE_MISSING: { code: 'ROLE_SOURCE_MISSING', name: 'gone' },
    NO_BASE_CREDENTIALS: {
      code: 'NO_BASE_CREDENTIALS',
      setting: 'source_profile',
      value: 'base',
      cause: 'MISSING',
    },
    SETTINGS_MISSING: { code: 'SETTINGS_MISSING', names: ['sso_region'] },
    TOKEN_FILE_UNREADABLE: { code: 'TOKEN_FILE_UNREADABLE', detail: 'ENOENT' },
    TOKEN_EXPIRED: { code: 'TOKEN_EXPIRED', at: NOW },
    CREDENTIALS_EXPIRED: { code: 'CREDENTIALS_EXPIRED', at: NOW },
    NOT_SIGNED_IN: { code: 'NOT_SIGNED_IN' },
    POLL_FAILED: {
      code: 'POLL_FAILED',
      reason: 'timeout',
      detail: '',
      misconfiguration: null,
      possibleHopLimit: false,
    },
    TIMED_OUT: { code: 'TIMED_OUT' },
  };

  test('the hint for a role names the profile that has to sign in', () => {
    const failed = { name: 'sso', problem: { code: 'NOT_SIGNED_IN' } } as const;
    const problem = { ...PROBLEMS.NO_BASE_CREDENTIALS, cause: 'SIGNED_OUT', failed } as const;
    const role = createProvider('profile-role', { state: 'incomplete', problem });
    expect(describeProviderProblem(problem)).toBe(
      'source_profile base has no valid credentials: SSO, not signed in',
    );
    expect(describeProviderHint(role, createFacts({}))).toBe('sign in with `aws sso login --profile base`');
  });

  test('the hint for a missing session names the similar one', () => {
    const session = { name: 'corpp', similarNames: ['corp'] };
    const sso = createProvider('sso', {
      state: 'incomplete',
      problem: { ...PROBLEMS.SETTINGS_MISSING, session },
    });
    expect(describeProviderHint(sso, createFacts({}))).toBe('did you mean corp?');
  });

  test.each(Object.values(PROBLEMS))('the problem $code has a sentence', (problem) => {
    expect(describeProviderProblem(problem)).toMatch(/^\S.{8,}/);
    expect(describeProviderProblem(problem)).not.toMatch(HOLE);
  });

  const CAUSES: { [Reason in OutcomeCause['reason']]: OutcomeCause & { reason: Reason } } = {
    INCOMPLETE: { reason: 'INCOMPLETE' },
    MFA_REQUIRED: { reason: 'MFA_REQUIRED' },
    FAILED: { reason: 'FAILED' },
    HANGS: { reason: 'HANGS' },
    EXPIRED: { reason: 'EXPIRED' },
    LEGACY_VARIABLES: { reason: 'LEGACY_VARIABLES' },
    NO_SUCH_PROFILE: { reason: 'NO_SUCH_PROFILE', profile: 'loader' },
    AMBIGUOUS_PROFILE: { reason: 'AMBIGUOUS_PROFILE', profile: 'loader' },
    INVALID_FILE: { reason: 'INVALID_FILE', path: '/home/a/.aws/config', line: 4 },
    BLANK_VARIABLE: { reason: 'BLANK_VARIABLE', setting: 'AWS_X' },
    INVALID_SETTING: { reason: 'INVALID_SETTING', setting: 'AWS_X' },
    EMPTY_SETTING: { reason: 'EMPTY_SETTING', setting: 'role_arn' },
    OTHER_PROFILE: { reason: 'OTHER_PROFILE', setting: 'AWS_X', named: 'nightly' },
    OTHER_SECTION: { reason: 'OTHER_SECTION', path: '/home/a/.aws/config', section: 'loader' },
    OTHER_URL: { reason: 'OTHER_URL', setting: 'AWS_X' },
    OTHER_FILE: { reason: 'OTHER_FILE', setting: 'AWS_X' },
    VERSION: { reason: 'VERSION' },
    REJECTED_BY_SDK: { reason: 'REJECTED_BY_SDK', note: 'IMDS_V1_USED' },
    DISABLED: { reason: 'DISABLED', note: 'DISABLED_FOR_SOME_SDKS' },
    OTHER_ENDPOINT: { reason: 'OTHER_ENDPOINT', note: 'IPV6_ONLY_BOTOCORE' },
    TOO_SLOW: { reason: 'TOO_SLOW', responseMs: 1549, limitMs: 1000 },
    OTHER_TOKEN: { reason: 'OTHER_TOKEN', note: 'TWO_TOKENS_SET' },
  };

  test.each(Object.values(CAUSES))('the cause $reason has a sentence', (cause) => {
    for (const outcome of [
      { kind: 'stops', provider: 'container', cause },
      { kind: 'stops', provider: null, cause },
      { kind: 'unknown', provider: 'imds', cause },
    ] satisfies ChainOutcome[]) {
      expect(describeChainOutcome(outcome)).toMatch(/, \S.{4,}/);
      expect(describeChainOutcome(outcome)).not.toMatch(HOLE);
    }
  });
});

/** Message and hint of one finding. */
function describeFound(code: ChainFindingCode, known: ChainFacts) {
  const finding = analyseChains(known).findings.find((each) => each.code === code);
  return finding && describeChainFinding(finding, known);
}

describe('the hint if no provider answers names the providers that are set up', () => {
  const failed = (reason: FailureReason, detail = '', origin = 'http://169.254.169.254') =>
    ({
      state: 'fails',
      origin,
      problem: { code: 'POLL_FAILED', reason, detail, misconfiguration: null, possibleHopLimit: false },
    }) as const;
  const misconfigured = (name: string) => {
    const failure = failed('invalid-configuration', `${name} is not a URL`, '');
    const misconfiguration = { code: 'INVALID_SETTING', name } as const;
    return { ...failure, problem: { ...failure.problem, misconfiguration } };
  };
  const unreachable = (source: 'imds' | 'container', name: string) => {
    const failure = failed('unreachable', 'ECONNREFUSED', 'http://127.0.0.1:1');
    const misconfiguration = { code: 'UNREACHABLE_ADDRESS', source, name } as const;
    return { ...failure, problem: { ...failure.problem, misconfiguration } };
  };
  const hint = (...known: Parameters<typeof createFacts>) =>
    describeFound('NO_PROVIDER_ANSWERS', createFacts(...known))?.hint;
  const NO_IMDS = failed('unreachable', 'EHOSTUNREACH');
  const MISSING = { profile: { ...MISSING_PROFILE, anyExist: false } };

  test.each<[string, Parameters<typeof createFacts>, string]>([
    [
      'no settings and no IMDS',
      [{ imds: NO_IMDS }],
      'assign a role to the instance, task or pod, or name a profile with AWS_PROFILE',
    ],
    [
      'a missing profile',
      [{ imds: NO_IMDS }, MISSING],
      'assign a role to the instance, task or pod, or create the profile that AWS_PROFILE names',
    ],
    [
      'IMDS disabled',
      [{ imds: failed('disabled', 'AWS_EC2_METADATA_DISABLED is true') }],
      'IMDS: unset AWS_EC2_METADATA_DISABLED to use IMDS',
    ],
    [
      'an invalid endpoint variable',
      [{ imds: misconfigured('AWS_EC2_METADATA_SERVICE_ENDPOINT') }],
      'IMDS: correct or unset AWS_EC2_METADATA_SERVICE_ENDPOINT',
    ],
    [
      'an invalid endpoint in a profile',
      [{ imds: misconfigured('ec2_metadata_x of profile my is') }],
      'IMDS: correct or remove ec2_metadata_x of profile my is',
    ],
    [
      'an unreachable endpoint',
      [{ imds: unreachable('imds', 'AWS_EC2_METADATA_SERVICE_ENDPOINT') }],
      'IMDS: check that IMDS responds at this address, or unset AWS_EC2_METADATA_SERVICE_ENDPOINT',
    ],
    [
      'a role that the instance cannot assume',
      [{ imds: failed('error-document', 'AssumeRoleUnauthorizedAccess') }],
      'IMDS: check the trust policy of the role if the code is AssumeRoleUnauthorizedAccess; a fix takes effect at the next refresh, up to an hour later',
    ],
    [
      'an unreachable container endpoint and no IMDS',
      [{ imds: NO_IMDS, container: unreachable('container', 'AWS_CONTAINER_CREDENTIALS_FULL_URI') }],
      'the container endpoint: check that the agent runs, or unset AWS_CONTAINER_CREDENTIALS_FULL_URI',
    ],
    [
      'a starting ECS agent and an incomplete key pair',
      [
        {
          container: failed('starting', '', 'http://169.254.170.2'),
          environment: { state: 'incomplete', problem: { code: 'NO_SECRET_KEY' } },
        },
      ],
      'the environment: set both keys or neither; the container endpoint: try again in a moment',
    ],
  ])('the hint if no provider answers fits %s', (_, known, expected) => {
    expect(hint(...known)).toBe(expected);
  });

  test('the hint if no provider answers says how to raise the hop limit', () => {
    const imds = NO_IMDS;
    const limited = { ...imds, problem: { ...imds.problem, possibleHopLimit: true } };
    expect(hint({ imds: limited })).toMatch(/^IMDS: .*--http-put-response-hop-limit 2`$/);
  });

  test.each(FAILURE_REASONS)('no hint for %s names a flag of poll or the next poll', (reason) => {
    for (const name of ['container', 'imds', 'process', 'environment'] as const) {
      // A provider that is not configured is absent.
      if (reason === 'not-configured') continue;
      const known = createFacts({ [name]: failed(reason) });
      expect(describeProviderHint(known.providers[name], known)).toMatch(/^\S.{10,}/);
      expect(describeProviderHint(known.providers[name], known)).not.toMatch(/--source|--process|next poll/);
    }
  });
});

describe('expired credentials', () => {
  const expired = withCredentials({ expiration: NOW - 3_600_000, remaining: -3600 });

  test('expired credentials of the environment affect every SDK, and botocore fails', () => {
    const known = createFacts(
      { environment: expired, imds: IMDS },
      { setVariables: new Set(['AWS_CREDENTIAL_EXPIRATION']) },
    );
    expect(describeFound('EXPIRED_CREDENTIALS_WIN', known)?.message).toBe(
      'the credentials of the environment expired 1h ago, and no SDK tries a later provider: ' +
        'Java, Go, JavaScript, Rust and .NET use them anyway and botocore (AWS CLI) fails',
    );
  });

  test('expired credentials of a process do not affect JavaScript, which tries later providers', () => {
    expect(
      describeFound('EXPIRED_CREDENTIALS_WIN', createFacts({ process: expired, imds: IMDS }))?.message,
    ).toBe(
      'the credentials of the credential_process of the profile expired 1h ago: ' +
        'Java, Go, Rust and .NET use them anyway and botocore (AWS CLI) fails',
    );
  });

  test('every SDK uses expired credentials of IMDS', () => {
    expect(describeFound('EXPIRED_CREDENTIALS_WIN', createFacts({ imds: expired }))?.message).toMatch(
      /ago, and no SDK tries a later provider: every SDK uses them anyway$/,
    );
  });
});

test('the hint for SDKs that fail after a fallback to IMDSv1 says how to raise the hop limit', () => {
  const notes = [{ code: 'POSSIBLE_HOP_LIMIT' }, { code: 'IMDS_V1_USED' }] as const;
  const known = createFacts({ imds: withCredentials({ notes }) });
  expect(describeFound('PROVIDER_STOPS_CHAIN', known)?.hint).toMatch(/--http-put-response-hop-limit 2`$/);
});

test('the text reports an unreadable expiration and the SDKs that fail', () => {
  const notes = [{ code: 'EXPIRATION_UNREADABLE', name: 'Expiration' }] as const;
  const known = createFacts({ process: withCredentials({ notes }), imds: IMDS });
  expect(describeFound('PROVIDER_STOPS_CHAIN', known)?.hint).toBe(
    'write Expiration as 2026-01-31T12:00:00Z, or remove it',
  );
  const rendered = renderText(known);
  expect(rendered).toMatch(/process +answers +profile default · ASIA…0001 · expiration unreadable\n/);
  expect(rendered).toMatch(
    /! Expiration is not a time; most SDKs fail, and the JavaScript SDK never refreshes/,
  );
  expect(rendered).not.toMatch(/expiration not stated/);
});

test('every finding code has a case in fixtures/shadowing', () => {
  const shown = new Set(
    CASES.flatMap(({ expected }) => expected.findings.map((code) => code.replace(' (note)', ''))),
  );
  // These codes are about --pid, and a case is an environment.
  const ofProcess = CHAIN_FINDING_CODES.filter((code) => code.startsWith('PROCESS_'));
  expect(CHAIN_FINDING_CODES.filter((code) => !shown.has(code))).toEqual(ofProcess);
});
