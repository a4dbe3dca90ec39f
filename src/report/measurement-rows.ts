import { formatDuration as duration, formatShortDuration as short } from '../domain/duration.ts';
import { longestSafeJob } from '../domain/job.ts';
import type { Measurement, SeriesAnalysis } from '../domain/model.ts';
import { safeStartsCurve } from '../domain/validity.ts';
import type { Palette } from './colour.ts';
import type { ReportContext } from './formats.ts';
import type { Row } from './layout.ts';
import { windowMessage } from './messages/verdicts.ts';
import { separator, writeCount, writeExtremes, writeInstant, writeShare, writeSpan } from './writing.ts';

/** The figures of one series, and the polls that brought none. */
export function measurementRows(
  { polled, failedPolls, measurement: _, ...analysis }: SeriesAnalysis,
  measurement: Measurement,
  context: ReportContext,
  colours: Palette,
): Row[] {
  const { sampledMinimum, worstCase, rotationInterval: interval, validityWhenIssued: issued } = measurement;
  return [
    ['samples', samplesText(measurement, polled)],
    ['watched time', watchedText(measurement)],
    ['rotation interval', interval === null ? 'not known yet' : writeExtremes(interval, context.ascii)],
    ...(measurement.rotationWindow === null ? [] : [['rotation moments', windowMessage(measurement)] as Row]),
    [
      'validity when issued',
      issued === null
        ? 'not known yet'
        : [`${duration(issued.min)} min`, `${duration(issued.max)} max`].join(separator(context.ascii)),
    ],
    ['sampled minimum', `${duration(sampledMinimum.seconds)} at ${writeInstant(sampledMinimum.at)}`],
    ['worst case', `${colours.strong(duration(worstCase.seconds))} ${worstCaseText(measurement)}`],
    ['longest safe job', longestText(measurement, context)],
    ['safe starts, by job', curveText(measurement, context)],
    ...failedPollRows({ ...analysis, polled, failedPolls, measurement }),
  ];
}

function longestText(measurement: Measurement, { margin }: ReportContext): string {
  const longest = longestSafeJob(measurement, margin);
  if (longest !== null) return `${duration(longest)} with a margin of ${short(margin)}`;
  return measurement.witnessedCount === 0
    ? 'not known yet: no rotation was watched'
    : `none with a margin of ${short(margin)}`;
}

function samplesText(
  { sampleCount, generations, firstSample, lastSample }: Measurement,
  polled: boolean,
): string {
  const counts = `${writeCount(sampleCount, 'sample')} of ${writeCount(generations.length, 'generation')}`;
  return `${counts}${polled ? '' : ', imported'}; ${writeSpan(firstSample, lastSample)}`;
}

function watchedText({ watchedTime, rotations, witnessedCount, gaps }: Measurement): string {
  const blind = gaps.length === 0 ? '' : `, less ${writeCount(gaps.length, 'gap')}`;
  return `${duration(watchedTime)}${blind}; ${witnessedCount.toLocaleString('en-US')} of ${writeCount(rotations.length, 'rotation')} witnessed`;
}

function worstCaseText({ worstCase, overstatement, lag }: Measurement): string {
  const { rotation, at } = worstCase;
  if (rotation === null) return `at the sample of ${writeInstant(at)}`;
  const moved = lag > 0 ? `, moved by the ${duration(lag)} for which this source lags` : '';
  const where = rotation.dated
    ? `just before the rotation at ${writeInstant(at)}${moved}`
    : `if the rotation came as late as it can have, from ${writeSpan(rotation.window.from, rotation.window.to)}`;
  return overstatement === 0 ? where : `${where}; polling alone overstates it by ${duration(overstatement)}`;
}

/** So many points of the curve say enough in one line. */
const CURVE_WORDS = 6;

/** Where the share begins to fall, and how fast. */
function curveText(measurement: Measurement, { margin, ascii }: ReportContext): string {
  if (measurement.issuedPerRequest) return 'every start is handed new credentials';
  const points = safeStartsCurve(measurement, margin);
  if (points.length === 0) return 'not known yet: one sample is no time';
  const firstBelow = points.findIndex(({ share }) => share < 1);
  const chosen =
    firstBelow < 0 ? points.slice(-1) : points.slice(Math.max(0, firstBelow - 1)).slice(0, CURVE_WORDS);
  return chosen
    .map(({ jobDuration, share }) => `${short(jobDuration)} ${writeShare(share)}`)
    .join(separator(ascii));
}

export function failedPollRows({ failedPolls }: SeriesAnalysis): Row[] {
  return failedPolls.map(
    ({ reason, count, lastAt }, index): Row => [
      index === 0 ? 'failed polls' : '',
      `${count.toLocaleString('en-US')} ${reason}, last at ${writeInstant(lastAt)}`,
    ],
  );
}
