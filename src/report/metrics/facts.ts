import { listRotationIntervals } from '../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import { range } from '../../domain/measurement/statistics.ts';
import type { Generation, Instant, Seconds, SeriesIdentity, SourceName } from '../../domain/model.ts';
import { getHostSourceKey, getSeriesKey } from '../../domain/series-key.ts';
import { formatShortDuration } from '../../domain/time/duration.ts';
import { correctNow } from '../../domain/verdict/analyse.ts';
import type { AssessedSeries, Assessment } from '../../domain/verdict/assessment.ts';
import type { Job, Verdict } from '../../domain/verdict/job-verdict.ts';
import { findJudgedSeries } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { findMinimumRemaining, MINIMUM_WINDOWS, type MinimumWindow } from './minimum-remaining.ts';
import { type PollResultLabel, RESULT_LABEL_BY_FAILURE } from './poll-result-labels.ts';

/** The values of all metrics. Counters and windows cover all time, verdicts the selected time. */
export interface MetricFacts {
  series: readonly SeriesFacts[];
  hostSources: readonly HostSourceFacts[];
  jobs: readonly JobFacts[];
}

export interface SeriesFacts {
  identity: SeriesIdentity;
  isRetired: boolean;
  /** Null without samples and for a retired series, whose last credentials would look expired for ever. */
  lastSampled: Generation | null;
  rotations: number | null;
  rotationInterval: IntervalFacts | null;
  minimumRemaining: readonly { window: MinimumWindow; seconds: Seconds }[];
  /** In the selected time. */
  worstCase: Seconds | null;
}

export interface IntervalFacts {
  last: Seconds;
  min: Seconds;
  max: Seconds;
  mean: Seconds;
}

/** One host and source together, because a failed poll often cannot know the role. */
export interface HostSourceFacts {
  host: string;
  source: SourceName;
  polls: Readonly<Record<PollResultLabel, number>>;
  lastAttempt: Instant;
  /** The last attempt was a sample. */
  isUp: boolean;
  /** Clock of the host minus AWS's clock, from the newest credentials; null without a `Date` header. */
  clockOffset: Seconds | null;
}

/** One job and one series that judges it. A job that no series judges has one entry without a series. */
export interface JobFacts {
  identity: SeriesIdentity | null;
  /** The length of the job if it has no name. */
  jobName: string;
  required: Seconds | null;
  verdict: Verdict;
  shareOfSafeStarts: number | null;
}

/** @param allTime the same series without `--since` and `--until` */
export function collectMetricFacts(assessment: Assessment, allTime: Assessment, now: Instant): MetricFacts {
  const selected = new Map(
    assessment.series.map(({ analysis }) => [getSeriesKey(analysis.identity), analysis]),
  );
  return {
    series: allTime.series.map((each) =>
      collectSeriesFacts(each, selected.get(getSeriesKey(each.analysis.identity)), now),
    ),
    hostSources: groupByHostSource(allTime).map(collectHostSourceFacts),
    jobs: collectJobFacts(assessment),
  };
}

function collectSeriesFacts(
  { analysis: { identity, measurement }, isRetired }: AssessedSeries,
  selected: SeriesAnalysis | undefined,
  now: Instant,
): SeriesFacts {
  return {
    identity,
    isRetired,
    lastSampled: measurement === null || isRetired ? null : findLastSampled(measurement),
    rotations: measurement?.rotations.length ?? null,
    rotationInterval: measurement && collectIntervalFacts(measurement),
    minimumRemaining: measurement === null ? [] : findMinimumOfEachWindow(measurement, now),
    worstCase: selected?.measurement?.worstCase.seconds ?? null,
  };
}

/** Not always the newest generation, because an endpoint can alternate between several. */
function findLastSampled({ generations, lastSample }: Measurement): Generation {
  return generations.findLast(({ lastSeen }) => lastSeen === lastSample) ?? generations[0];
}

