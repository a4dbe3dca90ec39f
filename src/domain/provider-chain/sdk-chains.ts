import {
  AWS_PROFILE,
  type ChainLink,
  containerLink,
  environmentLink,
  findFileProblem,
  groupLinks,
  linkIf,
  otherProfile,
  providerLink,
  stopAt,
  stopIfFileInvalid,
  stopIfProfileBlank,
  stopIfProfileMissing,
} from './links.ts';
import type { ChainOutcome, OutcomesBySdk } from './outcome.ts';
import {
  type ChainFacts,
  mapNames,
  type ProviderName,
  type ProviderProblem,
  SDKS,
  type Sdk,
  selectSdkFacts,
} from './providers.ts';

/**
 * The default credential chains. Sources: the code of botocore 1.43.107 (`credentials.py`, `session.py`) and
 * of the AWS SDKs for JavaScript (`credential-provider-node` 3.972.97), Java 2 (`DefaultCredentialsProvider`,
 * `ProfileCredentialsUtils`), Go 2 (`config/resolve_credentials.go`, `shared_config.go`), Rust (`aws-config`,
 * `profile/credentials/repr.rs`) and .NET (`DefaultAWSCredentialsIdentityResolver`,
 * `CredentialProfileTypeDetector`). Not covered: JVM properties, settings in code, and botocore's old files
 * (AWS_CREDENTIAL_FILE, ~/.boto).
 */

/** The names of these providers that are set up, even if they fail. */
const selectConfigured = <Name extends ProviderName>(
  { providers }: ChainFacts,
  names: readonly Name[],
): Name[] => names.filter((name) => providers[name].state !== 'absent');

const lacksSsoRole = (problem: ProviderProblem) =>
  problem.code === 'SETTINGS_MISSING' &&
  ['sso_account_id', 'sso_role_name'].every((name) => problem.names.includes(name));

/** No provider follows IMDS, so a failure is the end of the chain. */
const LAST = providerLink('imds', { onFailure: 'next', onRejected: 'stop' });

const skipWithoutKeyId = ({ code }: ProviderProblem) => (code === 'NO_KEY_ID' ? 'next' : 'stop');

/** In botocore, the file with the keys decides their place in the chain. */
const botocoreKeysIn = (file: 'config' | 'credentials'): ChainLink =>
  linkIf(
    ({ providers }) => providers.profile.profileFile === file,
    providerLink('profile', { onIncomplete: skipWithoutKeyId }),
  );

/**
 * Any error of a provider ends the chain. A missing profile or a shared file that cannot be parsed ends the
 * chain before the first provider.
 * botocore refreshes expired credentials and fails if the new ones have expired too, except with IMDS.
 */
const BOTOCORE: readonly ChainLink[] = [
  stopIfFileInvalid,
  stopIfProfileBlank,
  stopIfProfileMissing,
  // botocore reads the expiration from this variable only.
  linkIf(
    ({ setVariables }) => setVariables.has('AWS_CREDENTIAL_EXPIRATION'),
    environmentLink({ onIncomplete: skipWithoutKeyId, onExpired: 'stop' }),
  ),
  environmentLink({ onIncomplete: skipWithoutKeyId }),
  // botocore reads AWS_DEFAULT_PROFILE before AWS_PROFILE, the AWS CLI after it.
  otherProfile(() => true),
  providerLink('profile-role'),
  providerLink('web-identity'),
  providerLink('profile-web-identity'),
  // A profile with only an SSO session is for tokens, not for credentials.
  providerLink('sso', { onIncomplete: (problem) => (lacksSsoRole(problem) ? 'next' : 'stop') }),
  botocoreKeysIn('credentials'),
  providerLink('login'),
  providerLink('process', { onExpired: 'stop' }),
  botocoreKeysIn('config'),
  containerLink('stop', { onExpired: 'stop' }),
  LAST,
];

