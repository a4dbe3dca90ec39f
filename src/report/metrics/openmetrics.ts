import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import {
  buildHostSourceLabels,
  buildSeriesLabels,
  type FamilyWithMetrics,
  type Labels,
  METRIC_FAMILIES,
  type MetricFamily,
  removeDuplicateLabels,
  toUnixSeconds,
} from './families.ts';
import {
  collectMetricHistory,
  type DataPoint,
  type HostSourceMetricHistory,
  type SeriesMetricHistory,
  type TimeSeries,
} from './history.ts';

/** A figure through time. */
interface LabelledTimeSeries {
  labels: Labels;
  timeSeries: TimeSeries;
  /** The values are instants. */
  isMoment?: boolean;
}

/** So many lines are handed over at once: ten years of rotations are a million. */
const LINES_AT_ONCE = 5000;

/**
 * The past, for `promtool tsdb create-blocks-from openmetrics`. Verdicts are of now and so are no part of it. It reads
 * the whole file once for each block: of more than a few weeks, `--max-block-duration=744h` makes seconds of minutes.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function* renderOpenMetrics(
  assessment: Assessment,
  { assessAllTime }: Pick<ReportContext, 'assessAllTime'>,
): Generator<string> {
  const { series, hostSources } = collectMetricHistory(assessment, assessAllTime());
  for (const { metrics, ...family } of [...seriesFamilies(series), ...placeFamilies(hostSources)]) {
    yield head(family);
    for (const told of removeDuplicateLabels(metrics)) yield* lines(family, told);
  }
  yield '# EOF\n';
}

const head = ({ name, type, unit, help }: MetricFamily) =>
  `# TYPE ${name} ${type}\n${unit === '' ? '' : `# UNIT ${name} ${unit}\n`}# HELP ${name} ${escaped(help)}\n`;

function* lines(
  { name, type }: MetricFamily,
  { labels, timeSeries, isMoment = false }: LabelledTimeSeries,
): Generator<string> {
  const told = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`);
  const metric = `${type === 'counter' ? `${name}_total` : name}{${told.join(',')}}`;
  const line = ([at, value]: DataPoint) =>
    `${metric} ${isMoment ? toUnixSeconds(value) : value} ${toUnixSeconds(at)}\n`;
  let waiting = '';
  let count = 0;
  for (const point of timeSeries) {
    waiting += line(point);
    count += 1;
    if (count % LINES_AT_ONCE > 0) continue;
    yield waiting;
    waiting = '';
  }
  if (waiting !== '') yield waiting;
}

const escaped = (text: string) =>
  text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));

function seriesFamilies(series: readonly SeriesMetricHistory[]): FamilyWithMetrics<LabelledTimeSeries>[] {
  const each = (choose: (course: SeriesMetricHistory) => TimeSeries, isMoment = false) =>
    series.map(
      (one): LabelledTimeSeries => ({
        labels: buildSeriesLabels(one.identity),
        timeSeries: choose(one),
        isMoment,
      }),
    );
  return [
    { ...METRIC_FAMILIES.expiration, metrics: each(({ expiration }) => expiration, true) },
    { ...METRIC_FAMILIES.lastUpdated, metrics: each(({ lastUpdated }) => lastUpdated, true) },
    { ...METRIC_FAMILIES.observedRemaining, metrics: each(({ observedRemaining }) => observedRemaining) },
    {
      ...METRIC_FAMILIES.minRemaining,
      metrics: series.flatMap(({ identity, minimumRemaining }) =>
        minimumRemaining.map(({ window, timeSeries }) => ({
          labels: { ...buildSeriesLabels(identity), window },
          timeSeries,
        })),
      ),
    },
    {
      ...METRIC_FAMILIES.rotationInterval,
      metrics: series.flatMap(({ identity, rotationInterval }) =>
        Object.entries(rotationInterval).map(([stat, timeSeries]) => ({
          labels: { ...buildSeriesLabels(identity), stat },
          timeSeries,
        })),
      ),
    },
    { ...METRIC_FAMILIES.rotations, metrics: each(({ rotations }) => rotations) },
    { ...METRIC_FAMILIES.lastSuccess, metrics: each(({ lastSuccess }) => lastSuccess, true) },
  ];
}

function placeFamilies(places: readonly HostSourceMetricHistory[]): FamilyWithMetrics<LabelledTimeSeries>[] {
  return [
    {
      ...METRIC_FAMILIES.polls,
      metrics: places.flatMap((place) =>
        place.polls.map(({ result, timeSeries }) => ({
          labels: { ...buildHostSourceLabels(place), result },
          timeSeries,
        })),
      ),
    },
    {
      ...METRIC_FAMILIES.lastAttempt,
      metrics: places.map((place) => ({
        labels: buildHostSourceLabels(place),
        timeSeries: place.lastAttempt,
        isMoment: true,
      })),
    },
    {
      ...METRIC_FAMILIES.up,
      metrics: places.map((place) => ({ labels: buildHostSourceLabels(place), timeSeries: place.isUp })),
    },
  ];
}
