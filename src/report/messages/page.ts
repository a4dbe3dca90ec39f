import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { CurvePoint } from '../../domain/measurement/validity.ts';
import type { FailedPollCount, Instant, Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { Histogram } from '../drawing/histogram.ts';
import { printable } from '../text/printable.ts';
import {
  writeCount,
  writeInstant,
  writeRemaining,
  writeSeries,
  writeShare,
  writeSpan,
} from '../text/writing.ts';

/** What a chart shows, for whoever does not see it. */
export function sawToothMessage({ worstCase, sampledMinimum, gaps, ...measurement }: Measurement): string {
  const { firstSample, lastSample, generations } = measurement;
  const blind =
    gaps.length === 0
      ? ''
      : ` ${writeCount(gaps.length, 'gap')} in which it is not known what was handed out.`;
  return (
    `Remaining validity from ${writeSpan(firstSample, lastSample)}, ${writeCount(generations.length, 'generation')}: ` +
    `it falls until a rotation and then jumps up again. The least a job could have been handed was ` +
    `${duration(worstCase.seconds)} (${writeInstant(worstCase.at)}); the least that was sampled ${duration(sampledMinimum.seconds)}.${blind}`
  );
}

export function curveMessage(points: readonly CurvePoint[], margin: Seconds): string {
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

export const allTheSameMessage = ({ count, extremes }: Histogram) =>
  count === 1 ? duration(extremes.min) : `all ${count.toLocaleString('en-US')}: ${duration(extremes.min)}`;

/** A distribution in a line: the middle, the ends, and what lies too far away to be drawn. */
export function distributionSummary({ extremes, below, above }: Histogram): string {
  const { min, median, max } = extremes;
  return [
    `median ${duration(median)}`,
    below > 0 ? `${below.toLocaleString('en-US')} shorter, from ${duration(min)} on` : null,
    above > 0 ? `${above.toLocaleString('en-US')} longer, up to ${duration(max)}` : null,
  ]
    .filter((part) => part !== null)
    .join(' · ');
}

export function distributionMessage(what: string, { count, extremes, bins }: Histogram): string {
  const fullest = bins.reduce((most, bin) => (bin.count > most.count ? bin : most));
  return (
    `${what}: ${writeCount(count, 'value')} from ${duration(extremes.min)} to ${duration(extremes.max)}, ` +
    `median ${duration(extremes.median)}; most often between ${short(fullest.from)} and ${short(fullest.to)}.`
  );
}

/** What is known of one moment of the saw-tooth. */
export const momentMessage = (at: Instant, remaining: Seconds) =>
  `${writeInstant(at)}: ${writeRemaining(remaining)}`;

export const gapMessage = (at: Instant) => `${writeInstant(at)}: not known what was handed out`;

/** Of a start at that moment. Negative: so much was missing. */
export const spareMessage = (job: string, spare: Seconds) =>
  spare < 0
    ? `${job} would have been ${duration(-spare)} short`
    : `${job} was safe, ${duration(spare)} to spare`;

/** Of safe starts, where those are what is talked of. */
export const shareMessage = (job: string, share: number | null) =>
  share === null ? job : `${job}: ${writeShare(share)}`;

export const WORST_NONE = 'No rotation was watched yet.';

/** Polls bring nothing at present. */
export function failingMessage(
  { identity, measurement }: SeriesAnalysis,
  { reason, lastAt, lastDetail }: FailedPollCount,
): string {
  const why = lastDetail === '' ? reason : `${reason} (${printable(lastDetail)})`;
  const since =
    measurement === null
      ? 'no sample was ever taken'
      : `the newest sample is of ${writeInstant(measurement.lastSample)}`;
  return `${writeSeries(identity)}: the last poll failed at ${writeInstant(lastAt)}, ${why}; ${since}`;
}
