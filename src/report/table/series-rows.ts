import type { Measurement } from '../../domain/measurement/measurement.ts';
import { computeSafeStartsCurve, type SafeStartsPoint } from '../../domain/measurement/validity.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { findLongestSafeJob } from '../../domain/verdict/job.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import {
  describeGaps,
  describeRotationWindow,
  describeSamples,
  describeWitnessedRotations,
  describeWorstCase,
  ISSUED_PER_REQUEST_MESSAGE,
  UNKNOWN_VALUE,
} from '../messages/measurements.ts';
import {
  formatCount,
  formatExtremes,
  formatNumber,
  formatShare,
  formatTimestamp,
  getSeparator,
} from '../text/format-values.ts';
import { type Palette, PLAIN_PALETTE } from './colour.ts';
import type { LabelledRow } from './layout.ts';

type SeriesRowContext = Pick<ReportContext, 'margin' | 'isAsciiOnly'>;

/** The measured values of one series, and its failed polls. */
export function buildSeriesRows(
  analysis: SeriesAnalysis,
  context: SeriesRowContext,
  colours: Palette,
): LabelledRow[] {
  const { measurement, isPolled } = analysis;
  const measured: LabelledRow[] =
    measurement === null
      ? [['samples', 'none']]
      : buildMeasurementRows(measurement, isPolled, context, colours);
  return [...measured, ...buildFailedPollRows(analysis)];
}

/** The rows of {@link buildSeriesRows} for formats other than the table. */
export const buildPlainSeriesRows = (
  analysis: SeriesAnalysis,
  { margin }: Pick<ReportContext, 'margin'>,
): LabelledRow[] => buildSeriesRows(analysis, { margin, isAsciiOnly: false }, PLAIN_PALETTE);

function buildMeasurementRows(
  measurement: Measurement,
  isPolled: boolean,
  context: SeriesRowContext,
  colours: Palette,
): LabelledRow[] {
  const { sampledMinimum, worstCase, rotationInterval: interval, validityWhenIssued: issued } = measurement;
  const windows: LabelledRow[] =
    measurement.rotationWindow === null ? [] : [['rotation windows', describeRotationWindow(measurement)]];
  return [
    [
      'samples',
      `${formatCount(measurement.sampleCount, 'sample')} ${describeSamples(measurement, isPolled)}`,
    ],
    ['watched time', formatWatchedTime(measurement)],
    ['rotation interval', interval === null ? UNKNOWN_VALUE : formatExtremes(interval, context.isAsciiOnly)],
    ...windows,
    [
      'validity when issued',
      issued === null
        ? UNKNOWN_VALUE
        : [`${duration(issued.min)} min`, `${duration(issued.max)} max`].join(
            getSeparator(context.isAsciiOnly),
          ),
    ],
    ['sampled minimum', `${duration(sampledMinimum.seconds)} at ${formatTimestamp(sampledMinimum.at)}`],
    ['worst case', `${colours.bold(duration(worstCase.seconds))} ${describeWorstCase(measurement)}`],
    ['longest safe job', formatLongestSafeJob(measurement, context)],
    ['safe starts by job', formatSafeStarts(measurement, context)],
  ];
}

function formatLongestSafeJob(measurement: Measurement, { margin }: SeriesRowContext): string {
  const longest = findLongestSafeJob(measurement, margin);
  if (longest !== null) return `${duration(longest)} with a margin of ${short(margin)}`;
  return measurement.witnessedCount === 0
    ? `${UNKNOWN_VALUE}: no rotation witnessed`
    : `none with a margin of ${short(margin)}`;
}

function formatWatchedTime(measurement: Measurement): string {
  const watched = [duration(measurement.watchedTime), describeGaps(measurement)].filter(
    (part) => part !== '',
  );
  return `${watched.join(', ')}; ${describeWitnessedRotations(measurement)}`;
}

/** Six points fit into one line. */
const MAX_CURVE_POINTS = 6;

/** `4h55m 100% · 5h 97.72% · 5h30m 61.36%`: the part of the curve where the share begins to fall. */
function formatSafeStarts(measurement: Measurement, { margin, isAsciiOnly }: SeriesRowContext): string {
  if (measurement.isIssuedPerRequest) return ISSUED_PER_REQUEST_MESSAGE;
  const points = removeLevelPoints(computeSafeStartsCurve(measurement, margin));
  if (points.length === 0) return `${UNKNOWN_VALUE}: one sample covers no time`;
  const firstBelow = points.findIndex(({ share }) => share < 1);
  const chosen =
    firstBelow < 0 ? points.slice(-1) : points.slice(Math.max(0, firstBelow - 1)).slice(0, MAX_CURVE_POINTS);
  return chosen
    .map(({ jobDuration, share }) => `${short(jobDuration)} ${formatShare(share)}`)
    .join(getSeparator(isAsciiOnly));
}

/** Keeps the first and last of consecutive points with the same share. */
const removeLevelPoints = (points: readonly SafeStartsPoint[]) =>
  points.filter(
    ({ share }, index) => share !== points[index - 1]?.share || share !== points[index + 1]?.share,
  );

function buildFailedPollRows({ failedPolls }: SeriesAnalysis): LabelledRow[] {
  return failedPolls.map(
    ({ reason, count, lastAt }, index): LabelledRow => [
      index === 0 ? 'failed polls' : '',
      `${formatNumber(count)} ${reason}, last at ${formatTimestamp(lastAt)}`,
    ],
  );
}
