import type { RotationForecast } from '../measurement/forecast.ts';
import type { FailureFacts, Instant, IssuedCredentials, Seconds, SeriesIdentity } from '../model.ts';
import type { Finding } from './finding.ts';
import type { Job, Safety } from './job-verdict.ts';

/** Whether a start will be safe, as far as history knows. */
export const OUTLOOKS = ['now', 'after-rotation', 'perhaps-after-rotation', 'never', 'unknown'] as const;
export type Outlook = (typeof OUTLOOKS)[number];

export type NowUnknownReason =
  | ({ code: 'POLL_FAILED' } & FailureFacts)
  | { code: 'NO_SAMPLES' }
  | { code: 'STALE_SAMPLES'; ageSeconds: Seconds; maxAgeSeconds: Seconds }
  | { code: 'SAMPLES_IN_FUTURE'; aheadSeconds: Seconds };

/** The answer for the credentials in hand, and what history says of a later start. */
export interface NowJudgement {
  verdict: Safety;
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
  validityAfterRotation: { min: Seconds; max: Seconds } | null;
  /** What history knows that bears on this moment. */
  findings: readonly Finding[];
}
