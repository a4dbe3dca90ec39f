import type { Seconds, Span } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { type Column, createColumn, findSmallestBy, valueAt } from './columns/column.ts';
import { getHistoryColumns } from './columns/column-measurement.ts';
import type { GenerationColumns } from './columns/generation-columns.ts';
import type { HistoryColumns } from './columns/history-lists.ts';
import type { RotationColumns, ServedColumns } from './columns/served-columns.ts';
import type { Measurement } from './measurement.ts';
import { computeLeadTime } from './rotations.ts';

/**
 * Finds when each generation was served by one endpoint. The window of a rotation counts for the old
 * generation, which has less validity left. In a gap, no generation counts as served.
 */
export function findServedPeriods(
  { count, firstSeen, lastSeen }: GenerationColumns,
  { isWitnessed, at }: RotationColumns,
): ServedColumns {
  const served = { count, from: firstSeen.slice(), to: lastSeen.slice() };
  for (let index = 0; index < isWitnessed.length; index += 1) {
    if (isWitnessed[index] !== 1) continue;
    const rotatedAt = valueAt(at, index);
    served.to[index] = rotatedAt;
    served.from[index + 1] = Math.min(rotatedAt, valueAt(firstSeen, index + 1));
  }
  return served;
}

/**
 * The gaps of a series with one endpoint: the windows of unwitnessed rotations. `findWitnessed` decides which rotations
 * are unwitnessed. The date of a rotation does not shorten its gap, because a source with a lag may have served a
 * hidden generation after the date.
 */
export function findUnwitnessedWindows({ isWitnessed, windowFrom, windowTo }: RotationColumns): Span[] {
  const gaps: Span[] = [];
  for (let index = 0; index < isWitnessed.length; index += 1) {
    if (isWitnessed[index] === 1) continue;
    const [from, to] = [valueAt(windowFrom, index), valueAt(windowTo, index)];
    if (to > from) gaps.push({ from, to });
  }
  return gaps;
}

/** The index of the generation with the smallest remaining validity at its last sample. */
export const findSampledMinimum = ({ expiration, lastSeen }: GenerationColumns): number =>
  findSmallestBy(expiration.length, (index) =>
    secondsBetween(valueAt(lastSeen, index), valueAt(expiration, index)),
  );

/**
 * The index of the generation with the smallest remaining validity at the end of its served period. That validity
 * is never above the sampled minimum.
 */
export const findWorstCase = (history: Pick<HistoryColumns, 'generations' | 'served'>): number =>
  findSmallestBy(history.served.count, (index) => getRemainingWhenServedLast(history, index));

export const getRemainingWhenServedLast = (
  { generations, served }: Pick<HistoryColumns, 'generations' | 'served'>,
  index: number,
): Seconds =>
  computeLeadTime(
    valueAt(generations.expiration, index),
    valueAt(generations.lastSeen, index),
    valueAt(served.to, index),
  );

/** The length in milliseconds of the union of the spans. */
export function measureCoveredTime(spans: readonly Span[]): number {
  let [covered, until] = [0, Number.NEGATIVE_INFINITY];
  for (const { from, to } of sortSpans(spans)) {
    covered += Math.max(0, to - Math.max(from, until));
    until = Math.max(until, to);
  }
  return covered;
}

/** Does not copy sorted spans, because spans are nearly always sorted. */
export function sortSpans(spans: readonly Span[]): readonly Span[] {
  const isSorted = spans.every(({ from }, index) => from >= (spans[index - 1]?.from ?? from));
  return isSorted ? spans : spans.toSorted((a, b) => a.from - b.from);
}

/** The length in milliseconds of the union of the periods. */
export const measureServedTime = (served: ServedColumns): number =>
  areDisjoint(served) ? sumLengths(served) : measureCoveredTime(listSpans(served));

/** Whether each period begins after the previous one, as with one endpoint. */
function areDisjoint({ count, from, to }: ServedColumns): boolean {
  let previousEnd = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < count; index += 1) {
    const begin = valueAt(from, index);
    const end = valueAt(to, index);
    if (begin < previousEnd || end < begin) return false;
    previousEnd = end;
  }
  return true;
}

function sumLengths({ count, from, to }: ServedColumns): number {
  let sum = 0;
  for (let index = 0; index < count; index += 1) sum += valueAt(to, index) - valueAt(from, index);
  return sum;
}

const listSpans = ({ from, to }: ServedColumns): Span[] =>
  Array.from(from, (each, index) => ({ from: each, to: valueAt(to, index) }));

/**
 * The share of the watched time, 0 to 1, in which every served generation had `required` left: a lower bound of
 * the share of safe starts. For credentials per request: the share of samples. Null if no time was watched (a
 * single sample), and if only some samples were requested for a duration that is long enough.
 */
export const computeShareOfSafeStarts = (measurement: Measurement, required: Seconds): number | null =>
  computeSharesOfSafeStarts(measurement, [required])[0] ?? null;

/**
 * Like {@link computeShareOfSafeStarts}, for several durations.
 * @param required in ascending order
 */
