import type { Measurement } from '../measurement/measurement.ts';
import { computeShareOfSafeStarts } from '../measurement/validity.ts';
import type { Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { NOTABLE_CLOCK_OFFSET } from './findings.ts';
import type { Job, JobJudgement, UnknownReason, Verdict } from './job-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';

/** Clock skew that AWS tolerates, and what it promises between new credentials and the end of the old ones. */
export const DEFAULT_MARGIN: Seconds = 300;

/** Will credentials handed out at any moment outlive the job? Judged by what was measured, worst first. */
export function judgeJob(analysis: SeriesAnalysis, job: Job, rotationsWanted = 1): JobJudgement {
  const required = job.duration + job.margin;
  const { measurement } = analysis;
  const unknownReasons = findUnknownReasons(analysis, rotationsWanted);
  if (measurement === null) {
    return {
      verdict: 'unknown',
      job,
      required,
      spare: null,
      shareOfSafeStarts: null,
      safeTimeAfterRotation: null,
      unknownReasons,
    };
  }
  const verdict = judge(measurement, required, unknownReasons);
  return {
    verdict,
    job,
    required,
    spare: measurement.worstCase.seconds - required,
    shareOfSafeStarts: computeShareOfSafeStarts(measurement, required),
    safeTimeAfterRotation:
      verdict === 'start-after-rotation' ? measurement.validityWhenIssued!.min - required : null,
    unknownReasons,
  };
}

function judge(
  measurement: Measurement,
  required: Seconds,
  unknownReasons: readonly UnknownReason[],
): Verdict {
  const { worstCase, validityWhenIssued } = measurement;
  if (isNeverSafe(measurement, required)) return 'never';
  // The share speaks up only where a job of no length meets a window that crossed an expiration.
  if (worstCase.seconds < required || (computeShareOfSafeStarts(measurement, required) ?? 1) < 1) {
    return validityWhenIssued !== null &&
      required <= validityWhenIssued.min &&
      !measurement.isIssuedPerRequest
      ? 'start-after-rotation'
      : 'sometimes';
  }
  return unknownReasons.length > 0 ? 'unknown' : 'safe';
}

/** No measured start was safe: neither had any generation enough when it was issued, nor when it was seen. */
export function isNeverSafe(measurement: Measurement, required: Seconds): boolean {
  const { validityWhenIssued } = measurement;
  return (
    validityWhenIssued !== null && validityWhenIssued.max < required && !wasEverSafe(measurement, required)
  );
}

/** A generation met in mid-life counts for no validity when issued, and yet may have been seen with enough left. */
export function wasEverSafe({ servedPeriods }: Measurement, required: Seconds): boolean {
  return servedPeriods.some(
    ({ generation, from }) => secondsBetween(from, generation.expiration) >= required,
  );
}

function findUnknownReasons(analysis: SeriesAnalysis, rotationsWanted: number): UnknownReason[] {
  const { measurement, age, maxAge } = analysis;
  if (measurement === null) return [{ code: 'NO_SAMPLES' }];
  const { witnessedCount, rotationInterval } = measurement;
  const reasons: UnknownReason[] = [];
  if (witnessedCount === 0) reasons.push({ code: 'NO_WITNESSED_ROTATION' });
  if (age !== null && maxAge !== null && age > maxAge) {
    reasons.push({ code: 'STALE_SAMPLES', ageSeconds: age, maxAgeSeconds: maxAge });
  }
  // However old samples may be, none was taken in the future.
  if (age !== null && age < -NOTABLE_CLOCK_OFFSET) {
    reasons.push({ code: 'SAMPLES_IN_FUTURE', aheadSeconds: -age });
  }
  if (witnessedCount < rotationsWanted && rotationsWanted > 1) {
    const pollForSeconds =
      rotationInterval === null ? null : (rotationsWanted - witnessedCount) * rotationInterval.median;
    reasons.push({
      code: 'TOO_FEW_ROTATIONS',
      witnessedCount,
      minRotations: rotationsWanted,
      pollForSeconds,
    });
  }
  return reasons;
}

/** The longest job that was safe at any start; null where there is none, or no rotation was watched to know it by. */
export function findLongestSafeJob(
  { worstCase, witnessedCount }: Measurement,
  margin: Seconds,
): Seconds | null {
  return witnessedCount > 0 && worstCase.seconds >= margin ? worstCase.seconds - margin : null;
}

/**
 * Rotations to be witnessed before the chance that the next one is worse than all of them, at most 1/(n+1), falls
 * to 1 − `confidence`: 19 for 95 %.
 * @param confidence more than 0, less than 1
 */
export function minRotationsFor(confidence: number): number {
  // The difference 1 − 0.95 is a little more than 0.05, so the quotient is rounded before it is raised.
  return Math.max(1, Math.ceil(Number((1 / (1 - confidence)).toFixed(6)) - 1));
}
