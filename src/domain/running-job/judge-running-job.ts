import type { Instant, Seconds, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import type { Safety } from '../verdict/job-verdict.ts';
import type { EndedJob, ExpiryWarning, JobOutcome, RunningJob, RunningJobJudgement } from './running-job.ts';

/**
 * A process can replace its program, for example `exec ./load.sh`, and then is older than the job. A job cannot have
 * started before its key was issued.
 * @param now by the clock of the running job
 */
export function judgeRunningJob(
  { processStartedAt, keyIssuedAt, job, credentials }: RunningJob,
  now: Instant,
): RunningJobJudgement {
  const startedAt = Math.max(processStartedAt, keyIssuedAt ?? processStartedAt);
  // A start in the future comes from rounding.
  const elapsed = Math.max(0, secondsBetween(startedAt, now));
  const rest = job === null ? null : Math.max(0, job.duration - elapsed);
  const required = job === null || rest === null ? null : rest + job.margin;
  const judged = { judgedAt: now, startedAt, elapsed, job, rest, required };
  const { expiration } = credentials;
  if (expiration === null) {
    const withoutEnd = { expiration, remaining: null, spare: null } as const;
    return { ...judged, ...withoutEnd, verdict: 'unknown', unknownReason: credentials.reason };
  }
  const remaining = secondsBetween(now, expiration.at);
  const spare = required === null ? null : remaining - required;
  const measured = { ...judged, expiration, remaining, spare };
  if (expiration.at <= now || (spare !== null && spare < 0))
    return { ...measured, verdict: 'not-safe', unknownReason: null };
  if (job === null) return { ...measured, verdict: 'unknown', unknownReason: { code: 'DURATION_UNKNOWN' } };
  const overSeconds = elapsed - job.duration;
  return overSeconds > 0
    ? { ...measured, verdict: 'unknown', unknownReason: { code: 'LONGER_THAN_DURATION', overSeconds } }
    : { ...measured, verdict: 'safe', unknownReason: null };
}

/** @param end the job ended in this span */
export function judgeEnd({ from, to }: Span, expiration: Instant): EndedJob {
  const outcome = to <= expiration ? 'in-time' : from >= expiration ? 'expired-before-end' : 'unknown';
  return { outcome, endedAt: to, expiration, remainingAtEnd: secondsBetween(to, expiration) };
}

const OUTCOME_SAFETY: Record<JobOutcome, Safety> = {
  'in-time': 'safe',
  'expired-before-end': 'not-safe',
  unknown: 'unknown',
};

/** Whether the credentials were valid until the end. */
export const toEndSafety = ({ outcome }: EndedJob): Safety => OUTCOME_SAFETY[outcome];

/** Time to stop a job in an orderly way, or to prepare its next run. */
const DEFAULT_WARNING_LEAD: Seconds = 900;

/**
 * The warnings about a job that is followed from `now` on, in order.
 * @param lead the time from the first warning to the expiration. Null: 15 minutes, or half of the remaining
 *   validity if that is shorter, because a warning right at the start says nothing new
 */
export function planWarnings(expiration: Instant, now: Instant, lead: Seconds | null): ExpiryWarning[] {
  const leadMs = lead === null ? Math.min(DEFAULT_WARNING_LEAD * 1000, (expiration - now) / 2) : lead * 1000;
  const soon: ExpiryWarning = { code: 'EXPIRES_SOON', at: Math.max(now, expiration - leadMs) };
  return [...(expiration > now ? [soon] : []), { code: 'EXPIRED', at: expiration }];
}
