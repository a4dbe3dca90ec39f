import { secondsBetween } from '../../domain/time/instant.ts';
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
  countPolls,
  countRotations,
  type DataPoint,
  listAttempts,
  listIntervals,
  listMinimumRemaining,
  listSampleValues,
  listServedValues,
  type SelectedHostSource,
  type SelectedSeries,
  selectHistory,
  type TimeSeries,
} from './history.ts';
import { MINIMUM_WINDOWS } from './minimum-remaining.ts';

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
  const { series, hostSources } = selectHistory(assessment, assessAllTime());
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

function buildSeriesFamilies(selected: readonly SelectedSeries[]): FamilyWithMetrics<TimeSeries>[] {
  const build = createFamilyBuilder<SelectedSeries, TimeSeries>(selected, ({ identity }) =>
    buildSeriesLabels(identity),
  );
  return [
    build('expiration', (series) => listServedValues(series, ({ expiration }) => expiration)),
    build('lastUpdated', (series) => listServedValues(series, ({ lastUpdated }) => lastUpdated)),
    build('observedRemaining', (series) =>
      listSampleValues(series, ({ expiration }, at) => secondsBetween(at, expiration)),
    ),
    build('minRemaining', (series) =>
      MINIMUM_WINDOWS.map((window) => [listMinimumRemaining(series, window), { window }]),
    ),
    build('rotationInterval', (series) =>
      INTERVAL_STATS.map((stat) => [listIntervals(series, stat), { stat }]),
    ),
    build('rotations', countRotations),
    build('lastSuccess', (series) => listSampleValues(series, (_, at) => at)),
  ];
}

const INTERVAL_STATS = ['last', 'min', 'max', 'mean'] as const;

function buildHostSourceFamilies(selected: readonly SelectedHostSource[]): FamilyWithMetrics<TimeSeries>[] {
  const build = createFamilyBuilder<SelectedHostSource, TimeSeries>(selected, buildHostSourceLabels);
  return [
    build('polls', countPolls),
    build('lastAttempt', (hostSource) => listAttempts(hostSource, (at) => at)),
    build('up', (hostSource) => listAttempts(hostSource, (_, isUp) => isUp)),
  ];
}
