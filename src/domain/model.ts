/** Types that cross layers: sources produce them, the store keeps them, and the domain reads them. */
import type { Misconfiguration } from './misconfiguration.ts';

/** Milliseconds since 1970-01-01T00:00:00Z, by AWS's clock unless a comment names the host's clock. */
export type Instant = number;

/** Whole seconds. */
export type Seconds = number;

export const SOURCE_NAMES = [
  'imds',
  'container',
  'process',
  'environment',
  'profile',
  'web-identity',
  'role',
  'sso',
  'github',
] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/**
 * Identifies a series. A part that the source does not give is `''`. The API version (`'1'`, `'2'`) is
 * included because IMDSv1 and IMDSv2 return different credentials.
 */
export interface SeriesIdentity {
  host: string;
  source: SourceName;
  apiVersion: string;
  role: string;
}

/** The parts of an identity that users select by name. */
export type SeriesPart = 'host' | 'source' | 'role';

/** The content of a credentials document without its secrets. */
export interface IssuedCredentials {
  /** `''` in logs that have only `LastUpdated` and `Expiration`. */
  accessKeyId: string;
  lastUpdated: Instant | null;
  expiration: Instant;
  /** A time in the document had no time zone and was read as UTC. */
  zoneless: boolean;
}

/** One successful poll. */
export interface Sample extends IssuedCredentials {
  /** By the host's clock, uncorrected. */
  observedAt: Instant;
  /** Host's clock minus AWS's clock. Null without a `Date` header. */
  clockOffset: Seconds | null;
}

/**
 * All samples of one issued set of credentials, as stored. Every field is a sum, a minimum or a maximum over
 * the samples, so that the samples can be deleted and their order of arrival does not matter.
 */
export interface RecordedGeneration extends IssuedCredentials {
  /** The largest expiration ever stated. `expiration` is the smallest one. */
  latestExpiration: Instant;
  /** Corrected for the clock offset of each sample. */
  firstSeen: Instant;
  lastSeen: Instant;
  /** By the host's clock. */
  rawFirstSeen: Instant;
  rawLastSeen: Instant;
  /** The number of samples. Identical samples count once. */
  samples: number;
  smallestClockOffset: Seconds | null;
  largestClockOffset: Seconds | null;
  /** The largest `LastUpdated` minus sample time, in milliseconds. Null without `LastUpdated`. */
  correctedAheadMs: number | null;
  rawAheadMs: number | null;
  /** The samples state different values of `LastUpdated`. `lastUpdated` is the smallest one. */
  isLastUpdatedVarying: boolean;
  /** The third sample of the series after `lastSeen`. Null before that sample. */
  thirdLaterSample: SampleTime | null;
}

/** When a sample was taken: by the host's clock, and with the offset of that clock. */
export type SampleTime = Pick<Sample, 'observedAt' | 'clockOffset'>;

/** Fields that only the clock rules need. */
type ClockRuleField = 'correctedAheadMs' | 'rawAheadMs' | 'isLastUpdatedVarying';

/** A generation after the clock rules of `correctClocks`. Instants are by AWS's clock, as far as it is known. */
export interface Generation extends Omit<RecordedGeneration, ClockRuleField | 'thirdLaterSample'> {
  /** The time of the third sample of the series after `lastSeen`. Null before that sample. */
  thirdSampleAfter: Instant | null;
}

