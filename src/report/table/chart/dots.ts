import type { Seconds } from '../../../domain/model.ts';
import type { ValidityBucket } from '../../drawing/validity-buckets.ts';
import type { ChartGlyphs } from './glyphs.ts';
import type { Scale } from './scale.ts';

/** Below nothing there is nothing: expired is expired. */
export const clampToZero = (remaining: Seconds) => Math.max(0, remaining);

/** The dots that a stretch of time covers, from the bottom of the curve. */
interface Extent {
  lowest: number;
  highest: number;
}

/**
 * The cells of each column of the chart, from the bottom. Where many rotations share a column the curve is a band, and
 * of it the outline is drawn with little inside: its lower edge is what matters. Libraries for charts in a terminal
 * (asciichart) draw one value a column; it takes the least and the most to show that no dip is lost between columns.
 */
export function drawDots(
  stretches: readonly ValidityBucket[],
  { curveRows, toDot }: Scale,
  isBand: boolean,
  pen: ChartGlyphs,
): string[][] {
  const extents = stretches.map(({ remaining }): Extent | null =>
    remaining === null
      ? null
      : { lowest: toDot(clampToZero(remaining.min)), highest: toDot(clampToZero(remaining.max)) },
  );
  const columns = Array.from({ length: stretches.length / pen.dotsPerColumn }, () =>
    Array.from({ length: curveRows }, () => new Set<number>()),
  );
  for (const [index, extent] of extents.entries()) {
    if (extent === null) continue;
    const across = index % pen.dotsPerColumn;
    const cells = columns[Math.floor(index / pen.dotsPerColumn)]!;
    const neighbours = [extents[index - 1], extents[index + 1]];
    for (let dot = extent.lowest; dot <= extent.highest; dot += 1) {
      if (isBand && !isOutline(dot, extent, neighbours) && (dot % 2 === 1 || index % 2 === 1)) continue;
      const fromTop = pen.dotsPerRow - 1 - (dot % pen.dotsPerRow);
      cells[Math.floor(dot / pen.dotsPerRow)]!.add(fromTop * pen.dotsPerColumn + across);
    }
  }
  return columns.map((cells) => cells.map((dots) => pen.drawCell(dots)));
}

/** @param neighbours undefined beyond the ends of the chart, where the band may go on */
function isOutline(
  dot: number,
  { lowest, highest }: Extent,
  neighbours: readonly (Extent | null | undefined)[],
): boolean {
  if (dot === lowest || dot === highest) return true;
  return neighbours.some(
    (each) => each !== undefined && (each === null || dot < each.lowest || dot > each.highest),
  );
}
