import type { Measurement } from '../../domain/measurement/measurement.ts';
import { type CurvePoint, safeStartsCurve } from '../../domain/measurement/validity.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { longestSafeJob } from '../../domain/verdict/job.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import {
  gapsMessage,
  NEW_AT_EVERY_START,
  NOT_KNOWN,
  samplesMessage,
  windowMessage,
  witnessedMessage,
  worstCaseMessage,
} from '../messages/measurements.ts';
import { separator, writeCount, writeExtremes, writeInstant, writeShare } from '../text/writing.ts';
import type { Palette } from './colour.ts';
import type { Row } from './layout.ts';

type Context = Pick<ReportContext, 'margin' | 'ascii'>;

/** The figures of one series, and the polls that brought none. */
export function figureRows(analysis: SeriesAnalysis, context: Context, colours: Palette): Row[] {
  const { measurement, polled } = analysis;
  return [
    ...(measurement === null
      ? [['samples', 'none'] as Row]
      : measurementRows(measurement, polled, context, colours)),
    ...failedPollRows(analysis),
  ];
}

function measurementRows(
  measurement: Measurement,
  polled: boolean,
  context: Context,
  colours: Palette,
): Row[] {
  const { sampledMinimum, worstCase, rotationInterval: interval, validityWhenIssued: issued } = measurement;
  return [
    ['samples', `${writeCount(measurement.sampleCount, 'sample')} ${samplesMessage(measurement, polled)}`],
    ['watched time', watchedText(measurement)],
    ['rotation interval', interval === null ? NOT_KNOWN : writeExtremes(interval, context.ascii)],
    ...(measurement.rotationWindow === null ? [] : [['rotation moments', windowMessage(measurement)] as Row]),
    [
      'validity when issued',
      issued === null
        ? NOT_KNOWN
        : [`${duration(issued.min)} min`, `${duration(issued.max)} max`].join(separator(context.ascii)),
    ],
    ['sampled minimum', `${duration(sampledMinimum.seconds)} at ${writeInstant(sampledMinimum.at)}`],
    ['worst case', `${colours.strong(duration(worstCase.seconds))} ${worstCaseMessage(measurement)}`],
    ['longest safe job', longestText(measurement, context)],
    ['safe starts, by job', curveText(measurement, context)],
  ];
}

function longestText(measurement: Measurement, { margin }: Context): string {
  const longest = longestSafeJob(measurement, margin);
  if (longest !== null) return `${duration(longest)} with a margin of ${short(margin)}`;
  return measurement.witnessedCount === 0
    ? `${NOT_KNOWN}: no rotation was watched`
    : `none with a margin of ${short(margin)}`;
}

function watchedText(measurement: Measurement): string {
  const watched = [duration(measurement.watchedTime), gapsMessage(measurement)].filter((part) => part !== '');
  return `${watched.join(', ')}; ${witnessedMessage(measurement)}`;
}

/** So many points of the curve say enough in one line. */
const CURVE_WORDS = 6;

/** Where the share begins to fall, and how fast. */
function curveText(measurement: Measurement, { margin, ascii }: Context): string {
  if (measurement.issuedPerRequest) return NEW_AT_EVERY_START;
  const points = withoutLevels(safeStartsCurve(measurement, margin));
  if (points.length === 0) return `${NOT_KNOWN}: one sample is no time`;
  const firstBelow = points.findIndex(({ share }) => share < 1);
  const chosen =
    firstBelow < 0 ? points.slice(-1) : points.slice(Math.max(0, firstBelow - 1)).slice(0, CURVE_WORDS);
  return chosen
    .map(({ jobDuration, share }) => `${short(jobDuration)} ${writeShare(share)}`)
    .join(separator(ascii));
}

/** Of lengths with the same share in a row the first and the last say it all. */
const withoutLevels = (points: readonly CurvePoint[]) =>
  points.filter(
    ({ share }, index) => share !== points[index - 1]?.share || share !== points[index + 1]?.share,
  );

function failedPollRows({ failedPolls }: SeriesAnalysis): Row[] {
  return failedPolls.map(
    ({ reason, count, lastAt }, index): Row => [
      index === 0 ? 'failed polls' : '',
      `${count.toLocaleString('en-US')} ${reason}, last at ${writeInstant(lastAt)}`,
    ],
  );
}
