import { formatDuration } from '../../../domain/time/duration.ts';
import type { ValidityBucket } from '../../drawing/validity-buckets.ts';
import type { Palette } from '../../terminal/colour.ts';
import type { ChartGlyphs } from './glyphs.ts';

/** In the order of the legend. */
const MARKS = ['rotation', 'window', 'failedPoll', 'gap'] as const;

/** The most important event in a column of the chart. */
type Mark = (typeof MARKS)[number];

const MARK_NAMES: Record<Mark, string> = {
  rotation: 'rotation',
  window: 'rotation window',
  failedPoll: 'failed poll',
  gap: 'gap',
};

export interface Marks {
  columns: readonly (Mark | null)[];
  /** True if there are too many rotations to draw each one. A column then shows its shortest validity. */
  isDense: boolean;
}

/** Teeth of fewer columns are not recognizable. */
const MIN_COLUMNS_OF_PERIOD = 4;

/** @param columns the buckets of each chart column */
export function findMarks(columns: readonly (readonly ValidityBucket[])[]): Marks {
  const rotating = columns.filter((buckets) => buckets.some(({ rotations }) => rotations > 0));
  const isDense = rotating.length > columns.length / MIN_COLUMNS_OF_PERIOD;
  return { columns: columns.map((buckets) => chooseMark(buckets, isDense)), isDense };
}

function chooseMark(buckets: readonly ValidityBucket[], isDense: boolean): Mark | null {
  if (buckets.some(({ hasFailedPoll }) => hasFailedPoll)) return 'failedPoll';
  if (buckets.some(({ hasGap }) => hasGap)) return 'gap';
  if (isDense) return null;
  if (buckets.some(({ rotations }) => rotations > 0)) return 'rotation';
  return buckets.some(({ isInRotationWindow }) => isInRotationWindow) ? 'window' : null;
}

/** The line below the curve, with the marks and the ticks of the time labels. */
export function drawMarks(
  { columns }: Marks,
  ticks: ReadonlySet<number>,
  glyphs: ChartGlyphs,
  colours: Palette,
): string {
  const cells = columns.map((mark, column) => {
    if (mark === 'failedPoll') return colours.warning(glyphs.failedPoll);
    if (mark === 'rotation' && ticks.has(column)) return glyphs.rotationAtTick;
    return mark === null ? colours.dim(ticks.has(column) ? glyphs.tick : glyphs.baseline) : glyphs[mark];
  });
  return colours.dim(glyphs.corner) + cells.join('');
}

/** One entry for each kind of mark in the chart. Entries are narrower than the narrowest chart. */
export function buildLegend(
  { columns, isDense }: Marks,
  columnSeconds: number,
  glyphs: ChartGlyphs,
): string[] {
  const length = formatDuration(Math.round(columnSeconds / 60) * 60);
  const dense = isDense ? [`each column: shortest in ${length}`] : [];
  const used = MARKS.filter((mark) => columns.includes(mark));
  return [...dense, ...used.map((mark) => `${glyphs[mark]} ${MARK_NAMES[mark]}`)];
}
