import { findFirstIndex, pairNeighbours } from '../lists.ts';
import type { Generation, Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { areOverlapping } from './generations.ts';
import type { Appearance, Rotation } from './measurement.ts';
import { range } from './statistics.ts';

/** `LastUpdated` may miss its window by this many milliseconds, because clocks differ. */
const SLACK = 2000;

export interface RotationHistory {
  rotations: Rotation[];
  /** In milliseconds; see {@link Measurement.lag}. */
  lag: number;
}

/** A rotation that is not yet known to be witnessed. All durations in milliseconds. */
interface RotationCandidate extends Omit<Rotation, 'leadTime' | 'isWitnessed'> {
  /** The interval, or the time for which `from` was seen if its beginning is unknown. */
  minInterval: number;
}

/**
 * Finds the rotations between neighbouring generations.
 * @param ordered the generations of one series in order of issue
 * @param lastSample the time of the last sample of the series
 */
export function findRotations(ordered: readonly Generation[], lastSample: Instant): RotationHistory {
  const pairs = pairNeighbours(ordered);
  const lag = findLargest(pairs.map(([from, to]) => findLag(from, to)));
  const candidates: RotationCandidate[] = [];
  for (const [from, to] of pairs) {
    candidates.push(createCandidate(from, to, candidates.at(-1) ?? null, lag, lastSample));
  }
  const witnessed = findWitnessed(candidates, findLongestServedTime(ordered, candidates));
  const rotations = candidates.map((candidate, index): Rotation => {
    const { minInterval: _, ...known } = candidate;
    return {
      ...known,
      leadTime: Math.max(0, secondsBetween(candidate.at, candidate.from.expiration)),
      interval: findKnownInterval(candidate, candidates[index - 1], witnessed),
      blindTime: Math.ceil(candidate.blindTime / 1000),
      isWitnessed: witnessed.has(candidate),
    };
  });
  return { rotations, lag };
}

const findLargest = (values: readonly number[]) => range(values)?.max ?? 0;

/** For how long `from` was still served after `LastUpdated` of its successor; 0 within the slack. */
function findLag(from: Generation, to: Generation): number {
  const lag = to.lastUpdated === null ? 0 : from.lastSeen - to.lastUpdated;
  return lag > SLACK ? lag : 0;
}

function createCandidate(
  from: Generation,
  to: Generation,
  before: RotationCandidate | null,
  lag: number,
  lastSample: Instant,
): RotationCandidate {
  const isOverlapping = areOverlapping(from, to);
  // One endpoint may have served two samples in a row, so the rotation ends at the third sample.
  const windowEnd = isOverlapping ? (from.thirdSampleAfter ?? lastSample) : to.firstSeen;
  const window = { from: from.lastSeen, to: Math.max(windowEnd, from.lastSeen) };
  const issued = to.lastUpdated;
  const isDated =
    !isOverlapping && issued !== null && issued >= window.from - SLACK && issued <= window.to + SLACK;
  const at = isDated ? Math.min(Math.max(issued, window.from) + lag, window.to) : window.to;
  const previousEnd = before?.window.to ?? null;
  return {
    from,
    to,
    window,
    isDated,
    at,
    isOverlapping,
    interval: computeInterval(from, to, previousEnd, window.to),
    minInterval: window.to - (previousEnd ?? from.firstSeen),
    blindTime: isOverlapping ? 0 : at - from.lastSeen,
    isCompleted: !isOverlapping || from.thirdSampleAfter !== null,
  };
}

function computeInterval(
  from: Generation,
  to: Generation,
  previousEnd: Instant | null,
  end: Instant,
): number | null {
  if (from.lastUpdated !== null && to.lastUpdated !== null && to.lastUpdated > from.lastUpdated) {
    return to.lastUpdated - from.lastUpdated;
  }
  return previousEnd === null ? null : end - previousEnd;
}

/** An interval is known only if no other rotation can be hidden at its end or at an undated beginning. */
function findKnownInterval(
  candidate: RotationCandidate,
  before: RotationCandidate | undefined,
  witnessed: ReadonlySet<RotationCandidate>,
): Seconds | null {
  const { interval, from, to } = candidate;
  if (interval === null || !witnessed.has(candidate)) return null;
  const isBeginningDated = (from.lastUpdated ?? Number.POSITIVE_INFINITY) < (to.lastUpdated ?? 0);
  if (!isBeginningDated && (before === undefined || !witnessed.has(before))) return null;
  return Math.floor(interval / 1000);
}

/** The longest time for which a generation is known to have been served. */
function findLongestServedTime(
  ordered: readonly Generation[],
  candidates: readonly RotationCandidate[],
): number {
  const served = ordered.map(({ firstSeen, lastSeen }, index) => {
    const arrival = candidates[index - 1];
    return lastSeen - (arrival?.isDated ? Math.min(arrival.at, firstSeen) : firstSeen);
  });
  return findLargest(served);
}

/**
 * Another rotation can be hidden next to a rotation whose blind time and whose interval both reach these
 * multiples of the median interval.
 */
const HIDING_BLIND_TIME = 0.7;
const HIDING_INTERVAL = 1.8;

/** The candidates next to which no other rotation can be hidden. */
function findWitnessed(
  candidates: readonly RotationCandidate[],
  longestServedTime: number,
): ReadonlySet<RotationCandidate> {
  const isBlindTimeShort = (each: RotationCandidate) => each.blindTime < longestServedTime;
  const intervals = candidates
    .filter(isBlindTimeShort)
    .flatMap(({ interval }) => interval ?? [])
    .sort((a, b) => a - b);
  const witnessed = candidates.filter((each) => {
    if (!each.isCompleted || !isBlindTimeShort(each)) return false;
    const interval = each.interval ?? each.minInterval;
    const median = computeMedianWithout(intervals, each.interval);
    if (median === null) return each.blindTime <= interval / 2;
    return each.blindTime < HIDING_BLIND_TIME * median || interval < HIDING_INTERVAL * median;
  });
  return new Set(witnessed);
}

/** The median of sorted numbers without one of them. Null if none is left. */
function computeMedianWithout(sorted: readonly number[], excluded: number | null): number | null {
  const skip = excluded === null ? sorted.length : findFirstIndex(sorted, (each) => each >= excluded);
  const count = sorted.length - (excluded === null ? 0 : 1);
  const at = (index: number) => sorted[index < skip ? index : index + 1];
  const middle = count >> 1;
  const [lower, upper] = [at(middle - 1), at(middle)];
  if (count <= 0 || upper === undefined) return null;
  return count % 2 === 1 || lower === undefined ? upper : (lower + upper) / 2;
}

/**
 * Finds when generations appeared. Leaves out undated generations that the first sample already found or that
 * appeared in a gap, and generations that overlap with one of these.
 */
export function findAppearances(
  ordered: readonly Generation[],
  { rotations, lag }: RotationHistory,
): Appearance[] {
  const known = new Map<Generation, Appearance>();
  for (const [index, generation] of ordered.entries()) {
    const found = findAppearance(generation, rotations[index - 1], lag, known);
    if (found !== null) known.set(generation, { generation, ...found });
  }
  return [...known.values()];
}

function findAppearance(
  { firstSeen, lastUpdated }: Generation,
  arrival: Rotation | undefined,
  lag: number,
  known: ReadonlyMap<Generation, Appearance>,
): { earliest: Instant; latest: Instant } | null {
  if (arrival === undefined || arrival.isOverlapping) {
    if (lastUpdated !== null && lastUpdated <= firstSeen + SLACK) {
      const earliest = Math.min(lastUpdated, firstSeen);
      return { earliest, latest: Math.min(earliest + lag, firstSeen) };
    }
    const isBounded = arrival !== undefined && known.has(arrival.from);
    return isBounded ? { earliest: arrival.from.firstSeen, latest: firstSeen } : null;
  }
  if (arrival.isDated) return { earliest: findEarliestRotationTime(arrival), latest: arrival.at };
  return arrival.isWitnessed ? { earliest: arrival.window.from, latest: arrival.window.to } : null;
}

/** The earliest possible time of a rotation: its date without the lag, or the start of the window. */
export function findEarliestRotationTime({ isDated, to: { lastUpdated }, window }: Rotation): Instant {
  return isDated && lastUpdated !== null
    ? Math.min(Math.max(lastUpdated, window.from), window.to)
    : window.from;
}
