import type { Generation, Instant, Seconds, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import type {
  Appearance,
  Measurement,
  Rotation,
  ServedPeriod,
  ValidityAt,
  WorstCase,
} from './measurement.ts';
import { minBy, range } from './statistics.ts';

/**
 * From when to when each generation was handed out. The time in a window counts for the old generation, which is
 * the worse one; a gap counts for none.
 */
export function findServedPeriods(
  ordered: readonly Generation[],
  rotations: readonly Rotation[],
): ServedPeriod[] {
  return ordered.map((generation, index) => {
    const arrival = rotations[index - 1];
    const departure = rotations[index];
    const isKnownBefore = arrival?.isWitnessed && !arrival.isOverlapping;
    return {
      generation,
      from: isKnownBefore ? Math.min(arrival.at, generation.firstSeen) : generation.firstSeen,
      to: departure !== undefined && isUsable(departure) ? departure.at : generation.lastSeen,
    };
  });
}

/** The old generation is known to have been handed out up to `at`; not so where another can have come between. */
const isUsable = ({ isWitnessed, isCompleted }: Rotation) => isWitnessed || !isCompleted;

/**
 * Where it is not known what was handed out: around unwitnessed rotations. A date does not end a gap early: what
 * hid in it may, on a source with a lag, have been served past the next generation's `LastUpdated`.
 */
export function findGaps(rotations: readonly Rotation[]): Span[] {
  return rotations
    .filter((rotation) => !isUsable(rotation))
    .map(({ window }) => window)
    .filter(({ from, to }) => to > from);
}

/** The smallest remaining validity at any sample: it falls inside a generation, so the last ones are enough. */
export function findSampledMinimum(generations: readonly Generation[]): ValidityAt {
  const worst = minBy(generations, remainingWhenLastSeen)!;
  return { seconds: remainingWhenLastSeen(worst), at: worst.lastSeen, generation: worst };
}

/**
 * W: the least that a job could have been handed, at a sample or just before a witnessed rotation. Of two generations
 * still handed out in turns the older one counts up to the last sample.
 */
export function findWorstCase(sampled: ValidityAt, rotations: readonly Rotation[]): WorstCase {
  const worst = minBy(rotations.filter(isUsable), ({ leadTime }) => leadTime);
  if (worst === null || worst.leadTime > sampled.seconds) return { ...sampled, rotation: null };
  return {
    seconds: worst.leadTime,
    at: worst.at,
    generation: worst.from,
    rotation: worst.isCompleted ? worst : null,
  };
}

const remainingWhenLastSeen = ({ lastSeen, expiration }: Generation) => secondsBetween(lastSeen, expiration);

/**
 * F and C. F, the smallest, takes the late end of what is known of the moment of issue, C, the largest, the early
 * one: "was safe after every rotation" and "was never safe" are then both certain.
 */
export function findValidityWhenIssued(
  appearances: readonly Appearance[],
): { min: Seconds; max: Seconds } | null {
  const smallest = range(
    appearances.map(({ generation, latest }) => secondsBetween(latest, generation.expiration)),
  );
  const largest = range(
    appearances.map(({ generation, earliest }) => secondsBetween(earliest, generation.expiration)),
  );
  return smallest === null || largest === null ? null : { min: smallest.min, max: largest.max };
}

/** Length in milliseconds of what some spans cover together. */
export function coveredTime(spans: readonly Span[]): number {
  let [covered, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { from, to } of inOrder(spans)) {
    covered += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return covered;
}

/** They nearly always are already, and a curve asks for each of its points. */
function inOrder(spans: readonly Span[]): readonly Span[] {
  const isOrdered = spans.every(({ from }, index) => index === 0 || spans[index - 1]!.from <= from);
  return isOrdered ? spans : spans.toSorted((a, b) => a.from - b.from);
}

/**
 * The part of the watched time, 0…1, in which every generation then handed out had `required` left: a lower bound.
 * Null where no time was watched (a single sample).
 */
export function computeShareOfSafeStarts(
  { servedPeriods }: Pick<Measurement, 'servedPeriods'>,
  required: Seconds,
): number | null {
  const watched = coveredTime(servedPeriods);
  if (watched === 0) return null;
  const unsafe: Span[] = [];
  for (const { generation, from, to } of servedPeriods) {
    const begin = Math.max(from, lastSafeStart(generation, required));
    if (to > begin) unsafe.push({ from: begin, to });
  }
  return 1 - coveredTime(unsafe) / watched;
}

const lastSafeStart = (generation: Generation, required: Seconds): Instant =>
  generation.expiration - required * 1000;

export interface SafeStartsPoint {
  jobDuration: Seconds;
  share: number;
}

/** About this many points make a curve that shows its shape in a table and on a screen. */
const CURVE_POINTS = 24;
const CURVE_STEPS: readonly Seconds[] = [10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400];

/**
 * The share of safe starts against job length, from 0 to the first length with no safe start at all (or, where
 * credentials last for months, some way there): at round lengths, and where the curve bends, at the longest job that is
 * safe at any start and at the shortest that never is. Falls or stays with every step.
 */
export function computeSafeStartsCurve(measurement: Measurement, margin: Seconds): SafeStartsPoint[] {
  const longest = range(
    measurement.servedPeriods.map(({ generation, from }) => secondsBetween(from, generation.expiration)),
  )!.max;
  const points: SafeStartsPoint[] = [];
  for (const jobDuration of curveLengths(measurement.worstCase.seconds - margin, longest - margin)) {
    const share = computeShareOfSafeStarts(measurement, jobDuration + margin);
    if (share === null) break;
    points.push({ jobDuration, share });
    if (share === 0) break;
  }
  return points;
}

function curveLengths(alwaysSafe: Seconds, longest: Seconds): Seconds[] {
  const wanted = Math.max(longest, 0) / CURVE_POINTS;
  const step = CURVE_STEPS.find((size) => size >= wanted) ?? CURVE_STEPS.at(-1)!;
  const round = Array.from({ length: 2 * CURVE_POINTS + 1 }, (_, index) => index * step);
  const bends = [alwaysSafe, longest].filter((length) => length > 0 && length < round.at(-1)!);
  return [...new Set([...round, ...bends])].toSorted((a, b) => a - b);
}
