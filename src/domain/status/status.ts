import { findMaxSampleAge } from '../live/sample-age.ts';
import { findLargest, valueAt } from '../measurement/columns/column.ts';
import { getHistoryColumns } from '../measurement/columns/column-measurement.ts';
import type { Measurement, WorstCase } from '../measurement/measurement.ts';
import type { Instant, Seconds, SeriesIdentity } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { correctNow } from '../verdict/analyse.ts';
import {
  type AssessedJob,
  type AssessedSeries,
  type Assessment,
  findDecisiveJob,
  findJudgement,
} from '../verdict/assessment.ts';
import { listCurrentClockSkew } from '../verdict/checks/clock-checks.ts';
import { isWellFounded } from '../verdict/evidence.ts';
import { type Replacement, wasNeverConfigured } from '../verdict/figures/choose-series.ts';
import { areTimesKnown } from '../verdict/figures/judged-figures.ts';
import type { FINDING_SEVERITIES, Finding, FindingCode, FindingWith } from '../verdict/finding.ts';
import { findLongestSafeJob } from '../verdict/job.ts';
import type { JobJudgement, Verdict } from '../verdict/job-verdict.ts';
import { findCurrentFailure, findDecisiveSeries } from '../verdict/judgements.ts';
import type { SeriesAnalysis } from '../verdict/series-analysis.ts';
import { type FailingSource, findLastPoll, type LastPoll } from './last-poll.ts';
import { findWorstSampled, type SampledSeries } from './sampled-series.ts';

/** The state of the stored series, with the values of the series that matters most. */
export interface Status {
  /** The worst verdict of all jobs. Null without a job. */
  verdict: Verdict | null;
  /** The first job with this verdict. Null without a job. */
  job: AssessedJob | null;
  jobs: readonly AssessedJob[];
  margin: Seconds;
  /** Decides the verdict. Without a verdict, the series with the smallest worst case. Null without series. */
  series: SeriesStatus | null;
  /** If `series` decides a verdict without a sample, and other series have samples. Else null. */
  sampled: SampledSeries | null;
  /** The series that judge the job. Without a job, all series that are not retired. */
  seriesCount: number;
  retiredCount: number;
  /** The series of `seriesCount` whose newest sample is too old. */
  staleCount: number;
  /** The sources whose newest poll failed, in stored order. */
  failing: readonly FailingSource[];
}

export interface SeriesStatus {
  identity: SeriesIdentity;
  isPolled: boolean;
  /** The series that has replaced this one. Null unless it is retired. */
  replacedBy: Replacement | null;
  /** Null without a job, and if this series does not judge it. */
  judgement: JobJudgement | null;
  /** Null without a sample. */
  measured: MeasuredStatus | null;
  /** Null if the series has neither a sample nor a failed poll. */
  lastPoll: LastPoll | null;
  /** The newest sample is older than `--max-age`. */
  isStale: boolean;
  /** The problems of the series, except the problems that the other fields show. */
  problems: readonly StatusProblem[];
}

export interface MeasuredStatus
  extends Pick<
    Measurement,
    'witnessedCount' | 'watchedTime' | 'watchedShare' | 'sampleCount' | 'isIssuedPerRequest'
  > {
  worstCase: WorstCase;
  /** The history is long enough to rely on. See {@link isWellFounded}. */
  isWellFounded: boolean;
  longestSafeJob: Seconds | null;
  /** See {@link areTimesKnown}. */
  areTimesKnown: boolean;
  /** Of the newest sample. Negative: the sample is in the future. */
  ageSeconds: Seconds;
  lastSample: Instant;
  /** The newest known credentials. Null if every request gets new ones. */
  current: CurrentCredentials | null;
}

interface CurrentCredentials {
  /** With several endpoints: of the served credentials that expire first, because the next request may get them. */
  expiration: Instant;
  remaining: Seconds;
  /** Of the newest sample, if another endpoint serves credentials that expire earlier. Else null. */
  newestRemaining: Seconds | null;
  /** Whether the newest sample is recent enough to tell that the source still serves them. */
  isRecent: boolean;
}

type ProblemCode = {
  [Code in FindingCode]: (typeof FINDING_SEVERITIES)[Code] extends 'problem' ? Code : never;
}[FindingCode];

/** Other fields of the status show these. */
const SHOWN_ELSEWHERE = ['STALE_SAMPLES', 'POLLS_STOPPED', 'POLLS_FAILED'] as const;

export type StatusProblem = FindingWith<Exclude<ProblemCode, (typeof SHOWN_ELSEWHERE)[number]>>;

const isStatusProblem = (finding: Finding): finding is StatusProblem =>
  finding.severity === 'problem' && SHOWN_ELSEWHERE.every((code) => code !== finding.code);

/** Uses the newest offset, so that a corrected clock is not a problem. */
function updateClockSkew(problem: StatusProblem, measurement: Measurement | null): StatusProblem[] {
  const newestOffset = measurement?.clock.newestOffset ?? null;
  return problem.code === 'CLOCK_SKEW' && newestOffset !== null
    ? listCurrentClockSkew(newestOffset)
    : [problem];
}

