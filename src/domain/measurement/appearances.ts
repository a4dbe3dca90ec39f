import type { Instant } from '../model.ts';
import { type Column, type GenerationColumns, valueAt } from './columns/generation-columns.ts';
import type { AppearanceColumns } from './columns/served-columns.ts';
import { LAST_UPDATED_SLACK_MS } from './generations.ts';
import { findEarliestTime, type RotationHistory } from './rotations.ts';

/**
 * Finds when generations appeared. Leaves out undated generations that the first sample already found or that
 * appeared in a gap.
 */
export function findAppearances(
  ordered: GenerationColumns,
  { rotations, lag }: RotationHistory,
): AppearanceColumns {
  const { firstSeen, lastUpdated } = ordered;
  const generation: Column = [];
  const earliest: Column = [];
  const latest: Column = [];
  const add = (index: number, from: Instant, to: Instant) => {
    generation.push(index);
    earliest.push(from);
    latest.push(to);
  };
  const [seen, issued] = [valueAt(firstSeen, 0), valueAt(lastUpdated, 0)];
  if (issued <= seen + LAST_UPDATED_SLACK_MS) {
    const from = Math.min(issued, seen);
    add(0, from, Math.min(from + lag, seen));
  }
  for (let arrival = 0; arrival < rotations.count; arrival += 1) {
    const index = arrival + 1;
    const [from, to] = [valueAt(rotations.windowFrom, arrival), valueAt(rotations.windowTo, arrival)];
    if (rotations.isDated[arrival] === 1) {
      add(
        index,
        findEarliestTime(true, valueAt(lastUpdated, index), from, to),
        valueAt(rotations.at, arrival),
      );
    } else if (rotations.isWitnessed[arrival] === 1) add(index, from, to);
  }
  return { count: generation.length, generation, earliest, latest };
}
