import type { Seconds } from '../../../domain/model.ts';
import type { ValidityBucket } from '../../drawing/validity-buckets.ts';
import type { CellDots, ChartGlyphs } from './glyphs.ts';
import type { LowerEdge } from './lower-edge.ts';
import type { Scale } from './scale.ts';

/** The chart draws expired credentials at 0. */
export const clampToZero = (remaining: Seconds) => Math.max(0, remaining);

/** Dots from the bottom of the curve. */
interface DotRange {
  lowest: number;
  highest: number;
}

/**
 * The cells of each chart column, from the bottom. Terminal chart libraries such as asciichart draw one value per column,
 * which can hide the minimum between two columns.
 * @param columns the buckets of each chart column
 * @param edge drawn instead of the buckets, if many rotations share a column
 */
export function drawDots(
  columns: readonly (readonly ValidityBucket[])[],
  { curveRows, toDot, shortfallTop }: Scale,
  edge: LowerEdge | null,
  glyphs: ChartGlyphs,
): string[][] {
  const { dotsPerColumn, dotsPerRow } = glyphs;
  const toRange = ({ remaining }: ValidityBucket): DotRange | null =>
    remaining === null
      ? null
      : { lowest: toDot(clampToZero(remaining.min)), highest: toDot(clampToZero(remaining.max)) };
  const edgeDots = edge?.map((value) => (value === null ? null : toDot(clampToZero(value)))) ?? null;
  return columns.map((buckets, column) => {
    const cells = Array.from(
      { length: curveRows },
      (): CellDots => ({ curve: new Set(), edge: new Set(), shortfall: new Set(), sparse: new Set() }),
    );
    const draw = (kind: keyof CellDots, across: number, dot: number) => {
      const fromTop = dotsPerRow - 1 - (dot % dotsPerRow);
      cells[Math.floor(dot / dotsPerRow)]?.[kind].add(fromTop * dotsPerColumn + across);
    };
    for (const [across, bucket] of buckets.entries()) {
      const range = edgeDots === null ? toRange(bucket) : getEdgeRange(edgeDots, column, across, glyphs);
      if (range === null) continue;
      const kind = edgeDots === null ? 'curve' : 'edge';
      for (let dot = range.lowest; dot <= range.highest; dot += 1) draw(kind, across, dot);
      const kindBelow = edgeDots === null ? 'shortfall' : 'sparse';
      for (let dot = range.lowest; dot < shortfallTop; dot += 1) draw(kindBelow, across, dot);
    }
    return cells.map((cell) => glyphs.drawCell(cell));
  });
}

/** A thick line. The left half of a column rises or falls from the line of the column before. */
function getEdgeRange(
  edge: readonly (number | null)[],
  column: number,
  across: number,
  { dotsPerColumn, edgeDots }: ChartGlyphs,
): DotRange | null {
  const own = edge[column] ?? null;
  if (own === null) return null;
  const before = edge[column - 1] ?? own;
  const middle = Math.round((before + own) / 2);
  const isSlope = across < dotsPerColumn - 1;
  const [from, to] = isSlope ? [before, middle] : dotsPerColumn === 1 ? [own, own] : [middle, own];
  const isRising = from < to;
  const isFalling = from > to;
  return {
    lowest: Math.min(from + (isRising ? 1 : 0), to),
    highest: Math.max(from - (isFalling ? 1 : 0), to) + edgeDots - 1,
  };
}
