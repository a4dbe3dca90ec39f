import type { ServedPeriod } from '../../domain/measurement/measurement.ts';
import type { Instant, Seconds, Span } from '../../domain/model.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { correctedSpans } from '../../domain/verdict/analyse.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';

/** What was handed out in one of many equally long stretches of time. */
export interface ValidityBucket extends Span {
  /** The extremes of remaining validity; null where it is not known what was handed out. */
  remaining: { min: Seconds; max: Seconds } | null;
  /** How many witnessed rotations are taken to have come here. */
  rotations: number;
  /** A witnessed rotation without a date can have come here, as well as in several others. */
  isInRotationWindow: boolean;
  /** Some of it is a gap. */
  hasGap: boolean;
  hasFailedPoll: boolean;
}

/**
 * Remaining validity from the first sample to the last, or to the last failed poll where that is later: a source that
 * fell silent must be seen to. Null where no time was watched. The time in a window counts for the old generation,
 * which is the worse one; what overlaps counts with its extremes. Linear in generations and stretches.
 */
export function buildValidityBuckets(
  { measurement, failedPollSpans }: Pick<SeriesAnalysis, 'measurement' | 'failedPollSpans'>,
  count: number,
): ValidityBucket[] | null {
  if (measurement === null || measurement.watchedTime === 0) return null;
  const failed = correctedSpans(failedPollSpans, measurement);
  const from = measurement.firstSample;
  const to = failed.reduce((latest, span) => Math.max(latest, span.to), measurement.lastSample);
  const length = (to - from) / count;
  const stretches = Array.from(
    { length: count },
    (_, index): ValidityBucket => ({
      from: from + index * length,
      to: from + (index + 1) * length,
      remaining: null,
      rotations: 0,
      isInRotationWindow: false,
      hasGap: false,
      hasFailedPoll: false,
    }),
  );
  const indexOf = (at: Instant) => Math.max(0, Math.min(count - 1, Math.floor((at - from) / length)));
  const among = (span: Span) => stretches.slice(indexOf(span.from), indexOf(span.to) + 1);

  for (const service of measurement.servedPeriods) {
    for (const stretch of among(service)) addService(stretch, service);
  }
  for (const { at, isDated, window, isWitnessed } of measurement.rotations) {
    if (!isWitnessed) continue;
    stretches[indexOf(at)]!.rotations += 1;
    if (!isDated && window.to - window.from > 2 * length) {
      for (const stretch of among(window)) stretch.isInRotationWindow = true;
    }
  }
  for (const gap of measurement.gaps) {
    for (const stretch of among({ from: gap.from, to: gap.to - 1 })) stretch.hasGap = true;
  }
  for (const span of failed) {
    if (span.to >= from) for (const stretch of among(span)) stretch.hasFailedPoll = true;
  }
  return stretches;
}

function addService(stretch: ValidityBucket, { generation, from, to }: ServedPeriod): void {
  const max = secondsBetween(Math.max(from, stretch.from), generation.expiration);
  const min = secondsBetween(Math.min(to, stretch.to), generation.expiration);
  // Expired credentials count only as far as they were seen: a window that crosses the expiration counts as 0.
  const floor = Math.min(0, secondsBetween(generation.lastSeen, generation.expiration));
  const known = stretch.remaining;
  stretch.remaining = {
    min: Math.min(known?.min ?? Number.POSITIVE_INFINITY, Math.max(floor, min)),
    max: Math.max(known?.max ?? Number.NEGATIVE_INFINITY, Math.max(floor, max)),
  };
}
