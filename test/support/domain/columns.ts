import type { Column } from '../../../src/domain/measurement/columns/column.ts';

export const column = (...values: readonly number[]): Column => Float64Array.from(values);

type WithLists<T> = { [Name in keyof T]: T[Name] extends Column ? number[] : T[Name] };

/** Replaces the columns of an object by lists, which are shorter to compare. */
export const toLists = <T extends object>(columns: T): WithLists<T> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [
      name,
      value instanceof Float64Array ? [...value] : value,
    ]),
    // The names and the other values do not change.
  ) as WithLists<T>;
