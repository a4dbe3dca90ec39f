import type { Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import {
  type Column,
  createColumn,
  findTwoLargestBy,
  keepValues,
  takeFirst,
  valueAt,
} from './columns/column.ts';
import type { GenerationColumns } from './columns/generation-columns.ts';
import { createRotationColumns, type RotationColumns } from './columns/served-columns.ts';
import { LAST_UPDATED_SLACK_MS } from './generations.ts';
import type { Rotation } from './measurement.ts';
import { findMiddle } from './statistics.ts';

export interface RotationHistory {
  rotations: RotationColumns;
  /** In milliseconds; see {@link Measurement.lag}. */
  lag: number;
}

/**
 * Finds the rotations of one endpoint, between neighbouring generations.
 * @param ordered the generations of one series in order of issue
 */
export function findRotations(ordered: GenerationColumns): RotationHistory {
  const lag = findLag(ordered);
  const count = Math.max(0, ordered.count - 1);
  const rotations = { ...createRotationColumns(count), windowFrom: takeFirst(ordered.lastSeen, count) };
  const intervals = dateRotations(rotations, ordered, lag);
  findWitnessed(rotations, ordered, intervals);
  for (let index = 0; index < rotations.count; index += 1) {
    rotations.leadTime[index] = computeLeadTime(
      valueAt(ordered.expiration, index),
      valueAt(rotations.windowFrom, index),
      valueAt(rotations.at, index),
    );
    rotations.blindTime[index] = Math.ceil(getBlindTime(rotations, index) / 1000);
    rotations.interval[index] = isIntervalKnown(ordered, rotations, index)
      ? Math.floor(valueAt(intervals, index) / 1000)
      : Number.NaN;
  }
  return { rotations, lag };
}

/**
 * Remaining validity at the end of a generation. 0 if the generation expired within the window: it may have
 * been replaced before. Negative if it was served after its expiration.
 */
export function computeLeadTime(expiration: Instant, windowFrom: Instant, at: Instant): Seconds {
  const leadTime = secondsBetween(at, expiration);
  return expiration >= windowFrom ? Math.max(0, leadTime) : leadTime;
}

/** For how long a generation was still served after `LastUpdated` of its successor; 0 within the slack. */
function findLag({ lastSeen, lastUpdated }: GenerationColumns): number {
  const { largest } = findTwoLargestBy(
    lastUpdated.length,
    (index) => valueAt(lastSeen, index - 1) - valueAt(lastUpdated, index),
  );
  return largest > LAST_UPDATED_SLACK_MS ? largest : 0;
}

/** Fills in the windows and dates of the rotations. Returns their intervals in milliseconds, NaN if unknown. */
function dateRotations(
  rotations: RotationColumns,
  { firstSeen, lastSeen, lastUpdated }: GenerationColumns,
  lag: number,
): Column {
  const { count } = rotations;
  const intervals = createColumn(count);
  let previousEnd = Number.NaN;
  for (let index = 0; index < count; index += 1) {
    const from = valueAt(lastSeen, index);
    const to = Math.max(valueAt(firstSeen, index + 1), from);
    const issued = valueAt(lastUpdated, index + 1);
    const isDated = issued >= from - LAST_UPDATED_SLACK_MS && issued <= to + LAST_UPDATED_SLACK_MS;
    const at = isDated ? Math.min(Math.max(issued, from) + lag, to) : to;
    rotations.from[index] = index;
    rotations.to[index] = index + 1;
    rotations.windowTo[index] = to;
    rotations.isDated[index] = Number(isDated);
    rotations.at[index] = at;
    intervals[index] = computeInterval(valueAt(lastUpdated, index), issued, previousEnd, to);
    previousEnd = to;
  }
  return intervals;
}

/** @returns NaN if the interval is unknown */
function computeInterval(issuedBefore: Instant, issued: Instant, previousEnd: Instant, end: Instant): number {
  if (issued > issuedBefore) return issued - issuedBefore;
  // Clocks that were corrected differently may reverse the order.
  return end < previousEnd ? Number.NaN : end - previousEnd;
}

/** In milliseconds; see {@link Rotation.blindTime}. */
const getBlindTime = ({ at, windowFrom }: RotationColumns, index: number): number =>
  valueAt(at, index) - valueAt(windowFrom, index);

/** The time in milliseconds for which the old generation was seen at least. */
function getSeenTime({ firstSeen }: GenerationColumns, { windowTo }: RotationColumns, index: number): number {
  const begin = index === 0 ? valueAt(firstSeen, 0) : valueAt(windowTo, index - 1);
  return Math.max(0, valueAt(windowTo, index) - begin);
}

/** An interval is known if no other rotation can be hidden at its end, or at its beginning if that is undated. */
function isIntervalKnown(
  { lastUpdated }: GenerationColumns,
  { isWitnessed }: RotationColumns,
  index: number,
): boolean {
  if (isWitnessed[index] !== 1) return false;
  const isBeginningDated = valueAt(lastUpdated, index) < valueAt(lastUpdated, index + 1);
  return isBeginningDated || isWitnessed[index - 1] === 1;
}

/** The longest time for which a generation is known to have been served. */
function findLongestServedTime(
  { count, firstSeen, lastSeen }: GenerationColumns,
  { isDated, at }: RotationColumns,
): number {
  let longest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < count; index += 1) {
    const seen = valueAt(firstSeen, index);
    const from = isDated[index - 1] === 1 ? Math.min(valueAt(at, index - 1), seen) : seen;
    longest = Math.max(longest, valueAt(lastSeen, index) - from);
  }
  return longest;
}

