import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { formatCount, formatNumber, formatSpan, formatTimestamp } from '../text/format-values.ts';

/*
 * What stands beside the figures of a series.
 */

export const UNKNOWN_VALUE = 'not known yet';
export const ISSUED_PER_REQUEST_MESSAGE = 'every start is handed new credentials';
export const describeNoSafeStart = (margin: Seconds) =>
  `no start was safe with a margin of ${short(margin)}, however short the job`;

/** To be read behind the number of samples. */
export function describeSamples(
  { generations, firstSample, lastSample }: Measurement,
  polled: boolean,
): string {
  const imported = polled ? '' : ', imported';
  return `of ${formatCount(generations.length, 'generation')}${imported}; ${formatSpan(firstSample, lastSample)}`;
}

/** What is taken off the watched time; `''` where nothing is. */
export const describeGaps = ({ gaps }: Measurement): string =>
  gaps.length === 0 ? '' : `less ${formatCount(gaps.length, 'gap')}`;

export const describeWitnessedRotations = ({ rotations, witnessedCount }: Measurement) =>
  `${formatNumber(witnessedCount)} of ${formatCount(rotations.length, 'rotation')} witnessed`;

/** Where on the worst case a person should look. */
export function describeWorstCase({ worstCase, overstatement, lag }: Measurement): string {
  const { rotation, at } = worstCase;
  if (rotation === null) return `at the sample of ${formatTimestamp(at)}`;
  const moved = lag > 0 ? `, moved by the ${duration(lag)} for which this source lags` : '';
  const where = rotation.isDated
    ? `just before the rotation at ${formatTimestamp(at)}${moved}`
    : `if the rotation came as late as it can have, from ${formatSpan(rotation.window.from, rotation.window.to)}`;
  return overstatement === 0 ? where : `${where}; polling alone overstates it by ${duration(overstatement)}`;
}

/** How well the rotations of a source are known that does not date them, and whether polls quickened for them. */
export function describeRotationWindow({ rotationWindow, usualGap }: Measurement): string {
  const { min, median, max } = rotationWindow!;
  const spread = min === max ? '' : ` (${duration(min)} to ${duration(max)})`;
  const known = `known to within ${duration(median)}${spread}`;
  if (usualGap === null || median * 2 > usualGap) return `${known}, as far apart as the samples`;
  return `${known}, though samples are usually ${duration(usualGap)} apart: polls quickened while one was due`;
}
