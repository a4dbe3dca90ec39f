import { hasMeasuredRotation, type Measurement } from '../measurement/measurement.ts';
import { computeShareOfSafeStarts } from '../measurement/validity.ts';
import type { Seconds } from '../model.ts';
import { type EvidenceRules, NO_EVIDENCE_RULES } from './confidence.ts';
import { findJudgedFigures, type JudgedFigures, type JudgedSeriesFigures } from './figures/judged-figures.ts';
import {
  type FiguresJudgement,
  type Job,
  type JobJudgement,
  VERDICT_WITHOUT_SAMPLES,
} from './job-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';
import { findSpareUsedUpAt, findUnknownReasons } from './unknown-reasons.ts';

/** The clock skew that AWS tolerates. */
export const DEFAULT_MARGIN: Seconds = 300;

/** A person or scheduler cannot notice a rotation and start a job in less time. */
export const MIN_START_TIME: Seconds = 60;

/** Judges whether credentials served at any time outlive the job, from the measured history. */
export function judgeJob(
  analysis: SeriesAnalysis,
  job: Job,
  rules: EvidenceRules = NO_EVIDENCE_RULES,
): JobJudgement {
  const { measurement } = analysis;
  const judgement = judgeFigures(findJudgedFigures(analysis), job, rules);
  if (measurement === null || judgement.spare === null) return { ...judgement, ...VERDICT_WITHOUT_SAMPLES };
  const shareOfSafeStarts = computeShareOfSafeStarts(measurement, judgement.required);
  return { ...judgement, shareOfSafeStarts };
}

/** As {@link judgeJob}, without the share of safe starts, which needs the whole history. */
export function judgeFigures(
  series: JudgedSeriesFigures,
  job: Job,
  rules: EvidenceRules = NO_EVIDENCE_RULES,
): FiguresJudgement {
  const required = job.duration + job.margin;
  const { measured: figures } = series;
  const unknownReasons = findUnknownReasons(series, required, rules);
  const judged = { job, required, unknownReasons };
  if (figures === null) {
    const { shareOfSafeStarts: _, ...withoutSamples } = VERDICT_WITHOUT_SAMPLES;
    return { ...judged, ...withoutSamples };
  }
  const spare = figures.worstCaseSeconds - required;
  const { watchedShare } = figures;
  const measured = { ...judged, spare, watchedShare, spareUsedUpAt: findSpareUsedUpAt(figures, required) };
  const withVerdict = (verdict: 'safe' | 'never' | 'sometimes' | 'unknown'): FiguresJudgement => ({
    ...measured,
    verdict,
    safeTimeAfterRotation: null,
  });
  if (isNeverSafe(figures, required)) return withVerdict('never');
  if (spare < 0 || isExposedWithoutSpare(figures, required)) {
    const safeTimeAfterRotation = findSafeTimeAfterRotation(figures, required);
    return safeTimeAfterRotation === null
      ? withVerdict('sometimes')
      : { ...measured, verdict: 'start-after-rotation', safeTimeAfterRotation };
  }
  return withVerdict(unknownReasons.length > 0 ? 'unknown' : 'safe');
}

/**
 * For a job of length 0, the share of safe starts decides: if the window of a rotation contains the expiration, the
 * worst case is 0. For longer jobs, this worst case is not enough.
 */
const isExposedWithoutSpare = (figures: JudgedFigures, required: Seconds): boolean =>
  required <= 0 && (figures.validShare ?? 1) < 1;

/** Null if a start right after a rotation is not always safe, or if rotations cannot be noticed. */
function findSafeTimeAfterRotation(figures: JudgedFigures, required: Seconds): Seconds | null {
  const { validityWhenIssued } = figures;
  if (validityWhenIssued === null || required > validityWhenIssued.min) return null;
  return isOutlookAfterRotationPossible(figures) ? validityWhenIssued.min - required : null;
}

/** With several endpoints, the next request may get the older credentials of another endpoint. */
export const isOutlookAfterRotationPossible = ({
  witnessedCount,
  hasSeveralEndpoints,
  isIssuedPerRequest,
}: Pick<JudgedFigures, 'witnessedCount' | 'hasSeveralEndpoints' | 'isIssuedPerRequest'>): boolean =>
  witnessedCount > 0 && !hasSeveralEndpoints && !isIssuedPerRequest;

/** No measured start was safe, neither when a generation was issued nor when it was seen. */
export function isNeverSafe<Figures extends NeverSafeFigures>(
  figures: Figures,
  required: Seconds,
): figures is Figures & { largestPossibleValidity: Seconds } {
  const { largestPossibleValidity } = figures;
  return (
    largestPossibleValidity !== null &&
    largestPossibleValidity < required &&
    // Includes generations of unknown age.
    figures.longestServedValidity < required
  );
}

type NeverSafeFigures = Pick<JudgedFigures, 'largestPossibleValidity' | 'longestServedValidity'>;

/** The longest job that is safe at any start. Null if no job is safe or no rotation was witnessed. */
export function findLongestSafeJob(measurement: Measurement, margin: Seconds): Seconds | null {
  const { worstCase } = measurement;
  // A worst case of 0 means that credentials may have expired before the rotation.
  const isAnySafe = worstCase.seconds > 0 && worstCase.seconds >= margin;
  return hasMeasuredRotation(measurement) && isAnySafe ? worstCase.seconds - margin : null;
}