/** Java skips providers that raise an error. It treats a blank variable as a value. */
const JAVA: readonly ChainLink[] = [
  environmentLink({ onIncomplete: 'next' }),
  providerLink('web-identity', { onIncomplete: 'next', onFailure: 'next' }),
  groupLinks(
    (facts, sdk) => (facts.blankVariables.has(AWS_PROFILE) || findFileProblem(facts, sdk) ? 'leave' : 'next'),
    providerLink('profile-web-identity', { onIncomplete: 'next', onFailure: 'leave' }),
    providerLink('sso', { onIncomplete: 'leave', onFailure: 'leave' }),
    providerLink('profile-role', {
      onIncomplete: ({ code }) => (code === 'NO_ROLE_SOURCE' ? 'next' : 'leave'),
    }),
    providerLink('login', { onFailure: 'leave' }),
    providerLink('process', { onFailure: 'leave' }),
    providerLink('profile', { onIncomplete: 'leave' }),
  ),
  containerLink('next', { onFailure: 'next' }),
  LAST,
];

/** Go fails to load a configuration with one of these problems, even if the environment has keys. */
const checkGoConfiguration: ChainLink = (facts) => {
  const { providers, profile } = facts;
  const isInvalid = (name: ProviderName) => {
    const { state, problem } = providers[name];
    if (state !== 'incomplete') return false;
    // Go looks for the credential_source only if no provider comes first.
    if (problem.code === 'NO_BASE_CREDENTIALS') return problem.setting === 'source_profile';
    return problem.code !== 'NO_ROLE_SOURCE' && problem.code !== 'NO_SESSION_TOKEN';
  };
  const invalid = (['profile', 'profile-role', 'profile-web-identity'] as const).find(isInvalid);
  if (invalid !== undefined) return stopAt(invalid, { reason: 'INCOMPLETE' });
  const kinds = selectConfigured(facts, ['profile-role', 'profile-web-identity', 'process']).filter(
    (name) => providers[name].problem?.code !== 'NO_ROLE_SOURCE',
  );
  if (kinds.length > 1) return stopAt(null, { reason: 'AMBIGUOUS_PROFILE', profile: profile.name });
  return providers.imds.notes.some(({ code }) => code === 'V1_DISABLED_FOR_SOME_SDKS')
    ? stopAt(null, { reason: 'INVALID_SETTING', setting: 'AWS_EC2_METADATA_V1_DISABLED' })
    : 'next';
};

/** Go chooses one provider while it loads the configuration. It tries no other one if that provider fails. */
const GO: readonly ChainLink[] = [
  stopIfProfileMissing,
  checkGoConfiguration,
  environmentLink({ onIncomplete: 'next' }),
  providerLink('web-identity'),
  otherProfile(({ profile }) => !profile.isNamed),
  // Without a source, Go assumes the role with the credentials of the next provider, even container or IMDS.
  ({ providers }) => {
    const { state, problem } = providers['profile-role'];
    if (problem?.code === 'NO_BASE_CREDENTIALS') return stopAt('profile-role', { reason: 'INCOMPLETE' });
    return state === 'absent' ? 'next' : { kind: 'wins', provider: 'profile-role', problem: null };
  },
  providerLink('profile'),
  providerLink('profile-web-identity'),
  providerLink('sso'),
  providerLink('login'),
  providerLink('process'),
  providerLink('container'),
  // Go rejects a token without TTL and then uses IMDSv1.
  ({ doesImdsV1Work }) =>
    doesImdsV1Work === false
      ? stopAt('imds', { reason: 'REJECTED_BY_SDK', note: 'TOKEN_TTL_NONCONFORMING' })
      : 'next',
  LAST,
];

