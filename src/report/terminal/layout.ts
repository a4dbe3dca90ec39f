import Table from 'cli-table3';
import { escapeUnprintable } from '../../untrusted-text.ts';
import { formatRow, type Row } from '../rows/row.ts';
import type { Palette } from './colour.ts';
import { breakLongWords } from './display-width.ts';
import { recolour } from './recolour.ts';
import { MAX_WIDTH } from './text-style.ts';
import { COLOUR, DURATION, JOINT, joinParts } from './unbroken.ts';
import { wrapWords } from './wrap-words.ts';

/** In narrower lines, a timestamp does not fit next to its label. */
const MIN_WIDTH = 60;
export const LABEL_WIDTH = 22;
const NARROW_LABEL_WIDTH = 16;

/** The characters of a table, as cli-table3 names them. */
const BORDERS =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid mid mid-mid right right-mid middle';
const NO_BORDERS = Object.fromEntries(BORDERS.split(' ').map((name) => [name, '']));

/** One text for each block that has rows. */
export const layOutBlocks = (blocks: readonly (readonly Row[])[], width: number, palette: Palette) =>
  blocks
    .filter((rows) => rows.length > 0)
    .map((rows) => {
      const cells = rows.map((row) => [`  ${row[0]}`, paintRow(row, palette)]);
      return layOutColumns(cells, [LABEL_WIDTH + 2, width - LABEL_WIDTH - 2], palette);
    });

const paintRow = ([label, value, remark = '', emphasis]: Row, palette: Palette) =>
  formatRow([label, emphasis === undefined ? value : palette[emphasis](value), remark]);

export const clampWidth = (width: number) => Math.max(MIN_WIDTH, Math.min(width, MAX_WIDTH));

/** Rows of a label and a value below a headline. Ends with a line end. */
export function layOutRows(
  rows: readonly (readonly [label: string, value: string])[],
  width: number,
  palette: Palette,
): string {
  const cells = rows.map(([label, value]) => [`  ${label}`, escapeUnprintable(value)]);
  const widths = [NARROW_LABEL_WIDTH + 2, clampWidth(width) - NARROW_LABEL_WIDTH - 2];
  return `${layOutColumns(cells, widths, palette)}\n`;
}

type Aligns = readonly ('left' | 'right')[];

/** Columns without borders. Text wider than its column continues on the next line. */
export function layOutColumns(
  rows: readonly string[][],
  widths: readonly number[],
  palette: Palette,
  aligns: Aligns = [],
): string {
  const encode = (text: string) => text.split(JOINT).map(palette.encode).join(JOINT);
  const lines = rows.flatMap((row) =>
    // cli-table3 truncates words wider than their column, so a long name would lose its end.
    splitAtLineEnds(row.map((text, column) => breakLongWords(encode(text), widths[column] ?? 0))),
  );
  const isNarrow = lines.every((line) => line.every((text) => NARROW_TEXT.test(text.replace(COLOUR, ''))));
  return (isNarrow ? wrapNarrowLines(lines, widths, aligns) : wrapLines(lines, widths, aligns))
    .split('\n')
    .map((line) => line.replaceAll(JOINT, ' ').trimEnd())
    .join('\n');
}

/** Texts whose characters take one column each. */
const NARROW_TEXT = /^[ -~\u00b7\u2013\u2026\ue000]*$/;

/** The same result as {@link wrapLines}. Loading cli-table3 and laying out a few rows takes several milliseconds. */
const wrapNarrowLines = (lines: readonly string[][], widths: readonly number[], aligns: Aligns): string =>
  lines
    .flatMap((line) => splitAtLineEnds(line.map((text, column) => wrapNarrowText(text, widths[column] ?? 0))))
    .map((line) =>
      line
        .map((text, column) => {
          const width = widths[column] ?? 0;
          const padding = ' '.repeat(Math.max(0, width - text.replace(COLOUR, '').length));
          return aligns[column] === 'right' ? padding + text : text + padding;
        })
        .join(''),
    )
    .join('\n');

function wrapNarrowText(text: string, width: number): string {
  const plain = text.replace(COLOUR, '');
  if (plain.length <= width) return text;
  const wrapped = wrapWords(joinParts(plain, DURATION, width), width).join('\n');
  return plain === text ? wrapped : recolour(wrapped, text);
}

function wrapLines(lines: readonly string[][], widths: readonly number[], aligns: Aligns): string {
  const tables: string[] = [];
  for (let start = 0; start < lines.length; start += ROWS_PER_TABLE) {
    const table = new Table({
      chars: NO_BORDERS,
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
      colWidths: [...widths],
      colAligns: [...aligns],
      wordWrap: true,
    });
    table.push(
      ...lines
        .slice(start, start + ROWS_PER_TABLE)
        .map((line) => line.map((text, column) => joinParts(text, DURATION, widths[column] ?? 0))),
    );
    tables.push(table.toString());
  }
  return tables.join('\n');
}

/** The time of cli-table3 grows with the square of the number of rows. */
const ROWS_PER_TABLE = 50;

/** One row per line, because the time of cli-table3 grows with the cube of a text with line ends. */
function splitAtLineEnds(row: readonly string[]): string[][] {
  const cells = row.map((text) => repeatColour(text.split('\n')));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) => cells.map((lines) => lines[line] ?? ''));
}

/** If the whole text has a colour, each line gets it. */
function repeatColour(lines: readonly string[]): readonly string[] {
  if (lines.length === 1 || /\u001b\[\d+m$/.test(lines[0] ?? '')) return lines;
  const [open] = /^(?:\u001b\[\d+m)+/.exec(lines[0] ?? '') ?? [];
  const [close] = /(?:\u001b\[\d+m)+$/.exec(lines.at(-1) ?? '') ?? [];
  if (open === undefined || close === undefined) return lines;
  const last = lines.length - 1;
  return lines.map((line, index) => `${index > 0 ? open : ''}${line}${index < last ? close : ''}`);
}
