import type { Generation, Instant, Seconds, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { areOverlapping } from './generations.ts';
import type { Appearance, Rotation } from './measurement.ts';
import { range } from './statistics.ts';

/** Milliseconds by which `LastUpdated` may miss the window it should lie in: clocks, and whole seconds in documents. */
const SLACK = 2000;

export interface RotationHistory {
  rotations: Rotation[];
  /** Milliseconds; see {@link Measurement.lag}. */
  lag: number;
}

/** A rotation before it is known which others can have hidden beside it. Milliseconds throughout. */
interface Candidate {
  from: Generation;
  to: Generation;
  window: Span;
  isDated: boolean;
  at: Instant;
  interval: number | null;
  /** As long as `from` was handed out at least, for a generation that was met in mid-life. */
  intervalOrLess: number;
  blindTime: number;
  isOverlapping: boolean;
  isCompleted: boolean;
}

/**
 * The rotations between neighbours.
 * @param ordered the generations of one series in order of issue
 * @param lastSample when the series was last sampled
 */
export function findRotations(ordered: readonly Generation[], lastSample: Instant): RotationHistory {
  const pairs = ordered.slice(1).map((to, index) => ({ from: ordered[index]!, to }));
  const lag = largest(pairs.map(({ from, to }) => servedAfterSuccessor(from, to)));
  const candidates: Candidate[] = [];
  for (const { from, to } of pairs) {
    candidates.push(candidate(from, to, candidates.at(-1) ?? null, lag, lastSample));
  }
  const isWitnessed = witness(candidates, longestService(ordered, candidates));
  const rotations = candidates.map(
    ({ intervalOrLess: _, ...each }, index): Rotation => ({
      ...each,
      leadTime: Math.max(0, secondsBetween(each.at, each.from.expiration)),
      interval: knownInterval(each, index, isWitnessed),
      blindTime: Math.ceil(each.blindTime / 1000),
      isWitnessed: isWitnessed[index]!,
    }),
  );
  return { rotations, lag };
}

const largest = (values: readonly number[]) => range(values)?.max ?? 0;

/** How long `from` was still seen after `LastUpdated` of its successor; 0 within the slack. */
function servedAfterSuccessor(from: Generation, to: Generation): number {
  const late = to.lastUpdated === null ? 0 : from.lastSeen - to.lastUpdated;
  return late > SLACK ? late : 0;
}

function candidate(
  from: Generation,
  to: Generation,
  before: Candidate | null,
  lag: number,
  lastSample: Instant,
): Candidate {
  const isOverlapping = areOverlapping(from, to);
  // One backend of several may still hold the older generation when another has answered twice.
  const lateEnd = isOverlapping ? (from.thirdSampleAfter ?? lastSample) : to.firstSeen;
  const window = { from: from.lastSeen, to: Math.max(lateEnd, from.lastSeen) };
  const issued = to.lastUpdated;
  const isDated =
    !isOverlapping && issued !== null && issued >= window.from - SLACK && issued <= window.to + SLACK;
  const at = isDated ? Math.min(Math.max(issued, window.from) + lag, window.to) : window.to;
  const begun = before?.window.to ?? null;
  return {
    from,
    to,
    window,
    isDated,
    at,
    isOverlapping,
    interval: intervalOf(from, to, begun, window.to),
    intervalOrLess: window.to - (begun ?? from.firstSeen),
    blindTime: isOverlapping ? 0 : at - from.lastSeen,
    isCompleted: !isOverlapping || from.thirdSampleAfter !== null,
  };
}

function intervalOf(from: Generation, to: Generation, begun: Instant | null, ended: Instant): number | null {
  if (from.lastUpdated !== null && to.lastUpdated !== null && to.lastUpdated > from.lastUpdated) {
    return to.lastUpdated - from.lastUpdated;
  }
  return begun === null ? null : ended - begun;
}

/** An interval is a fact only where no other rotation can hide in it: neither at its end nor at an undated beginning. */
function knownInterval(
  each: Pick<Candidate, 'interval' | 'from' | 'to'>,
  index: number,
  isWitnessed: readonly boolean[],
): Seconds | null {
  if (each.interval === null || !isWitnessed[index]) return null;
  const beginsDated = (each.from.lastUpdated ?? Number.POSITIVE_INFINITY) < (each.to.lastUpdated ?? 0);
  if (!beginsDated && !isWitnessed[index - 1]) return null;
  return Math.floor(each.interval / 1000);
}

/** P: the longest that any generation of the series is known to have been served. */
function longestService(ordered: readonly Generation[], candidates: readonly Candidate[]): number {
  const served = ordered.map((generation, index) => {
    const arrival = candidates[index - 1];
    const begun = arrival?.isDated ? Math.min(arrival.at, generation.firstSeen) : generation.firstSeen;
    return generation.lastSeen - begun;
  });
  return largest(served);
}

/** The share of a usual interval that must be blind, and the length an interval must reach, to hide a rotation. */
const HIDING_BLIND_SHARE = 0.7;
const HIDING_INTERVAL_RATIO = 1.8;

/** For each rotation: is it certain enough that no other hid beside it? */
function witness(candidates: readonly Candidate[], longest: number): boolean[] {
  const isShort = (each: Candidate) => each.blindTime < longest;
  const usual = candidates
    .filter(isShort)
    .flatMap(({ interval }) => interval ?? [])
    .sort((a, b) => a - b);
  return candidates.map((each) => {
    if (!each.isCompleted || !isShort(each)) return false;
    const span = each.interval ?? each.intervalOrLess;
    const median = medianWithout(usual, each.interval);
    if (median === null) return each.blindTime <= span / 2;
    return each.blindTime < HIDING_BLIND_SHARE * median || span < HIDING_INTERVAL_RATIO * median;
  });
}

/** The median of sorted numbers with one of them left out: a rotation is compared with the others. */
function medianWithout(sorted: readonly number[], left: number | null): number | null {
  const skip = left === null ? sorted.length : lowerBound(sorted, left);
  const count = sorted.length - (left === null ? 0 : 1);
  if (count <= 0) return null;
  const at = (index: number) => sorted[index < skip ? index : index + 1]!;
  const middle = count >> 1;
  return count % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
}

function lowerBound(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * When generations appeared, where that is known. Left out are those met in mid-life, those that came in a gap
 * without a date of their own, and those handed out in turns with one of these.
 */
export function findAppearances(
  ordered: readonly Generation[],
  { rotations, lag }: RotationHistory,
): Appearance[] {
  const known = new Map<Generation, Appearance>();
  for (const [index, generation] of ordered.entries()) {
    const found = appearanceOf(generation, rotations[index - 1], lag, known);
    if (found !== null) known.set(generation, { generation, ...found });
  }
  return [...known.values()];
}

function appearanceOf(
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
  if (arrival.isDated) return { earliest: earliestRotationTime(arrival), latest: arrival.at };
  return arrival.isWitnessed ? { earliest: arrival.window.from, latest: arrival.window.to } : null;
}

/** The earliest moment at which a rotation can have come: its date, unmoved by any lag, or the window's beginning. */
export function earliestRotationTime({
  isDated,
  to,
  window,
}: Pick<Rotation, 'isDated' | 'to' | 'window'>): Instant {
  return isDated ? Math.min(Math.max(to.lastUpdated!, window.from), window.to) : window.from;
}
