import { type Column, createColumn, toNullable, valueAt } from '../measurement/columns/column.ts';
import { getHistoryColumns } from '../measurement/columns/column-measurement.ts';
import type { GenerationColumns, RecordedColumns } from '../measurement/columns/generation-columns.ts';
import { findEndingRotations, findValidityWhenIssued } from '../measurement/generation-facts.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { getRemainingWhenServedLast } from '../measurement/validity.ts';
import { secondsBetween } from '../time/instant.ts';
import type { GenerationFigures } from './generation-figures.ts';

type KeyColumns = Pick<
  RecordedColumns | GenerationColumns,
  'accessKeyIds' | 'expiration' | 'rawFirstSeen' | 'rawLastSeen'
>;

/** The fields of {@link GenerationFigures} as columns. Flags are 1 or 0. */
export type GenerationFigureColumns = Readonly<Record<keyof GenerationFigures, Column>>;

/**
 * The figures of each recorded generation, in the same order.
 * @param measurement of these generations
 */
export function collectGenerationFigures(
  measurement: Measurement,
  recorded: RecordedColumns,
): GenerationFigureColumns {
  const history = getHistoryColumns(measurement);
  const { generations, rotations } = history;
  const validity = findValidityWhenIssued(history);
  const endings = findEndingRotations(history);
  const indexes = new Map<string, number>();
  for (let index = 0; index < generations.count; index += 1) indexes.set(getKey(generations, index), index);
  const create = () => createColumn(recorded.count).fill(Number.NaN);
  const figures = {
    validityWhenIssued: create(),
    rotatedAt: create(),
    leadTime: create(),
    interval: create(),
    isDated: create(),
    isWitnessed: create(),
    remainingWhenServedLast: create(),
  };
  for (let position = 0; position < recorded.count; position += 1) {
    const index = indexes.get(getKey(recorded, position));
    if (index === undefined) {
      // The measurement has merged it into a generation with a key id, which has the figures.
      const { lastSeen, expiration } = recorded;
      const remaining = secondsBetween(valueAt(lastSeen, position), valueAt(expiration, position));
      figures.remainingWhenServedLast[position] = remaining;
      continue;
    }
    figures.validityWhenIssued[position] = valueAt(validity, index);
    figures.remainingWhenServedLast[position] = getRemainingWhenServedLast(history, index);
    // NaN without a rotation, and a column has no value at NaN.
    const rotation = valueAt(endings, index);
    figures.rotatedAt[position] = valueAt(rotations.at, rotation);
    figures.leadTime[position] = valueAt(rotations.leadTime, rotation);
    figures.interval[position] = valueAt(rotations.interval, rotation);
    figures.isDated[position] = valueAt(rotations.isDated, rotation);
    figures.isWitnessed[position] = valueAt(rotations.isWitnessed, rotation);
  }
  return figures;
}

export function getGenerationFigures(columns: GenerationFigureColumns, index: number): GenerationFigures {
  const read = (field: keyof GenerationFigures) => toNullable(valueAt(columns[field], index));
  const readFlag = (field: keyof GenerationFigures) => {
    const value = read(field);
    return value === null ? null : value === 1;
  };
  return {
    validityWhenIssued: read('validityWhenIssued'),
    rotatedAt: read('rotatedAt'),
    leadTime: read('leadTime'),
    interval: read('interval'),
    isDated: readFlag('isDated'),
    isWitnessed: readFlag('isWitnessed'),
    remainingWhenServedLast: valueAt(columns.remainingWhenServedLast, index),
  };
}

/** The clock rules change neither of these values, unlike `LastUpdated`. */
function getKey({ accessKeyIds, expiration, rawFirstSeen, rawLastSeen }: KeyColumns, index: number): string {
  const keyId = accessKeyIds.at(index) ?? '';
  if (keyId !== '') return keyId;
  return [expiration, rawFirstSeen, rawLastSeen].map((column) => valueAt(column, index)).join('/');
}
