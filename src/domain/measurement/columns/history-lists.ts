import { isNonEmpty, type NonEmpty } from '../../lists.ts';
import type { Generation } from '../../model.ts';
import type { Appearance, Rotation, ServedPeriod } from '../measurement.ts';
import { toNullable, valueAt } from './column.ts';
import { type GenerationColumns, getGeneration } from './generation-columns.ts';
import type { AppearanceColumns, RotationColumns, ServedColumns } from './served-columns.ts';

/** The lists of a {@link Measurement} as columns, from which all figures are computed. */
export interface HistoryColumns {
  generations: GenerationColumns;
  served: ServedColumns;
  rotations: RotationColumns;
  appearances: AppearanceColumns;
}

/**
 * The lists of a {@link Measurement}. Creates each object when it is first read, because most reports need only a
 * few objects. Two reads of an item return the same object.
 */
export class HistoryLists {
  readonly columns: HistoryColumns;
  readonly #someGenerations = new Map<number, Generation>();
  readonly #someRotations = new Map<number, Rotation>();
  #generations: NonEmpty<Generation> | null = null;
  #rotations: readonly Rotation[] | null = null;
  #servedPeriods: readonly ServedPeriod[] | null = null;
  #appearances: readonly Appearance[] | null = null;

  constructor(columns: HistoryColumns) {
    this.columns = columns;
  }

  getGeneration(index: number): Generation {
    const known = this.#generations?.[index] ?? this.#someGenerations.get(index);
    if (known !== undefined) return known;
    const created = getGeneration(this.columns.generations, index);
    this.#someGenerations.set(index, created);
    return created;
  }

  getRotation(index: number): Rotation {
    const known = this.#rotations?.[index] ?? this.#someRotations.get(index);
    if (known !== undefined) return known;
    const created = this.#createRotation(index);
    this.#someRotations.set(index, created);
    return created;
  }

  #createRotation(index: number): Rotation {
    const { rotations } = this.columns;
    return {
      from: this.getGeneration(valueAt(rotations.from, index)),
      to: this.getGeneration(valueAt(rotations.to, index)),
      window: { from: valueAt(rotations.windowFrom, index), to: valueAt(rotations.windowTo, index) },
      isDated: rotations.isDated[index] === 1,
      at: valueAt(rotations.at, index),
      leadTime: valueAt(rotations.leadTime, index),
      interval: toNullable(valueAt(rotations.interval, index)),
      blindTime: valueAt(rotations.blindTime, index),
      isWitnessed: rotations.isWitnessed[index] === 1,
    };
  }

  get generations(): NonEmpty<Generation> {
    this.#generations ??= this.#listGenerations();
    return this.#generations;
  }

  #listGenerations(): NonEmpty<Generation> {
    const columns = this.columns.generations;
    const generations = Array.from(
      { length: columns.count },
      (_, index) => this.#someGenerations.get(index) ?? getGeneration(columns, index),
    );
    if (!isNonEmpty(generations)) throw new RangeError('a series without generations cannot be measured');
    return generations;
  }

  get rotations(): readonly Rotation[] {
    this.#rotations ??= this.#listRotations();
    return this.#rotations;
  }

  #listRotations(): readonly Rotation[] {
    // Every rotation needs two generations.
    this.#generations ??= this.#listGenerations();
    return Array.from(
      { length: this.columns.rotations.count },
      (_, index) => this.#someRotations.get(index) ?? this.#createRotation(index),
    );
  }

  get servedPeriods(): readonly ServedPeriod[] {
    const { from, to } = this.columns.served;
    this.#servedPeriods ??= this.generations.map((generation, index) => ({
      generation,
      from: valueAt(from, index),
      to: valueAt(to, index),
    }));
    return this.#servedPeriods;
  }

  get appearances(): readonly Appearance[] {
    const { generation, earliest, latest } = this.columns.appearances;
    this.#appearances ??= Array.from(generation, (each, index) => ({
      generation: this.getGeneration(each),
      earliest: valueAt(earliest, index),
      latest: valueAt(latest, index),
    }));
    return this.#appearances;
  }
}