function computeSharesOfSafeStarts(
  measurement: Measurement,
  required: readonly Seconds[],
): readonly (number | null)[] {
  const history = getHistoryColumns(measurement);
  const { served } = history;
  if (measurement.isIssuedPerRequest)
    return required.map((each) => computeShareOfSamples(history, each, measurement.areDurationsMixed));
  const watched = measureServedTime(served);
  if (watched === 0) return required.map(() => null);
  const unsafe = areDisjoint(served)
    ? sumUnsafeTimes(history, required)
    : required.map((each) => measureUnsafeUnion(history, each));
  return Array.from(unsafe, (time) => 1 - time / watched);
}

function computeShareOfSamples(
  history: HistoryColumns,
  required: Seconds,
  areDurationsMixed: boolean,
): number | null {
  const share = countSafeSamples(history, required) / history.served.count;
  return areDurationsMixed && share > 0 && share < 1 ? null : share;
}

function countSafeSamples(history: HistoryColumns, required: Seconds): number {
  let safe = 0;
  for (let index = 0; index < history.served.count; index += 1) {
    if (getRemainingWhenServedLast(history, index) >= required) safe += 1;
  }
  return safe;
}

/**
 * The time in milliseconds in which the served generation had less than `required` left, for each duration. The time
 * of a generation is safe for short durations, unsafe for long ones, and divided for those in between.
 */
function sumUnsafeTimes(
  { generations: { expiration }, served: { count, from, to } }: HistoryColumns,
  required: readonly Seconds[],
): Column {
  const limits = Float64Array.from(required, (each) => each * 1000);
  const unsafe = createColumn(limits.length);
  const unsafeFromHere = createColumn(limits.length);
  // The first limit of the generation before, which is nearly the same.
  let first = 0;
  for (let index = 0; index < count; index += 1) {
    const expires = valueAt(expiration, index);
    const remainingAtEnd = expires - valueAt(to, index);
    const remainingAtBegin = expires - valueAt(from, index);
    while (valueAt(limits, first - 1) > remainingAtEnd) first -= 1;
    while (valueAt(limits, first) <= remainingAtEnd) first += 1;
    let position = first;
    for (; valueAt(limits, position) < remainingAtBegin; position += 1)
      unsafe[position] = valueAt(unsafe, position) + valueAt(limits, position) - remainingAtEnd;
    unsafeFromHere[position] = valueAt(unsafeFromHere, position) + remainingAtBegin - remainingAtEnd;
  }
  let sum = 0;
  return unsafe.map((time, position) => {
    sum += valueAt(unsafeFromHere, position);
    return time + sum;
  });
}

/** As {@link sumUnsafeTimes}, for one duration and periods that overlap. */
function measureUnsafeUnion(
  { generations: { expiration }, served }: HistoryColumns,
  required: Seconds,
): number {
  const unsafe: Span[] = [];
  for (let index = 0; index < served.count; index += 1) {
    const begin = Math.max(valueAt(served.from, index), valueAt(expiration, index) - required * 1000);
    unsafe.push({ from: begin, to: valueAt(served.to, index) });
  }
  return measureCoveredTime(unsafe);
}

export interface SafeStartsPoint {
  jobDuration: Seconds;
  share: number;
}

/** The curve has about this number of points. */
const CURVE_POINTS = 24;
const CURVE_STEPS: readonly Seconds[] = [10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 21_600];
const MAX_CURVE_STEP: Seconds = 86_400;

/**
 * The share of safe starts by job length, from 0 to the first length without a safe start. The curve ends
 * earlier if credentials are valid for months. Points are at round lengths and where the curve bends: at the
 * longest job that is always safe and at the shortest job that is never safe. The share never rises.
 */
export function computeSafeStartsCurve(measurement: Measurement, margin: Seconds): SafeStartsPoint[] {
  const longest = findLongestServedValidity(getHistoryColumns(measurement)) - margin;
  const lengths = listCurveLengths(measurement.worstCase.seconds - margin, longest);
  const shares = computeSharesOfSafeStarts(
    measurement,
    lengths.map((length) => length + margin),
  );
  const points: SafeStartsPoint[] = [];
  for (const [index, jobDuration] of lengths.entries()) {
    const share = shares[index] ?? null;
    if (share === null) break;
    points.push({ jobDuration, share });
    if (share === 0) break;
  }
  return points;
}

/** The largest remaining validity at the beginning of a served period. */
export function findLongestServedValidity({ generations, served }: HistoryColumns): Seconds {
  let longest = Number.NEGATIVE_INFINITY;
  for (let index = 0; index < served.count; index += 1) {
    const validity = secondsBetween(valueAt(served.from, index), valueAt(generations.expiration, index));
    longest = Math.max(longest, validity);
  }
  return longest;
}

function listCurveLengths(alwaysSafe: Seconds, longest: Seconds): Seconds[] {
  const minStep = Math.max(longest, 0) / CURVE_POINTS;
  const step = CURVE_STEPS.find((size) => size >= minStep) ?? MAX_CURVE_STEP;
  const steps = 2 * CURVE_POINTS;
  const round = Array.from({ length: steps + 1 }, (_, index) => index * step);
  const bends = [alwaysSafe, longest].filter((length) => length > 0 && length < steps * step);
  return [...new Set([...round, ...bends])].toSorted((a, b) => a - b);
}
