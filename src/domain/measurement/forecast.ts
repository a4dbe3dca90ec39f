import { pairNeighbours } from '../lists.ts';
import type { Instant, Seconds, Span } from '../model.ts';
import { countPresent, valueAt } from './columns/column.ts';
import { getHistoryColumns } from './columns/column-measurement.ts';
import type { Measurement, Rotation } from './measurement.ts';
import { minBy } from './statistics.ts';

/** When the next rotation is due. */
export interface RotationForecast {
  /** One median interval after the last rotation. */
  expected: Instant;
  /** One shortest interval after the last rotation, less a tolerance. */
  earliest: Instant;
  /**
   * One longest interval after the last rotation, plus the lag of the source and a tolerance. Not later than the
   * expiration, unless the source has served expired credentials.
   */
  latest: Instant;
  /** The median interval. */
  interval: Seconds;
  /** The remaining validity of the worst case. A start that needs more has waited for a rotation since then at most. */
  shortestRemaining: Seconds;
  /** By how much the range is wider than the range of the measured intervals, on each side. */
  tolerance: Seconds;
}

/**
 * Why no next rotation can be forecast.
 * - `ONE_ROTATION`: an undated rotation ends no interval whose beginning is known.
 * - `NO_TWO_IN_A_ROW`: another rotation can be hidden next to one of every two rotations.
 */
export type NoForecastReason =
  | 'NO_ROTATION'
  | 'ONE_ROTATION'
  | 'NO_TWO_IN_A_ROW'
  | 'SEVERAL_ENDPOINTS'
  | 'ISSUED_PER_REQUEST';

/** With a single known interval, the next one may differ by this much in both directions. */
const SINGLE_INTERVAL_TOLERANCE: Seconds = 600;

/**
 * Forecasts the next rotation. The range is wider than that of the measured intervals by their mean distance,
 * because the next interval is often outside the range of a few earlier ones. It ends with the current credentials at
 * the latest. Null if no interval is known.
 */
export function forecastRotation(measurement: Measurement): RotationForecast | null {
  const { rotationInterval, lag } = measurement;
  if (rotationInterval === null) return null;
  const appeared = findAppearanceOfNewest(measurement);
  const { min, median, max } = rotationInterval;
  const count = countPresent(getHistoryColumns(measurement).rotations.interval);
  const toleranceMs =
    count < 2 ? SINGLE_INTERVAL_TOLERANCE * 1000 : Math.ceil(((max - min) * 1000) / (count - 1));
  const end = findEndOfForecast(measurement);
  return {
    earliest: Math.min(end, appeared.from + min * 1000 - toleranceMs),
    expected: Math.min(end, appeared.to + median * 1000),
    // A source with a lag still serves the old generation for a while.
    latest: Math.min(end, appeared.to + (max + lag) * 1000 + toleranceMs),
    interval: median,
    shortestRemaining: measurement.worstCase.seconds,
    tolerance: Math.ceil(toleranceMs / 1000),
  };
}

/** Null if {@link forecastRotation} finds a forecast. Without a measurement, no rotation was seen. */
export function findNoForecastReason(measurement: Measurement | null): NoForecastReason | null {
  if (measurement === null) return 'NO_ROTATION';
  if (measurement.rotationInterval !== null) return null;
  if (measurement.isIssuedPerRequest) return 'ISSUED_PER_REQUEST';
  if (measurement.severalEndpoints !== null) return 'SEVERAL_ENDPOINTS';
  const { count } = getHistoryColumns(measurement).rotations;
  if (count === 0) return 'NO_ROTATION';
  return count === 1 ? 'ONE_ROTATION' : 'NO_TWO_IN_A_ROW';
}

/**
 * The expiration of the newest generation: a source rotates before it. A source that has served expired credentials
 * may do so again, so its forecast has no end.
 */
function findEndOfForecast(measurement: Measurement): Instant {
  if (measurement.worstCase.seconds < 0) return Number.POSITIVE_INFINITY;
  const { generations } = getHistoryColumns(measurement);
  return valueAt(generations.expiration, generations.count - 1);
}

/**
 * When the newest generation appeared: its `LastUpdated`, or the window of the last rotation. A source with a known
 * interval has one endpoint, whose last rotation ends with the newest generation.
 */
function findAppearanceOfNewest(measurement: Measurement): Span {
  const { generations, rotations } = getHistoryColumns(measurement);
  const [newest, last] = [generations.count - 1, rotations.count - 1];
  if (rotations.isDated[last] !== 1)
    return { from: valueAt(rotations.windowFrom, last), to: valueAt(rotations.windowTo, last) };
  const appeared = Math.min(valueAt(generations.lastUpdated, newest), valueAt(generations.firstSeen, newest));
  return { from: appeared, to: appeared };
}

/** Older intervals are ignored, because a source may change its interval. */
const MAX_INTERVALS = 12;

/**
 * The span in which the next rotation is due. A poller polls more often in this span. The span is narrower than
 * the forecast, because both ends of each interval are used. Only for sources that do not date their rotations.
 * Null if no interval is known, or if the newest generation is dated or has no known beginning.
 */
export function findDueSpan({ rotations, severalEndpoints }: Measurement): Span | null {
  const arrival = rotations.at(-1);
  if (arrival === undefined || arrival.isDated || severalEndpoints !== null) return null;
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
