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
  type ProviderName,
  type ProviderProblem,
  SDKS,
  type Sdk,
} from './providers.ts';

/**
 * The default chains, read from the SDKs' sources: botocore 1.43.107 (`credentials.py`, `session.py`), the AWS SDKs for
 * JavaScript (`credential-provider-node` 3.972.97), Java 2 (`DefaultCredentialsProvider`, `ProfileCredentialsUtils`),
 * Go 2 (`config/resolve_credentials.go`, `shared_config.go`), Rust (`aws-config`, `profile/credentials/repr.rs`) and .NET
 * (`DefaultAWSCredentialsIdentityResolver`, `CredentialProfileTypeDetector`). JVM properties, settings in code and
 * botocore's files of old (AWS_CREDENTIAL_FILE, ~/.boto) are not seen from here.
 */

const AWS_PROFILE = 'AWS_PROFILE';

const isNamedInVain = ({ profile }: ChainFacts) => profile.isNamed && !profile.exists;
const isProfileBlank = ({ blankVariables }: ChainFacts) => blankVariables.has(AWS_PROFILE);

const noSuchProfile: ChainLink = ({ profile }) => stopAt(null, 'NO_SUCH_PROFILE', profile.name);
const blankProfile: ChainLink = () => stopAt(null, 'BLANK_VARIABLE', AWS_PROFILE);
const leave: ChainLink = () => 'leave';

/** Who reads AWS_DEFAULT_PROFILE may have another profile than the one that was looked at. */
const otherProfile = (isRead: (facts: ChainFacts) => boolean): ChainLink =>
  linkIf(
    (facts) => facts.setVariables.has('AWS_DEFAULT_PROFILE') && isRead(facts),
    () => ({ kind: 'unknown', provider: 'profile', reason: 'OTHER_PROFILE', subject: 'AWS_DEFAULT_PROFILE' }),
  );

const lacksSsoRole = (fault: ProviderProblem) =>
  fault.code === 'SETTINGS_MISSING' &&
  ['sso_account_id', 'sso_role_name'].every((name) => fault.names.includes(name));

/** Behind it there is nothing, so that a failure and the end of the chain are one. */
const LAST = providerLink('imds', { onFailure: 'next', onRefused: 'stop' });

/** Where in the two files the keys are makes a difference to none but botocore. */
const keysIn = (file: 'config' | 'credentials') => (link: ChainLink) =>
  linkIf(({ providers }) => providers.profile.profileFile === file, link);

/**
 * Any error that a provider raises ends the chain; that of a profile which is missing does so before the first.
 * Expired credentials are fetched again at once, and when they are expired still, it gives up; not so with IMDS.
 */
const BOTOCORE: readonly ChainLink[] = [
  linkIf(isProfileBlank, blankProfile),
  linkIf(isNamedInVain, noSuchProfile),
  (facts, sdk) =>
    environmentLink({
      onIncomplete: ({ code }) => (code === 'NO_KEY_ID' ? 'next' : 'stop'),
      // It knows no other variable for the end.
      ...(facts.setVariables.has('AWS_CREDENTIAL_EXPIRATION') ? { onExpired: 'stop' } : {}),
    })(facts, sdk),
  // It comes before AWS_PROFILE; in the AWS CLI, after it.
  otherProfile(() => true),
  providerLink('profile-role'),
  providerLink('web-identity'),
  providerLink('profile-web-identity'),
  // A profile of a session alone is for tokens, not for credentials.
  providerLink('sso', { onIncomplete: (fault) => (lacksSsoRole(fault) ? 'next' : 'stop') }),
  keysIn('credentials')(
    providerLink('profile', { onIncomplete: ({ code }) => (code === 'NO_KEY_ID' ? 'next' : 'stop') }),
  ),
  providerLink('login'),
  providerLink('process', { onExpired: 'stop' }),
  keysIn('config')(
    providerLink('profile', { onIncomplete: ({ code }) => (code === 'NO_KEY_ID' ? 'next' : 'stop') }),
  ),
  containerLink('stop', { onExpired: 'stop' }),
  LAST,
];

/** It passes over whatever raises an error; a blank variable is a value to it. */
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