function findMinimumOfEachWindow(measurement: Measurement, now: Instant): SeriesFacts['minimumRemaining'] {
  const corrected = correctNow(now, measurement);
  return MINIMUM_WINDOWS.flatMap((window) => {
    const seconds = findMinimumRemaining(measurement, window, corrected);
    return seconds === null ? [] : [{ window, seconds }];
  });
}

function collectIntervalFacts(measurement: Measurement): IntervalFacts | null {
  const { rotationInterval } = measurement;
  if (rotationInterval === null) return null;
  const { min, max } = rotationInterval;
  const intervals = listRotationIntervals(measurement);
  const mean = Math.round(intervals.reduce((sum, each) => sum + each, 0) / intervals.length);
  return { last: intervals.at(-1) ?? max, min, max, mean };
}

/** At least one series. */
export type HostSourceGroup = [SeriesAnalysis, ...SeriesAnalysis[]];

/** The series of each host and source, in the order of the report. */
export function groupByHostSource({ series }: Assessment): HostSourceGroup[] {
  const groups = new Map<string, HostSourceGroup>();
  for (const { analysis } of series) {
    const key = getHostSourceKey(analysis.identity);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [analysis]);
    else group.push(analysis);
  }
  return [...groups.values()];
}

function collectHostSourceFacts(group: HostSourceGroup): HostSourceFacts {
  const { host, source } = group[0].identity;
  const newest = findNewestMeasurement(group);
  const failures = group.flatMap(({ failedPolls }) => failedPolls);
  const lastFailure =
    range(failures.map(({ lastAt }) => correctFailureTime(lastAt, newest)))?.max ?? Number.NEGATIVE_INFINITY;
  const polls: Record<PollResultLabel, number> = {
    ok: 0,
    timeout: 0,
    http_error: 0,
    parse_error: 0,
    absent: 0,
  };
  for (const { measurement } of group) polls.ok += measurement?.sampleCount ?? 0;
  for (const { reason, count } of failures) polls[RESULT_LABEL_BY_FAILURE[reason]] += count;
  const lastSample = newest?.lastSample ?? Number.NEGATIVE_INFINITY;
  return {
    host,
    source,
    polls,
    lastAttempt: Math.max(lastSample, lastFailure),
    isUp: newest !== null && lastSample >= lastFailure,
    clockOffset: newest === null ? null : findLargestOffset(newest),
  };
}

export function findNewestMeasurement(group: readonly SeriesAnalysis[]): Measurement | null {
  return group.reduce<Measurement | null>(
    (newest, { measurement }) =>
      measurement !== null && measurement.lastSample > (newest?.lastSample ?? Number.NEGATIVE_INFINITY)
        ? measurement
        : newest,
    null,
  );
}

/** Failed polls have times of the host's clock, samples of AWS's clock. Comparing them needs one clock. */
export const correctFailureTime = (at: Instant, newest: Measurement | null): Instant =>
  newest === null ? at : correctNow(at, newest);

function findLargestOffset(newest: Measurement): Seconds | null {
  const { smallestClockOffset: low, largestClockOffset: high } = findLastSampled(newest);
  if (low === null || high === null) return null;
  return Math.abs(low) > Math.abs(high) ? low : high;
}

function collectJobFacts(assessment: Assessment): JobFacts[] {
  const facts = assessment.jobs.flatMap((assessed): JobFacts[] => {
    const jobName = assessed.name ?? formatJobLength(assessed.job);
    const judged = findJudgedSeries(assessed, assessment);
    if (judged.length === 0) {
      const required = assessed.job && assessed.job.duration + assessed.job.margin;
      const { verdict } = assessed;
      return [{ identity: null, jobName, required, verdict, shareOfSafeStarts: null }];
    }
    return judged.map(({ series, judgement: { verdict, required, shareOfSafeStarts } }) => ({
      identity: series.analysis.identity,
      jobName,
      required,
      verdict,
      shareOfSafeStarts,
    }));
  });
  // `-j 90m -j 1h30m` is the same job twice, and a name can be given twice.
  return [...new Map(facts.map((each) => [JSON.stringify([each.jobName, each.identity]), each])).values()];
}

const formatJobLength = (job: Job | null) => (job === null ? '' : formatShortDuration(job.duration));
