import { groupBy, pairNeighbours } from '../lists.ts';
import type { Instant, Seconds } from '../model.ts';
import {
  type Column,
  countValues,
  createColumn,
  findOrder,
  findSmallest,
  keepValues,
  toColumn,
  valueAt,
} from './columns/column.ts';
import { selectItems } from './columns/generation-columns.ts';
import type { RotationColumns } from './columns/served-columns.ts';
import type { LeadTimeTrend } from './measurement.ts';
import { findMiddle, median } from './statistics.ts';

const DAY_MS = 86_400_000;

/** With fewer days, rotations are grouped into blocks. */
const MIN_DAYS = 10;
/** Older days say little about tomorrow, and the number of pairs grows with the square of the days. */
const MAX_DAYS = 366;

const BLOCKS = 12;
const MIN_ROTATIONS_PER_BLOCK = 5;

/** One-sided test at the level of 1 %. */
const CRITICAL_Z = 2.33;

/** The smallest lead time of a day or block. */
interface TrendPoint {
  at: Instant;
  leadTime: Seconds;
}

/**
 * Tests whether the lead times of witnessed rotations become shorter: Mann–Kendall test on the smallest lead
 * time of each UTC day, or of twelve blocks if there are fewer than ten days. Null without a significant
 * trend, and for fewer than 60 rotations on fewer than ten days.
 */
export function findLeadTimeTrend(rotations: RotationColumns): LeadTimeTrend | null {
  const witnessed = listWitnessed(rotations);
  const days = groupByDay(witnessed);
  const groups = days.length >= MIN_DAYS ? days.slice(-MAX_DAYS) : groupIntoBlocks(witnessed);
  const points = groups.map((group) => findShortest(witnessed, group));
  if (points.length === 0 || computeDownwardZ(points.map(({ leadTime }) => leadTime)) <= CRITICAL_Z)
    return null;
  const slope = computeSlope(points);
  return slope < 0 ? { shrinkingPerDay: Math.ceil(-slope * DAY_MS), points: points.length } : null;
}

/** Witnessed rotations in the order of time. */
export interface WitnessedRotations {
  count: number;
  at: Column;
  leadTime: Column;
}

export function listWitnessed({ isWitnessed, at, leadTime }: RotationColumns): WitnessedRotations {
  const count = countValues(isWitnessed, 1);
  const select = (column: Column) =>
    count === column.length ? column : keepValues(column, (index) => isWitnessed[index] === 1);
  const witnessed = { count, at: select(at), leadTime: select(leadTime) };
  const order = findOrder(witnessed.at);
  return order === null ? witnessed : selectItems(witnessed, order);
}

/** The first and the last day count only with at least half of the median number of rotations. */
function groupByDay({ count, at }: WitnessedRotations): RotationGroup[] {
  const days: RotationGroup[] = [];
  for (let begin = 0; begin < count; ) {
    const day = Math.floor(valueAt(at, begin) / DAY_MS);
    let end = begin + 1;
    while (Math.floor(valueAt(at, end) / DAY_MS) === day) end += 1;
    days.push({ begin, end });
    begin = end;
  }
  const usual = median(days.map(({ begin, end }) => end - begin)) ?? 0;
  return days.filter(
    ({ begin, end }, index) => (index > 0 && index < days.length - 1) || end - begin >= usual / 2,
  );
}

function groupIntoBlocks({ count }: WitnessedRotations): RotationGroup[] {
  if (count < BLOCKS * MIN_ROTATIONS_PER_BLOCK) return [];
  const edges = Array.from({ length: BLOCKS + 1 }, (_, index) => Math.round((index * count) / BLOCKS));
  return pairNeighbours(edges).map(([begin, end]) => ({ begin, end }));
}

/** The indexes of consecutive rotations: from `begin` to before `end`. */
interface RotationGroup {
  begin: number;
  end: number;
}

function findShortest({ at, leadTime }: WitnessedRotations, { begin, end }: RotationGroup): TrendPoint {
  const index = begin + findSmallest(leadTime.subarray(begin, end));
  return { at: valueAt(at, index), leadTime: valueAt(leadTime, index) };
}

/** The statistic of the Mann–Kendall test, corrected for ties and positive for falling values. */
export function computeDownwardZ(values: readonly number[]): number {
  const n = values.length;
  let falls = 0;
  for (const [index, later] of values.entries()) {
    for (let before = 0; before < index; before += 1) falls += Math.sign((values[before] ?? later) - later);
  }
  const ties = [...groupBy(values, (value) => value).values()].map(({ length }) => length);
  const spread = (count: number) => count * (count - 1) * (2 * count + 5);
  const variance = (spread(n) - ties.reduce((sum, count) => sum + spread(count), 0)) / 18;
  // The test corrects for continuity by 1.
  return falls <= 0 ? 0 : (falls - 1) / Math.sqrt(variance);
}

/** The Theil–Sen slope: the median slope of all pairs, in seconds per millisecond. */
function computeSlope(points: readonly TrendPoint[]): number {
  const at = toColumn(points, (point) => point.at);
  const leadTime = toColumn(points, (point) => point.leadTime);
  const pairs = createColumn((points.length * (points.length - 1)) / 2);
  let count = 0;
  for (let later = 1; later < points.length; later += 1) {
    for (let earlier = 0; earlier < later; earlier += 1) {
      const time = valueAt(at, later) - valueAt(at, earlier);
      if (time <= 0) continue;
      pairs[count] = (valueAt(leadTime, later) - valueAt(leadTime, earlier)) / time;
      count += 1;
    }
  }
  const slopes = pairs.subarray(0, count).sort();
  return findMiddle(slopes.length, (index) => slopes[index]) ?? 0;
}
