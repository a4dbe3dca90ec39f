import type { Seconds } from '../../../domain/model.ts';
import type { ValidityBucket } from '../../drawing/validity-buckets.ts';
import { buildBand, classifyBandDot, type DotRange } from './band.ts';
import type { CellDots, ChartGlyphs } from './glyphs.ts';
import type { Scale } from './scale.ts';

/** The chart draws expired credentials at 0. */
export const clampToZero = (remaining: Seconds) => Math.max(0, remaining);

export interface ChartCell {
  text: string;
  /** Part of a band, without its lower edge. */
  isInsideBand: boolean;
}

/**
 * The cells of each chart column, from the bottom. Terminal chart libraries such as asciichart draw one value per column,
 * which can hide the minimum between two columns.
 * @param columns the buckets of each chart column
 * @param isDense the curve is a band, because many rotations share a column
 */
export function drawDots(
  columns: readonly (readonly ValidityBucket[])[],
  { curveRows, toDot, shortfallTop }: Scale,
  isDense: boolean,
  glyphs: ChartGlyphs,
): ChartCell[][] {
  const { dotsPerColumn, dotsPerRow } = glyphs;
  const toRange = ({ remaining }: ValidityBucket): DotRange | null =>
    remaining === null
      ? null
      : { lowest: toDot(clampToZero(remaining.min)), highest: toDot(clampToZero(remaining.max)) };
  const ranges = columns.map((buckets) => buckets.map(toRange));
  const band = isDense ? buildBand(ranges, columns) : null;
  return ranges.map((own, column) => {
    const cells = Array.from(
      { length: curveRows },
      (): CellDots => ({ curve: new Set(), edge: new Set(), shortfall: new Set() }),
    );
    const draw = (kind: keyof CellDots, across: number, dot: number) => {
      const fromTop = dotsPerRow - 1 - (dot % dotsPerRow);
      cells[Math.floor(dot / dotsPerRow)]?.[kind].add(fromTop * dotsPerColumn + across);
    };
    for (const [across, exact] of own.entries()) {
      const range = band === null ? exact : (band[column] ?? null);
      if (range === null) continue;
      for (let dot = range.lowest; dot <= range.highest; dot += 1) {
        const kind = band === null ? 'curve' : classifyBandDot(band, { column, across, dot }, glyphs);
        // The inside of a band would make the hatching solid.
        if (kind === 'inside' && dot >= shortfallTop) draw('curve', across, dot);
        else if (kind === 'edge' || kind === 'curve') draw(kind, across, dot);
      }
      for (let dot = range.lowest; dot < shortfallTop; dot += 1) draw('shortfall', across, dot);
    }
    return cells.map((cell) => ({
      text: glyphs.drawCell(cell),
      isInsideBand: band !== null && cell.edge.size === 0,
    }));
  });
}
