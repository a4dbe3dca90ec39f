import { hasMeasuredRotation, type Measurement } from '../../domain/measurement/measurement.ts';
import { computeSafeStartsCurve } from '../../domain/measurement/validity.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { isWellFounded } from '../../domain/verdict/evidence.ts';
import { areTimesKnown } from '../../domain/verdict/figures/judged-figures.ts';
import { findLongestSafeJob } from '../../domain/verdict/job.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import {
  describeNoInterval,
  describeRotationWindow,
  describeSamples,
  describeWatchedTime,
  describeWorstCase,
  formatLongestSafeJob,
  formatWorstCase,
  NO_ROTATIONS_MESSAGE,
  UNKNOWN_VALUE,
} from '../messages/measurements.ts';
import { formatCount, formatNumber, formatShare, SEPARATOR } from '../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';
import { buildExtremesRow, continueRows, type Row } from './row.ts';

/** The measured values of one series and its failed polls. */
export function listSeriesRows(
  analysis: SeriesAnalysis,
  margin: Seconds,
  times: TimeFormat = UTC_TIMES,
): Row[] {
  const { measurement, failedPolls, newestOutside } = analysis;
  const failed = failedPolls.map(
    ({ reason, count, lastAt }) => `${formatNumber(count)} ${reason}, last at ${times.timestamp(lastAt)}`,
  );
  const measured: Row[] =
    measurement === null
      ? [['samples', newestOutside === undefined ? 'none' : 'none in the selected period']]
      : [
          ...listMeasuredRows(measurement, analysis, margin, times),
          areTimesKnown(analysis)
            ? ['safe starts by job', formatSafeStarts(measurement, margin)]
            : ['safe starts by job', ...TIMES_IN_DOUBT],
        ];
  return [...measured, ...continueRows('failed polls', failed)];
}

/** In order from the samples to the conclusions. */
export function listMeasuredRows(
  measurement: Measurement,
  series: Pick<SeriesAnalysis, 'isPolled' | 'findings'>,
  margin: Seconds,
  times: TimeFormat = UTC_TIMES,
): Row[] {
  const { validityWhenIssued: issued, sampledMinimum } = measurement;
  const sampleCount = formatCount(measurement.sampleCount, 'sample');
  return [
    ['samples', sampleCount, describeSamples(measurement, series.isPolled, times)],
    ...listRotationRows(measurement),
    issued === null
      ? ['validity when issued', UNKNOWN_VALUE]
      : ['validity when issued', duration(issued.min), `min${SEPARATOR}${duration(issued.max)} max`],
    ['sampled minimum', duration(sampledMinimum.seconds), `at ${times.timestamp(sampledMinimum.at)}`],
    ['worst case', formatWorstCase(measurement), describeWorstCase(measurement, times), 'bold'],
    areTimesKnown(series)
      ? buildLongestSafeJobRow(measurement, margin)
      : [LONGEST_SAFE_JOB, ...TIMES_IN_DOUBT],
  ];
}

/** A source without rotations has no watched time: each request gets other credentials. */
function listRotationRows(measurement: Measurement): Row[] {
  const { rotationInterval, rotationWindow: window, usualGap, severalEndpoints } = measurement;
  if (measurement.isIssuedPerRequest) return [['rotations', NO_ROTATIONS_MESSAGE]];
  return [
    ['watched time', duration(measurement.watchedTime), describeWatchedTime(measurement)],
    rotationInterval === null
      ? ['rotation interval', describeNoInterval(measurement)]
      : buildExtremesRow('rotation interval', rotationInterval),
    // Windows of several endpoints come from the rule for their served time, not from samples.
    ...(window === null || severalEndpoints !== null
      ? []
      : [['rotation windows', '', describeRotationWindow(window, usualGap)] as const]),
  ];
}

/** The value, and why it is not known. */
const TIMES_IN_DOUBT = ['unknown', 'because the times of the samples are in doubt'] as const;

const LONGEST_SAFE_JOB = 'longest safe job';

function buildLongestSafeJobRow(measurement: Measurement, margin: Seconds): Row {
  if (!hasMeasuredRotation(measurement))
    return [LONGEST_SAFE_JOB, UNKNOWN_VALUE, 'because no rotation was witnessed'];
  const longest = findLongestSafeJob(measurement, margin) ?? 0;
  const value = longest === 0 ? 'none' : formatLongestSafeJob(longest, isWellFounded(measurement));
  return [LONGEST_SAFE_JOB, value, `with a margin of ${duration(margin)}`];
}

/** Six points fit into one line. */
const MAX_CURVE_POINTS = 6;

/** `4h 55m 100% · 5h 97.72% · 5h 30m 61.36%`: the part of the curve where the share begins to fall. */
function formatSafeStarts(measurement: Measurement, margin: Seconds): string {
  const curve = computeSafeStartsCurve(measurement, margin);
  if (curve.length === 0) return `${UNKNOWN_VALUE}: one sample covers no time`;
  if (!hasMeasuredRotation(measurement)) return `${UNKNOWN_VALUE} because no rotation was witnessed`;
  // Only the first and last of consecutive points with the same share.
  const points = curve.filter(
    ({ share }, index) => share !== curve[index - 1]?.share || share !== curve[index + 1]?.share,
  );
  const firstBelow = points.findIndex(({ share }) => share < 1);
  const start = firstBelow < 0 ? points.length - 1 : Math.max(0, firstBelow - 1);
  return points
    .slice(start, start + MAX_CURVE_POINTS)
    .map(({ jobDuration, share }) => `${duration(jobDuration)} ${formatShare(share)}`)
    .join(SEPARATOR);
}
