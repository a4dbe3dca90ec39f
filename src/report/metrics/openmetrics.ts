import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import {
  buildHostSourceLabels,
  buildSeriesLabels,
  createFamilyBuilder,
  type FamilyWithMetrics,
  type Labels,
  type MetricFamily,
  toUnixSeconds,
} from './families.ts';
import {
  collectMetricHistory,
  type DataPoint,
  type HostSourceMetricHistory,
  type SeriesMetricHistory,
  type TimeSeries,
} from './history.ts';

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
    for (const metric of metrics) yield* formatLines(family, metric);
  }
  yield '# EOF\n';
}

const formatHead = ({ name, type, unit, help }: MetricFamily) =>
  `# TYPE ${name} ${type}\n${unit === '' ? '' : `# UNIT ${name} ${unit}\n`}# HELP ${name} ${escapeText(help)}\n`;

function* formatLines(
  { name, type, isInstant }: MetricFamily,
  { labels, value: timeSeries }: { labels: Labels; value: TimeSeries },
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

function buildSeriesFamilies(series: readonly SeriesMetricHistory[]): FamilyWithMetrics<TimeSeries>[] {
  const build = createFamilyBuilder<SeriesMetricHistory, TimeSeries>(series, ({ identity }) =>
    buildSeriesLabels(identity),
  );
  return [
    build('expiration', ({ expiration }) => expiration),
    build('lastUpdated', ({ lastUpdated }) => lastUpdated),
    build('observedRemaining', ({ observedRemaining }) => observedRemaining),
    build('minRemaining', ({ minimumRemaining }) =>
      minimumRemaining.map(({ window, timeSeries }) => [timeSeries, { window }]),
    ),
    build('rotationInterval', ({ rotationInterval }) =>
      Object.entries(rotationInterval).map(([stat, timeSeries]) => [timeSeries, { stat }]),
    ),
    build('rotations', ({ rotations }) => rotations),
    build('lastSuccess', ({ lastSuccess }) => lastSuccess),
  ];
}

function buildHostSourceFamilies(
  hostSources: readonly HostSourceMetricHistory[],
): FamilyWithMetrics<TimeSeries>[] {
  const build = createFamilyBuilder<HostSourceMetricHistory, TimeSeries>(hostSources, buildHostSourceLabels);
  return [
    build('polls', ({ polls }) => polls.map(({ result, timeSeries }) => [timeSeries, { result }])),
    build('lastAttempt', ({ lastAttempt }) => lastAttempt),
    build('up', ({ isUp }) => isUp),
  ];
}
