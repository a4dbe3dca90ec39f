import type { Measurement, ValidityRange } from '../measurement/measurement.ts';
import { computeShareOfSafeStarts } from '../measurement/validity.ts';
import type { Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { NOTABLE_CLOCK_OFFSET } from './checks/clock-checks.ts';
import type { Job, JobJudgement, UnknownReason } from './job-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';

/** The clock skew that AWS tolerates. */
export const DEFAULT_MARGIN: Seconds = 300;

/**
 * Judges whether credentials served at any time outlive the job, from the measured history.
 * @param minRotations fewer witnessed rotations make the verdict `unknown`
 */
export function judgeJob(analysis: SeriesAnalysis, job: Job, minRotations = 1): JobJudgement {
  const required = job.duration + job.margin;
  const { measurement } = analysis;
  const unknownReasons = findUnknownReasons(analysis, minRotations);
  const judged = { job, required, unknownReasons };
  if (measurement === null) {
    const unmeasured = { spare: null, shareOfSafeStarts: null, safeTimeAfterRotation: null };
    return { ...judged, ...unmeasured, verdict: 'unknown' };
  }
  const spare = measurement.worstCase.seconds - required;
  const shareOfSafeStarts = computeShareOfSafeStarts(measurement, required);
  const measured = { ...judged, spare, shareOfSafeStarts };
  const withVerdict = (verdict: 'safe' | 'never' | 'sometimes' | 'unknown'): JobJudgement => ({
    ...measured,
    verdict,
    safeTimeAfterRotation: null,
  });
  if (isNeverSafe(measurement, required)) return withVerdict('never');
  // The share decides only for a job of length 0: then the window of a rotation may contain the expiration.
  if (spare < 0 || (shareOfSafeStarts ?? 1) < 1) {
    const { validityWhenIssued, isIssuedPerRequest } = measurement;
    if (validityWhenIssued === null || required > validityWhenIssued.min || isIssuedPerRequest) {
      return withVerdict('sometimes');
    }
    const safeTimeAfterRotation = validityWhenIssued.min - required;
    return { ...measured, verdict: 'start-after-rotation', safeTimeAfterRotation };
  }
  return withVerdict(unknownReasons.length > 0 ? 'unknown' : 'safe');
}

/** No measured start was safe, neither when a generation was issued nor when it was seen. */
export function isNeverSafe(
  measurement: Measurement,
  required: Seconds,
): measurement is Measurement & { validityWhenIssued: ValidityRange } {
  const { validityWhenIssued } = measurement;
  return (
    validityWhenIssued !== null && validityWhenIssued.max < required && !wasEverSafe(measurement, required)
  );
}

/** Whether a start was safe when a generation was first seen. Includes generations of unknown age. */
export function wasEverSafe({ servedPeriods }: Measurement, required: Seconds): boolean {
  return servedPeriods.some(
    ({ generation, from }) => secondsBetween(from, generation.expiration) >= required,
  );
}

function findUnknownReasons(analysis: SeriesAnalysis, minRotations: number): UnknownReason[] {
  const { measurement, age, maxAge } = analysis;
  if (measurement === null) return [{ code: 'NO_SAMPLES' }];
  const { witnessedCount, rotationInterval } = measurement;
  const reasons: UnknownReason[] = [];
  if (witnessedCount === 0) reasons.push({ code: 'NO_WITNESSED_ROTATION' });
  if (age !== null && maxAge !== null && age > maxAge) {
    reasons.push({ code: 'STALE_SAMPLES', ageSeconds: age, maxAgeSeconds: maxAge });
  }
  if (age !== null && age < -NOTABLE_CLOCK_OFFSET) {
    reasons.push({ code: 'SAMPLES_IN_FUTURE', aheadSeconds: -age });
  }
  if (witnessedCount < minRotations && minRotations > 1) {
    const pollForSeconds =
      rotationInterval === null ? null : (minRotations - witnessedCount) * rotationInterval.median;
    reasons.push({ code: 'TOO_FEW_ROTATIONS', witnessedCount, minRotations, pollForSeconds });
  }
  return reasons;
}

/** The longest job that is safe at any start. Null if no job is safe or no rotation was witnessed. */
export function findLongestSafeJob(
  { worstCase, witnessedCount }: Measurement,
  margin: Seconds,
): Seconds | null {
  return witnessedCount > 0 && worstCase.seconds >= margin ? worstCase.seconds - margin : null;
}

/** Parses a share greater than 0 and less than 1, such as `95%` or `0.95`. Null for any other text. */
export function parseConfidence(text: string): number | null {
  const match = /^(\d{1,2}(?:\.\d{1,4})?)%$|^0?(\.\d{1,6})$/.exec(text);
  if (match === null) return null;
  const [, percent, fraction] = match;
  const share = percent !== undefined ? Number(percent) / 100 : Number(fraction);
  return share > 0 ? share : null;
}

/**
 * The number of witnessed rotations that a confidence requires: 19 for 95 %. After n rotations, the chance
 * that the next one is worse than all of them is at most 1/(n+1).
 * @param confidence greater than 0 and less than 1
 */
export function computeMinRotations(confidence: number): number {
  // 1 − 0.95 is slightly more than 0.05 in floating point, so the quotient is rounded first.
  return Math.max(1, Math.ceil(Number((1 / (1 - confidence)).toFixed(6)) - 1));
}
