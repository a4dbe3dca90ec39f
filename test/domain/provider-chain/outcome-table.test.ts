import { expect, test } from 'vitest';
import type { FailureReason } from '../../../src/domain/model.ts';
import { POLL_NOTE_CODES, type PollNote, type PollNoteCode } from '../../../src/domain/poll-note.ts';
import { OTHER_CLIENTS, SDKS } from '../../../src/domain/provider-chain/clients.ts';
import { analyseChains } from '../../../src/domain/provider-chain/findings/findings.ts';
import { groupByOutcome, groupSdks } from '../../../src/domain/provider-chain/outcome-groups.ts';
import {
  type ChainFacts,
  type KnownProvider,
  type MissingBase,
  PROFILE_PROVIDERS,
  PROVIDER_NAMES,
  type ProviderName,
  type ProviderProblem,
} from '../../../src/domain/provider-chain/providers.ts';
import { FILE_PROBLEM_CAUSES } from '../../../src/domain/provider-chain/shared-files/file-problem.ts';
import { createFacts, type KnownProviders, withCredentials } from '../../support/domain/facts.ts';
import { formatOutcome } from '../../support/domain/shadowing-case.ts';

// The shadowing cases come from environments. This table has the combinations that no case has, one per line, so
// that a change of any link, list or check shows up as a readable difference.

const PARSERS = ['botocore', 'java', 'go', 'ruby', 'javascript'] as const;

const NOW = Date.UTC(2026, 10, 22);

const pollFailed = (reason: FailureReason, possibleHopLimit = false): ProviderProblem => ({
  code: 'POLL_FAILED',
  reason,
  detail: 'detail',
  misconfiguration: null,
  possibleHopLimit,
});

const missingBase = (
  cause: MissingBase['cause'],
  setting: 'source_profile' | 'credential_source' = 'credential_source',
): ProviderProblem => ({ code: 'NO_BASE_CREDENTIALS', setting, value: 'base', cause });

const failedBase = (cause: 'PROCESS_FAILED' | 'EXPIRED', name: ProviderName): ProviderProblem => ({
  ...{ code: 'NO_BASE_CREDENTIALS', setting: 'source_profile', value: 'base', cause },
  failed: { name, problem: { code: 'CREDENTIALS_EXPIRED', at: NOW } },
});

const incomplete = (problem: ProviderProblem): KnownProvider => ({ state: 'incomplete', problem });
const fails = (problem: ProviderProblem): KnownProvider => ({ state: 'fails', problem });

const STATES: Readonly<Record<string, KnownProvider>> = {
  untried: { state: 'untried', problem: null },
  answers: withCredentials({ remaining: 3600 }),
  'answers, long-lived': withCredentials({ accessKeyId: 'AKIAFALSE00000000001', isSession: false }),
  'answers, 900 s left': withCredentials({ remaining: 900 }),
  'answers, 899 s left': withCredentials({ remaining: 899 }),
  'answers, 1 s left': withCredentials({ remaining: 1 }),
  'answers, 0 s left': withCredentials({ remaining: 0 }),
  'answers, with the old token name': withCredentials({
    notes: [{ code: 'ONLY_OLD_TOKEN', name: 'AWS_SECURITY_TOKEN' }],
  }),
  'answers, long-lived with the old token name': withCredentials({
    accessKeyId: 'AKIAFALSE00000000001',
    notes: [{ code: 'ONLY_OLD_TOKEN', name: 'AWS_SECURITY_TOKEN' }],
  }),
  'fails: timeout': fails(pollFailed('timeout')),
  'fails: timeout behind a hop limit': fails(pollFailed('timeout', true)),
  'fails: unreachable': fails(pollFailed('unreachable')),
  'fails: unreachable behind a hop limit': fails(pollFailed('unreachable', true)),
  'fails: server-error': fails(pollFailed('server-error')),
  'fails: TIMED_OUT': fails({ code: 'TIMED_OUT' }),
  'fails: TOKEN_FILE_UNREADABLE': fails({ code: 'TOKEN_FILE_UNREADABLE', detail: 'detail' }),
  'fails: TOKEN_EXPIRED': fails({ code: 'TOKEN_EXPIRED', at: NOW }),
  'fails: NOT_SIGNED_IN': fails({ code: 'NOT_SIGNED_IN' }),
  'incomplete: NO_SECRET_KEY': incomplete({ code: 'NO_SECRET_KEY' }),
  'incomplete: NO_KEY_ID': incomplete({ code: 'NO_KEY_ID' }),
  'incomplete: NO_SESSION_TOKEN': incomplete({ code: 'NO_SESSION_TOKEN' }),
  'incomplete: NO_ROLE_ARN': incomplete({ code: 'NO_ROLE_ARN' }),
  'incomplete: NO_ROLE_SOURCE': incomplete({ code: 'NO_ROLE_SOURCE' }),
  'incomplete: TWO_ROLE_SOURCES': incomplete({ code: 'TWO_ROLE_SOURCES' }),
  'incomplete: MFA_REQUIRED': incomplete({ code: 'MFA_REQUIRED', profile: 'default' }),
  'incomplete: MFA_REQUIRED of another profile': incomplete({ code: 'MFA_REQUIRED', profile: 'base' }),
  'incomplete: ROLE_SOURCE_MISSING': incomplete({ code: 'ROLE_SOURCE_MISSING', name: 'base' }),
  'incomplete: credential_source MISSING': incomplete(missingBase('MISSING')),
  'incomplete: source_profile MISSING': incomplete(missingBase('MISSING', 'source_profile')),
  'incomplete: SSO_SETTING_TWICE': incomplete({
    code: 'SSO_SETTING_TWICE',
    name: 'sso_region',
    session: 'corp',
  }),
  'incomplete: EMPTY_SETTING role_arn': incomplete({ code: 'EMPTY_SETTING', name: 'role_arn' }),
  'incomplete: NO_ROLE': incomplete(missingBase('NO_ROLE', 'source_profile')),
  'incomplete: SIGNED_OUT': incomplete(missingBase('SIGNED_OUT')),
  'incomplete: PROCESS_FAILED': incomplete(failedBase('PROCESS_FAILED', 'process')),
  'incomplete: EXPIRED': incomplete(failedBase('EXPIRED', 'profile')),
  'incomplete: IMDS_DISABLED': incomplete(missingBase('IMDS_DISABLED')),
  'incomplete: both SSO settings': incomplete({
    code: 'SETTINGS_MISSING',
    names: ['sso_account_id', 'sso_role_name'],
  }),
  'incomplete: sso_role_name': incomplete({ code: 'SETTINGS_MISSING', names: ['sso_role_name'] }),
};