/** For `credential_source`, JavaScript uses IMDS even if AWS_EC2_METADATA_DISABLED disables IMDS. */
const javascriptRole: ChainLink = (facts, sdk) => {
  const { problem } = facts.providers['profile-role'];
  const cause = problem?.code === 'NO_BASE_CREDENTIALS' ? problem.cause : null;
  if (cause === 'IMDS_DISABLED') return { kind: 'wins', provider: 'profile-role', problem: null };
  const isMissing = cause === 'MISSING' || problem?.code === 'ROLE_SOURCE_MISSING';
  const onIncomplete = cause === 'SIGNED_OUT' ? 'stop' : isMissing ? 'leave' : 'next';
  return providerLink('profile-role', { onIncomplete })(facts, sdk);
};

/** Only a `CredentialsProviderError` lets the chain go on. Unreadable files and SSO raise other errors. */
const JAVASCRIPT: readonly ChainLink[] = [
  linkIf(({ profile }) => !profile.isNamed, environmentLink({ onIncomplete: 'next' })),
  groupLinks(
    javascriptRole,
    providerLink('profile', { onIncomplete: 'next' }),
    providerLink('profile-web-identity', { onIncomplete: 'next' }),
    providerLink('process', { onFailure: 'leave', onExpired: 'leave' }),
    providerLink('sso'),
    providerLink('login'),
  ),
  providerLink('web-identity', { onIncomplete: 'next' }),
  providerLink('container'),
  LAST,
];

/** Only the error "not loaded" lets the chain go on. Rust treats a blank variable as a value. */
const RUST: readonly ChainLink[] = [
  environmentLink({ onIncomplete: 'next' }),
  stopIfFileInvalid,
  linkIf(({ profile }) => profile.anyExist, groupLinks(stopIfProfileBlank, stopIfProfileMissing)),
  providerLink('profile-role'),
  providerLink('profile-web-identity'),
  providerLink('sso'),
  providerLink('login'),
  providerLink('process'),
  providerLink('profile'),
  linkIf(
    ({ blankVariables }) => blankVariables.has('AWS_WEB_IDENTITY_TOKEN_FILE'),
    () => stopAt('web-identity', { reason: 'BLANK_VARIABLE', setting: 'AWS_WEB_IDENTITY_TOKEN_FILE' }),
  ),
  providerLink('web-identity'),
  containerLink('stop'),
  LAST,
];

/**
 * .NET uses a profile only if all of its settings belong to one provider. A single SSO setting makes it an
 * SSO profile, and .NET skips the profile unless the user is signed in.
 */
const dotnetProfile: ChainLink = (facts, sdk) => {
  if (facts.providers.sso.state !== 'absent')
    return providerLink('sso', { onIncomplete: 'next', onFailure: 'next' })(facts, sdk);
  const names = ['profile', 'profile-role', 'profile-web-identity', 'login', 'process'] as const;
  const [kind, ...others] = selectConfigured(facts, names);
  return kind !== undefined && others.length === 0
    ? providerLink(kind, { onIncomplete: 'next' })(facts, sdk)
    : 'next';
};

const DOTNET: readonly ChainLink[] = [
  environmentLink({ onIncomplete: 'next' }),
  providerLink('web-identity', { onIncomplete: 'next' }),
  stopIfProfileMissing,
  dotnetProfile,
  providerLink('container'),
  LAST,
];

const CHAINS: Readonly<Record<Sdk, readonly ChainLink[]>> = {
  botocore: BOTOCORE,
  java: JAVA,
  go: GO,
  javascript: JAVASCRIPT,
  rust: RUST,
  dotnet: DOTNET,
};

export function resolveChain(sdk: Sdk, facts: ChainFacts): ChainOutcome {
  const result = groupLinks(...CHAINS[sdk])(selectSdkFacts(facts, sdk), sdk);
  return result === 'next' || result === 'leave' ? { kind: 'none' } : result;
}

/** How the default chain of each SDK ends in a program that starts now in this environment. */
export const resolveChains = (facts: ChainFacts): OutcomesBySdk =>
  mapNames(SDKS, (sdk) => resolveChain(sdk, facts));
