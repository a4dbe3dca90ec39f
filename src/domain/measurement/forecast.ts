import { lastOf, pairNeighbours } from '../lists.ts';
import type { Instant, Seconds, Span } from '../model.ts';
import type { Measurement, Rotation } from './measurement.ts';
import { minBy } from './statistics.ts';

/** When the next rotation is due. */
export interface RotationForecast {
  /** One median interval after the last rotation. */
  expected: Instant;
  /** One shortest interval after the last rotation. */
  earliest: Instant;
  /** One longest interval after the last rotation, plus the lag of the source. */
  latest: Instant;
  /** The median interval. */
  interval: Seconds;
}

/** Null if no interval is known, or if credentials are issued per request. */
export function forecastRotation(measurement: Measurement): RotationForecast | null {
  const { rotationInterval, lag, isIssuedPerRequest } = measurement;
  const appeared = findAppearanceOfNewest(measurement);
  if (rotationInterval === null || appeared === null || isIssuedPerRequest) return null;
  const { min, median, max } = rotationInterval;
  return {
    earliest: appeared.from + min * 1000,
    expected: appeared.to + median * 1000,
    // A source with a lag still serves the old generation for a while.
    latest: appeared.to + (max + lag) * 1000,
    interval: median,
  };
}

/** When the newest generation appeared: its `LastUpdated`, or the window of its rotation. Null if unknown. */
function findAppearanceOfNewest({ generations, rotations }: Measurement): Span | null {
  const newest = lastOf(generations);
  const arrival = rotations.findLast(({ to }) => to === newest);
  const isDated = arrival === undefined || arrival.isDated;
  if (isDated && newest.lastUpdated !== null) {
    const appeared = Math.min(newest.lastUpdated, newest.firstSeen);
    return { from: appeared, to: appeared };
  }
  return arrival?.window ?? null;
}

/** Older intervals are ignored, because a source may change its interval. */
const MAX_INTERVALS = 12;

/**
 * The span in which the next rotation is due, for a poller that polls more often during that span. It is
 * narrower than the forecast, because both ends of each interval are used. Only for sources that do not date
 * their rotations. Null if no interval is known, if the newest generation is dated, or if it has no known
 * beginning.
 */
export function findDueSpan({ generations, rotations, isIssuedPerRequest }: Measurement): Span | null {
  const newest = lastOf(generations);
  const arrival = rotations.findLast(({ to }) => to === newest);
  if (arrival === undefined || arrival.isDated || isIssuedPerRequest) return null;
  const intervals = pairNeighbours(rotations).flatMap(
    ([before, after]) => boundInterval(before, after) ?? [],
  );
  const usual = findUsualInterval(intervals.slice(-MAX_INTERVALS));
  if (usual === null) return null;
  return { from: arrival.window.from + usual.from, to: arrival.window.to + usual.to };
}

/** The shortest and the longest possible interval. Null if another rotation can be hidden between the two. */
function boundInterval(before: Rotation, after: Rotation): Span | null {
  if (!before.isWitnessed || !after.isWitnessed || before.isDated || after.isDated) return null;
  return { from: after.window.from - before.window.to, to: after.window.to - before.window.from };
}

/** The narrowest interval, extended to cover the intervals that do not overlap with it. */
function findUsualInterval(intervals: readonly Span[]): Span | null {
  const narrowest = minBy(intervals, ({ from, to }) => to - from);
  if (narrowest === null) return null;
  return intervals
    .filter(({ from, to }) => from > narrowest.to || to < narrowest.from)
    .reduce(
      (span, { from, to }) => ({ from: Math.min(span.from, from), to: Math.max(span.to, to) }),
      narrowest,
    );
}
