import { lastOf, pairNeighbours } from '../lists.ts';
import type { Instant, Seconds, Span } from '../model.ts';
import type { Measurement, Rotation } from './measurement.ts';
import { minBy } from './statistics.ts';

/** When the next rotation is due: one interval after the last, between the shortest and the longest that was seen. */
export interface RotationForecast {
  expected: Instant;
  earliest: Instant;
  latest: Instant;
  /** The usual one. */
  interval: Seconds;
}

/**
 * When the newest generation will be replaced: one interval after it appeared, no sooner than the shortest and no
 * later than the longest interval that was watched. Null where no interval is known, or where there is no rotation
 * to wait for because every request brings new credentials.
 */
export function forecastRotation(measurement: Measurement): RotationForecast | null {
  const { rotationInterval: interval, lag, isIssuedPerRequest } = measurement;
  const appeared = appearanceOfNewest(measurement);
  if (interval === null || appeared === null || isIssuedPerRequest) return null;
  return {
    earliest: appeared.from + interval.min * 1000,
    expected: appeared.to + interval.median * 1000,
    // Intervals are counted from date to date, and a source with a lag goes on with the old generation for a while.
    latest: appeared.to + (interval.max + lag) * 1000,
    interval: interval.median,
  };
}

/** When the newest generation took over: by its own date, or somewhere in the window in which it came. */
function appearanceOfNewest({ generations, rotations }: Measurement): Span | null {
  const newest = lastOf(generations);
  const arrival = rotations.findLast(({ to }) => to === newest);
  const isDated = arrival === undefined || arrival.isDated;
  if (isDated && newest.lastUpdated !== null) return at(Math.min(newest.lastUpdated, newest.firstSeen));
  return arrival?.window ?? null;
}

const at = (instant: Instant): Span => ({ from: instant, to: instant });

/** So many intervals are looked back on: a source may change its pace. */
const INTERVALS_KEPT = 12;

/**
 * Where the next rotation of a source that dates none of them must lie, for a poller that would catch it: a narrower
 * answer than the forecast, because each interval counts with what is known of both its ends. Null without an interval,
 * or where the newest generation's beginning is dated or not known.
 */
export function findDueSpan({ generations, rotations, isIssuedPerRequest }: Measurement): Span | null {
  const newest = lastOf(generations);
  const arrival = rotations.findLast(({ to }) => to === newest);
  if (arrival === undefined || arrival.isDated || isIssuedPerRequest) return null;
  const lengths = pairNeighbours(rotations).flatMap(([before, after]) => lengthOf(before, after) ?? []);
  const usual = reconcile(lengths.slice(-INTERVALS_KEPT));
  if (usual === null) return null;
  return { from: arrival.window.from + usual.from, to: arrival.window.to + usual.to };
}

/** From one rotation to the next, at least and at most; null where others may have hidden between them. */
function lengthOf(before: Rotation, after: Rotation): Span | null {
  if (!before.isWitnessed || !after.isWitnessed || before.isDated || after.isDated) return null;
  return { from: after.window.from - before.window.to, to: after.window.to - before.window.from };
}

/** The span that is known best, widened by those that contradict it: one that agrees adds nothing but its vagueness. */
function reconcile(lengths: readonly Span[]): Span | null {
  const best = minBy(lengths, ({ from, to }) => to - from);
  if (best === null) return null;
  return lengths
    .filter(({ from, to }) => from > best.to || to < best.from)
    .reduce((span, { from, to }) => ({ from: Math.min(span.from, from), to: Math.max(span.to, to) }), best);
}
