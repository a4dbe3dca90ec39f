import type { Instant } from '../model.ts';
import { takeFirst, valueAt } from './columns/column.ts';
import type { GenerationColumns } from './columns/generation-columns.ts';
import { type AppearanceColumns, createAppearanceColumns } from './columns/served-columns.ts';
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
  const found = createAppearanceColumns(ordered.count);
  const add = (index: number, from: Instant, to: Instant) => {
    found.generation[found.count] = index;
    found.earliest[found.count] = from;
    found.latest[found.count] = to;
    found.count += 1;
  };
  const [seen, issued] = [valueAt(firstSeen, 0), valueAt(lastUpdated, 0)];
  if (issued <= seen + LAST_UPDATED_SLACK_MS) {
    const from = Math.min(issued, seen);
    add(0, from, Math.min(from + lag, seen));
  }
  for (let arrival = 0; arrival < rotations.count; arrival += 1) {
    const index = arrival + 1;
    const from = valueAt(rotations.windowFrom, arrival);
    const to = valueAt(rotations.windowTo, arrival);
    if (rotations.isDated[arrival] === 1) {
      add(
        index,
        findEarliestTime(true, valueAt(lastUpdated, index), from, to),
        valueAt(rotations.at, arrival),
      );
    } else if (rotations.isWitnessed[arrival] === 1) add(index, from, to);
  }
  const { count } = found;
  return {
    count,
    generation: takeFirst(found.generation, count),
    earliest: takeFirst(found.earliest, count),
    latest: takeFirst(found.latest, count),
  };
}
