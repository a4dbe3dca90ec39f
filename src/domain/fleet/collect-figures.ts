import { keepPresent, keepValues, valueAt } from '../measurement/columns/column.ts';
import { getHistoryColumns } from '../measurement/columns/column-measurement.ts';
import type { HistoryColumns } from '../measurement/columns/history-lists.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { findExtremes, range } from '../measurement/statistics.ts';
import type { Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { wasNeverConfigured } from '../verdict/figures/choose-series.ts';
import {
  findOverdueServedFor,
  findUnprovenValidity,
  MeasurementFigures,
} from '../verdict/figures/judged-figures.ts';
import type { Finding } from '../verdict/finding.ts';
import { findCurrentFailure } from '../verdict/judgements.ts';
import type { SeriesAnalysis } from '../verdict/series-analysis.ts';
import { findBehaviourChanges, isInLastWeek } from './behaviour-change.ts';
import type { MeasuredFigures, PeriodFigures, SeriesFigures } from './series-figures.ts';

/** The figures of an analysed series. They do not depend on the time of the analysis. */
export function collectFigures(analysis: SeriesAnalysis): SeriesFigures {
  const { identity, isPolled, session, failedPolls, findings, measurement, newestOutside } = analysis;
  const failure = findCurrentFailure(analysis);
  return {
    identity,
    isPolled,
    session,
    wasNeverConfigured: wasNeverConfigured(measurement !== null, failedPolls),
    failure: failure && { reason: failure.reason, lastAt: failure.lastAt },
    measured: measurement && collectMeasured(measurement, findings),
    ...(newestOutside === undefined ? {} : { newestOutside }),
  };
}

function collectMeasured(measurement: Measurement, findings: readonly Finding[]): MeasuredFigures {
  const measured = new MeasurementFigures(measurement);
  const history = getHistoryColumns(measurement);
  const { generations, rotations } = history;
  const isRecent = (at: Instant) => isInLastWeek(at, measurement.lastSample);
  const witnessedAt = keepValues(rotations.at, (index) => rotations.isWitnessed[index] === 1);
  return {
    sampleCount: measurement.sampleCount,
    generationCount: generations.count,
    witnessedCount: measured.witnessedCount,
    firstSample: measurement.firstSample,
    lastSample: measured.lastSample,
    watchedTime: measurement.watchedTime,
    watchedShare: measured.watchedShare,
    rotationInterval: measurement.rotationInterval,
    validityWhenIssued: measured.validityWhenIssued,
    largestPossibleValidity: measured.largestPossibleValidity,
    longestServedValidity: measured.longestServedValidity,
    sampledMinimumSeconds: measurement.sampledMinimum.seconds,
    worstCaseSeconds: measured.worstCaseSeconds,
    worstCaseAt: measurement.worstCase.at,
    lag: measurement.lag,
    usualGap: measurement.usualGap,
    isIssuedPerRequest: measured.isIssuedPerRequest,
    areDurationsMixed: measurement.areDurationsMixed,
    hasSeveralEndpoints: measured.hasSeveralEndpoints,
    leadTimeTrend: measured.leadTimeTrend,
    clock: measured.clock,
    evidence: measured.evidence,
    overdueServedFor: findOverdueServedFor(findings),
    unprovenValidity: findUnprovenValidity(findings),
    validShare: measured.validShare,
    newestExpiration: valueAt(generations.expiration, generations.count - 1),
    lastRotationAt: range(witnessedAt)?.max ?? null,
    lastWeek: collectPeriod(history, isRecent),
    before: collectPeriod(history, (at) => !isRecent(at)),
    changes: findBehaviourChanges(history, measurement.lastSample),
  };
}

/** Null without a witnessed rotation in the period. */
function collectPeriod(
  { rotations, generations, appearances }: HistoryColumns,
  isInPeriod: (at: Instant) => boolean,
): PeriodFigures | null {
  const isCounted = (index: number) =>
    rotations.isWitnessed[index] === 1 && isInPeriod(valueAt(rotations.at, index));
  const leadTimes = keepValues(rotations.leadTime, isCounted);
  const minLeadTime = range(leadTimes)?.min;
  if (minLeadTime === undefined) return null;
  let maxValidityWhenIssued: Seconds | null = null;
  for (let index = 0; index < appearances.count; index += 1) {
    const appearedAt = valueAt(appearances.latest, index);
    if (!isInPeriod(appearedAt)) continue;
    const expiration = valueAt(generations.expiration, valueAt(appearances.generation, index));
    const validity = secondsBetween(appearedAt, expiration);
    maxValidityWhenIssued = Math.max(maxValidityWhenIssued ?? validity, validity);
  }
  return {
    rotationCount: leadTimes.length,
    minLeadTime,
    medianInterval: findExtremes(keepPresent(keepValues(rotations.interval, isCounted)))?.median ?? null,
    maxValidityWhenIssued,
  };
}
