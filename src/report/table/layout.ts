import Table from 'cli-table3';

/** A label, and what stands beside it. */
export type LabelledRow = [label: string, value: string];

/** Wider lines are hard to read, and in narrower ones a moment does not fit beside its label. */
const WIDEST = 110;
const NARROWEST = 60;
export const LABEL_WIDTH = 22;

const NO_LINES = {
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

/** Labelled values, a block of them after another; empty ones are left out. */
export const layOutBlocks = (blocks: readonly LabelledRow[][], width: number) =>
  blocks.filter((rows) => rows.length > 0).map((rows) => layOutSection(rows, width));

function layOutSection(rows: readonly LabelledRow[], width: number): string {
  const labelled = rows.map(([label, value]) => [`  ${label}`, value]);
  return layOutColumns(labelled, [LABEL_WIDTH + 2, width - LABEL_WIDTH - 2]);
}

export const clampWidth = (width: number) => Math.max(NARROWEST, Math.min(width, WIDEST));

/** Columns without lines between them; what is too wide for its column goes on below. */
export function layOutColumns(
  rows: readonly string[][],
  widths: readonly number[],
  aligns: readonly ('left' | 'right')[] = [],
): string {
  const table = new Table({
    chars: NO_LINES,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
    colWidths: [...widths],
    colAligns: [...aligns],
    wordWrap: true,
  });
  table.push(...rows.map((row) => row.map((text, column) => breakLongWords(text, widths[column]!))));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

/** The library cuts a word that does not fit: a long name would lose its end. */
const breakLongWords = (text: string, width: number) =>
  text.replace(new RegExp(`[^\\s\\u001b]{${width}}(?=[^\\s\\u001b])`, 'gu'), '$&\n');
