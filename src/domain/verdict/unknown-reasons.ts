import { MAX_ROLE_SESSION } from '../aws-limits.ts';
import { NOTABLE_CLOCK_OFFSET } from '../measurement/clock-correction.ts';
import { hasMeasuredRotation, type Measurement } from '../measurement/measurement.ts';
import type { Instant, Seconds } from '../model.ts';
import { computeMinRotations, type EvidenceRules, isChanceAllowed } from './confidence.ts';
import type { JudgedFigures, JudgedSeriesFigures } from './figures/judged-figures.ts';
import type { UnknownReason } from './job-verdict.ts';

/** Why the history is not enough for `safe`. `required` is the job duration plus the margin. */
export function findUnknownReasons(
  series: JudgedSeriesFigures,
  required: Seconds,
  rules: EvidenceRules,
): UnknownReason[] {
  const { measured, newestOutside } = series;
  if (measured === null)
    return newestOutside === undefined
      ? [{ code: 'NO_SAMPLES' }]
      : [{ code: 'NO_SAMPLES_IN_PERIOD', newestSampleAt: newestOutside }];
  return [
    ...findMissingRotations(measured),
    ...findAgeReasons(series),
    ...findOverdueReasons(series),
    ...findClockReasons(measured),
    ...findValidityReasons(series),
    ...findTrendReasons(measured, required, rules),
    ...findEvidenceReasons(measured, rules),
  ];
}

const findMissingRotations = (figures: JudgedFigures): UnknownReason[] =>
  hasMeasuredRotation(figures) ? [] : [{ code: 'NO_WITNESSED_ROTATION' }];

function findAgeReasons({ age, maxAge }: JudgedSeriesFigures): UnknownReason[] {
  if (age !== null && maxAge !== null && age > maxAge) {
    return [{ code: 'STALE_SAMPLES', ageSeconds: age, maxAgeSeconds: maxAge }];
  }
  return age !== null && age < -NOTABLE_CLOCK_OFFSET
    ? [{ code: 'SAMPLES_IN_FUTURE', aheadSeconds: -age }]
    : [];
}

const findOverdueReasons = ({ overdueServedFor }: JudgedSeriesFigures): UnknownReason[] =>
  overdueServedFor === null ? [] : [{ code: 'ROTATION_OVERDUE', servedForSeconds: overdueServedFor }];

function findClockReasons(figures: JudgedFigures): UnknownReason[] {
  const aheadSeconds = findDecisiveIssuedInFuture(figures);
  return aheadSeconds === null ? [] : [{ code: 'ISSUED_IN_FUTURE', aheadSeconds }];
}

const findValidityReasons = ({ unprovenValidity: longestSeconds }: JudgedSeriesFigures): UnknownReason[] =>
  longestSeconds === null
    ? []
    : [{ code: 'VALIDITY_TOO_LONG', longestSeconds, knownSeconds: MAX_ROLE_SESSION }];

/** By how much `LastUpdated` is ahead, if that is too much to trust the clocks. Else null. */
export function findDecisiveIssuedInFuture(figures: Pick<Measurement, 'clock'> | null): Seconds | null {
  const issuedInFuture = figures?.clock.issuedInFuture ?? null;
  return issuedInFuture?.isDecisive ? issuedInFuture.ahead : null;
}

const DAY: Seconds = 86_400;

function findTrendReasons(
  figures: JudgedFigures,
  required: Seconds,
  { confidence }: EvidenceRules,
): UnknownReason[] {
  const usedUpAt = findSpareUsedUpAt(figures, required);
  if (figures.leadTimeTrend === null || usedUpAt === null) return [];
  const isSoon = usedUpAt < figures.lastSample + DAY * 1000;
  if (confidence === null && !isSoon) return [];
  const { shrinkingPerDay: shrinkingPerDaySeconds } = figures.leadTimeTrend;
  return [{ code: 'LEAD_TIMES_SHRINK', shrinkingPerDaySeconds, usedUpAt }];
}

/** When the spare validity of a job is used up if the trend goes on. Null without a trend or without spare. */
export function findSpareUsedUpAt(
  { leadTimeTrend, worstCaseSeconds, lastSample }: JudgedFigures,
  required: Seconds,
): Instant | null {
  const spare = worstCaseSeconds - required;
  if (leadTimeTrend === null || spare < 0) return null;
  return Math.floor(lastSample + (spare / leadTimeTrend.shrinkingPerDay) * DAY * 1000);
}

function findEvidenceReasons(
  figures: JudgedFigures,
  { confidence, minWatched }: EvidenceRules,
): UnknownReason[] {
  const { watchedShare, rotationInterval } = figures;
  const reasons: UnknownReason[] = [];
  if (minWatched !== null && watchedShare !== null && watchedShare < minWatched) {
    reasons.push({ code: 'TOO_LITTLE_WATCHED', watchedShare, minWatched });
  }
  if (confidence === null) return reasons;
  const { observations, nextRotationChance, recentRecords } = figures.evidence;
  const minObservations = computeMinRotations(confidence);
  if (observations < minObservations) {
    const missing = minObservations - observations;
    const pollForSeconds = rotationInterval === null ? null : missing * rotationInterval.median;
    reasons.push({
      code: 'TOO_FEW_ROTATIONS',
      witnessedCount: observations,
      minRotations: minObservations,
      pollForSeconds,
    });
  } else if (nextRotationChance === null) {
    // A trend has a reason of its own.
    if (figures.leadTimeTrend === null)
      reasons.push({ code: 'NEWEST_CREDENTIALS_SHORTEST', remainingSeconds: figures.worstCaseSeconds });
  } else if (!isChanceAllowed(nextRotationChance, confidence)) {
    reasons.push({ code: 'RECENT_LEAD_TIMES_SHORTER', ...recentRecords });
  }
  return reasons;
}