/** What makes the configuration as a whole fail to load, keys in the environment or not. */
const goConfigurationFault: ChainLink = (facts) => {
  const { providers, profile } = facts;
  if (isNamedInVain(facts)) return stopAt(null, 'NO_SUCH_PROFILE', profile.name);
  const isWrong = (name: ProviderName) =>
    providers[name].state === 'incomplete' &&
    !['NO_ROLE_SOURCE', 'NO_SESSION_TOKEN'].includes(providers[name].problem!.code);
  const wrong = (['profile', 'profile-role', 'profile-web-identity'] as const).find(isWrong);
  if (wrong !== undefined) return stopAt(wrong, 'INCOMPLETE');
  const kinds = (['profile-role', 'profile-web-identity', 'process'] as const).filter(
    (name) => providers[name].state !== 'absent' && providers[name].problem?.code !== 'NO_ROLE_SOURCE',
  );
  if (kinds.length > 1) return stopAt(null, 'TWO_KINDS', profile.name);
  const bad = providers.imds.notes.find(({ code }) => code === 'V1_DISABLED_FOR_SOME_SDKS');
  return bad === undefined ? 'next' : stopAt(null, 'BAD_SETTING', 'AWS_EC2_METADATA_V1_DISABLED');
};

/** One choice when the configuration is loaded, and no other after that. */
const GO: readonly ChainLink[] = [
  goConfigurationFault,
  environmentLink({ onIncomplete: 'next' }),
  providerLink('web-identity'),
  otherProfile(({ profile }) => !profile.isNamed),
  // A role without a source is assumed with whatever comes next, container and IMDS included.
  linkIf(
    ({ providers }) => providers['profile-role'].state !== 'absent',
    () => ({
      kind: 'wins',
      provider: 'profile-role',
      problem: null,
    }),
  ),
  providerLink('profile'),
  providerLink('profile-web-identity'),
  providerLink('sso'),
  providerLink('login'),
  providerLink('process'),
  providerLink('container'),
  LAST,
];

/** Only errors of its own kind let the chain go on: a file that cannot be read is not one, nor is a failing SSO. */
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

/** Only "not loaded" lets the chain go on. A blank variable is a value to it. */
const RUST: readonly ChainLink[] = [
  environmentLink({ onIncomplete: 'next' }),
  linkIf((facts) => isProfileBlank(facts) && facts.profile.othersExist, blankProfile),
  linkIf((facts) => isNamedInVain(facts) && facts.profile.othersExist, noSuchProfile),
  providerLink('profile-role'),
  providerLink('profile-web-identity'),
  providerLink('sso'),
  providerLink('login'),
  providerLink('process'),
  providerLink('profile'),
  linkIf(
    ({ blankVariables }) => blankVariables.has('AWS_WEB_IDENTITY_TOKEN_FILE'),
    () => stopAt('web-identity', 'BLANK_VARIABLE', 'AWS_WEB_IDENTITY_TOKEN_FILE'),
  ),
  providerLink('web-identity'),
  containerLink('stop'),
  LAST,
];

/**
 * The properties of a profile must be exactly those of one kind, else it is passed over; one of SSO's is enough to make
 * it SSO's, and that is passed over where nobody has signed in.
 */
const dotnetProfile: ChainLink = (facts, sdk) => {
  const { providers } = facts;
  if (isNamedInVain(facts)) return noSuchProfile(facts, sdk);
  if (providers.sso.state !== 'absent')
    return providerLink('sso', { onIncomplete: 'next', onFailure: 'next' })(facts, sdk);
  const kinds = (['profile', 'profile-role', 'profile-web-identity', 'login', 'process'] as const).filter(
    (name) => providers[name].state !== 'absent',
  );
  return kinds.length === 1 ? providerLink(kinds[0]!, { onIncomplete: 'next' })(facts, sdk) : 'next';
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
  const step = groupLinks(...CHAINS[sdk])(facts, sdk);
  return step === 'next' || step === 'leave' ? { kind: 'none' } : step;
}

/** How the default chain of each SDK ends in a program that starts here and now. */
export function resolveChains(facts: ChainFacts): ChainOutcomes {
  return Object.fromEntries(SDKS.map((sdk) => [sdk, resolveChain(sdk, facts)])) as Record<Sdk, ChainOutcome>;
}
