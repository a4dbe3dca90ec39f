import type { NonEmpty } from '../lists.ts';
import type { Generation, Seconds, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import type {
  Appearance,
  Measurement,
  Rotation,
  ServedPeriod,
  ValidityAt,
  ValidityRange,
  WorstCase,
} from './measurement.ts';
import { minBy, range } from './statistics.ts';

/**
 * Finds when each generation was served. The window of a rotation counts for the old generation, which has
 * less validity left. A gap counts for no generation.
 */
export function findServedPeriods(
  ordered: readonly Generation[],
  rotations: readonly Rotation[],
): ServedPeriod[] {
  return ordered.map((generation, index) => {
    const arrival = rotations[index - 1];
    const departure = rotations[index];
    const isBeginningKnown = arrival?.isWitnessed && !arrival.isOverlapping;
    return {
      generation,
      from: isBeginningKnown ? Math.min(arrival.at, generation.firstSeen) : generation.firstSeen,
      to: departure !== undefined && wasServedUntilRotation(departure) ? departure.at : generation.lastSeen,
    };
  });
}

/** False if another generation can have been served between the two generations of the rotation. */
const wasServedUntilRotation = ({ isWitnessed, isCompleted }: Rotation) => isWitnessed || !isCompleted;

/**
 * The spans for which the served generation is unknown: the windows of unwitnessed rotations. A dated
 * rotation does not shorten its gap, because a source with a lag may have served a hidden generation after
 * that date.
 */
export function findGaps(rotations: readonly Rotation[]): Span[] {
  return rotations
    .filter((rotation) => !wasServedUntilRotation(rotation))
    .map(({ window }) => window)
    .filter(({ from, to }) => to > from);
}

/** The smallest remaining validity of any sample. The last sample of each generation is enough. */
export function findSampledMinimum(generations: NonEmpty<Generation>): ValidityAt {
  const worst = minBy(generations, remainingWhenLastSeen);
  return { seconds: remainingWhenLastSeen(worst), at: worst.lastSeen, generation: worst };
}

/** The smaller one of the sampled minimum and the smallest lead time. */
export function findWorstCase(sampled: ValidityAt, rotations: readonly Rotation[]): WorstCase {
  const worst = minBy(rotations.filter(wasServedUntilRotation), ({ leadTime }) => leadTime);
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
 * The smallest validity when issued, from the latest times of appearance, and the largest one, from the
 * earliest times. So "safe after every rotation" and "never safe" are both certain.
 */
export function findValidityWhenIssued(appearances: readonly Appearance[]): ValidityRange | null {
  const smallest = range(
    appearances.map(({ generation, latest }) => secondsBetween(latest, generation.expiration)),
  );
  const largest = range(
    appearances.map(({ generation, earliest }) => secondsBetween(earliest, generation.expiration)),
  );
  return smallest === null || largest === null ? null : { min: smallest.min, max: largest.max };
}

/** The length in milliseconds of the union of the spans. */
export function measureCoveredTime(spans: readonly Span[]): number {
  let [covered, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { from, to } of sortSpans(spans)) {
    covered += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return covered;
}

/** Does not copy sorted spans: a curve calls this for each point, and spans are nearly always sorted. */
function sortSpans(spans: readonly Span[]): readonly Span[] {
  const isSorted = spans.every(({ from }, index) => from >= (spans[index - 1]?.from ?? from));
  return isSorted ? spans : spans.toSorted((a, b) => a.from - b.from);
}

/**
 * The share of the watched time, 0 to 1, in which every served generation had `required` left. This is a
 * lower bound. Null if no time was watched (a single sample).
 */
export function computeShareOfSafeStarts({ servedPeriods }: Measurement, required: Seconds): number | null {
  const watched = measureCoveredTime(servedPeriods);
  if (watched === 0) return null;
  const unsafe: Span[] = [];
  for (const { generation, from, to } of servedPeriods) {
    const begin = Math.max(from, generation.expiration - required * 1000);
    if (to > begin) unsafe.push({ from: begin, to });
  }
  return 1 - measureCoveredTime(unsafe) / watched;
}

export interface SafeStartsPoint {
  jobDuration: Seconds;
  share: number;
}

/** The curve has about this number of points. */
const CURVE_POINTS = 24;
const CURVE_STEPS: readonly Seconds[] = [10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 21_600];
const LARGEST_CURVE_STEP: Seconds = 86_400;

/**
 * The share of safe starts by job length, from 0 to the first length without a safe start. The curve ends
 * earlier if credentials are valid for months. Points are at round lengths and where the curve bends: at the
 * longest job that is always safe and at the shortest job that is never safe. The share never rises.
 */
export function computeSafeStartsCurve(measurement: Measurement, margin: Seconds): SafeStartsPoint[] {
  const validities = range(
    measurement.servedPeriods.map(({ generation, from }) => secondsBetween(from, generation.expiration)),
  );
  const longest = (validities?.max ?? 0) - margin;
  const points: SafeStartsPoint[] = [];
  for (const jobDuration of listCurveLengths(measurement.worstCase.seconds - margin, longest)) {
    const share = computeShareOfSafeStarts(measurement, jobDuration + margin);
    if (share === null) break;
    points.push({ jobDuration, share });
    if (share === 0) break;
  }
  return points;
}

function listCurveLengths(alwaysSafe: Seconds, longest: Seconds): Seconds[] {
  const minStep = Math.max(longest, 0) / CURVE_POINTS;
  const step = CURVE_STEPS.find((size) => size >= minStep) ?? LARGEST_CURVE_STEP;
  const steps = 2 * CURVE_POINTS;
  const round = Array.from({ length: steps + 1 }, (_, index) => index * step);
  const bends = [alwaysSafe, longest].filter((length) => length > 0 && length < steps * step);
  return [...new Set([...round, ...bends])].toSorted((a, b) => a - b);
}