/** @param margin for the longest safe job */
export function summariseStatus(assessment: Assessment, margin: Seconds, now: Instant): Status {
  const { series: all, jobs, verdict } = assessment;
  const job = findDecisiveJob(assessment);
  const decisive =
    findDecisiveSeries(assessment) ?? all.find(({ isRetired }) => !isRetired) ?? all[0] ?? null;
  const judging = job === null ? [] : all.filter((each) => findJudgement(each, job) !== null);
  const isCounted = new Set(judging);
  const failing: FailingSource[] = [];
  let staleCount = 0;
  for (const each of all) {
    // Each access may analyse the series again.
    const { analysis } = each;
    const failure = findFailingSource(analysis);
    const isReal = each === decisive || isConfigured(analysis);
    if (failure !== null && isReal) failing.push(failure);
    // Without a job, as a job would choose them.
    if (judging.length === 0 && isReal && (!each.isRetired || each === decisive)) isCounted.add(each);
    if (isCounted.has(each) && isStale(analysis)) staleCount += 1;
  }
  return {
    verdict,
    job,
    jobs,
    margin,
    series: decisive && describeSeries(decisive, job, margin, now),
    sampled: job === null || decisive?.overview !== null ? null : findWorstSampled(job, assessment),
    seriesCount: isCounted.size,
    retiredCount: all.filter(({ isRetired }) => isRetired).length,
    staleCount,
    failing,
  };
}

/** False if all polls of the series have failed. */
export const hasSamples = ({ series }: Pick<Status, 'series'>): boolean =>
  series !== null && series.measured !== null;

const isStale = ({ findings }: SeriesAnalysis): boolean =>
  findings.some(({ code }) => code === 'STALE_SAMPLES');

const isConfigured = ({ measurement, failedPolls }: SeriesAnalysis): boolean =>
  !wasNeverConfigured(measurement !== null, failedPolls);

function findFailingSource(analysis: SeriesAnalysis): FailingSource | null {
  const failure = findCurrentFailure(analysis);
  if (failure === null) return null;
  const { host, source } = analysis.identity;
  return {
    host,
    source,
    reason: failure.reason,
    detail: failure.lastDetail,
    lastAt: failure.lastAt,
    hasSamples: analysis.measurement !== null || analysis.newestOutside !== undefined,
  };
}

function describeSeries(
  series: AssessedSeries,
  job: AssessedJob | null,
  margin: Seconds,
  now: Instant,
): SeriesStatus {
  const { identity, analysis } = series;
  const { measurement, age, isPolled, findings } = analysis;
  const failure = findFailingSource(analysis);
  const measured =
    measurement === null || age === null
      ? null
      : {
          ...describeMeasurement(measurement, age, now),
          longestSafeJob: areTimesKnown(analysis) ? findLongestSafeJob(measurement, margin) : null,
          areTimesKnown: areTimesKnown(analysis),
        };
  return {
    identity,
    isPolled,
    replacedBy: series.replacedBy,
    judgement: job && findJudgement(series, job),
    measured,
    lastPoll: findLastPoll(failure, measured, analysis, now),
    isStale: isStale(analysis),
    problems: findings.filter(isStatusProblem).flatMap((each) => updateClockSkew(each, measurement)),
  };
}

const describeMeasurement = (
  measurement: Measurement,
  ageSeconds: Seconds,
  now: Instant,
): Omit<MeasuredStatus, 'longestSafeJob' | 'areTimesKnown'> => ({
  worstCase: measurement.worstCase,
  isWellFounded: isWellFounded(measurement),
  witnessedCount: measurement.witnessedCount,
  watchedTime: measurement.watchedTime,
  watchedShare: measurement.watchedShare,
  sampleCount: measurement.sampleCount,
  isIssuedPerRequest: measurement.isIssuedPerRequest,
  ageSeconds,
  lastSample: measurement.lastSample,
  current: measurement.isIssuedPerRequest ? null : findCurrentCredentials(measurement, ageSeconds, now),
});

function findCurrentCredentials(
  measurement: Measurement,
  ageSeconds: Seconds,
  now: Instant,
): CurrentCredentials {
  const { generations } = getHistoryColumns(measurement);
  let expiration = valueAt(generations.expiration, generations.count - 1);
  let newest = expiration;
  if (measurement.severalEndpoints !== null) {
    newest = valueAt(generations.expiration, findLargest(generations.lastSeen));
    expiration = newest;
    for (const { generation, to } of measurement.servedPeriods)
      if (to >= measurement.lastSample) expiration = Math.min(expiration, generation.expiration);
  }
  // The later time is the safe choice, as in `check`.
  const at = Math.max(now, correctNow(now, measurement));
  const isRecent = ageSeconds <= findMaxSampleAge(measurement.usualGap);
  const newestRemaining = newest === expiration ? null : secondsBetween(at, newest);
  return { expiration, remaining: secondsBetween(at, expiration), newestRemaining, isRecent };
}
