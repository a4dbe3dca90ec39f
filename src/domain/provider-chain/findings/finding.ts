import type { FailureReason, Seconds } from '../../model.ts';
import type { PollNote } from '../../poll-note.ts';
import type { ChainContext } from '../chain-context.ts';
import type { OtherClient, Sdk } from '../clients.ts';
import type {
  KeyPairProvider,
  ProfileProvider,
  ProviderName,
  ProviderProblem,
  RoleBaseKind,
} from '../providers.ts';
import type { FileProblem, MisplacedSection } from '../shared-files/file-problem.ts';
import type { MisspeltVariable } from './misspelt-variables.ts';

type Sdks = readonly Sdk[];
type Providers = readonly ProviderName[];

/** Null if the provider works for our poll. `reason` is null unless a poll failed. */
type FailedProvider = { problem: ProviderProblem['code'] | null; reason: FailureReason | null };

/** The providers that assume a role. */
type RoleProvider = 'profile-role' | 'web-identity' | 'profile-web-identity';

/** What SDKs use without the settings of another provider. Null: no working credentials, or an unknown outcome. */
export interface WinnerWithout {
  provider: ProviderName | null;
  sdks: Sdks;
  others: readonly OtherClient[];
}

/** `without`: what `sdks` and `stoppedSdks` use after the user has removed the settings of `provider`. */
interface Removal {
  without: readonly WinnerWithout[];
}

/**
 * Permanent codes with the fields of each finding. `sdks` are the SDKs that the finding affects. The chains
 * of `stoppedSdks` fail.
 */
export interface ChainFindingFields {
  /** `providers`: the providers that are set up and do not work. */
  NO_PROVIDER_ANSWERS: { providers: Providers };
  NO_SUCH_PROFILE: { profile: string; stoppedSdks: Sdks };
  /** `sdks` cannot parse the line. */
  INVALID_FILE: Omit<FileProblem, 'parsers'> & { sdks: Sdks };
  /** The section of this profile has the form of the other file. */
  MISPLACED_SECTION: MisplacedSection;
  KEYS_WITHOUT_TOKEN: { provider: KeyPairProvider; sdks: Sdks };
  /** The token is set only under the name that botocore alone reads. */
  ONLY_SECURITY_TOKEN: { provider: KeyPairProvider; sdks: Sdks };
  /** `sdks` use the expired credentials. */
  EXPIRED_CREDENTIALS_WIN: {
    provider: ProviderName;
    expiredForSeconds: Seconds;
    sdks: Sdks;
    stoppedSdks: Sdks;
  } & Removal;
  INCOMPLETE_KEY_PAIR: {
    provider: KeyPairProvider;
    missing: 'NO_KEY_ID' | 'NO_SECRET_KEY';
    stoppedSdks: Sdks;
  } & Removal;
  /** The credentials file has one key, and the config file has the other one or both. `sdks` combine them. */
  KEYS_IN_TWO_FILES: { profile: string; sdks: Sdks; stoppedSdks: Sdks } & Removal;
  /** `sdks` ignore settings of the profile whose names are not in lower case. */
  SETTING_NOT_LOWERCASE: { settings: readonly string[]; sdks: Sdks };
  /** `sdks` read a setting without a value as an empty value. */
  EMPTY_SETTING: { setting: string; sdks: Sdks; stoppedSdks: Sdks };
  /** The container endpoint fails, and `sdks` use IMDS instead. */
  FALLS_BACK_TO_INSTANCE_ROLE: { sdks: Sdks; stoppedSdks: Sdks } & FailedProvider;
  /** `works`: our poll found no failure, although `stoppedSdks` fail. */
  PROVIDER_STOPS_CHAIN: { provider: ProviderName; works: boolean; stoppedSdks: Sdks } & FailedProvider &
    Removal;
  /** The setting keeps an SDK from loading its configuration. */
  INVALID_SETTING_STOPS: { setting: string; stoppedSdks: Sdks };
  /** `longLived`: the keys never expire. */
  KEYS_HIDE_ROLE: {
    provider: KeyPairProvider;
    hidden: Providers;
    sdks: Sdks;
    longLived: boolean;
  } & Removal;
  WEB_IDENTITY_HIDES_CONTAINER: { sdks: Sdks } & Removal;
  /** `sdks` use the keys. `without`: what every SDK uses without the keys in the environment. */
  PROFILE_SKIPS_ENVIRONMENT: { profile: string; sdks: Sdks } & Removal;
  /** The profile has settings of several `providers`, and SDKs choose differently. */
  AMBIGUOUS_PROFILE: { profile: string; providers: readonly ProfileProvider[]; stoppedSdks: Sdks };
  /** `sdks` treat the blank variable as a value. */
  BLANK_VARIABLE: { variable: string; sdks: Sdks };
  /** `sdks` and other clients read key pairs from these old variable names. */
  LEGACY_VARIABLES: { variables: readonly string[]; sdks: Sdks; others: readonly OtherClient[] };
  /** No SDK reads `variable`. `similar`: variables with similar names that decide credentials and are not set. */
  MISSPELT_VARIABLE: MisspeltVariable;
  /** What a poll noted, unless another finding covers the note. */
  POLL_NOTE: { note: PollNote };
  /** `ends`: the providers that the chains use, each once. `none`: a chain fails. */
  SDKS_DISAGREE: { ends: readonly (ProviderName | 'none')[] };
  /** The SDKs agree on `sdkProvider`. These clients use `provider` instead. Null: no credentials. */
  OTHER_CLIENTS_DIFFER: {
    clients: readonly OtherClient[];
    provider: ProviderName | null;
    sdkProvider: ProviderName | null;
  };
  EXPIRES_SOON: { provider: ProviderName; remainingSeconds: Seconds };
  PROFILE_HIDES_ROLE: {
    provider: ProfileProvider;
    profile: string;
    hidden: Providers;
    sdks: Sdks;
  } & Removal;
  /** `role`: the role of the instance. */
  CONTAINER_HIDES_IMDS: { role: string | null };
  DEFAULT_PROFILE_ONLY_SOME_SDKS: Record<never, never>;
  /** AWS limits the session, because the credentials of a role assume the role. `durationSeconds`: as set. */
  ROLE_CHAIN_CAPPED: {
    profile: string;
    base: RoleBaseKind;
    durationSeconds: Seconds | null;
    limitSeconds: Seconds;
  };
  /** No role has a session of this duration. */
  SESSION_LONGER_THAN_ROLE: { profile: string; durationSeconds: Seconds; limitSeconds: Seconds };
  /** The session of the role lasts one hour, AWS's default. `profile`: null for the variables of a web identity. */
  DURATION_NOT_SET: { provider: RoleProvider; profile: string | null };
  /** The view of a process is incomplete, because it runs in other `namespaces`. */
  PROCESS_IN_OTHER_NAMESPACE: { pid: number; namespaces: readonly ('mount' | 'network')[] };
  /** `untried`: the providers that were not tried, because this user has other permissions. */
  PROCESS_OF_OTHER_USER: { pid: number; untried: Providers };
}

