import {
  type ChainLink,
  containerLink,
  environmentLink,
  groupLinks,
  linkIf,
  providerLink,
  stopAt,
} from './links.ts';
import {
  type ChainFacts,
  type ChainOutcome,
  type ChainOutcomes,
  mapNames,
  type ProviderName,
  type ProviderProblem,
  SDKS,
  type Sdk,
} from './providers.ts';

/**
 * The default credential chains. Sources: the code of botocore 1.43.107 (`credentials.py`, `session.py`) and
 * of the AWS SDKs for JavaScript (`credential-provider-node` 3.972.97), Java 2 (`DefaultCredentialsProvider`,
 * `ProfileCredentialsUtils`), Go 2 (`config/resolve_credentials.go`, `shared_config.go`), Rust (`aws-config`,
 * `profile/credentials/repr.rs`) and .NET (`DefaultAWSCredentialsIdentityResolver`,
 * `CredentialProfileTypeDetector`). Not covered: JVM properties, settings in code, and botocore's old files
 * (AWS_CREDENTIAL_FILE, ~/.boto).
 */

const AWS_PROFILE = 'AWS_PROFILE';

const isProfileMissing = ({ profile }: ChainFacts) => profile.isNamed && !profile.exists;
const isProfileBlank = ({ blankVariables }: ChainFacts) => blankVariables.has(AWS_PROFILE);

const stopAtMissingProfile: ChainLink = ({ profile }) =>
  stopAt(null, { reason: 'NO_SUCH_PROFILE', profile: profile.name });
const stopAtBlankProfile: ChainLink = () => stopAt(null, { reason: 'BLANK_VARIABLE', setting: AWS_PROFILE });
const leave: ChainLink = () => 'leave';

/** An SDK that reads AWS_DEFAULT_PROFILE may use a profile that the probe did not read. */
const otherProfile = (isRead: (facts: ChainFacts) => boolean): ChainLink =>
  linkIf(
    (facts) => facts.setVariables.has('AWS_DEFAULT_PROFILE') && isRead(facts),
    () => ({
      kind: 'unknown',
      provider: 'profile',
      cause: { reason: 'OTHER_PROFILE', setting: 'AWS_DEFAULT_PROFILE' },
    }),
  );

const lacksSsoRole = (problem: ProviderProblem) =>
  problem.code === 'SETTINGS_MISSING' &&
  ['sso_account_id', 'sso_role_name'].every((name) => problem.names.includes(name));

/** No provider follows IMDS, so a failure is the end of the chain. */
const LAST = providerLink('imds', { onFailure: 'next', onRejected: 'stop' });

const skipWithoutKeyId = ({ code }: ProviderProblem) => (code === 'NO_KEY_ID' ? 'next' : 'stop');

/** In botocore, the place of the keys in the chain depends on the file that has them. */
const botocoreKeysIn = (file: 'config' | 'credentials'): ChainLink =>
  linkIf(
    ({ providers }) => providers.profile.profileFile === file,
    providerLink('profile', { onIncomplete: skipWithoutKeyId }),
  );

/**
 * Any error of a provider ends the chain. A missing profile ends the chain before the first provider.
 * botocore refreshes expired credentials and fails if the new ones have expired too, except with IMDS.
 */
const BOTOCORE: readonly ChainLink[] = [
  linkIf(isProfileBlank, stopAtBlankProfile),
  linkIf(isProfileMissing, stopAtMissingProfile),
  (facts, sdk) =>
    environmentLink({
      onIncomplete: skipWithoutKeyId,
      // botocore reads the expiration from this variable only.
      ...(facts.setVariables.has('AWS_CREDENTIAL_EXPIRATION') ? { onExpired: 'stop' } : {}),
    })(facts, sdk),
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
    linkIf(isProfileBlank, leave),
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
const checkGoConfiguration: ChainLink = (facts, sdk) => {
  const { providers, profile } = facts;
  if (isProfileMissing(facts)) return stopAtMissingProfile(facts, sdk);
  const isInvalid = (name: ProviderName) => {
    const { state, problem } = providers[name];
    return state === 'incomplete' && problem.code !== 'NO_ROLE_SOURCE' && problem.code !== 'NO_SESSION_TOKEN';
  };
  const invalid = (['profile', 'profile-role', 'profile-web-identity'] as const).find(isInvalid);
  if (invalid !== undefined) return stopAt(invalid, { reason: 'INCOMPLETE' });
  const kinds = (['profile-role', 'profile-web-identity', 'process'] as const).filter(
    (name) => providers[name].state !== 'absent' && providers[name].problem?.code !== 'NO_ROLE_SOURCE',
  );
  if (kinds.length > 1) return stopAt(null, { reason: 'AMBIGUOUS_PROFILE', profile: profile.name });
  return providers.imds.notes.some(({ code }) => code === 'V1_DISABLED_FOR_SOME_SDKS')
    ? stopAt(null, { reason: 'INVALID_SETTING', setting: 'AWS_EC2_METADATA_V1_DISABLED' })
    : 'next';
};

/** Go chooses one provider while it loads the configuration. It tries no other one if that provider fails. */
const GO: readonly ChainLink[] = [
  checkGoConfiguration,
  environmentLink({ onIncomplete: 'next' }),
  providerLink('web-identity'),
  otherProfile(({ profile }) => !profile.isNamed),
  // Without a source, Go assumes the role with the credentials of the next provider, even container or IMDS.
  linkIf(
    ({ providers }) => providers['profile-role'].state !== 'absent',
    () => ({ kind: 'wins', provider: 'profile-role', problem: null }),
  ),
  providerLink('profile'),
  providerLink('profile-web-identity'),
  providerLink('sso'),
  providerLink('login'),
  providerLink('process'),
  providerLink('container'),
  LAST,
];

/** Only a `CredentialsProviderError` lets the chain go on. Unreadable files and SSO raise other errors. */
const JAVASCRIPT: readonly ChainLink[] = [
  linkIf(({ profile }) => !profile.isNamed, environmentLink({ onIncomplete: 'next' })),
  groupLinks(
    providerLink('profile-role', {
      onIncomplete: ({ code }) => (code === 'ROLE_SOURCE_MISSING' ? 'leave' : 'next'),
    }),
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
  linkIf((facts) => isProfileBlank(facts) && facts.profile.anyExist, stopAtBlankProfile),
  linkIf((facts) => isProfileMissing(facts) && facts.profile.anyExist, stopAtMissingProfile),
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
  const { providers } = facts;
  if (isProfileMissing(facts)) return stopAtMissingProfile(facts, sdk);
  if (providers.sso.state !== 'absent')
    return providerLink('sso', { onIncomplete: 'next', onFailure: 'next' })(facts, sdk);
  const kinds = (['profile', 'profile-role', 'profile-web-identity', 'login', 'process'] as const).filter(
    (name) => providers[name].state !== 'absent',
  );
  const [kind, ...others] = kinds;
  return kind !== undefined && others.length === 0
    ? providerLink(kind, { onIncomplete: 'next' })(facts, sdk)
    : 'next';
};

const DOTNET: readonly ChainLink[] = [
  environmentLink({ onIncomplete: 'next' }),
  providerLink('web-identity', { onIncomplete: 'next' }),
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
  const result = groupLinks(...CHAINS[sdk])(facts, sdk);
  return result === 'next' || result === 'leave' ? { kind: 'none' } : result;
}

/** How the default chain of each SDK ends in a program that starts now in this environment. */
export const resolveChains = (facts: ChainFacts): ChainOutcomes =>
  mapNames(SDKS, (sdk) => resolveChain(sdk, facts));