/** How the chain of each client ends, and all findings with their fields. */
function describeFacts(title: string, facts: ChainFacts): string {
  const { outcomes, otherOutcomes, findings } = analyseChains(facts);
  const ends = groupSdks(outcomes).map(({ sdks, outcome }) => {
    const names = sdks.length === SDKS.length ? 'all' : sdks.join(' ');
    return `${names}: ${formatOutcome(outcome)}`;
  });
  const found = findings.map(({ code, severity, ...fields }) => {
    const mark = severity === 'note' ? '(note) ' : '';
    return `\n    ${mark}${code} ${JSON.stringify(fields)}`;
  });
  const others = groupByOutcome(OTHER_CLIENTS, otherOutcomes).map(
    ({ clients, outcome }) => `${clients.join(' ')}: ${formatOutcome(outcome)}`,
  );
  return `${title}\n    ${ends.join('; ')}\n    others: ${others.join('; ')}${found.join('')}`;
}

const isOfProfile = (name: ProviderName) => PROFILE_PROVIDERS.some((each) => each === name);

const ROLE_BEHIND: KnownProviders = { imds: withCredentials({ role: 'instance', remaining: 3600 }) };

const describeProviders = (title: string, providers: KnownProviders, more = {}) =>
  describeFacts(title, createFacts(providers, { now: NOW, ...more }));

test('each state of each provider before IMDS has the recorded outcomes and findings', async () => {
  const lines = PROVIDER_NAMES.flatMap((name) =>
    Object.entries(STATES).map(([state, known]) => {
      const file = isOfProfile(name) ? { profileFile: 'credentials' as const } : {};
      return describeProviders(`${name} ${state}`, { ...ROLE_BEHIND, [name]: { ...known, ...file } });
    }),
  );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('outcome-tables/states.txt');
});

test('each pair of working providers has the recorded outcomes and findings', async () => {
  const lines = PROVIDER_NAMES.flatMap((first, index) =>
    PROVIDER_NAMES.slice(index + 1).flatMap((second) => {
      const works = (name: ProviderName, profileFile: 'config' | 'credentials'): KnownProvider =>
        withCredentials({ remaining: 3600, ...(isOfProfile(name) ? { profileFile } : {}) });
      const files = [first, second].includes('profile') ? (['config', 'credentials'] as const) : [null];
      return files.map((file) =>
        describeProviders(`${first} and ${second}${file === null ? '' : `, keys in the ${file} file`}`, {
          [first]: works(first, file ?? 'config'),
          [second]: works(second, file ?? 'config'),
        }),
      );
    }),
  );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('outcome-tables/pairs.txt');
});

