import { secondsBetween } from '../../domain/time/instant.ts';
import type { Assessment } from '../../domain/verdict/assessment.ts';
import type { ReportContext } from '../context.ts';
import {
  buildHostSourceLabels,
  buildSeriesLabels,
  createFamilyBuilder,
  type Metric,
  type MetricFamily,
  toUnixSeconds,
} from './families.ts';
import {
  countPolls,
  countRotations,
  type DataPoint,
  INTERVAL_STATS,
  listAttempts,
  listIntervals,
  listMinimumRemaining,
  listSampleValues,
  listServedValues,
  listWitnessedRotations,
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
  for (const families of [buildSeriesFamilies(series), buildHostSourceFamilies(hostSources)]) {
    for (const family of families) {
      yield formatHead(family);
      for (const metric of family.metrics) yield* formatLines(family, metric);
    }
  }
  yield '# EOF\n';
}

/** The head names a counter without `_total`. The unit must be the end of the name. */
function formatHead({ name, type, help }: MetricFamily<TimeSeries>): string {
  const headName = name.replace(/_total$/, '');
  const unit = /_(seconds|ratio)$/.exec(name)?.[1];
  const unitLine = unit === undefined ? '' : `# UNIT ${headName} ${unit}\n`;
  return `# TYPE ${headName} ${type}\n${unitLine}# HELP ${headName} ${escapeText(help)}\n`;
}

function* formatLines(
  { name, isInstant }: MetricFamily<TimeSeries>,
  { labels, value: timeSeries }: Metric<TimeSeries>,
): Generator<string> {
  const labelTexts = Object.entries(labels).map(([label, value]) => `${label}="${escapeText(value)}"`);
  const metric = `${name}{${labelTexts.join(',')}}`;
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

function* buildSeriesFamilies(selected: readonly SelectedSeries[]): Generator<MetricFamily<TimeSeries>> {
  const build = createFamilyBuilder<SelectedSeries, TimeSeries>(selected, ({ identity }) =>
    buildSeriesLabels(identity),
  );
  yield build('credential_expiration_timestamp_seconds', (series) =>
    listServedValues(series, ({ expiration }) => expiration),
  );
  yield build('credential_last_updated_timestamp_seconds', (series) =>
    listServedValues(series, ({ lastUpdated }) => lastUpdated),
  );
  yield build('observed_remaining_seconds', (series) =>
    listSampleValues(series, ({ expiration }, at) => secondsBetween(at, expiration)),
  );
  yield build('min_remaining_seconds', (series) =>
    MINIMUM_WINDOWS.map((window) => [listMinimumRemaining(series, window), { window }]),
  );
  yield build('rotation_interval_seconds', (series) =>
    INTERVAL_STATS.map((stat) => [listIntervals(series, stat), { stat }]),
  );
  yield build('rotations_total', countRotations);
  yield build('last_rotation_timestamp_seconds', listWitnessedRotations);
  yield build('poll_last_success_timestamp_seconds', (series) => listSampleValues(series, (_, at) => at));
}

function* buildHostSourceFamilies(
  selected: readonly SelectedHostSource[],
): Generator<MetricFamily<TimeSeries>> {
  const build = createFamilyBuilder<SelectedHostSource, TimeSeries>(selected, buildHostSourceLabels);
  yield build('polls_total', countPolls);
  yield build('poll_last_attempt_timestamp_seconds', (hostSource) => listAttempts(hostSource, (at) => at));
  yield build('source_up', (hostSource) => listAttempts(hostSource, (_, isUp) => isUp));
}