export type ChainFindingCode = keyof ChainFindingFields;

type Severity = 'problem' | 'note';

/** The usual severity of each finding, in the order of reports: first what keeps programs from working. */
export const CHAIN_FINDING_SEVERITIES: Readonly<Record<ChainFindingCode, Severity>> = {
  NO_PROVIDER_ANSWERS: 'problem',
  INVALID_FILE: 'problem',
  NO_SUCH_PROFILE: 'problem',
  MISPLACED_SECTION: 'problem',
  KEYS_WITHOUT_TOKEN: 'problem',
  ONLY_SECURITY_TOKEN: 'problem',
  EXPIRED_CREDENTIALS_WIN: 'problem',
  INCOMPLETE_KEY_PAIR: 'problem',
  KEYS_IN_TWO_FILES: 'problem',
  SETTING_NOT_LOWERCASE: 'problem',
  EMPTY_SETTING: 'problem',
  FALLS_BACK_TO_INSTANCE_ROLE: 'problem',
  PROVIDER_STOPS_CHAIN: 'problem',
  INVALID_SETTING_STOPS: 'problem',
  KEYS_HIDE_ROLE: 'problem',
  WEB_IDENTITY_HIDES_CONTAINER: 'problem',
  PROFILE_SKIPS_ENVIRONMENT: 'problem',
  ROLE_CHAIN_CAPPED: 'problem',
  SESSION_LONGER_THAN_ROLE: 'problem',
  AMBIGUOUS_PROFILE: 'problem',
  BLANK_VARIABLE: 'problem',
  LEGACY_VARIABLES: 'problem',
  MISSPELT_VARIABLE: 'note',
  POLL_NOTE: 'note',
  // This finding follows from the findings before it.
  SDKS_DISAGREE: 'problem',
  EXPIRES_SOON: 'problem',
  PROFILE_HIDES_ROLE: 'note',
  CONTAINER_HIDES_IMDS: 'note',
  OTHER_CLIENTS_DIFFER: 'note',
  DEFAULT_PROFILE_ONLY_SOME_SDKS: 'note',
  DURATION_NOT_SET: 'note',
  PROCESS_IN_OTHER_NAMESPACE: 'note',
  PROCESS_OF_OTHER_USER: 'note',
};

/** Something that the user should know about the credential chains. */
export type ChainFinding<Code extends ChainFindingCode = ChainFindingCode> = {
  [C in Code]: { code: C; severity: Severity } & ChainFindingFields[C];
}[Code];

/** What a check found. `severity`: only if it is not the usual one. */
type Found<Code extends ChainFindingCode> = ChainFindingFields[Code] & { severity?: Severity };

/** Each check returns its findings. */
export type ChainChecks = {
  [Code in ChainFindingCode]: (chains: ChainContext) => Found<Code>[];
};
