import { getHistoryColumns } from '../../domain/measurement/columns/column-measurement.ts';
import {
  type Extremes,
  hasMeasuredRotation,
  type MeasuredRotations,
  type Measurement,
  type WorstCase,
} from '../../domain/measurement/measurement.ts';
import { computeMaxLeadTime } from '../../domain/measurement/rotations.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { getStatedShare } from '../../domain/verdict/judgements.ts';
import { formatCount, formatNumber, formatShare } from '../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';

export const UNKNOWN_VALUE = 'not known yet';
export const NO_ROTATIONS_MESSAGE = 'none: every request gets new credentials';

/** The share of safe starts that a text may state. JSON always has the share. */
export const findKnownShare = (judgement: JobJudgement, measured: MeasuredRotations | null): number | null =>
  measured === null || hasMeasuredRotation(measured) ? getStatedShare(judgement) : null;

/** `' so far'` without a witnessed rotation, because the worst case is just before a rotation. */
const describeProvisional = (measured: MeasuredRotations) => (hasMeasuredRotation(measured) ? '' : ' so far');

/** For a cell of a table. `''` without a sample or a verdict. */
export function formatSafeStarts(judgement: JobJudgement, measurement: Measurement | null): string {
  if (judgement.shareOfSafeStarts === null || measurement === null) return '';
  if (!hasMeasuredRotation(measurement)) return UNKNOWN_VALUE;
  const share = getStatedShare(judgement);
  return share === null ? '' : formatShare(share);
}

/** Replaces the rotation intervals if none is known. */
export function describeNoInterval({ isIssuedPerRequest, severalEndpoints }: Measurement): string {
  if (isIssuedPerRequest) return NO_ROTATIONS_MESSAGE;
  return severalEndpoints === null ? UNKNOWN_VALUE : 'not known: several endpoints rotate independently';
}

export const describeNoSafeStart = (margin: Seconds) =>
  `no start was safe with a margin of ${duration(margin)}, for any job length`;

/**
 * Follows the number of samples.
 * @param explanation of generations
 */
export function describeSamples(
  measurement: Measurement,
  isPolled: boolean,
  times: TimeFormat = UTC_TIMES,
  explanation = '',
): string {
  const { firstSample, lastSample } = measurement;
  const { count } = getHistoryColumns(measurement).generations;
  const imported = isPolled ? '' : ', imported';
  return `of ${formatCount(count, 'generation')}${explanation}${imported}; ${times.span(firstSample, lastSample)}`;
}

/** Follows the watched time. */
export function describeWatchedTime(measurement: Measurement): string {
  const { gaps, witnessedCount } = measurement;
  const { count } = getHistoryColumns(measurement).rotations;
  const excluded = gaps.length === 0 ? 'without gaps' : `excluding ${formatCount(gaps.length, 'gap')}`;
  return `${excluded}; ${formatNumber(witnessedCount)} of ${formatCount(count, 'rotation')} witnessed`;
}

/**
 * A lead time of 0 comes from a window that contains the expiration: `at most 5m`.
 * @param max the lead time if the rotation came at the start of its window
 */
export const describeLeadTime = (leadTime: Seconds, max: Seconds): string =>
  leadTime === 0 && max > 0 ? `at most ${duration(max)}` : duration(leadTime);

/** The worst case, or its upper limit if the credentials may have expired before the rotation. */
export const formatWorstValidity = ({ seconds, rotation }: WorstCase): string =>
  rotation === null ? duration(seconds) : describeLeadTime(seconds, computeMaxLeadTime(rotation));

type MeasuredWorstCase = MeasuredRotations & Pick<Measurement, 'worstCase'>;

/** `4h 59m 36s`, `5h 34m 58s so far`. */
export const formatWorstCase = (measured: MeasuredWorstCase): string =>
  `${formatWorstValidity(measured.worstCase)}${describeProvisional(measured)}`;

/** The name of the worst case, in front of its value. */
export const nameWorstCase = (measured: MeasuredRotations): string =>
  `worst case${describeProvisional(measured)}`;

/** Starts a sentence. A negative worst case is hard to understand. */
export const describeWorstValidity = (measured: MeasuredWorstCase): string =>
  measured.worstCase.seconds < 0
    ? `In the worst case, the credentials had been expired for ${duration(-measured.worstCase.seconds)}`
    : `The ${nameWorstCase(measured)} was ${formatWorstValidity(measured.worstCase)}`;

/** `4h 54m`, `4h 54m so far`. @param isWellFounded whether the history is long enough for a verdict of `safe` */
export const formatLongestSafeJob = (longest: Seconds, isWellFounded: boolean): string =>
  `${duration(longest)}${isWellFounded ? '' : ' so far'}`;

/** When the worst case occurred, and by how much polling alone would have missed it. Follows the worst case. */
export function describeWorstCase(measurement: Measurement, times: TimeFormat = UTC_TIMES): string {
  const { worstCase, overstatement } = measurement;
  const moment = describeMomentOfWorstCase(measurement, times);
  return overstatement === 0 || worstCase.seconds === 0
    ? moment
    : `${moment}; the sampled minimum is ${duration(overstatement)} higher`;
}

/** Follows the worst case. */
export function describeMomentOfWorstCase(
  { worstCase, lag, severalEndpoints }: Measurement,
  times: TimeFormat = UTC_TIMES,
): string {
  const { rotation, generation, seconds, at } = worstCase;
  if (severalEndpoints !== null && at > generation.lastSeen) {
    return `if an endpoint still served these credentials ${duration(secondsBetween(generation.lastSeen, at))} after their last sample (${times.timestamp(generation.lastSeen)})`;
  }
  if (rotation === null) return `at the sample of ${times.timestamp(at)}`;
  const window = times.span(rotation.window.from, rotation.window.to);
  if (seconds === 0 && computeMaxLeadTime(rotation) > 0) {
    return `and counted as 0s, because the credentials may have expired before the rotation (window ${window})`;
  }
  const lagNote = lag > 0 ? `, including the lag of this source (${duration(lag)})` : '';
  return rotation.isDated
    ? `just before the rotation at ${times.timestamp(at)}${lagNote}`
    : `if the rotation came at the end of its window (${window})`;
}

/** How precisely undated rotations are known. `usualGap` is the usual time between two samples. */
export function describeRotationWindow({ min, median, max }: Extremes, usualGap: Seconds | null): string {
  const spread = min === max ? '' : ` (${duration(min)} to ${duration(max)})`;
  const precision = `rotations are known to within ${duration(median)}${spread}`;
  if (usualGap === null || median * 2 > usualGap) return `${precision}, the time between samples`;
  return `${precision}; samples are usually ${duration(usualGap)} apart, but closer when a rotation was due`;
}
