import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { SafeStartsPoint } from '../../domain/measurement/validity.ts';
import type { FailedPollCount, Instant, Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { Histogram } from '../drawing/histogram.ts';
import {
  formatCount,
  formatNumber,
  formatRemaining,
  formatSeriesName,
  formatShare,
  formatSpan,
  formatTimestamp,
} from '../text/format-values.ts';
import { escapeUnprintable } from '../text/untrusted-text.ts';

/** What a chart shows, for whoever does not see it. */
export function describeSawTooth({ worstCase, sampledMinimum, gaps, ...measurement }: Measurement): string {
  const { firstSample, lastSample, generations } = measurement;
  const blind =
    gaps.length === 0
      ? ''
      : ` ${formatCount(gaps.length, 'gap')} in which it is not known what was handed out.`;
  return (
    `Remaining validity from ${formatSpan(firstSample, lastSample)}, ${formatCount(generations.length, 'generation')}: ` +
    `it falls until a rotation and then jumps up again. The least a job could have been handed was ` +
    `${duration(worstCase.seconds)} (${formatTimestamp(worstCase.at)}); the least that was sampled ${duration(sampledMinimum.seconds)}.${blind}`
  );
}

export function describeSafeStartsCurve(points: readonly SafeStartsPoint[], margin: Seconds): string {
  const always = points.findLast(({ share }) => share === 1);
  const never = points.find(({ share }) => share === 0);
  const parts = [
    always === undefined
      ? 'No length was safe at every start'
      : `Every start was safe up to ${short(always.jobDuration)}`,
    never === undefined ? null : `none at ${short(never.jobDuration)}`,
  ];
  return `Share of safe starts by job length, with a margin of ${short(margin)}. ${parts.filter((part) => part !== null).join(', ')}.`;
}

export const describeUniformDistribution = ({ count, extremes }: Histogram) =>
  count === 1 ? duration(extremes.min) : `all ${formatNumber(count)}: ${duration(extremes.min)}`;

/** A distribution in a line: the middle, the ends, and what lies too far away to be drawn. */
export function summariseDistribution({ extremes, countBelow, countAbove }: Histogram): string {
  const { min, median, max } = extremes;
  return [
    `median ${duration(median)}`,
    countBelow > 0 ? `${formatNumber(countBelow)} shorter, from ${duration(min)} on` : null,
    countAbove > 0 ? `${formatNumber(countAbove)} longer, up to ${duration(max)}` : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

export function describeDistribution(what: string, { count, extremes, bins }: Histogram): string {
  const fullest = bins.reduce((most, bin) => (bin.count > most.count ? bin : most));
  return (
    `${what}: ${formatCount(count, 'value')} from ${duration(extremes.min)} to ${duration(extremes.max)}, ` +
    `median ${duration(extremes.median)}; most often between ${short(fullest.from)} and ${short(fullest.to)}.`
  );
}

/** What is known of one moment of the saw-tooth. */
export const describeRemainingAt = (at: Instant, remaining: Seconds) =>
  `${formatTimestamp(at)}: ${formatRemaining(remaining)}`;

export const describeGapAt = (at: Instant) => `${formatTimestamp(at)}: not known what was handed out`;

/** Of a start at that moment. Negative: so much was missing. */
export const describeSpare = (job: string, spare: Seconds) =>
  spare < 0
    ? `${job} would have been ${duration(-spare)} short`
    : `${job} was safe, ${duration(spare)} to spare`;

/** Of safe starts, where those are what is talked of. */
export const describeShare = (job: string, share: number | null) =>
  share === null ? job : `${job}: ${formatShare(share)}`;

export const NO_ROTATION_MESSAGE = 'No rotation was watched yet.';

/** Polls bring nothing at present. */
export function describeFailingPolls(
  { identity, measurement }: SeriesAnalysis,
  { reason, lastAt, lastDetail }: FailedPollCount,
): string {
  const why = lastDetail === '' ? reason : `${reason} (${escapeUnprintable(lastDetail)})`;
  const since =
    measurement === null
      ? 'no sample was ever taken'
      : `the newest sample is of ${formatTimestamp(measurement.lastSample)}`;
  return `${formatSeriesName(identity)}: the last poll failed at ${formatTimestamp(lastAt)}, ${why}; ${since}`;
}
