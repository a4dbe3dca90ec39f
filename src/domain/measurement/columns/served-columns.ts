import type { Appearance, Rotation, ServedPeriod } from '../measurement.ts';
import { type Column, createColumn } from './generation-columns.ts';

/** The columns of {@link Rotation}. */
export interface RotationColumns {
  count: number;
  /** The index of the generation. */
  from: Column;
  to: Column;
  windowFrom: Column;
  windowTo: Column;
  /** 1 or 0. */
  isDated: Column;
  at: Column;
  leadTime: Column;
  interval: Column;
  blindTime: Column;
  /** 1 or 0. */
  isWitnessed: Column;
}

/** The columns of {@link ServedPeriod}: one for each generation, in the same order. */
export interface ServedColumns {
  count: number;
  from: Column;
  to: Column;
}

/** The columns of {@link Appearance}. */
export interface AppearanceColumns {
  count: number;
  /** The index of the generation. */
  generation: Column;
  earliest: Column;
  latest: Column;
}

export const createRotationColumns = (count: number): RotationColumns => ({
  count,
  from: new Float64Array(count),
  to: new Float64Array(count),
  windowFrom: new Float64Array(count),
  windowTo: new Float64Array(count),
  isDated: new Float64Array(count),
  at: new Float64Array(count),
  leadTime: new Float64Array(count),
  interval: new Float64Array(count),
  blindTime: new Float64Array(count),
  isWitnessed: new Float64Array(count),
});

/** @param indexes of the generations of the rotations */
export const toRotationColumns = (
  rotations: readonly Rotation[],
  indexes: ReadonlyMap<object, number>,
): RotationColumns => ({
  count: rotations.length,
  from: createColumn(rotations, ({ from }) => indexes.get(from) ?? null),
  to: createColumn(rotations, ({ to }) => indexes.get(to) ?? null),
  windowFrom: createColumn(rotations, ({ window }) => window.from),
  windowTo: createColumn(rotations, ({ window }) => window.to),
  isDated: createColumn(rotations, ({ isDated }) => Number(isDated)),
  at: createColumn(rotations, ({ at }) => at),
  leadTime: createColumn(rotations, ({ leadTime }) => leadTime),
  interval: createColumn(rotations, ({ interval }) => interval),
  blindTime: createColumn(rotations, ({ blindTime }) => blindTime),
  isWitnessed: createColumn(rotations, ({ isWitnessed }) => Number(isWitnessed)),
});

export const toServedColumns = (periods: readonly ServedPeriod[]): ServedColumns => ({
  count: periods.length,
  from: createColumn(periods, ({ from }) => from),
  to: createColumn(periods, ({ to }) => to),
});

/** @param indexes of the generations of the appearances */
export const toAppearanceColumns = (
  appearances: readonly Appearance[],
  indexes: ReadonlyMap<object, number>,
): AppearanceColumns => ({
  count: appearances.length,
  generation: createColumn(appearances, ({ generation }) => indexes.get(generation) ?? null),
  earliest: createColumn(appearances, ({ earliest }) => earliest),
  latest: createColumn(appearances, ({ latest }) => latest),
});