test('each note of a poll has the recorded outcomes and findings', async () => {
  const names: Partial<Record<PollNoteCode, readonly string[]>> = {
    BLANK_ENV: ['DISABLED', 'SERVICE_ENDPOINT', 'SERVICE_ENDPOINT_MODE'].map(
      (end) => `AWS_EC2_METADATA_${end}`,
    ),
    EXPIRATION_REJECTED_BY_BOTOCORE: ['AWS_CREDENTIAL_EXPIRATION'],
    EXPIRATION_UNREADABLE: ['Expiration', 'AWS_CREDENTIAL_EXPIRATION'],
  };
  const forms = ['no-zone', 'epoch', 'number', 'empty', 'not-rfc3339'];
  const notes = POLL_NOTE_CODES.flatMap((code) =>
    code === 'EXPIRATION_ONLY_SOME_SDKS'
      ? forms.map((form) => ({ code, name: form, form }) as PollNote & { name: string })
      : (names[code] ?? ['NAME']).map((name) => ({ code, name }) as PollNote & { name: string }),
  );
  const lines = notes.flatMap((note) =>
    (['environment', 'container', 'process', 'imds'] as const).map((name) =>
      describeProviders(`${name} with the note ${note.code} ${note.name}`, {
        ...ROLE_BEHIND,
        [name]: withCredentials({ remaining: 3600, notes: [note, note] }),
      }),
    ),
  );
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('outcome-tables/notes.txt');
});

const VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_ACCESS_KEY',
  'AWS_SECRET_KEY',
  'SECRET_ACCESS_KEY',
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_EC2_METADATA_DISABLED',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
  'AWS_EC2_METADATA_V1_DISABLED',
];

test('each set and each blank variable has the recorded outcomes and findings', async () => {
  const both = { ...ROLE_BEHIND, environment: withCredentials({ remaining: 3600 }) };
  const expired = { ...ROLE_BEHIND, environment: withCredentials({ remaining: 0 }) };
  const lines = VARIABLES.flatMap((first) => [
    describeProviders(`${first} is blank`, both, { blankVariables: new Set([first, 'AWS_SESSION_TOKEN']) }),
    describeProviders(`${first} is set`, both, { setVariables: new Set([first]) }),
    describeProviders(`${first} is set, keys have expired`, expired, { setVariables: new Set([first]) }),
    ...VARIABLES.filter((second) => first < second && /KEY|URI|PROFILE/.test(first + second)).flatMap(
      (second) => [
        describeProviders(`${first} and ${second} are set`, both, { setVariables: new Set([first, second]) }),
        describeProviders(`${first} is set, ${second} is blank`, ROLE_BEHIND, {
          setVariables: new Set([first]),
          blankVariables: new Set([second]),
        }),
      ],
    ),
  ]);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('outcome-tables/variables.txt');
});

test('each kind of profile and file has the recorded outcomes and findings', async () => {
  const profile = createFacts().profile;
  const keys = { ...ROLE_BEHIND, environment: withCredentials({ remaining: 3600 }) };
  const roleProblem = incomplete({ code: 'ROLE_SOURCE_MISSING', name: 'base' });
  const lines = [
    ...[true, false].flatMap((isNamed) =>
      [true, false].flatMap((exists) =>
        [true, false].flatMap((anyExist) =>
          [keys, ROLE_BEHIND].map((providers) =>
            describeProviders(
              `profile: ${JSON.stringify({ isNamed, exists, anyExist, keys: providers === keys })}`,
              providers,
              { profile: { ...profile, name: 'dev', isNamed, exists, anyExist } },
            ),
          ),
        ),
      ),
    ),
    ...FILE_PROBLEM_CAUSES.flatMap((cause) =>
      ([['botocore'], ['java'], PARSERS] as const).map((parsers) =>
        describeProviders(`file problem ${cause} of ${parsers.join(' ')}`, ROLE_BEHIND, {
          fileProblems: [{ path: '/config', line: 7, cause, parsers }],
        }),
      ),
    ),
    ...['dev', 'base', 'other'].map((name) =>
      describeProviders(
        `misplaced section of ${name}`,
        { ...ROLE_BEHIND, 'profile-role': roleProblem },
        {
          profile: { ...profile, name: 'dev' },
          misplacedSections: [{ file: 'config', path: '/config', section: name, profile: name }],
        },
      ),
    ),
    ...PROFILE_PROVIDERS.map((name) =>
      describeProviders(`botocore alone finds ${name}`, ROLE_BEHIND, {
        botocoreProviders: { [name]: { ...createFacts({ [name]: withCredentials() }).providers[name] } },
      }),
    ),
    ...[true, false, null].map((doesImdsV1Work) =>
      describeProviders(`IMDSv1 works: ${doesImdsV1Work}`, ROLE_BEHIND, { doesImdsV1Work }),
    ),
  ];
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('outcome-tables/profiles.txt');
});
