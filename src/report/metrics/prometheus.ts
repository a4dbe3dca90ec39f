import { type Metric, Registry } from 'prom-client';
import { listRotationIntervals } from '../../domain/measurement/generation-facts.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import { range } from '../../domain/measurement/statistics.ts';
import type { Generation, Instant, Seconds } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import { formatShortDuration } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { correctNow } from '../../domain/verdict/analyse.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import { type JobJudgement, VERDICTS } from '../../domain/verdict/job-verdict.ts';
import { findJudgedSeries } from '../../domain/verdict/judgements.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import type { ReportContext } from '../context.ts';
import {
  buildHostSourceLabels,
  buildSeriesLabels,
  createFamilyBuilder,
  type Labels,
  type MetricFamily,
  toUnixSeconds,
} from './families.ts';
import { correctFailureTime, groupByHostSource, type HostSource } from './host-sources.ts';
import { findMinimumRemaining, MINIMUM_WINDOWS } from './minimum-remaining.ts';
import { POLL_RESULT_LABELS, RESULT_LABEL_BY_FAILURE } from './poll-result-labels.ts';

type CurrentFamily = MetricFamily<number>;

/**
 * Writes no timestamps, because the textfile collector rejects a file that contains one. Returns one piece per
 * family, so that only the values of one family are in memory.
 */
export const renderPrometheus = (assessment: Assessment, context: ReportContext): Promise<string[]> =>
  renderFamilies(buildCurrentFamilies(assessment, context));

export async function renderFamilies(families: Iterable<CurrentFamily>): Promise<string[]> {
  const pieces: string[] = [];
  for (const family of families) {
    if (family.metrics.length === 0) continue;
    const registry = new Registry();
    registry.registerMetric(toMetric(family));
    pieces.push(`${pieces.length === 0 ? '' : '\n'}${await registry.metrics()}`);
  }
  return pieces;
}

/**
 * The gauges of prom-client identify values by their labels joined with commas and colons, so hostile names
 * could replace each other. This object has only the members that the registry reads.
 */
function toMetric({ name, type, help, isInstant, metrics }: CurrentFamily): Metric {
  const values = metrics.map((each) => (isInstant ? { ...each, value: toUnixSeconds(each.value) } : each));
  const metric = { name, type, help, aggregator: 'omit', values };
  // `Metric` is a union of classes with private fields, but the registry calls `get()` only.
  return { ...metric, get: async () => metric } as unknown as Metric;
}

/** All families, also those without values now. Counters and windows cover all time, verdicts the selected time. */
function* buildCurrentFamilies(assessment: Assessment, context: ReportContext): Generator<CurrentFamily> {
  const allTime = context.assessAllTime();
  const buildInfo = createFamilyBuilder([context], ({ version, nodeVersion = '' }) => ({
    version,
    node: nodeVersion,
  }));
  yield* buildSeriesFamilies(allTime, assessment, context.now);
  yield* buildHostSourceFamilies(groupByHostSource(allTime), context);
  yield* buildJobFamilies(assessment);
  yield buildInfo('build_info', () => 1);
}

function* buildSeriesFamilies(
  allTime: Assessment,
  selected: Assessment,
  now: Instant,
): Generator<CurrentFamily> {
  const selectedMeasurements = new Map(
    selected.series.map(({ analysis }) => [getSeriesKey(analysis.identity), analysis.measurement]),
  );
  const series = allTime.series.map(({ analysis: { identity, measurement }, isRetired }) => ({
    identity,
    measurement,
    isRetired,
    // The last credentials of a retired series would look expired for ever.
    lastSampled: measurement === null || isRetired ? null : findLastSampled(measurement),
  }));
  const build = createFamilyBuilder(series, ({ identity }) => buildSeriesLabels(identity));
  yield build('credential_expiration_timestamp_seconds', ({ lastSampled }) => lastSampled?.expiration);
  yield build('credential_last_updated_timestamp_seconds', ({ lastSampled }) => lastSampled?.lastUpdated);
  yield build(
    'observed_remaining_seconds',
    ({ lastSampled }) => lastSampled && secondsBetween(lastSampled.lastSeen, lastSampled.expiration),
  );
  yield build('min_remaining_seconds', ({ measurement }) => measurement && listMinima(measurement, now));
  yield build(
    'worst_case_remaining_seconds',
    ({ identity }) => selectedMeasurements.get(getSeriesKey(identity))?.worstCase.seconds,
  );
  yield build(
    'rotation_interval_seconds',
    ({ measurement }) => measurement && listIntervalStats(measurement),
  );
  yield build('rotations_total', ({ measurement }) => measurement?.rotations.length);
  yield build('poll_last_success_timestamp_seconds', ({ lastSampled }) => lastSampled?.lastSeen);
  yield build('series_retired', ({ isRetired }) => Number(isRetired));
}

