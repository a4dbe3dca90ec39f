import { valueAt } from '../../domain/measurement/columns/column.ts';
import { getHistoryColumns } from '../../domain/measurement/columns/column-measurement.ts';
import type { Generation, Instant, Seconds, Span } from '../../domain/model.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import { correctSpans } from '../../domain/verdict/analyse.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';

/** Remaining validity and events in one of many equal parts of the time. */
export interface ValidityBucket extends Span {
  /** Null if the served credentials are unknown. */
  remaining: { min: Seconds; max: Seconds } | null;
  /** Witnessed rotations. An undated one counts at the end of its window. */
  rotations: number;
  /** Overlaps the window of an undated witnessed rotation. Windows of up to two buckets do not count. */
  isInRotationWindow: boolean;
  hasGap: boolean;
  hasFailedPoll: boolean;
}

/**
 * Divides the time into `count` buckets; null without watched time. The time ends at the last sample or
 * failed poll, so that a chart shows a source that stopped responding. In a rotation window, the old
 * generation counts, because it is the worse one. If served periods overlap, the extremes of all count.
 */
export function buildValidityBuckets(
  { measurement, failedPollSpans }: Pick<SeriesAnalysis, 'measurement' | 'failedPollSpans'>,
  count: number,
): ValidityBucket[] | null {
  if (measurement === null || measurement.watchedTime === 0) return null;
  const failed = correctSpans(failedPollSpans, measurement);
  const from = measurement.firstSample;
  const to = failed.reduce((latest, span) => Math.max(latest, span.to), measurement.lastSample);
  const length = (to - from) / count;
  const buckets = Array.from(
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
  const findOverlapping = (span: Span) => buckets.slice(indexOf(span.from), indexOf(span.to) + 1);

  const { generations, served, rotations } = getHistoryColumns(measurement);
  for (let index = 0; index < served.count; index += 1) {
    const period = {
      from: valueAt(served.from, index),
      to: valueAt(served.to, index),
      expiration: valueAt(generations.expiration, index),
      lastSeen: valueAt(generations.lastSeen, index),
    };
    for (const bucket of findOverlapping(period)) addServedPeriod(bucket, period);
  }
  for (let index = 0; index < rotations.count; index += 1) {
    if (rotations.isWitnessed[index] !== 1) continue;
    const at = valueAt(rotations.at, index);
    for (const bucket of findOverlapping({ from: at, to: at })) bucket.rotations += 1;
    const window = { from: valueAt(rotations.windowFrom, index), to: valueAt(rotations.windowTo, index) };
    if (rotations.isDated[index] !== 1 && window.to - window.from > 2 * length) {
      for (const bucket of findOverlapping(window)) bucket.isInRotationWindow = true;
    }
  }
  for (const gap of measurement.gaps) {
    for (const bucket of findOverlapping({ from: gap.from, to: gap.to - 1 })) bucket.hasGap = true;
  }
  for (const span of failed) {
    if (span.to >= from) for (const bucket of findOverlapping(span)) bucket.hasFailedPoll = true;
  }
  return buckets;
}

type ServedGeneration = Span & Pick<Generation, 'expiration' | 'lastSeen'>;

function addServedPeriod(bucket: ValidityBucket, { expiration, lastSeen, from, to }: ServedGeneration): void {
  const max = secondsBetween(Math.max(from, bucket.from), expiration);
  const min = secondsBetween(Math.min(to, bucket.to), expiration);
  // Below 0 only if a sample shows expired credentials. In a window with the expiration, the lead time is 0.
  const floor = Math.min(0, secondsBetween(lastSeen, expiration));
  const known = bucket.remaining;
  bucket.remaining = {
    min: Math.min(known?.min ?? Number.POSITIVE_INFINITY, Math.max(floor, min)),
    max: Math.max(known?.max ?? Number.NEGATIVE_INFINITY, Math.max(floor, max)),
  };
}
