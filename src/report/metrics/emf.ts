import type { Instant } from '../../domain/model.ts';
import { getHostSourceKey } from '../../domain/series-key.ts';
import { formatFlagDuration } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { correctNow } from '../../domain/verdict/analyse.ts';
import type { AssessedJob, Assessment } from '../../domain/verdict/assessment.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { findJudgedSeries } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { escapeUnprintable } from '../../untrusted-text.ts';
import type { ReportContext } from '../context.ts';
import { findLastSampled, findOffset, listIntervalStats } from './current-series.ts';
import { groupByHostSource, isSourceUp } from './host-sources.ts';
import { findMinimumRemaining } from './minimum-remaining.ts';

/** The namespace of the metrics without `--namespace`. */
export const EMF_NAMESPACE = 'cred-watch';

/** All metrics of this format without the prefix `cred_watch_`, with their units. A name ends in its unit, if there is one. */
export const EMF_METRICS = {
  observed_remaining_seconds: 'Seconds',
  worst_case_remaining_seconds: 'Seconds',
  min_remaining_24h_seconds: 'Seconds',
  rotation_interval_last_seconds: 'Seconds',
  rotation_interval_max_seconds: 'Seconds',
  rotation_overdue: 'None',
  lead_time_shrinking_seconds: 'Seconds',
  sample_age_seconds: 'Seconds',
  source_up: 'None',
  clock_offset_seconds: 'Seconds',
  problem_count: 'Count',
  job_safe: 'None',
  job_unknown: 'None',
  job_required_seconds: 'Seconds',
  job_safe_starts_ratio: 'None',
} as const;

type EmfValues = Partial<Record<keyof typeof EMF_METRICS, number | null | undefined>>;

/** Dimensions of one host, and of all hosts together. Each set of values is a metric that AWS bills. */
export const EMF_SERIES_DIMENSIONS = [
  ['host', 'source', 'api_version', 'role'],
  ['source', 'role'],
] as const;
export const EMF_JOB_DIMENSIONS = [
  ['job_name', 'host', 'source', 'api_version', 'role'],
  ['job_name'],
] as const;

type DimensionName = (typeof EMF_JOB_DIMENSIONS)[number][number];

/**
 * CloudWatch embedded metric format: one line of JSON per series, and one per job and series. CloudWatch Logs makes
 * metrics of the lines. Ages and remaining times are values, because CloudWatch cannot compare a value with the time.
 * Retired series are left out: they would alarm for ever.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function* renderEmf(
  assessment: Assessment,
  { now, namespace = EMF_NAMESPACE }: Pick<ReportContext, 'now' | 'namespace'>,
): Generator<string> {
  const up = new Set(groupByHostSource(assessment).filter(isSourceUp).map(getHostSourceKey));
  for (const { analysis, isRetired } of assessment.series) {
    if (isRetired) continue;
    const values = computeSeriesValues(analysis, now);
    const source_up = Number(up.has(getHostSourceKey(analysis.identity)));
    yield formatLine(namespace, findTime(analysis, now), EMF_SERIES_DIMENSIONS, toDimensions(analysis), {
      ...values,
      source_up,
    });
  }
  for (const job of assessment.jobs) {
    for (const { series, judgement } of findJudgedSeries(job, assessment)) {
      const { analysis } = series;
      const dimensions = { job_name: findJobName(job), ...toDimensions(analysis) };
      const values = computeJobValues(judgement);
      yield formatLine(namespace, findTime(analysis, now), EMF_JOB_DIMENSIONS, dimensions, values);
    }
    if (findJudgedSeries(job, assessment).length > 0) continue;
    // No series judges the job, so only the verdict over all hosts is known.
    const values = { job_unknown: Number(job.verdict === 'unknown') };
    yield formatLine(namespace, now, [['job_name']], { job_name: findJobName(job) }, values);
  }
}

function computeSeriesValues(analysis: SeriesAnalysis, now: Instant): EmfValues {
  const { measurement, findings, age, isPolled } = analysis;
  const problem_count = findings.filter(({ severity }) => severity === 'problem').length;
  if (measurement === null) return { problem_count };
  const last = findLastSampled(measurement);
  const intervals = listIntervalStats(measurement);
  const findInterval = (stat: string) => intervals.find(([, labels]) => labels.stat === stat)?.[0];
  return {
    observed_remaining_seconds: secondsBetween(last.lastSeen, last.expiration),
    worst_case_remaining_seconds: measurement.worstCase.seconds,
    min_remaining_24h_seconds: findMinimumRemaining(measurement, '24h', correctNow(now, measurement)),
    rotation_interval_last_seconds: findInterval('last'),
    rotation_interval_max_seconds: findInterval('max'),
    rotation_overdue: Number(findings.some(({ code }) => code === 'ROTATION_OVERDUE')),
    lead_time_shrinking_seconds: measurement.leadTimeTrend?.shrinkingPerDay ?? 0,
    // Imported samples have no poller that could be silent.
    sample_age_seconds: isPolled ? age : null,
    clock_offset_seconds: findOffset(measurement),
    problem_count,
  };
}

const computeJobValues = ({ verdict, required, shareOfSafeStarts }: JobJudgement): EmfValues => ({
  job_safe: verdict === 'unknown' ? null : Number(verdict === 'safe'),
  job_unknown: Number(verdict === 'unknown'),
  job_required_seconds: required,
  job_safe_starts_ratio: shareOfSafeStarts,
});

const findTime = ({ measurement }: SeriesAnalysis, now: Instant): Instant =>
  measurement === null ? now : correctNow(now, measurement);

const findJobName = ({ name, job }: AssessedJob): string =>
  toDimensionValue(name ?? (job === null ? '' : formatFlagDuration(job.duration)));

const toDimensions = ({ identity: { host, source, apiVersion, role } }: SeriesAnalysis) => ({
  host: toDimensionValue(host),
  source,
  api_version: toDimensionValue(apiVersion),
  role: toDimensionValue(role),
});

/** CloudWatch accepts 1 to 1,024 ASCII characters, at least one of them visible. */
function toDimensionValue(text: string): string {
  const ascii = escapeUnprintable(text).replace(
    /[^\x20-\x7e]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );
  return ascii.trim() === '' ? '-' : ascii.slice(0, 1024);
}

function formatLine(
  namespace: string,
  at: Instant,
  dimensionSets: readonly (readonly DimensionName[])[],
  dimensions: Partial<Record<DimensionName, string>>,
  values: EmfValues,
): string {
  const units: Readonly<Record<string, string>> = EMF_METRICS;
  const known = Object.entries(values)
    .filter(([, value]) => value !== null && value !== undefined)
    .map(([name, value]) => ({ name: `cred_watch_${name}`, unit: units[name], value }));
  const directive = {
    Namespace: namespace,
    Dimensions: dimensionSets,
    Metrics: known.map(({ name, unit }) => ({ Name: name, Unit: unit })),
  };
  const line = {
    _aws: { Timestamp: Math.floor(at), CloudWatchMetrics: [directive] },
    ...dimensions,
    ...Object.fromEntries(known.map(({ name, value }) => [name, value])),
  };
  return `${JSON.stringify(line)}\n`;
}
