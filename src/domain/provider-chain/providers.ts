import type { FailureFacts, Instant, Seconds } from '../model.ts';
import type { Platform } from '../platform.ts';
import type { PollNote } from '../poll-note.ts';
import type { Client } from './clients.ts';
import type { ObservedProcess } from './observed-process-facts.ts';
import type { ResponseTimes } from './response-times/response-times.ts';
import type { FileProblem, MisplacedSection } from './shared-files/file-problem.ts';
import type { FileVariable, UnusualSettings } from './shared-files/unusual-settings.ts';

export const PROVIDER_NAMES = [
  'environment',
  'web-identity',
  'profile',
  'profile-role',
  'profile-web-identity',
  'sso',
  'login',
  'process',
  'container',
  'imds',
] as const;
export type ProviderName = (typeof PROVIDER_NAMES)[number];

/** The providers that read a key pair from variables or from a file. */
export const KEY_PAIR_PROVIDERS = ['environment', 'profile'] as const satisfies readonly ProviderName[];
export type KeyPairProvider = (typeof KEY_PAIR_PROVIDERS)[number];

/** The providers of the selected profile. */
export const PROFILE_PROVIDERS = [
  'profile',
  'profile-role',
  'profile-web-identity',
  'sso',
  'login',
  'process',
] as const satisfies readonly ProviderName[];
export type ProfileProvider = (typeof PROFILE_PROVIDERS)[number];

/** The role of a profile has no credentials to assume the role with. */
export interface MissingBase {
  code: 'NO_BASE_CREDENTIALS';
  setting: 'source_profile' | 'credential_source';
  /** The profile or the source that the setting names. */
  value: string;
  /**
   * `SIGNED_OUT`: the base profile has a web identity or SSO that fails. `PROCESS_FAILED`: it has a process that fails
   * or prints expired credentials. `EXPIRED`: it has expired keys. `NO_ROLE`: it has a `credential_source` with
   * credentials, and no role.
   */
  cause: 'MISSING' | 'SIGNED_OUT' | 'PROCESS_FAILED' | 'EXPIRED' | 'IMDS_DISABLED' | 'NO_ROLE';
  /** The provider of the base profile that fails or has expired. Not with the other causes. */
  failed?: { name: ProviderName; problem: ProviderProblem };
}

/** What is missing or invalid at a provider that is set up. */
export type ProviderProblem =
  | { code: 'NO_SECRET_KEY' }
  | { code: 'NO_KEY_ID' }
  /** The key id begins with `ASIA`, so AWS refuses the keys without a session token. SDKs use them anyway. */
  | { code: 'NO_SESSION_TOKEN' }
  /** A web identity token is set without a role. */
  | { code: 'NO_ROLE_ARN' }
  /** A role is set without credentials to assume it with. */
  | { code: 'NO_ROLE_SOURCE' }
  | { code: 'TWO_ROLE_SOURCES' }
  /** `source_profile` names a profile that does not exist. */
  | { code: 'ROLE_SOURCE_MISSING'; name: string }
  | MissingBase
  /** A person has to enter a code for the role of `profile`: the selected profile, or one between it and its keys. */
  | { code: 'MFA_REQUIRED'; profile: string }
  /** The setting has no value. Only for clients that read this as an empty value: others ignore the setting. */
  | { code: 'EMPTY_SETTING'; name: string }
  /** The profile repeats a setting of its section `sso-session`. Only for clients that reject this. */
  | { code: 'SSO_SETTING_TWICE'; name: string; session: string }
  /** A comment follows the value. Only for clients that read such a comment as part of the value. */
  | { code: 'COMMENT_IN_VALUE'; name: string; mark: '#' | ';' }
  /** `session`: the section `sso-session` that should have the settings does not exist. */
  | {
      code: 'SETTINGS_MISSING';
      names: readonly string[];
      session?: { name: string; similarNames: readonly string[] };
    }
  | { code: 'TOKEN_FILE_UNREADABLE'; detail: string }
  | { code: 'TOKEN_EXPIRED'; at: Instant }
  /** Only for the base of a role. Other providers have `remaining`. */
  | { code: 'CREDENTIALS_EXPIRED'; at: Instant }
  | { code: 'NOT_SIGNED_IN' }
  | ({ code: 'POLL_FAILED' } & FailureFacts)
  | { code: 'TIMED_OUT' };

/**
 * - `absent`: no setting names this provider.
 * - `incomplete`: some settings are missing or contradict each other.
 * - `untried`: all settings are present. The probe does not call STS, IAM Identity Center or sign-in. A probe
 *   without network also does not poll endpoints and processes.
 * - `answers`, `fails`: the result of one poll.
 */
type ProviderStatus =
  | { state: 'absent' | 'untried' | 'answers'; problem: null }
  | { state: 'incomplete' | 'fails'; problem: ProviderProblem };

/** Credentials of a role that assume another role. */
export type RoleBaseKind = 'role' | 'web-identity' | 'sso' | 'container' | 'imds';

/** How SDKs assume the role of the profile. */
export interface RoleSession {
  /** Null: not set, so AWS's default of one hour. */
  durationSeconds: Seconds | null;
  /** Null: the credentials that assume the role are not known to be of a role. */
  base: RoleBaseKind | null;
  /** The provider that `credential_source` names, and its name there. */
  source: { provider: ProviderName; name: string } | null;
  /** The endpoint whose credentials assume the role, or the first role of a chain of profiles. Null: none. */
  endpoint: 'container' | 'imds' | null;
  /** The profile that `source_profile` names. */
  sourceProfile: string | null;
  /** The role of this profile needs a code of an MFA device. */
  needsMfa: boolean;
  /** The profile whose role needs a code of an MFA device in Go, which ignores keys beside the role of a source profile. */
  mfaProfileOfGo: string | null;
}

