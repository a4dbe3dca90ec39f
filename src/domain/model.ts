/** Types that cross layers: what sources produce, the store keeps and the domain reads. */

/** Milliseconds since 1970-01-01T00:00:00Z. By AWS's clock, unless the name says `observed`. */
export type Instant = number;

/** Whole seconds. */
export type Seconds = number;

export const SOURCE_NAMES = ['imds', 'container', 'process', 'environment', 'profile'] as const;
export type SourceName = (typeof SOURCE_NAMES)[number];

/**
 * What is followed over time. A part that a source does not give is `''`.
 * IMDSv1 and v2 hand out different credentials, so the version (`'1'`, `'2'`) is part of the identity.
 */
export interface SeriesIdentity {
  host: string;
  source: SourceName;
  apiVersion: string;
  role: string;
}

/** What a credentials document says, without its secrets. */
export interface IssuedCredentials {
  /** `''` where a record has none (logs of `LastUpdated` and `Expiration` only). */
  accessKeyId: string;
  lastUpdated: Instant | null;
  expiration: Instant;
  /** A time in the document had no zone and was read as UTC. */
  zoneless: boolean;
}

/** One successful look: when, by the host's clock as it stood, and what the document said. */
export interface Sample extends IssuedCredentials {
  observedAt: Instant;
  /** Host's clock minus AWS's; null where no `Date` header told. */
  clockOffset: Seconds | null;
}

/** All samples of one issued set of credentials. First and last seen are corrected for the clock offset. */
export interface Generation extends IssuedCredentials {
  /** The smallest expiration ever stated is `expiration`; the largest is this. */
  latestExpiration: Instant;
  firstSeen: Instant;
  lastSeen: Instant;
  /** Identical samples count once. */
  samples: number;
  smallestClockOffset: Seconds | null;
  largestClockOffset: Seconds | null;
  /**
   * When the series was sampled for the third time after this generation was last seen. Only needed where
   * generations overlap; null where there is no such sample yet.
   */
  thirdSampleAfter: Instant | null;
}

/** Why a poll brought no usable document. Permanent codes: stored, exported and matched on. */
export const FAILURE_REASONS = [
  'disabled',
  'v1-disabled',
  'invalid-configuration',
  'host-not-allowed',
  'auth-token-unreadable',
  'auth-token-invalid',
  'auth-token-expired',
  'auth-rejected',
  'no-role',
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
  'process-failed',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** What makes a configuration invalid, beyond the text of the detail. */
export type Misconfiguration =
  /** An environment variable or a setting of the profile has an invalid value. */
  | { code: 'INVALID_SETTING'; name: string }
  /** The profile needs a call to AWS, and cred-watch makes no such calls. */
  | { code: 'NEEDS_AWS_CALL' };

/** What a failed poll reports about its failure. The store keeps only `reason` and `detail`. */
export interface FailureFacts {
  reason: FailureReason;
  /** What the endpoint or the system said, safe to print; may be `''`. */
  detail: string;
  /** Null except for some failures with the reason `invalid-configuration`. */
  misconfiguration: Misconfiguration | null;
  /** The IMDSv2 token request got no response, as in a container behind a hop limit of 1. */
  possibleHopLimit: boolean;
}

/** One look that failed. It is data, kept beside the samples. */
export interface FailedPoll {
  observedAt: Instant;
  reason: FailureReason;
  /** What the endpoint or the system said, made safe to print; may be `''`. */
  detail: string;
  /** Some refused documents still say which credentials they carry and when those expire. */
  accessKeyId: string;
  expiration: Instant | null;
}

export interface FailedPollCount {
  reason: FailureReason;
  count: number;
  firstAt: Instant;
  lastAt: Instant;
  lastDetail: string;
}

/** All that is known of one series: what the analysis reads. */
export interface SeriesHistory {
  identity: SeriesIdentity;
  /** At least one sample was polled here; false when everything was imported. */
  isPolled: boolean;
  generations: readonly Generation[];
  /** Of the same host and source: a failed poll often cannot know the role. */
  failedPolls: readonly FailedPollCount[];
  /** When polls failed, in order and by the host's clock: those minutes apart are one span, which may be of no length. */
  failedPollSpans: readonly Span[];
}

/** A span of time, `from` ≤ `to`. */
export interface Span {
  from: Instant;
  to: Instant;
}

/** One run of a job that was handed its credentials by us. */
export interface JobRun {
  job: string;
  /** The series that the credentials came from. */
  identity: SeriesIdentity;
  /** By AWS's clock. */
  startedAt: Instant;
  remainingAtStart: Seconds;
  /** Null while it runs, and for ever where we were killed with it. */
  end: { duration: Seconds; exitCode: number; remainingAtEnd: Seconds } | null;
}
