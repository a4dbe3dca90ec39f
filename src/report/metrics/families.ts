import type { Instant, SeriesIdentity } from '../../domain/model.ts';
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
  help: string;
}

export type Labels = Readonly<Record<string, string>>;

export interface FamilyWithMetrics<T> extends MetricFamily {
  metrics: T[];
}

export interface LabelledValue {
  labels: Labels;
  value: number;
}

const defineFamily = (
  name: string,
  help: keyof typeof METRIC_HELP,
  type: MetricFamily['type'] = 'gauge',
): MetricFamily => ({
  name: `cred_watch_${name}`,
  type,
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
): FamilyWithMetrics<LabelledValue>[] {
  const { series, hostSources, jobs } = collectMetricFacts(assessment, context.assessAllTime(), context.now);
  const buildInfo = { labels: { version: context.version, node: context.nodeVersion ?? '' }, value: 1 };
  return [
    ...buildSeriesFamilies(series),
    ...buildHostSourceFamilies(hostSources, context),
    ...buildJobFamilies(jobs),
    { ...METRIC_FAMILIES.buildInfo, metrics: [buildInfo] },
  ]
    .map((each) => ({ ...each, metrics: removeDuplicateLabels(each.metrics) }))
    .filter(({ metrics }) => metrics.length > 0);
}

function buildSeriesFamilies(series: readonly SeriesFacts[]): FamilyWithMetrics<LabelledValue>[] {
  const each = (
    getValues: (facts: SeriesFacts) => (readonly [value: number | null | undefined, more?: Labels])[],
  ) =>
    series.flatMap((facts) =>
      getValues(facts).flatMap(([value, more]): LabelledValue[] =>
        value == null ? [] : [{ labels: { ...buildSeriesLabels(facts.identity), ...more }, value }],
      ),
    );
  const instant = (at: Instant | null | undefined) => (at == null ? null : toUnixSeconds(at));
  return [
    { ...METRIC_FAMILIES.expiration, metrics: each(({ current }) => [[instant(current?.expiration)]]) },
    { ...METRIC_FAMILIES.lastUpdated, metrics: each(({ current }) => [[instant(current?.lastUpdated)]]) },
    { ...METRIC_FAMILIES.observedRemaining, metrics: each(({ current }) => [[current?.remaining]]) },
    {
      ...METRIC_FAMILIES.minRemaining,
      metrics: each(({ measured }) =>
        (measured?.minimumRemaining ?? []).map(({ window, seconds }) => [seconds, { window }]),
      ),
    },
    { ...METRIC_FAMILIES.worstCase, metrics: each(({ worstCase }) => [[worstCase]]) },
    {
      ...METRIC_FAMILIES.rotationInterval,
      metrics: each(({ measured }) =>
        Object.entries(measured?.rotationInterval ?? {}).map(([stat, seconds]) => [seconds, { stat }]),
      ),
    },
    { ...METRIC_FAMILIES.rotations, metrics: each(({ measured }) => [[measured?.rotations]]) },
    { ...METRIC_FAMILIES.lastSuccess, metrics: each(({ current }) => [[instant(current?.sampledAt)]]) },
    { ...METRIC_FAMILIES.retired, metrics: each(({ isRetired }) => [[Number(isRetired)]]) },
  ];
}

function buildHostSourceFamilies(
  hostSources: readonly HostSourceFacts[],
  { lastPoll }: ReportContext,
): FamilyWithMetrics<LabelledValue>[] {
  const each = (getValue: (facts: HostSourceFacts) => number | null) =>
    hostSources.flatMap((facts): LabelledValue[] => {
      const value = getValue(facts);
      return value === null ? [] : [{ labels: buildHostSourceLabels(facts), value }];
    });
  return [
    {
      ...METRIC_FAMILIES.polls,
      metrics: hostSources.flatMap((facts) =>
        Object.entries(facts.polls).map(([result, value]) => ({
          labels: { ...buildHostSourceLabels(facts), result },
          value,
        })),
      ),
    },
    { ...METRIC_FAMILIES.lastAttempt, metrics: each(({ lastAttempt }) => toUnixSeconds(lastAttempt)) },
    { ...METRIC_FAMILIES.up, metrics: each(({ isUp }) => Number(isUp)) },
    { ...METRIC_FAMILIES.clockOffset, metrics: each(({ clockOffset }) => clockOffset) },
    {
      ...METRIC_FAMILIES.pollDuration,
      metrics:
        lastPoll === undefined ? [] : [{ labels: buildHostSourceLabels(lastPoll), value: lastPoll.seconds }],
    },
  ];
}

/** The label is `job_name`, because Prometheus sets `job` to the name of the scrape job. */
function buildJobFamilies(jobs: readonly JobFacts[]): FamilyWithMetrics<LabelledValue>[] {
  const buildLabels = ({ identity, jobName }: JobFacts) => ({
    ...(identity === null ? NO_SERIES_LABELS : buildSeriesLabels(identity)),
    job_name: escapeUnprintable(jobName),
  });
  const each = (getValue: (facts: JobFacts) => number | null) =>
    jobs.flatMap((facts): LabelledValue[] => {
      const value = getValue(facts);
      return value === null ? [] : [{ labels: buildLabels(facts), value }];
    });
  return [
    { ...METRIC_FAMILIES.jobSafe, metrics: each(({ isSafe }) => (isSafe === null ? null : Number(isSafe))) },
    {
      ...METRIC_FAMILIES.jobVerdict,
      metrics: jobs.flatMap((facts) =>
        VERDICTS.map((verdict) => ({
          labels: { ...buildLabels(facts), verdict },
          value: Number(verdict === facts.verdict),
        })),
      ),
    },
    { ...METRIC_FAMILIES.jobRequired, metrics: each(({ required }) => required) },
    { ...METRIC_FAMILIES.jobSafeStarts, metrics: each(({ shareOfSafeStarts }) => shareOfSafeStarts) },
  ];
}

/** For a job that no series judges. To Prometheus, an empty label equals a missing one. */
const NO_SERIES_LABELS: Labels = { host: '', source: '', api_version: '', role: '' };

/** Different names can be equal when escaped. Prometheus rejects a file that contains a metric twice. */
export function removeDuplicateLabels<T extends { labels: Labels }>(metrics: readonly T[]): T[] {
  const known = new Set<string>();
  return metrics.filter(({ labels }) => {
    const key = JSON.stringify(Object.values(labels));
    return !known.has(key) && known.add(key);
  });
}
