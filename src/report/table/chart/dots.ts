import type { Seconds } from '../../../domain/model.ts';
import type { ValidityStretch } from '../../drawing/validity-over-time.ts';
import type { Pen } from './pen.ts';
import type { Scale } from './scale.ts';

/** Below nothing there is nothing: expired is expired. */
export const heightOf = (remaining: Seconds) => Math.max(0, remaining);

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
  stretches: readonly ValidityStretch[],
  { curveRows, dotOf }: Scale,
  isBand: boolean,
  pen: Pen,
): string[][] {
  const extents = stretches.map(({ remaining }): Extent | null =>
    remaining === null
      ? null
      : { lowest: dotOf(heightOf(remaining.min)), highest: dotOf(heightOf(remaining.max)) },
  );
  const columns = Array.from({ length: stretches.length / pen.across }, () =>
    Array.from({ length: curveRows }, () => new Set<number>()),
  );
  for (const [index, extent] of extents.entries()) {
    if (extent === null) continue;
    const across = index % pen.across;
    const cells = columns[Math.floor(index / pen.across)]!;
    const neighbours = [extents[index - 1], extents[index + 1]];
    for (let dot = extent.lowest; dot <= extent.highest; dot += 1) {
      if (isBand && !isOutline(dot, extent, neighbours) && (dot % 2 === 1 || index % 2 === 1)) continue;
      const fromTop = pen.down - 1 - (dot % pen.down);
      cells[Math.floor(dot / pen.down)]!.add(fromTop * pen.across + across);
    }
  }
  return columns.map((cells) => cells.map((dots) => pen.cell(dots)));
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
