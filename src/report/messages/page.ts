import { getHistoryColumns } from '../../domain/measurement/columns/column-measurement.ts';
import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { SafeStartsPoint } from '../../domain/measurement/validity.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { Histogram } from '../drawing/histogram.ts';
import { formatCount, formatNumber, formatRemaining } from '../text/format-values.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';
import { describeWorstValidity } from './measurements.ts';

/** The chart of remaining validity in words, for screen readers. */
export function describeSawTooth(measurement: Measurement, times: TimeFormat = UTC_TIMES): string {
  const { worstCase, sampledMinimum, gaps, firstSample, lastSample } = measurement;
  const { count } = getHistoryColumns(measurement).generations;
  return [
    `Remaining validity from ${times.span(firstSample, lastSample)}, ${formatCount(count, 'generation')}.`,
    'It falls until a rotation and then rises again.',
    `${describeWorstValidity(measurement)} (${times.timestamp(worstCase.at)}).`,
    `The sampled minimum was ${formatSampledMinimum(sampledMinimum.seconds)}.`,
    ...(gaps.length === 0
      ? []
      : [`The served credentials are unknown in ${formatCount(gaps.length, 'gap')}.`]),
  ].join(' ');
}

export function describeSafeStartsCurve(points: readonly SafeStartsPoint[], margin: Seconds): string {
  const always = points.findLast(({ share }) => share === 1);
  const never = points.find(({ share }) => share === 0);
  return [
    `Share of safe starts by job length, with a margin of ${duration(margin)}.`,
    always === undefined
      ? 'No job length was safe at every start.'
      : `Up to ${duration(always.jobDuration)}, every start was safe.`,
    ...(never === undefined ? [] : [`At ${duration(never.jobDuration)}, no start was safe.`]),
  ].join(' ');
}

/** The median, and the outliers that the histogram omits. */
export function summariseDistribution({ extremes, countBelow, countAbove }: Histogram): string {
  const { min, median, max } = extremes;
  return [
    `median ${duration(median)}`,
    ...(countBelow > 0 ? [`${formatNumber(countBelow)} shorter, down to ${duration(min)}`] : []),
    ...(countAbove > 0 ? [`${formatNumber(countAbove)} longer, up to ${duration(max)}`] : []),
  ].join(' · ');
}

export function describeDistribution(title: string, { count, extremes, bins }: Histogram): string {
  const fullest = bins.reduce((most, bin) => (bin.count > most.count ? bin : most));
  return (
    `${title}: ${formatCount(count, 'value')} from ${duration(extremes.min)} to ${duration(extremes.max)}, ` +
    `median ${duration(extremes.median)}; most often between ${duration(fullest.from)} and ${duration(fullest.to)}.`
  );
}

/** At the end of the page. */
export function describeTimeZone({ zone: { name } }: TimeFormat): string {
  if (name === UTC_TIMES.zone.name) return 'All times are UTC.';
  return `All times are ${/^[+-]/.test(name) ? `UTC${name}` : `local times of ${name}`}.`;
}

/** For the position of the cursor in the chart. */
export const describeRemainingAt = (at: Instant, remaining: Seconds, times: TimeFormat) =>
  `${times.timestamp(at)}: ${formatRemaining(remaining)}`;

export const describeGapAt = (at: Instant, times: TimeFormat) =>
  `${times.timestamp(at)}: gap, served credentials unknown`;

/** @param spare of a start at the cursor; negative is the shortfall */
export const describeSpareValidity = (job: string, spare: Seconds) =>
  spare < 0
    ? `${job} would have been ${duration(-spare)} short`
    : `${job} was safe, ${duration(spare)} to spare`;

/** Bits of one number per generation, which keeps the data of the page small. */
export const GENERATION_FLAGS = {
  newest: 1,
  /** The rotation at the end of the generation is undated. */
  window: 2,
  unwitnessed: 4,
  /** Other endpoints may have served other generations at the same time. */
  overlapping: 8,
  /** A later expiration was stated for the same key. */
  extended: 16,
  servedExpired: 32,
} as const;

/**
 * One text for each flag.
 * @param windowLength of the rotation window, for the flag `window`
 */
export function describeGenerationFlags(flags: number, windowLength: Seconds): string[] {
  const texts: [flag: number, text: string][] = [
    [GENERATION_FLAGS.servedExpired, 'served after it expired'],
    [GENERATION_FLAGS.newest, 'the newest'],
    [GENERATION_FLAGS.window, `replaced within a window of ${duration(windowLength)}`],
    [GENERATION_FLAGS.unwitnessed, 'end not witnessed: another generation may have followed'],
    [GENERATION_FLAGS.overlapping, 'served by one of several endpoints'],
    [GENERATION_FLAGS.extended, 'a later expiration was also stated'],
  ];
  return texts.flatMap(([flag, text]) => ((flags & flag) === 0 ? [] : [text]));
}

/** Replaces the table of rotations if there is none. */
export const describeNoRotation = ({ isIssuedPerRequest }: Measurement): string =>
  isIssuedPerRequest ? 'No rotations: every request gets new credentials.' : 'No rotation witnessed yet.';

/** `35m 00s short`, `55m 00s to spare`. */
export const describeSpare = (spare: Seconds) =>
  spare < 0 ? `${duration(-spare)} short` : `${duration(spare)} to spare`;

export const formatSampledMinimum = (seconds: Seconds) =>
  seconds < 0 ? `expired for ${duration(-seconds)}` : duration(seconds);

/** Follows a range that is rounded outwards. */
export const describeExactRange = (min: Seconds, max: Seconds) =>
  `exactly ${duration(min)} to ${duration(max)}`;

/** Explanations of terms, in the section that has the term. */
export const TERMS = {
  generation: 'A generation is one set of credentials, from its first to its last sample.',
  leadTime:
    'The lead time is the validity that the old credentials had left at the rotation. A job that started just before the rotation had no more.',
  witnessed: 'A rotation is witnessed if the samples show that no other rotation is hidden beside it.',
} as const;

/** Follows `generations` at its first use. */
export const SETS_OF_CREDENTIALS = ' (sets of credentials)';

/** Follows the sampled minimum. */
export const describeAboveWorstCase = (overstatement: Seconds) =>
  `${duration(overstatement)} above the worst case, which was between two samples`;

/** Replaces further problems of several series. */
export const describeMoreProblems = (count: number) =>
  `${formatCount(count, 'more problem')}: the table of the series shows where`;

/** An error message can be long, but its start is enough. */
export const MAX_DETAIL_WIDTH = 160;