/** Not always the newest generation, because an endpoint can alternate between several. */
function findLastSampled({ generations, lastSample }: Measurement): Generation {
  return generations.findLast(({ lastSeen }) => lastSeen === lastSample) ?? generations[0];
}

function listMinima(measurement: Measurement, now: Instant) {
  const corrected = correctNow(now, measurement);
  return MINIMUM_WINDOWS.map(
    (window) => [findMinimumRemaining(measurement, window, corrected), { window }] as const,
  );
}

function listIntervalStats(measurement: Measurement) {
  const { rotationInterval } = measurement;
  if (rotationInterval === null) return [];
  const { min, max } = rotationInterval;
  const intervals = listRotationIntervals(measurement);
  const mean = Math.round(intervals.reduce((sum, each) => sum + each, 0) / intervals.length);
  const stats = { last: intervals.at(-1) ?? max, min, max, mean };
  return Object.entries(stats).map(([stat, seconds]) => [seconds, { stat }] as const);
}

function* buildHostSourceFamilies(
  hostSources: readonly HostSource[],
  { lastPolls = [] }: ReportContext,
): Generator<CurrentFamily> {
  const attempts = hostSources.map((hostSource) => ({
    ...hostSource,
    lastSample: hostSource.newest?.lastSample ?? Number.NEGATIVE_INFINITY,
    lastFailure: findLastFailure(hostSource),
  }));
  const build = createFamilyBuilder(attempts, buildHostSourceLabels);
  const buildLastPoll = createFamilyBuilder(lastPolls, buildHostSourceLabels);
  yield build('polls_total', countPolls);
  yield build('poll_last_attempt_timestamp_seconds', ({ lastSample, lastFailure }) =>
    Math.max(lastSample, lastFailure),
  );
  yield build('source_up', ({ newest, lastSample, lastFailure }) =>
    Number(newest !== null && lastSample >= lastFailure),
  );
  yield build('clock_offset_seconds', ({ newest }) => newest && findLargestOffset(newest));
  yield buildLastPoll('poll_duration_seconds', ({ seconds }) => seconds);
}

function findLastFailure({ analyses, newest }: HostSource): Instant {
  const failures = analyses.flatMap(({ failedPolls }) => failedPolls);
  const times = range(failures.map(({ lastAt }) => correctFailureTime(lastAt, newest)));
  return times?.max ?? Number.NEGATIVE_INFINITY;
}

function countPolls({ analyses }: HostSource) {
  const counts = analyses.flatMap(({ measurement, failedPolls }) => [
    { result: 'ok', count: measurement?.sampleCount ?? 0 },
    ...failedPolls.map(({ reason, count }) => ({ result: RESULT_LABEL_BY_FAILURE[reason], count })),
  ]);
  return POLL_RESULT_LABELS.map((result) => {
    const own = counts.filter((each) => each.result === result);
    return [own.reduce((sum, { count }) => sum + count, 0), { result }] as const;
  });
}

/** Null without a `Date` header. */
function findLargestOffset(newest: Measurement): Seconds | null {
  const { smallestClockOffset: low, largestClockOffset: high } = findLastSampled(newest);
  if (low === null || high === null) return null;
  return Math.abs(low) > Math.abs(high) ? low : high;
}

/** For a job that no series judges. To Prometheus, an empty label equals a missing one. */
const NO_SERIES_LABELS: Labels = { host: '', source: '', api_version: '', role: '' };

interface JobValues extends Pick<JobJudgement, 'verdict' | 'shareOfSafeStarts'> {
  labels: Labels;
  required: Seconds | null;
}

/** The label is `job_name`, because Prometheus sets `job` to the name of the scrape job. */
function* buildJobFamilies(assessment: Assessment): Generator<CurrentFamily> {
  const jobs = assessment.jobs.flatMap((assessed): JobValues[] => {
    const { name, job, verdict } = assessed;
    const job_name = escapeUnprintable(name ?? (job === null ? '' : formatShortDuration(job.duration)));
    const judged = findJudgedSeries(assessed, assessment).map(({ series, judgement }) => ({
      ...judgement,
      labels: { ...buildSeriesLabels(series.analysis.identity), job_name },
    }));
    if (judged.length > 0) return judged;
    const required = job && job.duration + job.margin;
    return [{ verdict, required, shareOfSafeStarts: null, labels: { ...NO_SERIES_LABELS, job_name } }];
  });
  const build = createFamilyBuilder(jobs, ({ labels }) => labels);
  yield build('job_safe', ({ verdict }) => (verdict === 'unknown' ? null : Number(verdict === 'safe')));
  yield build('job_verdict', (job) =>
    VERDICTS.map((verdict) => [Number(verdict === job.verdict), { verdict }]),
  );
  yield build('job_required_seconds', ({ required }) => required);
  yield build('job_safe_starts_ratio', ({ shareOfSafeStarts }) => shareOfSafeStarts);
}
