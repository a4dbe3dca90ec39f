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

interface LabelledTimeSeries {
  labels: Labels;
  timeSeries: TimeSeries;
  /** The values are instants. */
  isInstant?: boolean;
}

/** Writing each line alone would be slow: ten years of rotations give a million lines. */
const LINES_PER_PIECE = 5000;

/**
 * Past metrics for `promtool tsdb create-blocks-from openmetrics`, without verdicts, which have no past.
 * promtool reads the whole file once per block. For more than a few weeks, `--max-block-duration=744h`
 * reduces minutes to seconds.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function* renderOpenMetrics(
  assessment: Assessment,
  { assessAllTime }: Pick<ReportContext, 'assessAllTime'>,
): Generator<string> {
  const { series, hostSources } = collectMetricHistory(assessment, assessAllTime());
  for (const { metrics, ...family } of [
    ...buildSeriesFamilies(series),
    ...buildHostSourceFamilies(hostSources),
  ]) {
    yield formatHead(family);
    for (const metric of removeDuplicateLabels(metrics)) yield* formatLines(family, metric);
  }
  yield '# EOF\n';
}

const formatHead = ({ name, type, unit, help }: MetricFamily) =>
  `# TYPE ${name} ${type}\n${unit === '' ? '' : `# UNIT ${name} ${unit}\n`}# HELP ${name} ${escapeText(help)}\n`;

function* formatLines(
  { name, type }: MetricFamily,
  { labels, timeSeries, isInstant = false }: LabelledTimeSeries,
): Generator<string> {
  const labelTexts = Object.entries(labels).map(([label, value]) => `${label}="${escapeText(value)}"`);
  const metric = `${type === 'counter' ? `${name}_total` : name}{${labelTexts.join(',')}}`;
  const formatLine = ([at, value]: DataPoint) =>
    `${metric} ${isInstant ? toUnixSeconds(value) : value} ${toUnixSeconds(at)}\n`;
  let piece = '';
  let count = 0;
  for (const point of timeSeries) {
    piece += formatLine(point);
    count += 1;
    if (count % LINES_PER_PIECE > 0) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}

const escapeText = (text: string) =>
  text.replace(/[\\"\n]/g, (character) => (character === '\n' ? '\\n' : `\\${character}`));

function buildSeriesFamilies(
  series: readonly SeriesMetricHistory[],
): FamilyWithMetrics<LabelledTimeSeries>[] {
  const each = (choose: (history: SeriesMetricHistory) => TimeSeries, isInstant = false) =>
    series.map(
      (history): LabelledTimeSeries => ({
        labels: buildSeriesLabels(history.identity),
        timeSeries: choose(history),
        isInstant,
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

function buildHostSourceFamilies(
  hostSources: readonly HostSourceMetricHistory[],
): FamilyWithMetrics<LabelledTimeSeries>[] {
  return [
    {
      ...METRIC_FAMILIES.polls,
      metrics: hostSources.flatMap((history) =>
        history.polls.map(({ result, timeSeries }) => ({
          labels: { ...buildHostSourceLabels(history), result },
          timeSeries,
        })),
      ),
    },
    {
      ...METRIC_FAMILIES.lastAttempt,
      metrics: hostSources.map((history) => ({
        labels: buildHostSourceLabels(history),
        timeSeries: history.lastAttempt,
        isInstant: true,
      })),
    },
    {
      ...METRIC_FAMILIES.up,
      metrics: hostSources.map((history) => ({
        labels: buildHostSourceLabels(history),
        timeSeries: history.isUp,
      })),
    },
  ];
}
