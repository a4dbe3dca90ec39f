import { getHistoryColumns } from '../measurement/columns/column-measurement.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { computeShareOfSafeStarts, findLongestServedValidity } from '../measurement/validity.ts';
import type { Seconds } from '../model.ts';
import { type EvidenceRules, NO_EVIDENCE_RULES } from './confidence.ts';
import { type Job, type JobJudgement, VERDICT_WITHOUT_SAMPLES } from './job-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';
import { findSpareUsedUpAt, findUnknownReasons } from './unknown-reasons.ts';

/** The clock skew that AWS tolerates. */
export const DEFAULT_MARGIN: Seconds = 300;

/** Judges whether credentials served at any time outlive the job, from the measured history. */
export function judgeJob(
  analysis: SeriesAnalysis,
  job: Job,
  rules: EvidenceRules = NO_EVIDENCE_RULES,
): JobJudgement {
  const required = job.duration + job.margin;
  const { measurement } = analysis;
  const unknownReasons = findUnknownReasons(analysis, required, rules);
  const judged = { job, required, unknownReasons };
  if (measurement === null) return { ...judged, ...VERDICT_WITHOUT_SAMPLES };
  const spare = measurement.worstCase.seconds - required;
  const shareOfSafeStarts = computeShareOfSafeStarts(measurement, required);
  const spareUsedUpAt = findSpareUsedUpAt(measurement, required);
  const { watchedShare } = measurement;
  const measured = { ...judged, spare, watchedShare, spareUsedUpAt, shareOfSafeStarts };
  const withVerdict = (verdict: 'safe' | 'never' | 'sometimes' | 'unknown'): JobJudgement => ({
    ...measured,
    verdict,
    safeTimeAfterRotation: null,
  });
  if (isNeverSafe(measurement, required)) return withVerdict('never');
  // The share decides only for a job of length 0: then the window of a rotation may contain the expiration.
  if (spare < 0 || (shareOfSafeStarts ?? 1) < 1) {
    const safeTimeAfterRotation = findSafeTimeAfterRotation(measurement, required);
    return safeTimeAfterRotation === null
      ? withVerdict('sometimes')
      : { ...measured, verdict: 'start-after-rotation', safeTimeAfterRotation };
  }
  return withVerdict(unknownReasons.length > 0 ? 'unknown' : 'safe');
}

/** Null if a start right after a rotation is not always safe, or if rotations cannot be noticed. */
function findSafeTimeAfterRotation(measurement: Measurement, required: Seconds): Seconds | null {
  const { validityWhenIssued } = measurement;
  if (validityWhenIssued === null || required > validityWhenIssued.min) return null;
  return isOutlookAfterRotationPossible(measurement) ? validityWhenIssued.min - required : null;
}

/** With several endpoints, the next request may get the older credentials of another endpoint. */
export const isOutlookAfterRotationPossible = ({
  witnessedCount,
  severalEndpoints,
  isIssuedPerRequest,
}: Measurement): boolean => witnessedCount > 0 && severalEndpoints === null && !isIssuedPerRequest;

/** No measured start was safe, neither when a generation was issued nor when it was seen. */
export function isNeverSafe(
  measurement: Measurement,
  required: Seconds,
): measurement is Measurement & { largestPossibleValidity: Seconds } {
  const { largestPossibleValidity } = measurement;
  return (
    largestPossibleValidity !== null &&
    largestPossibleValidity < required &&
    !wasEverSafe(measurement, required)
  );
}

/** Whether a start was safe when a generation was first seen. Includes generations of unknown age. */
export const wasEverSafe = (measurement: Measurement, required: Seconds): boolean =>
  findLongestServedValidity(getHistoryColumns(measurement)) >= required;

/** The longest job that is safe at any start. Null if no job is safe or no rotation was witnessed. */
export function findLongestSafeJob(
  { worstCase, witnessedCount, isIssuedPerRequest }: Measurement,
  margin: Seconds,
): Seconds | null {
  const isMeasured = witnessedCount > 0 || isIssuedPerRequest;
  // A worst case of 0 means that credentials may have expired before the rotation.
  const isAnySafe = worstCase.seconds > 0 && worstCase.seconds >= margin;
  return isMeasured && isAnySafe ? worstCase.seconds - margin : null;
}