/**
 * Another rotation can be hidden next to a rotation if both its blind time and its interval reach these
 * multiples of the median interval.
 */
const HIDING_BLIND_TIME = 0.7;
const HIDING_INTERVAL = 1.8;

/** Marks the rotations next to which no other rotation can be hidden. */
function findWitnessed(rotations: RotationColumns, ordered: GenerationColumns, intervals: Column): void {
  const longestServedTime = findLongestServedTime(ordered, rotations);
  const usable = keepValues(
    intervals,
    (index) => getBlindTime(rotations, index) < longestServedTime && !Number.isNaN(valueAt(intervals, index)),
  );
  const findMedianWithout = prepareMedianWithout(usable);
  for (let index = 0; index < rotations.count; index += 1) {
    const blind = getBlindTime(rotations, index);
    if (!(blind < longestServedTime)) continue;
    const own = valueAt(intervals, index);
    const longest = Number.isNaN(own) ? getSeenTime(ordered, rotations, index) : own;
    const median = findMedianWithout(own);
    const isOnly =
      median === null
        ? blind <= longest / 2
        : blind < HIDING_BLIND_TIME * median || longest < HIDING_INTERVAL * median;
    rotations.isWitnessed[index] = Number(isOnly);
  }
}

/**
 * Prepares a function that finds the median of numbers without one of them. The function returns null if none is left.
 * Its argument is one of the numbers, or NaN to leave out none. Sorts the list.
 */
function prepareMedianWithout(numbers: Column): (excluded: number) => number | null {
  numbers.sort();
  const { length } = numbers;
  const median = findMiddle(length, (index) => numbers[index]);
  if (length < 2) return (excluded) => (Number.isNaN(excluded) ? median : null);
  // Without a smaller number, the numbers in the middle move by one position.
  const [lower, upper] = [(length - 2) >> 1, (length - 1) >> 1];
  const [lowerUsual, lowerMoved] = [valueAt(numbers, lower), valueAt(numbers, lower + 1)];
  const [upperUsual, upperMoved] = [valueAt(numbers, upper), valueAt(numbers, upper + 1)];
  return (excluded) => {
    if (Number.isNaN(excluded)) return median;
    const below = lowerUsual < excluded ? lowerUsual : lowerMoved;
    const above = upperUsual < excluded ? upperUsual : upperMoved;
    return (below + above) / 2;
  };
}

/**
 * The earliest possible time of a rotation: its date without the lag, or the start of the window.
 * @param issued `LastUpdated` of the new generation, or NaN
 */
export function findEarliestTime(
  isDated: boolean,
  issued: Instant,
  windowFrom: Instant,
  windowTo: Instant,
): Instant {
  return isDated && !Number.isNaN(issued) ? Math.min(Math.max(issued, windowFrom), windowTo) : windowFrom;
}

/** The lead time if the rotation happened at the earliest possible time. */
export const computeMaxLeadTime = ({ from, to, isDated, window }: Rotation): Seconds =>
  secondsBetween(
    findEarliestTime(isDated, to.lastUpdated ?? Number.NaN, window.from, window.to),
    from.expiration,
  );

/** As {@link computeMaxLeadTime}, for a rotation in columns. */
export function computeMaxLeadTimeAt(
  { expiration, lastUpdated }: GenerationColumns,
  { from, to, isDated, windowFrom, windowTo }: RotationColumns,
  index: number,
): Seconds {
  const earliest = findEarliestTime(
    isDated[index] === 1,
    valueAt(lastUpdated, valueAt(to, index)),
    valueAt(windowFrom, index),
    valueAt(windowTo, index),
  );
  return secondsBetween(earliest, valueAt(expiration, valueAt(from, index)));
}
