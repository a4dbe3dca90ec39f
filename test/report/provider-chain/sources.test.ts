import { describe, expect, test } from 'vitest';
import { FAILURE_REASONS, type FailureReason } from '../../../src/domain/model.ts';
import {
  CHAIN_FINDING_CODES,
  type ChainFinding,
  type ChainFindingCode,
} from '../../../src/domain/provider-chain/finding.ts';
import { findChainFindings } from '../../../src/domain/provider-chain/findings.ts';
import {
  type ChainFacts,
  type ChainOutcome,
  OUTCOME_REASONS,
  type ProviderProblem,
  SDKS,
} from '../../../src/domain/provider-chain/providers.ts';
import { resolveChains } from '../../../src/domain/provider-chain/sdk-chains.ts';
import { describeChainFinding } from '../../../src/report/messages/chain-findings.ts';
import { providerHint } from '../../../src/report/messages/provider-hints.ts';
import { describeChainOutcome, describeProviderProblem } from '../../../src/report/messages/providers.ts';
import { renderSourcesJson } from '../../../src/report/provider-chain/json.ts';
import { renderSourcesTable } from '../../../src/report/provider-chain/table.ts';
import { answers, facts } from '../../support/domain/facts.ts';
import { CASES } from '../../support/domain/shadowing-case.ts';

