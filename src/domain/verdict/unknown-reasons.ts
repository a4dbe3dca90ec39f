import { NOTABLE_CLOCK_OFFSET } from '../measurement/clock-correction.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { Instant, Seconds } from '../model.ts';
import { computeMinRotations, type EvidenceRules, isChanceAllowed } from './confidence.ts';
import { findEvidence } from './evidence.ts';
import type { UnknownReason } from './job-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';

/** Why the history is not enough for `safe`. `required` is the job duration plus the margin. */
export function findUnknownReasons(
  analysis: SeriesAnalysis,
  required: Seconds,
  rules: EvidenceRules,
): UnknownReason[] {
  const { measurement } = analysis;
  if (measurement === null) return [{ code: 'NO_SAMPLES' }];
  return [
    ...findMissingRotations(measurement),
    ...findAgeReasons(analysis),
    ...findFindingReasons(analysis),
    ...findTrendReasons(measurement, required, rules),
    ...findEvidenceReasons(measurement, rules),
  ];
}

const findMissingRotations = ({ witnessedCount, isIssuedPerRequest }: Measurement): UnknownReason[] =>
  witnessedCount === 0 && !isIssuedPerRequest ? [{ code: 'NO_WITNESSED_ROTATION' }] : [];

function findAgeReasons({ age, maxAge }: SeriesAnalysis): UnknownReason[] {
  if (age !== null && maxAge !== null && age > maxAge) {
    return [{ code: 'STALE_SAMPLES', ageSeconds: age, maxAgeSeconds: maxAge }];
  }
  return age !== null && age < -NOTABLE_CLOCK_OFFSET
    ? [{ code: 'SAMPLES_IN_FUTURE', aheadSeconds: -age }]
    : [];
}

function findFindingReasons({ findings, measurement }: SeriesAnalysis): UnknownReason[] {
  const reasons: UnknownReason[] = [];
  for (const finding of findings) {
    if (finding.code !== 'ROTATION_OVERDUE') continue;
    reasons.push({ code: finding.code, servedForSeconds: finding.servedForSeconds });
  }
  const aheadSeconds = findDecisiveIssuedInFuture(measurement);
  return aheadSeconds === null ? reasons : [...reasons, { code: 'ISSUED_IN_FUTURE', aheadSeconds }];
}

/** By how much `LastUpdated` is ahead, if that is too much to trust the clocks. Else null. */
export function findDecisiveIssuedInFuture(measurement: Measurement | null): Seconds | null {
  const issuedInFuture = measurement?.clock.issuedInFuture ?? null;
  return issuedInFuture?.isDecisive ? issuedInFuture.ahead : null;
}

const DAY: Seconds = 86_400;

function findTrendReasons(
  measurement: Measurement,
  required: Seconds,
  { confidence }: EvidenceRules,
): UnknownReason[] {
  const usedUpAt = findSpareUsedUpAt(measurement, required);
  if (measurement.leadTimeTrend === null || usedUpAt === null) return [];
  const isSoon = usedUpAt < measurement.lastSample + DAY * 1000;
  if (confidence === null && !isSoon) return [];
  const { shrinkingPerDay: shrinkingPerDaySeconds } = measurement.leadTimeTrend;
  return [{ code: 'LEAD_TIMES_SHRINK', shrinkingPerDaySeconds, usedUpAt }];
}

/** When the spare validity of a job is used up if the trend goes on. Null without a trend or without spare. */
export function findSpareUsedUpAt(
  { leadTimeTrend, worstCase, lastSample }: Measurement,
  required: Seconds,
): Instant | null {
  const spare = worstCase.seconds - required;
  if (leadTimeTrend === null || spare < 0) return null;
  return Math.floor(lastSample + (spare / leadTimeTrend.shrinkingPerDay) * DAY * 1000);
}

function findEvidenceReasons(
  measurement: Measurement,
  { confidence, minWatched }: EvidenceRules,
): UnknownReason[] {
  const { watchedShare, rotationInterval } = measurement;
  const reasons: UnknownReason[] = [];
  if (minWatched !== null && watchedShare !== null && watchedShare < minWatched) {
    reasons.push({ code: 'TOO_LITTLE_WATCHED', watchedShare, minWatched });
  }
  if (confidence === null) return reasons;
  const { observations, nextRotationChance, recentRecords } = findEvidence(measurement);
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
  } else if (nextRotationChance !== null && !isChanceAllowed(nextRotationChance, confidence)) {
    reasons.push({ code: 'RECENT_LEAD_TIMES_SHORTER', ...recentRecords });
  }
  return reasons;
}
