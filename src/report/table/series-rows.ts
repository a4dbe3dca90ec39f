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
import type { Palette } from './colour.ts';
import type { LabelledRow } from './layout.ts';

type Context = Pick<ReportContext, 'margin' | 'isAsciiOnly'>;

/** The figures of one series, and the polls that brought none. */
export function buildSeriesRows(analysis: SeriesAnalysis, context: Context, colours: Palette): LabelledRow[] {
  const { measurement, isPolled } = analysis;
  return [
    ...(measurement === null
      ? [['samples', 'none'] as LabelledRow]
      : measurementRows(measurement, isPolled, context, colours)),
    ...failedPollRows(analysis),
  ];
}

function measurementRows(
  measurement: Measurement,
  polled: boolean,
  context: Context,
  colours: Palette,
): LabelledRow[] {
  const { sampledMinimum, worstCase, rotationInterval: interval, validityWhenIssued: issued } = measurement;
  return [
    ['samples', `${formatCount(measurement.sampleCount, 'sample')} ${describeSamples(measurement, polled)}`],
    ['watched time', watchedText(measurement)],
    ['rotation interval', interval === null ? UNKNOWN_VALUE : formatExtremes(interval, context.isAsciiOnly)],
    ...(measurement.rotationWindow === null
      ? []
      : [['rotation windows', describeRotationWindow(measurement)] as LabelledRow]),
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
    ['longest safe job', longestText(measurement, context)],
    ['safe starts by job', curveText(measurement, context)],
  ];
}

function longestText(measurement: Measurement, { margin }: Context): string {
  const longest = findLongestSafeJob(measurement, margin);
  if (longest !== null) return `${duration(longest)} with a margin of ${short(margin)}`;
  return measurement.witnessedCount === 0
    ? `${UNKNOWN_VALUE}: no rotation witnessed`
    : `none with a margin of ${short(margin)}`;
}

function watchedText(measurement: Measurement): string {
  const watched = [duration(measurement.watchedTime), describeGaps(measurement)].filter(
    (part) => part !== '',
  );
  return `${watched.join(', ')}; ${describeWitnessedRotations(measurement)}`;
}

/** So many points of the curve say enough in one line. */
const CURVE_WORDS = 6;

/** Where the share begins to fall, and how fast. */
function curveText(measurement: Measurement, { margin, isAsciiOnly }: Context): string {
  if (measurement.isIssuedPerRequest) return ISSUED_PER_REQUEST_MESSAGE;
  const points = withoutLevels(computeSafeStartsCurve(measurement, margin));
  if (points.length === 0) return `${UNKNOWN_VALUE}: one sample covers no time`;
  const firstBelow = points.findIndex(({ share }) => share < 1);
  const chosen =
    firstBelow < 0 ? points.slice(-1) : points.slice(Math.max(0, firstBelow - 1)).slice(0, CURVE_WORDS);
  return chosen
    .map(({ jobDuration, share }) => `${short(jobDuration)} ${formatShare(share)}`)
    .join(getSeparator(isAsciiOnly));
}

/** Of lengths with the same share in a row the first and the last say it all. */
const withoutLevels = (points: readonly SafeStartsPoint[]) =>
  points.filter(
    ({ share }, index) => share !== points[index - 1]?.share || share !== points[index + 1]?.share,
  );

function failedPollRows({ failedPolls }: SeriesAnalysis): LabelledRow[] {
  return failedPolls.map(
    ({ reason, count, lastAt }, index): LabelledRow => [
      index === 0 ? 'failed polls' : '',
      `${formatNumber(count)} ${reason}, last at ${formatTimestamp(lastAt)}`,
    ],
  );
}
