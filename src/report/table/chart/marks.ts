import { formatShortDuration } from '../../../domain/time/duration.ts';
import type { ValidityBucket } from '../../drawing/validity-buckets.ts';
import type { Palette } from '../colour.ts';
import type { ChartGlyphs } from './glyphs.ts';

/** What happened in a column of the chart, the most important of it. */
type Mark = 'failedPoll' | 'gap' | 'rotation' | 'window';

/** Named with the reader's words, in the order of the legend. */
const NAMES: Record<Mark, string> = {
  rotation: 'rotation',
  window: 'rotation window',
  failedPoll: 'failed poll',
  gap: 'gap',
};

export interface Marks {
  columns: readonly (Mark | null)[];
  /** Rotations are too many for a mark each: a column shows what was handed out between the least and the most. */
  isDense: boolean;
}

/** @param columns the stretches of time that each column of the chart stands for */
export function findMarks(columns: readonly (readonly ValidityBucket[])[]): Marks {
  const rotating = columns.filter((stretches) => stretches.some(({ rotations }) => rotations > 0));
  const isDense = rotating.length > columns.length / 2;
  return { columns: columns.map((stretches) => markOf(stretches, isDense)), isDense };
}

function markOf(stretches: readonly ValidityBucket[], isDense: boolean): Mark | null {
  if (stretches.some(({ hasFailedPoll }) => hasFailedPoll)) return 'failedPoll';
  if (stretches.some(({ hasGap }) => hasGap)) return 'gap';
  if (isDense) return null;
  if (stretches.some(({ rotations }) => rotations > 0)) return 'rotation';
  return stretches.some(({ isInRotationWindow }) => isInRotationWindow) ? 'window' : null;
}

/** The line below the curve, with the marks on it and a tick for every moment that is written below it. */
export function drawMarks(
  { columns }: Marks,
  ticks: ReadonlySet<number>,
  pen: ChartGlyphs,
  colours: Palette,
): string {
  const signs = columns.map((mark, column) => {
    if (mark === 'failedPoll') return colours.warning(pen.failedPoll);
    if (mark === 'rotation' && ticks.has(column)) return pen.rotationAtTick;
    return mark === null ? colours.dim(ticks.has(column) ? pen.tick : pen.baseline) : pen[mark];
  });
  return colours.dim(pen.corner) + signs.join('');
}

/** Names what occurs, and nothing else: an entry each, no wider than the narrowest chart. */
export function buildLegend({ columns, isDense }: Marks, columnSeconds: number, pen: ChartGlyphs): string[] {
  const occurring = (Object.keys(NAMES) as Mark[]).filter((mark) => columns.includes(mark));
  const length = formatShortDuration(Math.round(columnSeconds / 60) * 60);
  const dense = isDense ? [`one column: range over ${length}`] : [];
  return [...dense, ...occurring.map((mark) => `${pen[mark]} ${NAMES[mark]}`)];
}
