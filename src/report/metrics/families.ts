import type { Instant, SeriesIdentity } from '../../domain/model.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import { VERDICTS } from '../../domain/verdict/job-verdict.ts';
import type { ReportContext } from '../context.ts';
import { METRIC_HELP } from '../messages/metrics.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';
import { collectMetricFacts, type HostSourceFacts, type JobFacts, type SeriesFacts } from './facts.ts';

/** All metrics of one name. The name of a counter has no `_total`, as in OpenMetrics. */
export interface MetricFamily {
  name: string;
  type: 'gauge' | 'counter';
  /** The unit of OpenMetrics and the end of the name; `''` for counts and flags. */
  unit: 'seconds' | 'ratio' | '';
  /** The values are instants, written in seconds since 1970. */
  isInstant: boolean;
  help: string;
}

export type Labels = Readonly<Record<string, string>>;

/** @typeParam Value a number, or its time series */
export interface FamilyWithMetrics<Value> extends MetricFamily {
  metrics: { labels: Labels; value: Value }[];
}

const defineFamily = (
  name: string,
  help: keyof typeof METRIC_HELP,
  type: MetricFamily['type'] = 'gauge',
): MetricFamily => ({
  name: `cred_watch_${name}`,
  type,
  isInstant: name.endsWith('_timestamp_seconds'),
  unit: name.endsWith('_seconds') ? 'seconds' : name.endsWith('_ratio') ? 'ratio' : '',
  help: METRIC_HELP[help],
});

export const METRIC_FAMILIES = {
  expiration: defineFamily('credential_expiration_timestamp_seconds', 'expiration'),
  lastUpdated: defineFamily('credential_last_updated_timestamp_seconds', 'lastUpdated'),
  observedRemaining: defineFamily('observed_remaining_seconds', 'observedRemaining'),
  minRemaining: defineFamily('min_remaining_seconds', 'minRemaining'),
  worstCase: defineFamily('worst_case_remaining_seconds', 'worstCase'),
  rotationInterval: defineFamily('rotation_interval_seconds', 'rotationInterval'),
  rotations: defineFamily('rotations', 'rotations', 'counter'),
  polls: defineFamily('polls', 'polls', 'counter'),
  lastSuccess: defineFamily('poll_last_success_timestamp_seconds', 'lastSuccess'),
  lastAttempt: defineFamily('poll_last_attempt_timestamp_seconds', 'lastAttempt'),
  up: defineFamily('source_up', 'up'),
  clockOffset: defineFamily('clock_offset_seconds', 'clockOffset'),
  retired: defineFamily('series_retired', 'retired'),
  pollDuration: defineFamily('poll_duration_seconds', 'pollDuration'),
  jobSafe: defineFamily('job_safe', 'jobSafe'),
  jobVerdict: defineFamily('job_verdict', 'jobVerdict'),
  jobRequired: defineFamily('job_required_seconds', 'jobRequired'),
  jobSafeStarts: defineFamily('job_safe_starts_ratio', 'jobSafeStarts'),
  buildInfo: defineFamily('build_info', 'buildInfo'),
} as const;

/** Several values of one metric, each with a label of its own. */
type LabelledValues<Value> = readonly (readonly [value: Value, more: Labels])[];

const isList = <Value>(values: Value | LabelledValues<Value>): values is LabelledValues<Value> =>
  Array.isArray(values);

/** Returns a function that builds a family from the values of all subjects. A missing value is left out. */
export const createFamilyBuilder =
  <T, Value = number>(subjects: readonly T[], buildLabels: (subject: T) => Labels) =>
  (
    key: keyof typeof METRIC_FAMILIES,
    getValues: (subject: T) => Value | null | undefined | LabelledValues<Value>,
  ): FamilyWithMetrics<Value> => {
    const metrics = subjects.flatMap((subject) => {
      const values = getValues(subject);
      if (values === null || values === undefined) return [];
      const list = isList(values) ? values : [[values, {}] as const];
      return list.map(([value, more]) => ({ labels: { ...buildLabels(subject), ...more }, value }));
    });
    return { ...METRIC_FAMILIES[key], metrics: removeDuplicateLabels(metrics) };
  };

/**
 * Never a key id or a date: each rotation would then start a new series in Prometheus, and alerts on the old
 * one would continue. Names are escaped, because users print metrics on a terminal.
 */
