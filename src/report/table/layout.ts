import Table from 'cli-table3';

export type LabelledRow = [label: string, value: string];

/** Wider lines are hard to read. In narrower lines, a timestamp does not fit next to its label. */
const MAX_WIDTH = 110;
const MIN_WIDTH = 60;
export const LABEL_WIDTH = 22;

const NO_BORDERS = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/** One text for each block that has rows. */
export const layOutBlocks = (blocks: readonly LabelledRow[][], width: number) =>
  blocks.filter((rows) => rows.length > 0).map((rows) => layOutBlock(rows, width));

function layOutBlock(rows: readonly LabelledRow[], width: number): string {
  const labelled = rows.map(([label, value]) => [`  ${label}`, value]);
  return layOutColumns(labelled, [LABEL_WIDTH + 2, width - LABEL_WIDTH - 2]);
}

export const clampWidth = (width: number) => Math.max(MIN_WIDTH, Math.min(width, MAX_WIDTH));

/** Columns without borders. Text wider than its column continues on the next line. */
export function layOutColumns(
  rows: readonly string[][],
  widths: readonly number[],
  aligns: readonly ('left' | 'right')[] = [],
): string {
  const table = new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: [...widths],
    colAligns: [...aligns],
    wordWrap: true,
  });
  table.push(...rows.map((row) => row.map((text, column) => breakLongWords(text, widths[column] ?? 0))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** cli-table3 truncates words wider than their column, so a long name would lose its end. */
const breakLongWords = (text: string, width: number) =>
  text.replace(new RegExp(`[^\\s\\u001b]{${width}}(?=[^\\s\\u001b])`, 'gu'), '$&\n');
