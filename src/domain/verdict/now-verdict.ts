import type { NoForecastReason, RotationForecast } from '../measurement/forecast.ts';
import type { ValidityRange } from '../measurement/measurement.ts';
import type { FailureFacts, Instant, IssuedCredentials, Seconds, SeriesIdentity } from '../model.ts';
import type { RequestedSession } from '../requested-session.ts';
import type { Finding } from './finding.ts';
import type { JobRequirement } from './job-verdict.ts';

/** When a start will be safe, as far as history shows. */
export const OUTLOOKS = ['now', 'after-rotation', 'perhaps-after-rotation', 'never', 'unknown'] as const;
export type Outlook = (typeof OUTLOOKS)[number];

/** Why the current credentials are unknown. */
export type NoCredentialsReason =
  | ({ code: 'POLL_FAILED' } & FailureFacts)
  | { code: 'NO_SAMPLES' }
  /** Samples of several roles are stored, and nothing tells which role the job has. */
  | { code: 'ROLE_UNDECIDED' };

/** Why known credentials cannot be judged. */
export type UnusableSampleReason =
  | { code: 'STALE_SAMPLES'; ageSeconds: Seconds; maxAgeSeconds: Seconds }
  | { code: 'SAMPLES_IN_FUTURE'; aheadSeconds: Seconds }
  /** Several endpoints answer, and no recent sample has the credentials of the others. */
  | { code: 'SEVERAL_ENDPOINTS' }
  /** `LastUpdated` is more than five minutes ahead: a clock is wrong. */
  | { code: 'ISSUED_IN_FUTURE'; aheadSeconds: Seconds };

export type NowUnknownReason = NoCredentialsReason | UnusableSampleReason;

/** What history says about a later start. */
export interface LaterStart {
  outlook: Outlook;
  nextRotation: RotationForecast | null;
  /** Null if the history gives a forecast. */
  noForecastReason: NoForecastReason | null;
  /** The validity to expect right after the next rotation. */
  validityAfterRotation: ValidityRange | null;
  /** Findings that matter for a start now. */
  findings: readonly Finding[];
}

interface JudgedNow extends LaterStart {
  job: JobRequirement;
  /** Job duration plus margin. */
  required: Seconds;
  /** The later time of AWS's clock and the host's clock, so that validity is never overstated. */
  judgedAt: Instant;
  /** By the host's clock. Earlier than {@link judgedAt} if that clock is slow. */
  hostTime: Instant;
  /** The host's clock minus AWS's clock at this poll. Null without a `Date` header. */
  clockOffset: Seconds | null;
  /** The session for which the source asks AWS at every poll. Null for other sources, and if it is unknown. */
  session: RequestedSession | null;
  /** The usual time between samples, if a poller seems to sample the series now. Else null. */
  polledEverySeconds: Seconds | null;
  /** The command `poll` has recorded a sample of the series. */
  hasPoller: boolean;
  /** Until when a start with the current credentials stays safe. Null if a start is not safe now. */
  safeUntil: Instant | null;
}

interface WithCredentials {
  identity: SeriesIdentity;
  credentials: IssuedCredentials;
  /**
   * The credentials that the source returned, if those of another endpoint expire earlier and are judged, because
   * the request of the job may get them. Else null.
   */
  returned: IssuedCredentials | null;
  /** The expiration stated now, if an earlier poll of the same key got an earlier one. Else null. */
  laterExpiration: Instant | null;
  /** Negative: expired. */
  remaining: Seconds;
  /** Remaining validity minus required. Negative: the job is short by this amount. */
  spare: Seconds;
}

interface WithoutCredentials {
  /** The polled series. Null if unknown. */
  identity: SeriesIdentity | null;
  credentials: null;
  returned: null;
  laterExpiration: null;
  remaining: null;
  spare: null;
}

/** The verdict on a job that starts now, with its reasons. */
export type NowJudgement =
  | (JudgedNow & WithCredentials & { verdict: 'safe' | 'not-safe'; unknownReason: null })
  | (JudgedNow & WithCredentials & { verdict: 'unknown'; unknownReason: UnusableSampleReason })
  | (JudgedNow & WithoutCredentials & { verdict: 'unknown'; unknownReason: NoCredentialsReason });
