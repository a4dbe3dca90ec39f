import type { Seconds } from '../../../domain/model.ts';
import type { ValidityBucket } from '../../drawing/validity-buckets.ts';

/** The shortest remaining validity of each chart column; null in a gap. */
export type LowerEdge = readonly (Seconds | null)[];

const findMinimum = (values: readonly (Seconds | null)[]): Seconds | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
};

/**
 * The validity is shortest just before a rotation. So a column without a rotation gets the minimum of the time from the
 * rotation before it to the rotation after it. Its own part of a period would look like better credentials.
 * @param columns the buckets of each chart column
 */
export function buildLowerEdge(columns: readonly (readonly ValidityBucket[])[]): LowerEdge {
  const own = columns.map((buckets) => findMinimum(buckets.map(({ remaining }) => remaining?.min ?? null)));
  const endsSearch = columns.map(
    (buckets, column) => own[column] === null || buckets.some(({ rotations }) => rotations > 0),
  );
  return own.map((minimum, column) => {
    if (endsSearch[column]) return minimum;
    const from = endsSearch.lastIndexOf(true, column);
    const to = endsSearch.indexOf(true, column);
    return findMinimum(own.slice(Math.max(0, from), to === -1 ? own.length : to + 1));
  });
}
