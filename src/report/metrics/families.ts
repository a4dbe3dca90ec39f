import type { Instant, SeriesIdentity } from '../../domain/model.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import { VERDICTS } from '../../domain/verdict/job-verdict.ts';
import type { ReportContext } from '../context.ts';
import { METRIC_HELP } from '../messages/metrics.ts';
import { printable } from '../text/printable.ts';
import { type JobFacts, metricFacts, type PlaceFacts, type SeriesFacts } from './facts.ts';

/** All of one name. A counter's name is without `_total`, as OpenMetrics has it. */
export interface Family {
  name: string;
  type: 'gauge' | 'counter';
  /** The end of the name, and the unit of OpenMetrics; `''` for what only counts or tells. */
  unit: 'seconds' | 'ratio' | '';
  help: string;
}

export type Labels = Readonly<Record<string, string>>;

export interface FamilyOf<T> extends Family {
  metrics: T[];
}

/** One figure as it stands. */
export interface Figure {
  labels: Labels;
  value: number;
}

const family = (name: string, help: keyof typeof METRIC_HELP, type: Family['type'] = 'gauge'): Family => ({
  name: `cred_watch_${name}`,
  type,
  unit: name.endsWith('_seconds') ? 'seconds' : name.endsWith('_ratio') ? 'ratio' : '',
  help: METRIC_HELP[help],
});

export const FAMILIES = {
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
export const seriesLabels = ({ host, source, apiVersion, role }: SeriesIdentity): Labels => ({
  host: printable(host),
  source,
  api_version: printable(apiVersion),
  role: printable(role),
});

export const placeLabels = ({ host, source }: Pick<SeriesIdentity, 'host' | 'source'>): Labels => ({
  host: printable(host),
  source,
});

export const inSeconds = (instant: Instant): number => instant / 1000;

/** Every family of which there are figures now. */
export function currentFamilies(assessment: Assessment, context: ReportContext): FamilyOf<Figure>[] {
  const { series, places, jobs } = metricFacts(assessment, context.allTime, context.now);
  const built = { labels: { version: context.version, node: context.nodeVersion ?? '' }, value: 1 };
  return [
    ...seriesFamilies(series),
    ...placeFamilies(places, context),
    ...jobFamilies(jobs),
    { ...FAMILIES.buildInfo, metrics: [built] },
  ]
    .map((each) => ({ ...each, metrics: distinct(each.metrics) }))
    .filter(({ metrics }) => metrics.length > 0);
}

function seriesFamilies(series: readonly SeriesFacts[]): FamilyOf<Figure>[] {
  const each = (
    figures: (facts: SeriesFacts) => (readonly [value: number | null | undefined, more?: Labels])[],
  ) =>
    series.flatMap((facts) =>
      figures(facts).flatMap(([value, more]): Figure[] =>
        value == null ? [] : [{ labels: { ...seriesLabels(facts.identity), ...more }, value }],
      ),
    );
  const moment = (at: Instant | null | undefined) => (at == null ? null : inSeconds(at));
  return [
    { ...FAMILIES.expiration, metrics: each(({ current }) => [[moment(current?.expiration)]]) },
    { ...FAMILIES.lastUpdated, metrics: each(({ current }) => [[moment(current?.lastUpdated)]]) },
    { ...FAMILIES.observedRemaining, metrics: each(({ current }) => [[current?.remaining]]) },
    {
      ...FAMILIES.minRemaining,
      metrics: each(({ measured }) =>
        (measured?.minimumRemaining ?? []).map(({ window, seconds }) => [seconds, { window }]),
      ),
    },
    { ...FAMILIES.worstCase, metrics: each(({ worstCase }) => [[worstCase]]) },
    {
      ...FAMILIES.rotationInterval,
      metrics: each(({ measured }) =>
        Object.entries(measured?.rotationInterval ?? {}).map(([stat, seconds]) => [seconds, { stat }]),
      ),
    },
    { ...FAMILIES.rotations, metrics: each(({ measured }) => [[measured?.rotations]]) },
    { ...FAMILIES.lastSuccess, metrics: each(({ current }) => [[moment(current?.sampledAt)]]) },
    { ...FAMILIES.retired, metrics: each(({ retired }) => [[Number(retired)]]) },
  ];
}

function placeFamilies(places: readonly PlaceFacts[], { lastPoll }: ReportContext): FamilyOf<Figure>[] {
  const each = (value: (facts: PlaceFacts) => number | null) =>
    places.flatMap((facts): Figure[] => {
      const known = value(facts);
      return known === null ? [] : [{ labels: placeLabels(facts), value: known }];
    });
  return [
    {
      ...FAMILIES.polls,
      metrics: places.flatMap((facts) =>
        Object.entries(facts.polls).map(([result, value]) => ({
          labels: { ...placeLabels(facts), result },
          value,
        })),
      ),
    },
    { ...FAMILIES.lastAttempt, metrics: each(({ lastAttempt }) => inSeconds(lastAttempt)) },
    { ...FAMILIES.up, metrics: each(({ isUp }) => Number(isUp)) },
    { ...FAMILIES.clockOffset, metrics: each(({ clockOffset }) => clockOffset) },
    {
      ...FAMILIES.pollDuration,
      metrics: lastPoll === undefined ? [] : [{ labels: placeLabels(lastPoll), value: lastPoll.seconds }],
    },
  ];
}

/** The label is `job_name`: Prometheus sets `job` itself, to the name of what it scrapes. */
function jobFamilies(jobs: readonly JobFacts[]): FamilyOf<Figure>[] {
  const labels = ({ identity, jobName }: JobFacts) => ({
    ...seriesLabels(identity ?? NO_SERIES),
    job_name: printable(jobName),
  });
  const each = (value: (facts: JobFacts) => number | null) =>
    jobs.flatMap((facts): Figure[] => {
      const known = value(facts);
      return known === null ? [] : [{ labels: labels(facts), value: known }];
    });
  return [
    { ...FAMILIES.jobSafe, metrics: each(({ isSafe }) => (isSafe === null ? null : Number(isSafe))) },
    {
      ...FAMILIES.jobVerdict,
      metrics: jobs.flatMap((facts) =>
        VERDICTS.map((verdict) => ({
          labels: { ...labels(facts), verdict },
          value: Number(verdict === facts.verdict),
        })),
      ),
    },
    { ...FAMILIES.jobRequired, metrics: each(({ required }) => required) },
    { ...FAMILIES.jobSafeStarts, metrics: each(({ shareOfSafeStarts }) => shareOfSafeStarts) },
  ];
}

/** To Prometheus an empty label is none: of a job that no series could be asked about. */
const NO_SERIES = { host: '', source: '', apiVersion: '', role: '' } as unknown as SeriesIdentity;

/** Two names that differ only in what cannot be shown would be one metric twice, and that spoils the whole file. */
export function distinct<T extends { labels: Labels }>(metrics: readonly T[]): T[] {
  const known = new Set<string>();
  return metrics.filter(({ labels }) => {
    const key = JSON.stringify(Object.values(labels));
    return !known.has(key) && known.add(key);
  });
}
