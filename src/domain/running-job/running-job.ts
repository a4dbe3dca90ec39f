import type { FailureFacts, Instant, Seconds } from '../model.ts';
import type { ProviderName } from '../provider-chain/providers.ts';
import type { JobRequirement, Safety } from '../verdict/job-verdict.ts';

/** What states when the credentials of a job expire: its variables, the database, or `--expires`. */
export type ExpirationOrigin = 'variables' | 'database' | 'flag';

export interface KnownExpiration {
  at: Instant;
  origin: ExpirationOrigin;
}

/** Why it is unknown when the credentials of a running job expire. */
export type NoExpirationReason =
  /** SDKs do not read keys from the variables of the process. `provider` is null if they use several or none. */
  | { code: 'NO_COPY'; provider: ProviderName | null }
  /** The keys belong to a session, but nothing states its end. */
  | { code: 'EXPIRATION_UNKNOWN'; detail: string; hasDatabase: boolean }
  /** Keys without a session token work until somebody deactivates them. */
  | { code: 'LONG_LIVED' }
  /** The keys are incomplete or malformed. */
  | ({ code: 'COPY_INVALID' } & FailureFacts);

export type RunningUnknownReason =
  | NoExpirationReason
  /** No job duration is given, so the end of the job is unknown. */
  | { code: 'DURATION_UNKNOWN' }
  /** The job has run for longer than its duration, so the rest of the job is unknown. */
  | { code: 'LONGER_THAN_DURATION'; overSeconds: Seconds };

/** A job that runs with a copy of its initial credentials. All instants are by the same clock. */
export interface RunningJob {
  /** The start of the process. */
  processStartedAt: Instant;
  /** When the key of the copy was issued. Null if it is unknown. */
  keyIssuedAt: Instant | null;
  /** Null if the duration is unknown. */
  job: JobRequirement | null;
  credentials: CredentialsEnd;
}

export type CredentialsEnd =
  | { expiration: KnownExpiration; reason: null }
  | { expiration: null; reason: NoExpirationReason };

interface JudgedRunningJob {
  judgedAt: Instant;
  /** The earliest time at which the job can have started. */
  startedAt: Instant;
  /** How long the job has run. */
  elapsed: Seconds;
  job: JobRequirement | null;
  /** The duration of the job minus the time that it has run. 0 if it has run for longer. Null without a duration. */
  rest: Seconds | null;
  /** Rest plus margin. Null without a duration. */
  required: Seconds | null;
}

interface WithExpiration {
  expiration: KnownExpiration;
  /** Negative: expired. */
  remaining: Seconds;
  /** Remaining validity minus required. Negative: the job is short by this amount. Null without a duration. */
  spare: Seconds | null;
}

interface WithoutExpiration {
  expiration: null;
  remaining: null;
  spare: null;
}

/** Whether the credentials of a running job outlive it. */
export type RunningJobJudgement = JudgedRunningJob &
  (
    | (WithExpiration & { verdict: Exclude<Safety, 'unknown'>; unknownReason: null })
    | (WithExpiration & {
        verdict: 'unknown';
        unknownReason: Exclude<RunningUnknownReason, NoExpirationReason>;
      })
    | (WithoutExpiration & { verdict: 'unknown'; unknownReason: NoExpirationReason })
  );

/** `unknown`: the credentials expired between the last sign of life of the job and the first sign of its end. */
export type JobOutcome = 'in-time' | 'expired-before-end' | 'unknown';

/** By how much the credentials outlived a job, or the job its credentials. */
export interface EndedJob {
  outcome: JobOutcome;
  /** The latest time at which the job can have ended. */
  endedAt: Instant;
  expiration: Instant;
  /** The validity that was left at `endedAt`. Negative: the credentials expired before. */
  remainingAtEnd: Seconds;
}

export type ExpiryWarningCode = 'EXPIRES_SOON' | 'EXPIRED';

/** A warning about a job that is still running. */
export interface ExpiryWarning {
  code: ExpiryWarningCode;
  /** When the warning is due. */
  at: Instant;
}
