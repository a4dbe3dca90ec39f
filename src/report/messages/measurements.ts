import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { formatCount, formatNumber, formatSpan, formatTimestamp } from '../text/format-values.ts';

export const UNKNOWN_VALUE = 'not known yet';
export const ISSUED_PER_REQUEST_MESSAGE = 'every start gets new credentials';
export const describeNoSafeStart = (margin: Seconds) =>
  `no start was safe with a margin of ${short(margin)}, for any job length`;

/** Follows the number of samples. */
export function describeSamples(
  { generations, firstSample, lastSample }: Measurement,
  isPolled: boolean,
): string {
  const imported = isPolled ? '' : ', imported';
  return `of ${formatCount(generations.length, 'generation')}${imported}; ${formatSpan(firstSample, lastSample)}`;
}

/** Follows the watched time; `''` without gaps. */
export const describeGaps = ({ gaps }: Measurement): string =>
  gaps.length === 0 ? '' : `excluding ${formatCount(gaps.length, 'gap')}`;

export const describeWitnessedRotations = ({ rotations, witnessedCount }: Measurement) =>
  `${formatNumber(witnessedCount)} of ${formatCount(rotations.length, 'rotation')} witnessed`;

/** When the worst case occurred, and by how much polling alone would have missed it. */
export function describeWorstCase({ worstCase, overstatement, lag }: Measurement): string {
  const { rotation, at } = worstCase;
  if (rotation === null) return `at the sample of ${formatTimestamp(at)}`;
  const lagNote = lag > 0 ? `, including the lag of this source (${duration(lag)})` : '';
  const moment = rotation.isDated
    ? `just before the rotation at ${formatTimestamp(at)}${lagNote}`
    : `if the rotation came at the end of its window (${formatSpan(rotation.window.from, rotation.window.to)})`;
  return overstatement === 0 ? moment : `${moment}; the sampled minimum is ${duration(overstatement)} higher`;
}

/** How precisely undated rotations are known; `''` if all rotations are dated. */
export function describeRotationWindow({ rotationWindow, usualGap }: Measurement): string {
  if (rotationWindow === null) return '';
  const { min, median, max } = rotationWindow;
  const spread = min === max ? '' : ` (${duration(min)} to ${duration(max)})`;
  const precision = `rotations are known to within ${duration(median)}${spread}`;
  if (usualGap === null || median * 2 > usualGap) return `${precision}, the time between samples`;
  return `${precision}; samples are usually ${duration(usualGap)} apart, but closer when a rotation was due`;
}
