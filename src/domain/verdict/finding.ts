import type { FailureReason, Instant, Seconds } from '../model.ts';

export type FindingSeverity = 'problem' | 'note';

/** Permanent codes with their severity, in the order of reports: first what endangers a job. */
export const FINDING_SEVERITIES = {
  SIMULATED_CREDENTIALS: 'problem',
  SERVED_EXPIRED: 'problem',
  ROTATION_TOO_LATE: 'problem',
  ROTATION_OVERDUE: 'problem',
  ISSUED_PER_REQUEST: 'note',
  ROLE_CHAIN_CAPPED: 'note',
  DURATION_NOT_SET: 'note',
  SSO_TOKEN_EXPIRES: 'note',
  DURATIONS_MIXED: 'note',
  TWO_AT_ONCE: 'problem',
  LEAD_TIMES_SHRINK: 'problem',
  EXPIRATION_EXTENDED: 'problem',
  ISSUED_IN_FUTURE: 'problem',
  VALIDITY_TOO_LONG: 'problem',
  STALE_SAMPLES: 'problem',
  POLLS_STOPPED: 'problem',
  POLLING_GAP: 'note',
  POLLS_TOO_RARE: 'note',
  CLOCK_SKEW: 'problem',
  CLOCK_UNKNOWN: 'note',
  ZONELESS_TIME: 'note',
  IMDS_V1_USED: 'note',
  SESSION_LONGER_THAN_ROLE: 'problem',
  POLLS_FAILED: 'problem',
} as const satisfies Record<string, FindingSeverity>;

export type FindingCode = keyof typeof FINDING_SEVERITIES;

// Object.keys() returns string[], although the table has these keys only.
export const FINDING_CODES = Object.keys(FINDING_SEVERITIES) as readonly FindingCode[];

/**
 * The fields of each finding. Names of durations end in `Seconds`. Names of instants are `at` or end in `At`:
 * the JSON form relies on this rule.
 */
export interface FindingFields {
  /** `count` of all `generationCount` generations are from `cred-watch simulate`. */
  SIMULATED_CREDENTIALS: { count: number; generationCount: number };
  /** `at`: the sample with the smallest remaining validity. */
  SERVED_EXPIRED: { at: Instant; expiredForSeconds: Seconds };
  /**
   * Rotations with a lead time under five minutes. `leadTimeSeconds` and `at` are those of the shortest one,
   * and `maxLeadTimeSeconds` is its lead time if it happened at the start of its window.
   * `certain`: every rotation was late even if it happened at the start of its window.
   */
  ROTATION_TOO_LATE: {
    count: number;
    leadTimeSeconds: Seconds;
    maxLeadTimeSeconds: Seconds;
    at: Instant;
    certain: boolean;
  };
  /** `learned`: `usualSeconds` is the longest interval of this series. Otherwise it is the limit for IMDS. */
  ROTATION_OVERDUE: { servedForSeconds: Seconds; usualSeconds: Seconds; learned: boolean };
  ISSUED_PER_REQUEST: { generationCount: number };
  /** The credentials of another role assume the role, so AWS limits its session. */
  ROLE_CHAIN_CAPPED: { limitSeconds: Seconds };
  /** No duration was requested for the session of the role, so it has AWS's default. */
  DURATION_NOT_SET: { limitSeconds: Seconds };
  /** Nothing renews the token of IAM Identity Center. `remainingSeconds` is negative after its end. */
  SSO_TOKEN_EXPIRES: { expiresAt: Instant; remainingSeconds: Seconds };
  /** The validity of the samples, which were requested for different durations. */
  DURATIONS_MIXED: { shortestSeconds: Seconds; longestSeconds: Seconds };
  /** `count`: changes between generations that only several endpoints explain. */
  TWO_AT_ONCE: { count: number };
  /** `shrinkingPerDaySeconds`: how much shorter the smallest lead time becomes per day. */
  LEAD_TIMES_SHRINK: { shrinkingPerDaySeconds: Seconds };
  /** Generations with several expirations. `extendedBySeconds` is the largest difference. */
  EXPIRATION_EXTENDED: { count: number; extendedBySeconds: Seconds };
  /**
   * Generations seen before their `LastUpdated`. `aheadSeconds` is the largest distance. All samples were moved
   * later by `shiftedBySeconds`.
   */
  ISSUED_IN_FUTURE: { count: number; aheadSeconds: Seconds; shiftedBySeconds: Seconds };
  /**
   * Credentials of an endpoint that seem to be valid for longer than any that are known, although neither `LastUpdated`
   * nor a `Date` header proves the time of the sample. `longestSeconds` is their longest validity at a first sample.
   */
  VALIDITY_TOO_LONG: { count: number; longestSeconds: Seconds; knownSeconds: Seconds };
  STALE_SAMPLES: { lastSampleAt: Instant; ageSeconds: Seconds; maxAgeSeconds: Seconds };
  /** `silentSeconds`: the time from the newest sample of the command `poll` to the newest sample of any command. */
  POLLS_STOPPED: { lastPollAt: Instant; lastSampleAt: Instant; silentSeconds: Seconds };
  POLLING_GAP: { count: number; totalSeconds: Seconds; longestSeconds: Seconds; longestStartedAt: Instant };
  /** `unwitnessedCount` of all `rotationCount` rotations. */
  POLLS_TOO_RARE: {
    usualGapSeconds: Seconds;
    pollEverySeconds: Seconds;
    rotationCount: number;
    unwitnessedCount: number;
  };
  /**
   * The largest offset, host's clock minus `Date` header. `corrected`: the samples were moved by this offset.
   * Otherwise the correction would have made credentials last longer.
   */
  CLOCK_SKEW: { offsetSeconds: Seconds; corrected: boolean };
  /** `count` of all `generationCount` generations have a sample without a clock offset. */
  CLOCK_UNKNOWN: { count: number; generationCount: number };
  ZONELESS_TIME: { count: number };
  IMDS_V1_USED: Record<never, never>;
  /** AWS refused the requested duration in `count` polls. */
  SESSION_LONGER_THAN_ROLE: { count: number; lastAt: Instant };
  POLLS_FAILED: { count: number; lastReason: FailureReason; lastAt: Instant };
}

/** A finding with one of the given codes. */
export type FindingWith<Code extends FindingCode> = {
  [Each in Code]: { code: Each; severity: FindingSeverity } & FindingFields[Each];
}[Code];

/** A fact about a series that a user should know. */
export type Finding = FindingWith<FindingCode>;