export const buildSeriesLabels = ({ host, source, apiVersion, role }: SeriesIdentity): Labels => ({
  host: escapeUnprintable(host),
  source,
  api_version: escapeUnprintable(apiVersion),
  role: escapeUnprintable(role),
});

export const buildHostSourceLabels = ({ host, source }: Pick<SeriesIdentity, 'host' | 'source'>): Labels => ({
  host: escapeUnprintable(host),
  source,
});

export const toUnixSeconds = (instant: Instant): number => instant / 1000;

/** All families that have values now. */
export function buildCurrentFamilies(
  assessment: Assessment,
  context: ReportContext,
): FamilyWithMetrics<number>[] {
  const { series, hostSources, jobs } = collectMetricFacts(assessment, context.assessAllTime(), context.now);
  const buildInfo = createFamilyBuilder([context], ({ version, nodeVersion = '' }) => ({
    version,
    node: nodeVersion,
  }));
  return [
    ...buildSeriesFamilies(series),
    ...buildHostSourceFamilies(hostSources, context),
    ...buildJobFamilies(jobs),
    buildInfo('buildInfo', () => 1),
  ].filter(({ metrics }) => metrics.length > 0);
}

function buildSeriesFamilies(series: readonly SeriesFacts[]): FamilyWithMetrics<number>[] {
  const build = createFamilyBuilder(series, ({ identity }) => buildSeriesLabels(identity));
  return [
    build('expiration', ({ lastSampled }) => lastSampled?.expiration),
    build('lastUpdated', ({ lastSampled }) => lastSampled?.lastUpdated),
    build(
      'observedRemaining',
      ({ lastSampled }) => lastSampled && secondsBetween(lastSampled.lastSeen, lastSampled.expiration),
    ),
    build('minRemaining', ({ minimumRemaining }) =>
      minimumRemaining.map(({ window, seconds }) => [seconds, { window }]),
    ),
    build('worstCase', ({ worstCase }) => worstCase),
    build('rotationInterval', ({ rotationInterval }) =>
      Object.entries(rotationInterval ?? {}).map(([stat, seconds]) => [seconds, { stat }]),
    ),
    build('rotations', ({ rotations }) => rotations),
    build('lastSuccess', ({ lastSampled }) => lastSampled?.lastSeen),
    build('retired', ({ isRetired }) => Number(isRetired)),
  ];
}

function buildHostSourceFamilies(
  hostSources: readonly HostSourceFacts[],
  { lastPoll }: ReportContext,
): FamilyWithMetrics<number>[] {
  const build = createFamilyBuilder(hostSources, buildHostSourceLabels);
  const buildLastPoll = createFamilyBuilder(lastPoll === undefined ? [] : [lastPoll], buildHostSourceLabels);
  return [
    build('polls', ({ polls }) => Object.entries(polls).map(([result, count]) => [count, { result }])),
    build('lastAttempt', ({ lastAttempt }) => lastAttempt),
    build('up', ({ isUp }) => Number(isUp)),
    build('clockOffset', ({ clockOffset }) => clockOffset),
    buildLastPoll('pollDuration', ({ seconds }) => seconds),
  ];
}

/** The label is `job_name`, because Prometheus sets `job` to the name of the scrape job. */
function buildJobFamilies(jobs: readonly JobFacts[]): FamilyWithMetrics<number>[] {
  const build = createFamilyBuilder(jobs, ({ identity, jobName }) => ({
    ...(identity === null ? NO_SERIES_LABELS : buildSeriesLabels(identity)),
    job_name: escapeUnprintable(jobName),
  }));
  return [
    build('jobSafe', ({ verdict }) => (verdict === 'unknown' ? null : Number(verdict === 'safe'))),
    build('jobVerdict', (facts) =>
      VERDICTS.map((verdict) => [Number(verdict === facts.verdict), { verdict }]),
    ),
    build('jobRequired', ({ required }) => required),
    build('jobSafeStarts', ({ shareOfSafeStarts }) => shareOfSafeStarts),
  ];
}

/** For a job that no series judges. To Prometheus, an empty label equals a missing one. */
const NO_SERIES_LABELS: Labels = { host: '', source: '', api_version: '', role: '' };

/** Different names can be equal when escaped. Prometheus rejects a file that contains a metric twice. */
function removeDuplicateLabels<T extends { labels: Labels }>(metrics: readonly T[]): T[] {
  const known = new Set<string>();
  return metrics.filter(({ labels }) => {
    const key = JSON.stringify(Object.values(labels));
    return !known.has(key) && known.add(key);
  });
}
