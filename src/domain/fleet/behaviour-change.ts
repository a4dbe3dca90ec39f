import { type Column, keepPresent, keepValues, valueAt } from '../measurement/columns/column.ts';
import type { HistoryColumns } from '../measurement/columns/history-lists.ts';
import { findMiddle } from '../measurement/statistics.ts';
import type { Instant, Seconds } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';

export const CHANGED_FIGURES = ['lead-time', 'rotation-interval', 'validity-when-issued'] as const;
export type ChangedFigure = (typeof CHANGED_FIGURES)[number];

export const CHANGE_DIRECTIONS = ['shorter', 'longer'] as const;

/** The rotations of the last week differ from all rotations before, by more than chance. */
export interface BehaviourChange {
  figure: ChangedFigure;
  direction: (typeof CHANGE_DIRECTIONS)[number];
  /** Values of the last week beyond nearly all earlier ones. */
  changedCount: number;
  /** All values of the last week. */
  weekCount: number;
  /** The median before the last week. */
  usual: Seconds;
  /** The median of the changed values. */
  changed: Seconds;
}

/** Smaller differences are not reported: they come from polling and rounding, and change no plan. */
const MIN_DIFFERENCE: Seconds = 60;
const MIN_RELATIVE_DIFFERENCE = 0.01;

/** With fewer earlier values, it is not known what is usual. */
export const MIN_EARLIER_VALUES = 20;

/** One of this number of earlier values may be an outlier, which hides no change. */
const VALUES_PER_OUTLIER = 100;

/** 10,000 hosts have 60,000 tests, so that fewer than one fleet in ten has a false alarm. */
const MAX_CHANCE = 1e-6;

const WEEK_MS = 7 * 86_400_000;

/** Whether an instant is in the last week of a series. */
export const isInLastWeek = (at: Instant, lastSample: Instant): boolean => at > lastSample - WEEK_MS;

/** Finds what changed in the week before the newest sample. */
export function findBehaviourChanges(history: HistoryColumns, lastSample: Instant): BehaviourChange[] {
  const { rotations, appearances, generations } = history;
  const isWitnessed = (index: number) => rotations.isWitnessed[index] === 1;
  const rotatedAt = keepValues(rotations.at, isWitnessed);
  const validity = appearances.latest
    .subarray(0, appearances.count)
    .map((at, index) =>
      secondsBetween(at, valueAt(generations.expiration, valueAt(appearances.generation, index))),
    );
  const columns: [ChangedFigure, Column, Column][] = [
    ['lead-time', rotatedAt, keepValues(rotations.leadTime, isWitnessed)],
    ['rotation-interval', rotatedAt, keepValues(rotations.interval, isWitnessed)],
    ['validity-when-issued', appearances.latest.subarray(0, appearances.count), validity],
  ];
  return columns.flatMap(([figure, at, values]) => {
    const isRecent = (index: number) => isInLastWeek(valueAt(at, index), lastSample);
    const week = keepPresent(keepValues(values, isRecent)).sort();
    const earlier = keepPresent(keepValues(values, (index) => !isRecent(index))).sort();
    return compareWeek(week, earlier).map((change) => ({ figure, ...change }));
  });
}

/** Both columns in ascending order. */
function compareWeek(week: Column, earlier: Column): Omit<BehaviourChange, 'figure'>[] {
  const usual = findMiddle(earlier.length, (index) => earlier[index]);
  if (usual === null || earlier.length < MIN_EARLIER_VALUES) return [];
  const outliers = Math.floor(earlier.length / VALUES_PER_OUTLIER);
  const difference = Math.max(MIN_DIFFERENCE, MIN_RELATIVE_DIFFERENCE * usual);
  const shortest = valueAt(earlier, outliers) - difference;
  const longest = valueAt(earlier, earlier.length - 1 - outliers) + difference;
  const shorter = keepValues(week, (index) => valueAt(week, index) < shortest);
  const longer = keepValues(week, (index) => valueAt(week, index) > longest);
  const found = [
    ['shorter', shorter],
    ['longer', longer],
  ] as const;
  return found.flatMap(([direction, values]) => {
    const changed = findMiddle(values.length, (index) => values[index]);
    if (changed === null) return [];
    const chance = computeChance(values.length, week.length, earlier.length, outliers);
    if (chance > MAX_CHANCE) return [];
    const counts = { changedCount: values.length, weekCount: week.length };
    return { direction, ...counts, usual: Math.floor(usual), changed: Math.floor(changed) };
  });
}

/**
 * The chance that at least `changed` values of the week are beyond all earlier values except `outliers`, if the values
 * of the week and the earlier values come from the same distribution, whatever that is (precedence test).
 *
 * Of the `changed + outliers` most extreme values of both periods, at least `changed` are of the week. Their number
 * has a hypergeometric distribution.
 */
export function computeChance(changed: number, week: number, earlier: number, outliers: number): number {
  const drawn = changed + outliers;
  let chance = 0;
  for (let ofWeek = changed; ofWeek <= Math.min(drawn, week); ofWeek += 1) {
    const log =
      logBinomial(week, ofWeek) + logBinomial(earlier, drawn - ofWeek) - logBinomial(week + earlier, drawn);
    chance += Math.exp(log);
  }
  return chance;
}

/** The logarithm of the number of ways to choose `k` of `n` items. */
function logBinomial(n: number, k: number): number {
  if (k < 0 || k > n) return Number.NEGATIVE_INFINITY;
  let sum = 0;
  for (let index = 1; index <= k; index += 1) sum += Math.log((n - k + index) / index);
  return sum;
}
