import { at, containerUnlessBlank, environment, group, type Link, stopsAt, when } from './links.ts';
import {
  type ChainFacts,
  type Outcome,
  type Outcomes,
  type PlaceFault,
  type PlaceName,
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

const isNamedInVain = ({ profile }: ChainFacts) => profile.named && !profile.exists;
const isProfileBlank = ({ blank }: ChainFacts) => blank.has(AWS_PROFILE);

const noSuchProfile: Link = ({ profile }) => stopsAt(null, 'NO_SUCH_PROFILE', profile.name);
const blankProfile: Link = () => stopsAt(null, 'BLANK_VARIABLE', AWS_PROFILE);
const leave: Link = () => 'leave';

/** Who reads AWS_DEFAULT_PROFILE may have another profile than the one that was looked at. */
const otherProfile = (isRead: (facts: ChainFacts) => boolean): Link =>
  when(
    (facts) => facts.set.has('AWS_DEFAULT_PROFILE') && isRead(facts),
    () => ({ kind: 'unknown', place: 'profile', why: 'OTHER_PROFILE', name: 'AWS_DEFAULT_PROFILE' }),
  );

const lacksSsoRole = (fault: PlaceFault) =>
  fault.code === 'SETTINGS_MISSING' &&
  ['sso_account_id', 'sso_role_name'].every((name) => fault.names.includes(name));

/** Behind it there is nothing, so that a failure and the end of the chain are one. */
const LAST = at('imds', { fails: 'next', refused: 'stop' });

/** Where in the two files the keys are makes a difference to none but botocore. */
const keysIn = (file: 'config' | 'credentials') => (link: Link) =>
  when(({ places }) => places.profile.file === file, link);

/**
 * Any error that a provider raises ends the chain; that of a profile which is missing does so before the first.
 * Expired credentials are fetched again at once, and when they are expired still, it gives up; not so with IMDS.
 */
const BOTOCORE: readonly Link[] = [
  when(isProfileBlank, blankProfile),
  when(isNamedInVain, noSuchProfile),
  (facts, sdk) =>
    environment({
      incomplete: ({ code }) => (code === 'NO_KEY_ID' ? 'next' : 'stop'),
      // It knows no other variable for the end.
      ...(facts.set.has('AWS_CREDENTIAL_EXPIRATION') ? { expired: 'stop' } : {}),
    })(facts, sdk),
  // It comes before AWS_PROFILE; in the AWS CLI, after it.
  otherProfile(() => true),
  at('profile-role'),
  at('web-identity'),
  at('profile-web-identity'),
  // A profile of a session alone is for tokens, not for credentials.
  at('sso', { incomplete: (fault) => (lacksSsoRole(fault) ? 'next' : 'stop') }),
  keysIn('credentials')(
    at('profile', { incomplete: ({ code }) => (code === 'NO_KEY_ID' ? 'next' : 'stop') }),
  ),
  at('login'),
  at('process', { expired: 'stop' }),
  keysIn('config')(at('profile', { incomplete: ({ code }) => (code === 'NO_KEY_ID' ? 'next' : 'stop') })),
  containerUnlessBlank('stop', { expired: 'stop' }),
  LAST,
];

/** It passes over whatever raises an error; a blank variable is a value to it. */
const JAVA: readonly Link[] = [
  environment({ incomplete: 'next' }),
  at('web-identity', { incomplete: 'next', fails: 'next' }),
  group(
    when(isProfileBlank, leave),
    at('profile-web-identity', { incomplete: 'next', fails: 'leave' }),
    at('sso', { incomplete: 'leave', fails: 'leave' }),
    at('profile-role', { incomplete: ({ code }) => (code === 'NO_ROLE_SOURCE' ? 'next' : 'leave') }),
    at('login', { fails: 'leave' }),
    at('process', { fails: 'leave' }),
    at('profile', { incomplete: 'leave' }),
  ),
  containerUnlessBlank('next', { fails: 'next' }),
  LAST,
];

/** What makes the configuration as a whole fail to load, keys in the environment or not. */
const goConfigurationFault: Link = (facts) => {
  const { places, profile } = facts;
  if (isNamedInVain(facts)) return stopsAt(null, 'NO_SUCH_PROFILE', profile.name);
  const isWrong = (name: PlaceName) =>
    places[name].state === 'incomplete' &&
    !['NO_ROLE_SOURCE', 'NO_SESSION_TOKEN'].includes(places[name].fault!.code);
  const wrong = (['profile', 'profile-role', 'profile-web-identity'] as const).find(isWrong);
  if (wrong !== undefined) return stopsAt(wrong, 'INCOMPLETE');
  const kinds = (['profile-role', 'profile-web-identity', 'process'] as const).filter(
    (name) => places[name].state !== 'absent' && places[name].fault?.code !== 'NO_ROLE_SOURCE',
  );
  if (kinds.length > 1) return stopsAt(null, 'TWO_KINDS', profile.name);
  const bad = places.imds.notes.find(({ code }) => code === 'V1_DISABLED_FOR_SOME_SDKS');
  return bad === undefined ? 'next' : stopsAt(null, 'BAD_SETTING', 'AWS_EC2_METADATA_V1_DISABLED');
};

/** One choice when the configuration is loaded, and no other after that. */
const GO: readonly Link[] = [
  goConfigurationFault,
  environment({ incomplete: 'next' }),
  at('web-identity'),
  otherProfile(({ profile }) => !profile.named),
  // A role without a source is assumed with whatever comes next, container and IMDS included.
  when(
    ({ places }) => places['profile-role'].state !== 'absent',
    () => ({
      kind: 'wins',
      place: 'profile-role',
      flaw: null,
    }),
  ),
  at('profile'),
  at('profile-web-identity'),
  at('sso'),
  at('login'),
  at('process'),
  at('container'),
  LAST,
];

/** Only errors of its own kind let the chain go on: a file that cannot be read is not one, nor is a failing SSO. */
const JAVASCRIPT: readonly Link[] = [
  when(({ profile }) => !profile.named, environment({ incomplete: 'next' })),
  group(
    at('profile-role', { incomplete: ({ code }) => (code === 'ROLE_SOURCE_MISSING' ? 'leave' : 'next') }),
    at('profile', { incomplete: 'next' }),
    at('profile-web-identity', { incomplete: 'next' }),
    at('process', { fails: 'leave', expired: 'leave' }),
    at('sso'),
    at('login'),
  ),
  at('web-identity', { incomplete: 'next' }),
  at('container'),
  LAST,
];

/** Only "not loaded" lets the chain go on. A blank variable is a value to it. */
const RUST: readonly Link[] = [
  environment({ incomplete: 'next' }),
  when((facts) => isProfileBlank(facts) && facts.profile.othersExist, blankProfile),
  when((facts) => isNamedInVain(facts) && facts.profile.othersExist, noSuchProfile),
  at('profile-role'),
  at('profile-web-identity'),
  at('sso'),
  at('login'),
  at('process'),
  at('profile'),
  when(
    ({ blank }) => blank.has('AWS_WEB_IDENTITY_TOKEN_FILE'),
    () => stopsAt('web-identity', 'BLANK_VARIABLE', 'AWS_WEB_IDENTITY_TOKEN_FILE'),
  ),
  at('web-identity'),
  containerUnlessBlank('stop'),
  LAST,
];

/**
 * The properties of a profile must be exactly those of one kind, else it is passed over; one of SSO's is enough to make
 * it SSO's, and that is passed over where nobody has signed in.
 */
const dotnetProfile: Link = (facts, sdk) => {
  const { places } = facts;
  if (isNamedInVain(facts)) return noSuchProfile(facts, sdk);
  if (places.sso.state !== 'absent') return at('sso', { incomplete: 'next', fails: 'next' })(facts, sdk);
  const kinds = (['profile', 'profile-role', 'profile-web-identity', 'login', 'process'] as const).filter(
    (name) => places[name].state !== 'absent',
  );
  return kinds.length === 1 ? at(kinds[0]!, { incomplete: 'next' })(facts, sdk) : 'next';
};

const DOTNET: readonly Link[] = [
  environment({ incomplete: 'next' }),
  at('web-identity', { incomplete: 'next' }),
  dotnetProfile,
  at('container'),
  LAST,
];

const CHAINS: Readonly<Record<Sdk, readonly Link[]>> = {
  botocore: BOTOCORE,
  java: JAVA,
  go: GO,
  javascript: JAVASCRIPT,
  rust: RUST,
  dotnet: DOTNET,
};

export function outcomeFor(sdk: Sdk, facts: ChainFacts): Outcome {
  const step = group(...CHAINS[sdk])(facts, sdk);
  return step === 'next' || step === 'leave' ? { kind: 'none' } : step;
}

/** How the default chain of each SDK ends in a program that starts here and now. */
export function decide(facts: ChainFacts): Outcomes {
  return Object.fromEntries(SDKS.map((sdk) => [sdk, outcomeFor(sdk, facts)])) as Record<Sdk, Outcome>;
}
