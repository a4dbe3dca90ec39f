import { toNullable, valueAt } from '../measurement/columns/column.ts';
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

/**
 * The figures of each recorded generation, in the same order.
 * @param measurement of these generations
 */
export function collectGenerationFigures(
  measurement: Measurement,
  recorded: RecordedColumns,
): GenerationFigures[] {
  const history = getHistoryColumns(measurement);
  const { generations, rotations } = history;
  const validity = findValidityWhenIssued(history);
  const endings = findEndingRotations(history);
  const indexes = new Map<string, number>();
  for (let index = 0; index < generations.count; index += 1) indexes.set(getKey(generations, index), index);
  return Array.from({ length: recorded.count }, (_, recordedIndex) => {
    const index = indexes.get(getKey(recorded, recordedIndex));
    if (index === undefined) return createMergedFigures(recorded, recordedIndex);
    const ending = toNullable(valueAt(endings, index));
    const atRotation = <T>(read: (rotation: number) => T): T | null =>
      ending === null ? null : read(ending);
    return {
      validityWhenIssued: toNullable(valueAt(validity, index)),
      rotatedAt: atRotation((rotation) => valueAt(rotations.at, rotation)),
      leadTime: atRotation((rotation) => valueAt(rotations.leadTime, rotation)),
      interval: atRotation((rotation) => toNullable(valueAt(rotations.interval, rotation))),
      isDated: atRotation((rotation) => rotations.isDated[rotation] === 1),
      isWitnessed: atRotation((rotation) => rotations.isWitnessed[rotation] === 1),
      remainingWhenServedLast: getRemainingWhenServedLast(history, index),
    };
  });
}

/** The clock rules change neither of these values, unlike `LastUpdated`. */
function getKey({ accessKeyIds, expiration, rawFirstSeen, rawLastSeen }: KeyColumns, index: number): string {
  const keyId = accessKeyIds[index] ?? '';
  if (keyId !== '') return keyId;
  return [expiration, rawFirstSeen, rawLastSeen].map((column) => valueAt(column, index)).join('/');
}

/** A generation without a key id that the measurement has merged into one with a key id, which has the figures. */
const createMergedFigures = (
  { lastSeen, expiration }: RecordedColumns,
  index: number,
): GenerationFigures => ({
  validityWhenIssued: null,
  rotatedAt: null,
  leadTime: null,
  interval: null,
  isDated: null,
  isWitnessed: null,
  remainingWhenServedLast: secondsBetween(valueAt(lastSeen, index), valueAt(expiration, index)),
});
