import type { Instant, SeriesIdentity } from '../../domain/model.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import { VERDICTS } from '../../domain/verdict/job-verdict.ts';
import type { ReportContext } from '../context.ts';
import { METRIC_HELP } from '../messages/metrics.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';
import { collectMetricFacts, type HostSourceFacts, type JobFacts, type SeriesFacts } from './facts.ts';

/** All of one name. A counter's name is without `_total`, as OpenMetrics has it. */
export interface MetricFamily {
  name: string;
  type: 'gauge' | 'counter';
  /** The end of the name, and the unit of OpenMetrics; `''` for what only counts or tells. */
  unit: 'seconds' | 'ratio' | '';
  help: string;
}

export type Labels = Readonly<Record<string, string>>;

export interface FamilyWithMetrics<T> extends MetricFamily {
  metrics: T[];
}

/** One figure as it stands. */
export interface LabelledValue {
  labels: Labels;
  value: number;
}

const family = (
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
  expiration: family('credential_expiration_timestamp_seconds', 'expiration'),
  lastUpdated: family('credential_last_updated_timestamp_seconds', 'lastUpdated'),
  observedRemaining: family('observed_remaining_seconds', 'observedRemaining'),
  minRemaining: family('min_remaining_seconds', 'minRemaining'),
  worstCase: family('worst_case_remaining_seconds', 'worstCase'),
  rotationInterval: family('rotation_interval_seconds', 'rotationInterval'),
  rotations: family('rotations', 'rotations', 'counter'),
  polls: family('polls', 'polls', 'counter'),
  lastSuccess: family('poll_last_success_timestamp_seconds', 'lastSuccess'),
  lastAttempt: family('poll_last_attempt_timestamp_seconds', 'lastAttempt'),
  up: family('source_up', 'up'),
  clockOffset: family('clock_offset_seconds', 'clockOffset'),
  retired: family('series_retired', 'retired'),
  pollDuration: family('poll_duration_seconds', 'pollDuration'),
  jobSafe: family('job_safe', 'jobSafe'),
  jobVerdict: family('job_verdict', 'jobVerdict'),
  jobRequired: family('job_required_seconds', 'jobRequired'),
  jobSafeStarts: family('job_safe_starts_ratio', 'jobSafeStarts'),
  buildInfo: family('build_info', 'buildInfo'),
} as const;

/**
 * What tells series apart, and stays: never a key id or a date, which would make a new series of every rotation and
 * leave the old one alerting. Whoever prints the text onto a terminal must not be drawn upon.
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

/** Every family of which there are figures now. */
export function buildCurrentFamilies(
  assessment: Assessment,
  context: ReportContext,
): FamilyWithMetrics<LabelledValue>[] {
  const { series, hostSources, jobs } = collectMetricFacts(assessment, context.assessAllTime(), context.now);
  const built = { labels: { version: context.version, node: context.nodeVersion ?? '' }, value: 1 };
  return [
    ...seriesFamilies(series),
    ...placeFamilies(hostSources, context),
    ...jobFamilies(jobs),
    { ...METRIC_FAMILIES.buildInfo, metrics: [built] },
  ]
    .map((each) => ({ ...each, metrics: removeDuplicateLabels(each.metrics) }))
    .filter(({ metrics }) => metrics.length > 0);
}

function seriesFamilies(series: readonly SeriesFacts[]): FamilyWithMetrics<LabelledValue>[] {
  const each = (
    figures: (facts: SeriesFacts) => (readonly [value: number | null | undefined, more?: Labels])[],
  ) =>
    series.flatMap((facts) =>
      figures(facts).flatMap(([value, more]): LabelledValue[] =>
        value == null ? [] : [{ labels: { ...buildSeriesLabels(facts.identity), ...more }, value }],
      ),
    );
  const moment = (at: Instant | null | undefined) => (at == null ? null : toUnixSeconds(at));
  return [
    { ...METRIC_FAMILIES.expiration, metrics: each(({ current }) => [[moment(current?.expiration)]]) },
    { ...METRIC_FAMILIES.lastUpdated, metrics: each(({ current }) => [[moment(current?.lastUpdated)]]) },
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
    { ...METRIC_FAMILIES.lastSuccess, metrics: each(({ current }) => [[moment(current?.sampledAt)]]) },
    { ...METRIC_FAMILIES.retired, metrics: each(({ isRetired }) => [[Number(isRetired)]]) },
  ];
}

function placeFamilies(
  places: readonly HostSourceFacts[],
  { lastPoll }: ReportContext,
): FamilyWithMetrics<LabelledValue>[] {
  const each = (value: (facts: HostSourceFacts) => number | null) =>
    places.flatMap((facts): LabelledValue[] => {
      const known = value(facts);
      return known === null ? [] : [{ labels: buildHostSourceLabels(facts), value: known }];
    });
  return [
    {
      ...METRIC_FAMILIES.polls,
      metrics: places.flatMap((facts) =>
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

/** The label is `job_name`: Prometheus sets `job` itself, to the name of what it scrapes. */
function jobFamilies(jobs: readonly JobFacts[]): FamilyWithMetrics<LabelledValue>[] {
  const labels = ({ identity, jobName }: JobFacts) => ({
    ...buildSeriesLabels(identity ?? NO_SERIES),
    job_name: escapeUnprintable(jobName),
  });
  const each = (value: (facts: JobFacts) => number | null) =>
    jobs.flatMap((facts): LabelledValue[] => {
      const known = value(facts);
      return known === null ? [] : [{ labels: labels(facts), value: known }];
    });
  return [
    { ...METRIC_FAMILIES.jobSafe, metrics: each(({ isSafe }) => (isSafe === null ? null : Number(isSafe))) },
    {
      ...METRIC_FAMILIES.jobVerdict,
      metrics: jobs.flatMap((facts) =>
        VERDICTS.map((verdict) => ({
          labels: { ...labels(facts), verdict },
          value: Number(verdict === facts.verdict),
        })),
      ),
    },
    { ...METRIC_FAMILIES.jobRequired, metrics: each(({ required }) => required) },
    { ...METRIC_FAMILIES.jobSafeStarts, metrics: each(({ shareOfSafeStarts }) => shareOfSafeStarts) },
  ];
}

/** To Prometheus an empty label is none: of a job that no series could be asked about. */
const NO_SERIES = { host: '', source: '', apiVersion: '', role: '' } as unknown as SeriesIdentity;

/** Two names that differ only in what cannot be shown would be one metric twice, and that spoils the whole file. */
export function removeDuplicateLabels<T extends { labels: Labels }>(metrics: readonly T[]): T[] {
  const known = new Set<string>();
  return metrics.filter(({ labels }) => {
    const key = JSON.stringify(Object.values(labels));
    return !known.has(key) && known.add(key);
  });
}
