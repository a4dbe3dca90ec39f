import { secondsBetween } from '../time/instant.ts';
import { type Column, createColumn, keepPresent, valueAt } from './columns/column.ts';
import { getHistoryColumns } from './columns/column-measurement.ts';
import type { HistoryColumns } from './columns/history-lists.ts';
import type { Measurement } from './measurement.ts';

/** The known validities when issued, in order, from the latest possible times of appearance. */
export function listValiditiesWhenIssued(measurement: Measurement): Column {
  const { generations, appearances } = getHistoryColumns(measurement);
  return appearances.latest.map((latest, index) =>
    secondsBetween(latest, valueAt(generations.expiration, valueAt(appearances.generation, index))),
  );
}

export const listRotationIntervals = (measurement: Measurement): Column =>
  keepPresent(getHistoryColumns(measurement).rotations.interval);

/** For each generation, its validity when issued as in {@link listValiditiesWhenIssued}. NaN if unknown. */
export function findValidityWhenIssued({ generations, appearances }: HistoryColumns): Column {
  const validity = createColumn(generations.count).fill(Number.NaN);
  for (let index = 0; index < appearances.count; index += 1) {
    const generation = valueAt(appearances.generation, index);
    validity[generation] = secondsBetween(
      valueAt(appearances.latest, index),
      valueAt(generations.expiration, generation),
    );
  }
  return validity;
}

/** For each generation, the index of the rotation that ended it. NaN if the source may still serve it. */
export function findEndingRotations({ generations, rotations }: HistoryColumns): Column {
  const found = createColumn(generations.count).fill(Number.NaN);
  for (let index = 0; index < rotations.count; index += 1) found[valueAt(rotations.from, index)] = index;
  return found;
}