interface ProviderDetails {
  accessKeyId: string | null;
  role: string | null;
  accountId: string | null;
  /** Null if unknown. Long-lived keys have none. */
  expiration: Instant | null;
  /** Corrected by the provider's `Date` header, if there is one. */
  remaining: Seconds | null;
  /** True for session credentials, which always expire, even at an unknown time. Null without credentials. */
  isSession: boolean | null;
  /** A file, or a URL without its path: the path of a container endpoint is confidential. */
  origin: string | null;
  /** The file that sets up a provider of the profile. botocore and PHP have another order in each file. */
  profileFile: 'config' | 'credentials' | null;
  /** Expiration of the token for STS or IAM Identity Center. */
  tokenExpiration: Instant | null;
  /** Of `profile-role`. */
  roleSession: RoleSession | null;
  /** Null without a response of an endpoint. */
  responseTimes: ResponseTimes | null;
  notes: readonly PollNote[];
}

/** One step of a credential chain, as the probe found it. */
export type Provider = { name: ProviderName } & ProviderStatus & ProviderDetails;

const UNKNOWN_DETAILS: ProviderDetails = {
  ...{ accessKeyId: null, role: null, accountId: null, expiration: null, remaining: null, isSession: null },
  ...{ origin: null, profileFile: null, tokenExpiration: null, roleSession: null, responseTimes: null },
  notes: [],
};

/** What is known about a provider. Details that are not named are unknown. */
export type KnownProvider = Partial<ProviderDetails> &
  (
    | { state?: 'absent' | 'untried' | 'answers'; problem?: null }
    | { state: 'incomplete' | 'fails'; problem: ProviderProblem }
  );

export const createProvider = (name: ProviderName, known: KnownProvider = {}): Provider => ({
  ...UNKNOWN_DETAILS,
  state: 'absent',
  problem: null,
  ...known,
  name,
});

export type ProfileProviders = Readonly<Record<ProfileProvider, Provider>>;

/** An object with one value per name. */
export const mapNames = <Name extends string, Value>(
  names: readonly Name[],
  toValue: (name: Name) => Value,
): Record<Name, Value> =>
  // `Object.fromEntries` forgets the type of the keys.
  Object.fromEntries(names.map((name) => [name, toValue(name)])) as Record<Name, Value>;

/** What some clients find in the shared files, because they read the files in another way. */
export interface ClientProfile {
  clients: readonly Client[];
  /** Only the providers that differ. */
  providers: Partial<ProfileProviders>;
  /** Whether these clients find the selected profile, and any profile. Null: as the others. */
  profile: Pick<ChainFacts['profile'], 'exists' | 'anyExist'> | null;
  /** The files that these clients do not read, because the variable is empty. */
  unreadFiles: readonly { variable: FileVariable; path: string }[];
}

/** Everything that decides how a credential chain ends. */
export interface ChainFacts {
  now: Instant;
  /** Null: this process. */
  observed: ObservedProcess | null;
  /** The service of AWS that runs the process. Null: none that is known. */
  platform: Platform | null;
  providers: Readonly<Record<ProviderName, Provider>>;
  /** Names of environment variables that are set and not blank. Values are not kept: some are secret. */
  setVariables: ReadonlySet<string>;
  /** Names of environment variables that are set to a blank value. */
  blankVariables: ReadonlySet<string>;
  profile: {
    name: string;
    /** AWS_PROFILE or a flag names the profile. */
    isNamed: boolean;
    isFlag: boolean;
    exists: boolean;
    /** If the profile does not exist: profiles with similar names. */
    similarNames: readonly string[];
    /** The files have at least one profile. If not, Rust ignores a missing profile. */
    anyExist: boolean;
    /** The profile that AWS_DEFAULT_PROFILE names. */
    ofDefaultVariable: { name: string; exists: boolean } | null;
  };
  /** Names of sections as in the files. PHP reads only some forms. */
  sections: Readonly<Record<'config' | 'credentials', ReadonlySet<string>>>;
  fileProblems: readonly FileProblem[];
  misplacedSections: readonly MisplacedSection[];
  /** Whether IMDSv1 serves credentials. Null if not tried: some SDKs need it if the token has no TTL or comes late. */
  doesImdsV1Work: boolean | null;
  /** The keys as Java (removes blanks) and Rust (ignores blank values) read them. Null: all clients read the same keys. */
  otherEnvironment: { clients: readonly Client[]; provider: Provider } | null;
  /** What is wrong with the values of variables. */
  variableNotes: readonly PollNote[];
  /**
   * botocore accepts `key: value`, and reads a comment after a value as part of the value. So it may find other
   * providers in the profile. Null if it finds the same.
   */
  botocoreProviders: Partial<ProfileProviders> | null;
  /** At most one per client. Applied after `botocoreProviders`. */
  clientProfiles: readonly ClientProfile[];
  unusualSettings: UnusualSettings;
  /** What SDKs find in the shared files without AWS_PROFILE. Absent: AWS_PROFILE is not set, or unknown. */
  defaultProfile?: { exists: boolean; providers: Partial<ProfileProviders> };
}