/** Why a poll failed. Permanent codes: they are stored and exported, and other programs match them. */
export const FAILURE_REASONS = [
  'disabled',
  'v1-disabled',
  'invalid-configuration',
  'host-not-allowed',
  'auth-token-unreadable',
  'auth-token-invalid',
  'auth-token-expired',
  'auth-rejected',
  'auth-token-missing',
  'auth-token-not-yet-valid',
  'access-denied',
  'address-rejected',
  'assume-role-denied',
  'imds-blocked',
  'no-role',
  'instance-profile-not-found',
  'no-association',
  'not-imds',
  'not-found',
  'token-empty',
  'error-document',
  'malformed',
  'unknown-expiry',
  'starting',
  'throttled',
  'server-error',
  'bad-request',
  'redirect',
  'unexpected-status',
  'response-too-large',
  'unreachable',
  'timeout',
  'not-configured',
  'long-lived',
  'expired',
  'process-failed',
  'region-missing',
  'region-disabled',
  'aws-unreachable',
  'aws-access-denied',
  'base-credentials-rejected',
  'clock-rejected',
  'duration-not-allowed',
  'identity-token-unreadable',
  'identity-token-expired',
  'identity-token-rejected',
  'sso-login-required',
  'mfa-required',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** What a failed poll reports about its failure. The store keeps only `reason` and `detail`. */
export interface FailureFacts {
  reason: FailureReason;
  /** The error message of the endpoint or of the system, safe to print. May be empty. */
  detail: string;
  /** Null except for some failures with the reasons `invalid-configuration`, `malformed` and `long-lived`. */
  misconfiguration: Misconfiguration | null;
  /** The IMDSv2 token request timed out, as in a container behind a hop limit of 1. */
  possibleHopLimit: boolean;
}

/** One failed poll. Stored like samples. */
export interface FailedPoll {
  /** By the host's clock. */
  observedAt: Instant;
  reason: FailureReason;
  /** The error message of the endpoint or of the system, safe to print. May be empty. */
  detail: string;
  /** The key id of a rejected document. Null without a document or a key id. */
  accessKeyId: string | null;
  expiration: Instant | null;
  /** Host's clock minus AWS's clock. Null without a `Date` header. */
  clockOffset: Seconds | null;
}

/** All failed polls with one reason. The times are by the host's clock. */
export interface FailedPollCount {
  reason: FailureReason;
  count: number;
  firstAt: Instant;
  lastAt: Instant;
  lastDetail: string;
}

/** What limits the credentials of a role to one hour: role chaining, or AWS's default. */
export const SESSION_LIMITS = ['ROLE_CHAIN_CAPPED', 'DURATION_NOT_SET'] as const;

/** What the newest poll of a series knew about the session of its credentials. */
export interface SessionFacts {
  limit: (typeof SESSION_LIMITS)[number] | null;
  /** When the token of IAM Identity Center expires, if nothing renews it. */
  tokenExpiresAt: Instant | null;
}

/** The stored history of one series, the input of the analysis. */
export interface SeriesHistory {
  identity: SeriesIdentity;
  /** At least one sample was polled. False if all samples were imported. */
  isPolled: boolean;
  /** The name of the machine that polled last. Absent: unknown, or all samples were imported. */
  polledBy?: string;
  /** The newest sample of the command `poll`, by the host's clock. Null: only other commands recorded samples. Absent: unknown. */
  polledAt?: Instant | null;
  generations: readonly RecordedGeneration[];
  /** The newest known clock offset of the host, from the polls of all of its sources. */
  newestClockOffset: Seconds | null;
  /** Null if unknown, for example for imported samples. */
  session: SessionFacts | null;
  /** All failed polls of the host and source, because failed polls are stored without a role. */
  failedPolls: readonly FailedPollCount[];
  /**
   * When polls failed, in order and by the host's clock. Failures that are close together form one span. A
   * span may have no length.
   */
  failedPollSpans: readonly Span[];
  /** The newest sample of a series without a sample in the selected period. Absent for other series. */
  newestOutside?: Instant;
}

/** A span of time, `from` ≤ `to`. */
export interface Span {
  from: Instant;
  to: Instant;
}

/** One run of a job that `cred-watch exec` started. */
export interface JobRun {
  job: string;
  /** The series of the credentials. */
  identity: SeriesIdentity;
  /** By AWS's clock. */
  startedAt: Instant;
  remainingAtStart: Seconds;
  /** Null while the job runs, and if cred-watch was killed together with the job. */
  end: { duration: Seconds; exitCode: number; remainingAtEnd: Seconds } | null;
}
