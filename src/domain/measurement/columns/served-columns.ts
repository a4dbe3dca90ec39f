import type { Appearance, Rotation, ServedPeriod } from '../measurement.ts';
import { type Column, createColumn, toColumn } from './column.ts';

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
  from: createColumn(count),
  to: createColumn(count),
  windowFrom: createColumn(count),
  windowTo: createColumn(count),
  isDated: createColumn(count),
  at: createColumn(count),
  leadTime: createColumn(count),
  interval: createColumn(count),
  blindTime: createColumn(count),
  isWitnessed: createColumn(count),
});

export const createAppearanceColumns = (count: number): AppearanceColumns => ({
  count: 0,
  generation: createColumn(count),
  earliest: createColumn(count),
  latest: createColumn(count),
});

/** @param indexes of the generations of the rotations */
export const toRotationColumns = (
  rotations: readonly Rotation[],
  indexes: ReadonlyMap<object, number>,
): RotationColumns => ({
  count: rotations.length,
  from: toColumn(rotations, ({ from }) => indexes.get(from) ?? null),
  to: toColumn(rotations, ({ to }) => indexes.get(to) ?? null),
  windowFrom: toColumn(rotations, ({ window }) => window.from),
  windowTo: toColumn(rotations, ({ window }) => window.to),
  isDated: toColumn(rotations, ({ isDated }) => Number(isDated)),
  at: toColumn(rotations, ({ at }) => at),
  leadTime: toColumn(rotations, ({ leadTime }) => leadTime),
  interval: toColumn(rotations, ({ interval }) => interval),
  blindTime: toColumn(rotations, ({ blindTime }) => blindTime),
  isWitnessed: toColumn(rotations, ({ isWitnessed }) => Number(isWitnessed)),
});

export const toServedColumns = (periods: readonly ServedPeriod[]): ServedColumns => ({
  count: periods.length,
  from: toColumn(periods, ({ from }) => from),
  to: toColumn(periods, ({ to }) => to),
});

/** @param indexes of the generations of the appearances */
export const toAppearanceColumns = (
  appearances: readonly Appearance[],
  indexes: ReadonlyMap<object, number>,
): AppearanceColumns => ({
  count: appearances.length,
  generation: toColumn(appearances, ({ generation }) => indexes.get(generation) ?? null),
  earliest: toColumn(appearances, ({ earliest }) => earliest),
  latest: toColumn(appearances, ({ latest }) => latest),
});
