import type { FailureReason, Seconds } from '../model.ts';
import type { PollNote } from '../poll-note.ts';
import type { KeyPairProvider, ProfileProvider, ProviderName, ProviderProblem, Sdk } from './providers.ts';

/** Null if the provider works for our poll. `reason` is null unless a poll failed. */
type FailedProvider = { problem: ProviderProblem['code'] | null; reason: FailureReason | null };

/** Permanent codes with the fields of each finding. `sdks` are the SDKs that it affects; the chains of `stoppedSdks` fail. */
export interface ChainFindingFields {
  /** `providers`: those that are set up and do not work. */
  NO_PROVIDER_ANSWERS: { providers: readonly ProviderName[] };
  NO_SUCH_PROFILE: { profile: string; stoppedSdks: readonly Sdk[] };
  KEYS_WITHOUT_TOKEN: { provider: KeyPairProvider; sdks: readonly Sdk[] };
  /** The token is set only under the name that botocore alone reads. */
  ONLY_SECURITY_TOKEN: { provider: KeyPairProvider; sdks: readonly Sdk[] };
  /** `sdks` use the expired credentials. */
  EXPIRED_CREDENTIALS_WIN: {
    provider: ProviderName;
    expiredForSeconds: Seconds;
    sdks: readonly Sdk[];
    stoppedSdks: readonly Sdk[];
  };
  INCOMPLETE_KEY_PAIR: {
    provider: KeyPairProvider;
    missing: 'NO_KEY_ID' | 'NO_SECRET_KEY';
    stoppedSdks: readonly Sdk[];
  };
  /** The container endpoint fails, and `sdks` use IMDS instead. */
  FALLS_BACK_TO_INSTANCE_ROLE: { sdks: readonly Sdk[]; stoppedSdks: readonly Sdk[] } & FailedProvider;
  /** `works`: our poll succeeded, although `stoppedSdks` fail. */
  PROVIDER_STOPS_CHAIN: {
    provider: ProviderName;
    works: boolean;
    stoppedSdks: readonly Sdk[];
  } & FailedProvider;
  /** The setting keeps an SDK from loading its configuration. */
  INVALID_SETTING_STOPS: { setting: string; stoppedSdks: readonly Sdk[] };
  /** `longLived`: the keys never expire. */
  KEYS_HIDE_ROLE: {
    provider: KeyPairProvider;
    hidden: readonly ProviderName[];
    sdks: readonly Sdk[];
    longLived: boolean;
  };
  WEB_IDENTITY_HIDES_CONTAINER: { sdks: readonly Sdk[] };
  PROFILE_SKIPS_ENVIRONMENT: { profile: string };
  /** The profile has settings of several `providers`, and SDKs choose differently. */
  AMBIGUOUS_PROFILE: {
    profile: string;
    providers: readonly ProfileProvider[];
    stoppedSdks: readonly Sdk[];
  };
  /** `sdks` treat the blank variable as a value. */
  BLANK_VARIABLE: { variable: string; sdks: readonly Sdk[] };
  /** `sdks` read key pairs from these old variable names. */
  LEGACY_VARIABLES: { variables: readonly string[]; sdks: readonly Sdk[] };
  /** What a poll noted, unless another finding covers the note. */
  POLL_NOTE: { note: PollNote };
  /** `ends`: where the chains end. */
  SDKS_DISAGREE: { ends: readonly (ProviderName | 'none')[] };
  EXPIRES_SOON: { provider: ProviderName; remainingSeconds: Seconds };
  PROFILE_HIDES_ROLE: {
    provider: ProfileProvider;
    profile: string;
    hidden: readonly ProviderName[];
    sdks: readonly Sdk[];
  };
  /** `role`: the role of the instance. */
  CONTAINER_HIDES_IMDS: { role: string | null };
  DEFAULT_PROFILE_ONLY_SOME_SDKS: Record<never, never>;
}

export type ChainFindingSeverity = 'problem' | 'note';

export type ChainFindingCode = keyof ChainFindingFields;

/** Something that the user should know about the credential chains. */
export type ChainFinding<Code extends ChainFindingCode = ChainFindingCode> = {
  [C in Code]: { code: C; severity: ChainFindingSeverity } & ChainFindingFields[C];
}[Code];

export const createChainFinding = <Code extends ChainFindingCode>(
  severity: ChainFindingSeverity,
  code: Code,
  fields: ChainFindingFields[Code],
): ChainFinding<Code> => ({ code, severity, ...fields });