/** A sentence with a hole in it. */
const HOLE = /undefined|NaN|null|\[object|Infinity/;

const NOW = Date.UTC(2026, 10, 22);

const reportOf = (known: ChainFacts) => {
  const outcomes = resolveChains(known);
  return { facts: known, outcomes, findings: findChainFindings(known, outcomes) };
};

const text = (known: ChainFacts, width = 100) =>
  renderSourcesTable(reportOf(known), { width, hasColour: false });

const IMDS = answers({
  accessKeyId: 'ASIAFALSE0000000IMDS',
  role: 'node-role',
  expiration: NOW + 21_600_000,
  remaining: 21_600,
  origin: 'http://169.254.169.254',
});
const KEYS = answers({ accessKeyId: 'AKIAFALSE0000000ENVI', isSession: false });
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

test('a broken container in front of the role of a node', () => {
  expect(text(facts({ container: BROKEN, imds: IMDS }))).toBe(`places

  container             fails       auth-token-expired: the endpoint says that the authorization
                                    token has expired (HTTP 400: token is expired) ·
                                    http://169.254.170.23
  IMDS                  answers     role node-role · ASIA…IMDS ·
                                    6h 00m 00s left, until 2026-11-22 06:00:00Z ·
                                    http://169.254.169.254
  not set                           environment, web identity, keys, process, SSO of profile default

what SDKs get

  none: stops at container, it fails                          botocore (AWS CLI), Go, JavaScript,
                                                              Rust, .NET
  IMDS · role node-role · ASIA…IMDS                           Java

findings

  ! the container endpoint fails: Java goes on to IMDS and takes on the role of the instance;
    botocore (AWS CLI), Go, JavaScript, Rust and .NET stop with an error
    → see that the token file is still being rotated; read it anew for each request; a hop limit of
    1 keeps containers away from the role of the instance
  ! SDKs end at different places: programs side by side here run with different credentials, or with
    none
    → leave the one place that is meant, and remove what is set for the others
`);
});

test('where all is well there are no findings', () => {
  const written = text(facts({ imds: IMDS }));
  expect(written).not.toMatch(/findings/);
  expect(written).toMatch(/IMDS · role node-role · ASIA…IMDS +every SDK\n$/);
});

describe('the text', () => {
  const full = facts(
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
      profile: { name: 'p'.repeat(80), isNamed: true, exists: false, othersExist: true },
    },
  );

  test.each([60, 100, 110])('keeps to %i columns', (width) => {
    const lines = text(full, width).split('\n');
    expect(lines.filter((line) => [...line].length > width)).toEqual([]);
  });

  test('is narrow enough to read on any terminal', () => {
    expect(
      Math.max(
        ...text(full, 400)
          .split('\n')
          .map((line) => [...line].length),
      ),
    ).toBeLessThanOrEqual(110);
    expect(
      Math.max(
        ...text(full, 20)
          .split('\n')
          .map((line) => [...line].length),
      ),
    ).toBeLessThanOrEqual(60);
  });

  test('shows control characters of names, and colours only where they are wanted', () => {
    const name = 'evil\u001b[31mname';
    const known = facts(
      { imds: IMDS },
      { profile: { name, isNamed: true, exists: false, othersExist: true } },
    );
    expect(text(known)).not.toMatch(/\u001b/);
    expect(text(known)).toMatch(/evil\\u\{1b\}\[31mname/);
    const painted = renderSourcesTable(reportOf(known), { width: 100, hasColour: true });
    expect(painted).toMatch(/\u001b\[1mplaces/);
    expect(painted).not.toMatch(/\u001b\[31mname/);
  });
});

describe('JSON', () => {
  const json = (known: ChainFacts) => JSON.parse(renderSourcesJson(reportOf(known)));

  test('has every place, every SDK, and what to do', () => {
    const document = json(facts({ environment: KEYS, container: BROKEN, imds: IMDS }));
    expect(document).toMatchObject({
      schema_version: 1,
      generated_at: '2026-11-22T00:00:00Z',
      profile: { name: 'default', named: false, exists: true },
    });
    const [environment, ...places] = document.places;
    expect(environment).toEqual({
      place: 'environment',
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
      notes: [],
    });
    expect(places.at(-2)).toMatchObject({
      place: 'container',
      problem: { code: 'POLL_FAILED', reason: 'auth-token-expired' },
    });
    expect(places.at(-1)).toMatchObject({ expiration: '2026-11-22T06:00:00Z', remaining_seconds: 21_600 });
    expect(document.sdks.map(({ sdk }: { sdk: string }) => sdk)).toEqual([...SDKS]);
    expect(document.sdks[0]).toEqual({
      sdk: 'botocore',
      outcome: 'wins',
      place: 'environment',
      access_key_id: 'AKIA…ENVI',
      flaw: null,
      why: null,
      about: null,
      message: 'environment',
    });
    expect(document.findings).toEqual([
      {
        code: 'KEYS_HIDE_ROLE',
        severity: 'problem',
        args: { place: 'environment', hidden: ['imds'], sdks: [...SDKS], lasting: true },
        message: expect.stringMatching(/^keys in the environment win over IMDS/),
        hint: expect.stringMatching(/unset AWS_ACCESS_KEY_ID/),
      },
    ]);
  });

  test('gives instants of notes as such', () => {
    const notes = [{ code: 'TOKEN_FILE_EXPIRED', expiresAt: NOW }] as const;
    const { findings } = json(facts({ container: { ...BROKEN, notes } }));
    expect(findings.at(-1).args).toEqual({ expires_at: '2026-11-22T00:00:00Z' });
  });
});

describe('every code has its sentence', () => {
  const args: ChainFinding['args'] = {
    name: 'loader',
    place: 'environment',
    profile: 'loader',
    missing: 'NO_KEY_ID',
    role: 'node-role',
    hidden: ['container', 'imds'],
    names: ['AWS_SECRET_KEY'],
    places: ['profile', 'process'],
    ends: ['imds', 'nothing'],
    sdks: ['go', 'rust'],
    stopped: ['dotnet'],
    seconds: 61,
    lasting: true,
    works: true,
  };

  test.each(CHAIN_FINDING_CODES)('finding %s', (code) => {
    for (const changes of [
      {},
      { place: 'profile', works: false, lasting: false, role: '' },
      { place: 'imds', sdks: ['java'] },
      { sdks: [...SDKS], stopped: [...SDKS], hidden: ['imds'] },
      { missing: 'NO_SECRET_KEY', ...(code === 'HALF_A_PAIR' ? { sdks: [] } : {}) },
    ]) {
      const finding = { code, severity: 'note', args: { ...args, ...changes } } as const;
      const { message, hint } = describeChainFinding(finding, facts({ container: BROKEN }));
      for (const sentence of [message, hint!]) {
        expect(sentence).toMatch(/^\S.{10,}[^.]$/);
        expect(sentence).not.toMatch(HOLE);
      }
    }
  });

  const FAULTS: { [Code in ProviderProblem['code']]: Extract<ProviderProblem, { code: Code }> } = {
    NO_SECRET_KEY: { code: 'NO_SECRET_KEY' },
    NO_KEY_ID: { code: 'NO_KEY_ID' },
    NO_SESSION_TOKEN: { code: 'NO_SESSION_TOKEN' },
    NO_ROLE_ARN: { code: 'NO_ROLE_ARN' },
    NO_ROLE_SOURCE: { code: 'NO_ROLE_SOURCE' },
    TWO_ROLE_SOURCES: { code: 'TWO_ROLE_SOURCES' },
    ROLE_SOURCE_MISSING: { code: 'ROLE_SOURCE_MISSING', name: 'gone' },
    SETTINGS_MISSING: { code: 'SETTINGS_MISSING', names: ['sso_region'] },
    TOKEN_FILE_UNREADABLE: { code: 'TOKEN_FILE_UNREADABLE', detail: 'ENOENT' },
    TOKEN_EXPIRED: { code: 'TOKEN_EXPIRED', at: NOW },
    NOT_SIGNED_IN: { code: 'NOT_SIGNED_IN' },
    POLL_FAILED: {
      code: 'POLL_FAILED',
      reason: 'timeout',
      detail: '',
      misconfiguration: null,
      possibleHopLimit: false,
    },
    NO_ANSWER_IN_TIME: { code: 'NO_ANSWER_IN_TIME' },
  };

  test.each(Object.values(FAULTS))('fault $code', (fault) => {
    expect(describeProviderProblem(fault)).toMatch(/^\S.{8,}/);
    expect(describeProviderProblem(fault)).not.toMatch(HOLE);
  });

  test.each(OUTCOME_REASONS)('why a chain stops: %s', (why) => {
    for (const outcome of [
      { kind: 'stops', provider: 'container', reason: why, subject: 'AWS_X' },
      { kind: 'stops', provider: null, reason: why, subject: 'AWS_X' },
      { kind: 'unknown', provider: 'imds', reason: why, subject: 'AWS_X' },
    ] satisfies ChainOutcome[]) {
      expect(describeChainOutcome(outcome)).toMatch(/, \S.{4,}/);
      expect(describeChainOutcome(outcome)).not.toMatch(HOLE);
    }
  });
});

/** Of one finding: what is the matter, and what to do. */
function told(code: ChainFindingCode, known: ChainFacts) {
  const finding = reportOf(known).findings.find((each) => each.code === code)!;
  return describeChainFinding(finding, known);
}

describe('where nothing answers, what was set up is named', () => {
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
  const hint = (...known: Parameters<typeof facts>) => told('NOTHING_ANSWERS', facts(...known)).hint;
  const set = (...names: string[]) => ({ setVariables: new Set(names) });
  const NO_IMDS = failed('unreachable', 'EHOSTUNREACH');
  const MISSING = { profile: { name: 'p', isNamed: true, exists: false, othersExist: false } };

  test.each<[string, Parameters<typeof facts>, string]>([
    [
      'nothing, and IMDS is not there',
      [{ imds: NO_IMDS }],
      'give the instance, task or pod a role, or name a profile with AWS_PROFILE',
    ],
    [
      'a profile that is missing',
      [{ imds: NO_IMDS }, MISSING],
      'give the instance, task or pod a role, or write the profile that AWS_PROFILE names',
    ],
    [
      'IMDS switched off',
      [{ imds: failed('disabled', 'AWS_EC2_METADATA_DISABLED is true') }],
      'IMDS: unset AWS_EC2_METADATA_DISABLED, if IMDS is meant',
    ],
    [
      'an endpoint that is none',
      [{ imds: misconfigured('AWS_EC2_METADATA_SERVICE_ENDPOINT') }],
      'IMDS: correct or unset AWS_EC2_METADATA_SERVICE_ENDPOINT',
    ],
    [
      'one in a profile',
      [{ imds: misconfigured('ec2_metadata_x of profile my is') }],
      'IMDS: correct or remove ec2_metadata_x of profile my is',
    ],
    [
      'an endpoint that is dead',
      [
        { imds: failed('unreachable', 'ECONNREFUSED', 'http://127.0.0.1:1') },
        set('AWS_EC2_METADATA_SERVICE_ENDPOINT'),
      ],
      'IMDS: see that IMDS answers at that address, or unset AWS_EC2_METADATA_SERVICE_ENDPOINT',
    ],
    [
      'a role that may not be assumed',
      [{ imds: failed('error-document', 'AssumeRoleUnauthorizedAccess') }],
      'IMDS: see the trust policy of the role; a repair shows at the next refresh, up to an hour later',
    ],
    [
      'a dead container before no IMDS',
      [
        { imds: NO_IMDS, container: failed('unreachable', 'ECONNREFUSED', 'http://169.254.170.23') },
        set('AWS_CONTAINER_CREDENTIALS_FULL_URI'),
      ],
      'the container endpoint: see that the agent runs, or unset AWS_CONTAINER_CREDENTIALS_FULL_URI',
    ],
    [
      'a container that is not up yet, and half a pair',
      [
        {
          container: failed('starting', '', 'http://169.254.170.2'),
          environment: { state: 'incomplete', problem: { code: 'NO_SECRET_KEY' } },
        },
      ],
      'the environment: set the other one as well, or neither; the container endpoint: try again in a moment',
    ],
  ])('%s', (_, known, expected) => {
    expect(hint(...known)).toBe(expected);
  });

  test('a hop limit is raised', () => {
    const imds = NO_IMDS;
    const limited = { ...imds, problem: { ...imds.problem, possibleHopLimit: true } };
    expect(hint({ imds: limited })).toMatch(/^IMDS: .*--http-put-response-hop-limit 2`$/);
  });

  test.each(FAILURE_REASONS)('%s: no hint names a flag of polls, or the next of them', (reason) => {
    for (const name of ['container', 'imds', 'process', 'environment'] as const) {
      // Then it is absent here.
      if (reason === 'not-configured') continue;
      const known = facts({ [name]: failed(reason) });
      expect(providerHint(known.providers[name], known)).toMatch(/^\S.{10,}/);
      expect(providerHint(known.providers[name], known)).not.toMatch(/--source|--process|next poll/);
    }
  });
});

describe('credentials that have expired', () => {
  const expired = answers({ expiration: NOW - 3_600_000, remaining: -3600 });

  test('in the environment: every SDK is stuck, one by an error', () => {
    const known = facts(
      { environment: expired, imds: IMDS },
      { setVariables: new Set(['AWS_CREDENTIAL_EXPIRATION']) },
    );
    expect(told('EXPIRED_WINS', known).message).toBe(
      'the credentials of the environment expired 1h 00m 00s ago, and no SDK gets past them: ' +
        'Java, Go, JavaScript, Rust and .NET use them all the same and botocore (AWS CLI) stops with an error',
    );
  });

  test('of a process: JavaScript goes on', () => {
    expect(told('EXPIRED_WINS', facts({ process: expired, imds: IMDS })).message).toBe(
      'the credentials of the credential_process of the profile expired 1h 00m 00s ago: ' +
        'Java, Go, Rust and .NET use them all the same and botocore (AWS CLI) stops with an error',
    );
  });

  test('of IMDS: no SDK minds', () => {
    expect(told('EXPIRED_WINS', facts({ imds: expired })).message).toMatch(
      /ago, and no SDK gets past them: every SDK uses them all the same$/,
    );
  });
});

test('an end that cannot be read is shown as that, and who fails on it', () => {
  const notes = [{ code: 'EXPIRATION_UNREADABLE', name: 'Expiration' }] as const;
  const known = facts({ process: answers({ notes }), imds: IMDS });
  expect(told('BROKEN_PLACE_STOPS', known).hint).toBe(
    'write Expiration as 2026-01-31T12:00:00Z, or leave it out',
  );
  const written = text(known);
  expect(written).toMatch(/process +answers +profile default · ASIA…0001 · its expiry cannot be read\n/);
  expect(written).toMatch(
    /! Expiration is not a time; most SDKs fail, and the JavaScript SDK never refreshes/,
  );
  expect(written).not.toMatch(/expiry not stated/);
});

test('every finding has a case that shows it', () => {
  const shown = new Set(
    CASES.flatMap(({ expected }) => expected.findings.map((code) => code.replace(' (note)', ''))),
  );
  expect(CHAIN_FINDING_CODES.filter((code: ChainFindingCode) => !shown.has(code))).toEqual([]);
});
