/** Every word of the domain, on one page. The design's §2 words are the names here. */

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
  polled: boolean;
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

/** The source replaced generation `from` by generation `to`. */
export interface Rotation {
  from: Generation;
  to: Generation;
  /** All that sampling alone knows: after `from` was last seen and no later than `to` was first seen. */
  window: Span;
  /** `LastUpdated` of `to` lies in the window and so tells the moment. */
  dated: boolean;
  /** The moment taken as that of the rotation: the dated one, moved by the series' lag, or the window's late end. */
  at: Instant;
  /** What a job started just before could have been handed: remaining validity of `from` at `at`; never below 0. */
  leadTime: Seconds;
  /** How long `from` was the one handed out; null where its beginning is not known. */
  interval: Seconds | null;
  /** Time in which another generation could have come and gone unseen. */
  blindTime: Seconds;
  /** No other rotation can have hidden beside it. */
  witnessed: boolean;
  /** Both were handed out in turns for a while. */
  overlapping: boolean;
  /** False while both still are: the older one may come back at the next look. */
  completed: boolean;
}

/** When a generation appeared. The two ends agree where `LastUpdated` tells and the source has no lag. */
export interface Appearance {
  generation: Generation;
  earliest: Instant;
  latest: Instant;
}

export interface Extremes {
  min: Seconds;
  median: Seconds;
  max: Seconds;
}

/** Remaining validity at a moment, and the generation it belongs to. */
export interface ValidityAt {
  seconds: Seconds;
  at: Instant;
  generation: Generation;
}

export interface WorstCase extends ValidityAt {
  /** Null where a sample itself was the worst. */
  rotation: Rotation | null;
}

/** A generation's part in what was handed out: from when to when, as far as it is known. */
export interface Service extends Span {
  generation: Generation;
}

/** What the samples of one series prove. */
export interface Measurement {
  /** In the order in which they were issued. */
  generations: readonly Generation[];
  sampleCount: number;
  rotations: readonly Rotation[];
  witnessedCount: number;
  firstSample: Instant;
  lastSample: Instant;
  /** First sample to last, less the gaps. */
  watchedTime: Seconds;
  /** Around unwitnessed rotations: it is not known what was handed out. */
  gaps: readonly Span[];
  services: readonly Service[];
  rotationInterval: Extremes | null;
  /** How long the windows are in which the undated ones are known to lie; null where there is none. */
  rotationWindow: Extremes | null;
  /** Of every generation of which it is known, in order. */
  appearances: readonly Appearance[];
  validityWhenIssued: { min: Seconds; max: Seconds } | null;
  sampledMinimum: ValidityAt;
  worstCase: WorstCase;
  /** Sampled minimum less worst case: by how much polling alone would have been too kind. */
  overstatement: Seconds;
  /** The longest time for which the source went on serving a generation after the next one's `LastUpdated`. */
  lag: Seconds;
  /** The usual time between two samples; null with fewer than two. */
  usualGap: Seconds | null;
  issuedPerRequest: boolean;
}

/** One series, analysed. Everything a report shows is here or in a {@link JobVerdict}. */
export interface SeriesAnalysis {
  identity: SeriesIdentity;
  polled: boolean;
  failedPolls: readonly FailedPollCount[];
  failedPollSpans: readonly Span[];
  /** Null where nothing but failed polls is known. */
  measurement: Measurement | null;
  /** How old the newest sample is (negative: a clock is wrong), and how old it may be: null for no limit. */
  age: Seconds | null;
  maxAge: Seconds | null;
  findings: readonly Finding[];
}

export interface Job {
  /** Absent where only its length was given. */
  name?: string;
  duration: Seconds;
  /** Spare validity required at the end of the job. */
  margin: Seconds;
}

/** From when on samples are too old to judge by: null is never, `default` 24 h for polled series. */
export interface Freshness {
  now: Instant;
  maxAge: Seconds | null | 'default';
}

/** When the next rotation is due: one interval after the last, between the shortest and the longest that was seen. */
export interface RotationForecast {
  expected: Instant;
  earliest: Instant;
  latest: Instant;
  /** The usual one. */
  interval: Seconds;
}

/** Whether a start will be safe, as far as history knows. */
export const OUTLOOKS = ['now', 'after-rotation', 'perhaps-after-rotation', 'never', 'unknown'] as const;
export type Outlook = (typeof OUTLOOKS)[number];

export type NowUnknownReason =
  | { code: 'POLL_FAILED'; reason: FailureReason; detail: string; possibleHopLimit: boolean }
  | { code: 'NO_SAMPLES' }
  | { code: 'STALE_SAMPLES'; ageSeconds: Seconds; maxAgeSeconds: Seconds }
  | { code: 'SAMPLES_IN_FUTURE'; aheadSeconds: Seconds };

/** For whoever only wants to know whether to start. */
export type Answer = 'safe' | 'not-safe' | 'unknown';

