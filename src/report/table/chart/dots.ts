import type { Seconds } from '../../../domain/model.ts';
import type { ValidityBucket } from '../../drawing/validity-buckets.ts';
import type { ChartGlyphs } from './glyphs.ts';
import type { Scale } from './scale.ts';

/** The chart draws expired credentials at 0. */
export const clampToZero = (remaining: Seconds) => Math.max(0, remaining);

/** Dots of one bucket, from the bottom of the curve. */
interface DotRange {
  lowest: number;
  highest: number;
}

/**
 * The cells of each chart column, from the bottom. If many rotations share a column, the curve is a band. Its
 * outline is complete and its inside sparse, because the lower edge matters. Terminal chart libraries such as
 * asciichart draw one value per column, which can hide the minimum between two columns.
 */
export function drawDots(
  buckets: readonly ValidityBucket[],
  { curveRows, toDot }: Scale,
  isBand: boolean,
  glyphs: ChartGlyphs,
): string[][] {
  const ranges = buckets.map(({ remaining }): DotRange | null =>
    remaining === null
      ? null
      : { lowest: toDot(clampToZero(remaining.min)), highest: toDot(clampToZero(remaining.max)) },
  );
  const columns = Array.from({ length: buckets.length / glyphs.dotsPerColumn }, () =>
    Array.from({ length: curveRows }, () => new Set<number>()),
  );
  for (const [index, range] of ranges.entries()) {
    if (range === null) continue;
    const across = index % glyphs.dotsPerColumn;
    const cells = columns[Math.floor(index / glyphs.dotsPerColumn)];
    const neighbours = [ranges[index - 1], ranges[index + 1]];
    for (let dot = range.lowest; dot <= range.highest; dot += 1) {
      if (isBand && !isOutline(dot, range, neighbours) && (dot % 2 === 1 || index % 2 === 1)) continue;
      const fromTop = glyphs.dotsPerRow - 1 - (dot % glyphs.dotsPerRow);
      cells?.[Math.floor(dot / glyphs.dotsPerRow)]?.add(fromTop * glyphs.dotsPerColumn + across);
    }
  }
  return columns.map((cells) => cells.map((dots) => glyphs.drawCell(dots)));
}

/** @param neighbours undefined beyond the ends of the chart, where the band may continue; null in a gap */
function isOutline(
  dot: number,
  { lowest, highest }: DotRange,
  neighbours: readonly (DotRange | null | undefined)[],
): boolean {
  if (dot === lowest || dot === highest) return true;
  return neighbours.some(
    (each) => each !== undefined && (each === null || dot < each.lowest || dot > each.highest),
  );
}
