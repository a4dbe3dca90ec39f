import type { ValidityBucket } from '../../drawing/validity-buckets.ts';
import type { ChartGlyphs } from './glyphs.ts';

/** Dots of one column or of a part of it, from the bottom of the curve. */
export interface DotRange {
  lowest: number;
  highest: number;
}

/** The range of each chart column; null in a gap. */
export type Band = readonly (DotRange | null)[];

const joinRanges = (ranges: readonly (DotRange | null | undefined)[]): DotRange | null => {
  const known = ranges.filter((range): range is DotRange => range != null);
  if (known.length === 0) return null;
  return {
    lowest: Math.min(...known.map(({ lowest }) => lowest)),
    highest: Math.max(...known.map(({ highest }) => highest)),
  };
};

/**
 * A column without a rotation shows only a part of a period, which would look like better or worse credentials. It gets
 * the ranges of its neighbours.
 * @param ranges of the parts of each column
 */
export function buildBand(
  ranges: readonly (readonly (DotRange | null)[])[],
  columns: readonly (readonly ValidityBucket[])[],
): Band {
  const own = ranges.map(joinRanges);
  return own.map((range, index) => {
    const hasRotation = columns[index]?.some(({ rotations }) => rotations > 0) ?? false;
    return range === null || hasRotation ? range : joinRanges([own[index - 1], range, own[index + 1]]);
  });
}

interface BandPosition {
  column: number;
  /** Part of the column, from the left. */
  across: number;
  /** From the bottom of the curve. */
  dot: number;
}

/**
 * The lower edge of a band is the worst case, so it is a thick line, and the upper edge a thin one. The inside is sparse.
 * Null for a dot that is not drawn.
 */
export function classifyBandDot(
  band: Band,
  { column, across, dot }: BandPosition,
  { dotsPerColumn, edgeDots }: ChartGlyphs,
): 'edge' | 'curve' | 'inside' | null {
  const range = band[column];
  if (range == null) return null;
  if (dot < range.lowest + edgeDots) return 'edge';
  const isBelow = (neighbour: DotRange | null | undefined) => neighbour != null && dot < neighbour.lowest;
  // Joins the lower edges of neighbours.
  if (across === 0 && isBelow(band[column - 1])) return 'edge';
  if (across === dotsPerColumn - 1 && isBelow(band[column + 1])) return 'edge';
  if (dot === range.highest) return 'curve';
  return dot % 2 === 0 && (across + column * dotsPerColumn) % 2 === 0 ? 'inside' : null;
}