/** The answer for the credentials in hand, and what history says of a later start. */
export interface NowVerdict {
  verdict: Answer;
  job: Job;
  required: Seconds;
  /** By AWS's clock or the host's, whichever is later: credentials are never taken to last longer than either says. */
  judgedAt: Instant;
  /** Host's clock minus AWS's at this look; null where no `Date` header told. */
  clockOffset: Seconds | null;
  identity: SeriesIdentity | null;
  /** Null where there is nothing in hand to judge. */
  credentials: IssuedCredentials | null;
  /** The end that the source states now, where an earlier look at the same key was told an earlier one; else null. */
  laterExpiration: Instant | null;
  /** Negative: expired. */
  remaining: Seconds | null;
  /** Remaining validity less required: negative is the shortfall. */
  spare: Seconds | null;
  unknownReason: NowUnknownReason | null;
  outlook: Outlook;
  nextRotation: RotationForecast | null;
  /** Validity to expect just after the next rotation: the smallest and the largest when issued. */
  validityThen: { min: Seconds; max: Seconds } | null;
  /** What history knows that bears on this moment. */
  findings: readonly Finding[];
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

export const VERDICTS = ['safe', 'never', 'start-after-rotation', 'sometimes', 'unknown'] as const;
export type Verdict = (typeof VERDICTS)[number];

export type UnknownReason =
  | { code: 'NO_SAMPLES' }
  | { code: 'SAMPLES_IN_FUTURE'; aheadSeconds: Seconds }
  | { code: 'NO_WITNESSED_ROTATION' }
  | { code: 'STALE_SAMPLES'; ageSeconds: Seconds; maxAgeSeconds: Seconds }
  | { code: 'TOO_FEW_ROTATIONS'; witnessed: number; wanted: number; pollForSeconds: Seconds | null };

export interface JobVerdict {
  verdict: Verdict;
  job: Job;
  required: Seconds;
  /** Worst case less required: negative is the shortfall. Null without samples. */
  spare: Seconds | null;
  /** Part of the watched time in which a start was safe, 0…1; null where no time was watched. */
  shareOfSafeStarts: number | null;
  /** For `start-after-rotation`: a start within this time after any measured rotation was safe. */
  safeWithin: Seconds | null;
  /** What stands between the samples and an answer; filled also when a worse verdict needs no more evidence. */
  unknownReasons: readonly UnknownReason[];
}

export interface Finding {
  code: FindingCode;
  severity: 'problem' | 'note';
  /** Arguments of the sentence: numbers in seconds, instants in milliseconds. */
  args: Readonly<Record<string, number | string | boolean | null>>;
}

/** Permanent: tests and other programs match on them. `report/messages` turns them into sentences. */
export const FINDING_CODES = [
  'SERVED_EXPIRED',
  'ROTATION_TOO_LATE',
  'ROTATION_OVERDUE',
  'ISSUED_PER_REQUEST',
  'TWO_AT_ONCE',
  'EXPIRATION_EXTENDED',
  'ISSUED_IN_FUTURE',
  'POLLING_GAP',
  'POLLS_TOO_RARE',
  'POLLS_FAILED',
  'STALE_SAMPLES',
  'CLOCK_SKEW',
  'CLOCK_UNKNOWN',
  'ZONELESS_TIME',
  'IMDS_V1_USED',
] as const;
export type FindingCode = (typeof FINDING_CODES)[number];

/**
 * What a look noticed beside the credentials: settings that SDKs understand differently, sources that others hide.
 * Permanent codes; arguments named `at` are instants.
 */
export const POLL_NOTE_CODES = [
  'BLANK_ENV',
  'SETTING_IGNORED',
  'DISABLED_FOR_SOME_SDKS',
  'V1_DISABLED_FOR_SOME_SDKS',
  'STATIC_KEYS_HIDE_SOURCE',
  'PROFILE_HIDES_SOURCE',
  'NAMED_PROFILE_MISSING',
  'WEB_IDENTITY_HIDES_SOURCE',
  'CONTAINER_HIDES_IMDS',
  'PROFILE_HIDES_ENVIRONMENT',
  'ONLY_OLD_TOKEN',
  'TWO_SESSION_TOKENS',
  'SESSION_KEY_WITHOUT_TOKEN',
  'EXPIRATIONS_DISAGREE',
  'EXPIRATION_UNREADABLE',
  'PROFILE_GIVES_TWO',
  'PROFILE_FILE_UNREADABLE',
  'ENDPOINT_MODE_CASE',
  'IPV6_ONLY_BOTOCORE',
  'PROFILE_NAME_ONLY_SOME_SDKS',
  'SERVICE_ENDPOINT_OVERRIDDEN',
  'HOST_NAME_ONLY_SOME_SDKS',
  'TWO_URIS_SET',
  'TWO_TOKENS_SET',
  'TOKEN_TRAILING_NEWLINE',
  'TOKEN_BLANK',
  'TOKEN_FILE_EXPIRED',
  'TOKEN_FILE_EXPIRES',
  'TOKEN_TTL_NONCONFORMING',
  'IMDS_V1_USED',
  'POSSIBLE_HOP_LIMIT',
  'SEVERAL_ROLES',
  'ZONELESS_TIME',
  'APIS_DISAGREE',
  'DATE_NOT_BELIEVED',
  'IMPLAUSIBLE_EXPIRATION',
] as const;
export type PollNoteCode = (typeof POLL_NOTE_CODES)[number];

export interface PollNote {
  code: PollNoteCode;
  args: Record<string, string | number>;
}
