import { Help } from 'commander';
import { COMMAND, JOINT, joinParts } from '../../report/terminal/unbroken.ts';
import type { HelpBlock, HelpExample, HelpRow } from './command-help.ts';

/** Longer terms have a line of their own. */
const MAX_TERM_WIDTH = 37;
const MIN_DESCRIPTION_WIDTH = 40;
const INDENT = 2;
const COLUMN_SPACE = 2;

/** The program removes the codes if the output is not a terminal. */
export const formatHeading = (heading: string): string => `\u001b[1m${heading}:\u001b[22m`;

/** No line ends within a command. */
export function wrapText(text: string, width: number): string {
  const helper = new Help();
  helper.minWidthToWrap = 20;
  return helper.boxWrap(joinParts(text, COMMAND, width), width).replaceAll(JOINT, ' ');
}

/** The width of the column of terms. */
export const findTermWidth = (rows: readonly HelpRow[], limit = MAX_TERM_WIDTH): number =>
  Math.max(0, ...rows.map(([{ length }]) => length).filter((length) => length <= limit));

/** Lines of two columns. In a narrow terminal, each description is below its term. */
export function formatRows(rows: readonly HelpRow[], termWidth: number, width: number): string {
  const column = INDENT + termWidth + COLUMN_SPACE;
  const isNarrow = width - column < MIN_DESCRIPTION_WIDTH;
  const indent = ' '.repeat(isNarrow ? INDENT + 4 : column);
  const margin = ' '.repeat(INDENT);
  return rows
    .map(([term, description]) => {
      const text = wrapIndented(description, width, indent);
      return isNarrow || term.length > termWidth
        ? `${margin}${wrapIndented(term, width, margin)}\n${indent}${text}`
        : `${margin}${term.padEnd(termWidth + COLUMN_SPACE)}${text}`;
    })
    .join('\n');
}

/** Wraps a text whose first line stands behind the indent. */
const wrapIndented = (text: string, width: number, indent: string): string =>
  wrapText(text, width - indent.length).replaceAll('\n', `\n${indent}`);

/** Rows of notes have narrow terms, so that the descriptions have room. */
const MAX_NOTE_TERM_WIDTH = 26;

export function formatBlocks(blocks: readonly HelpBlock[], width: number): string[] {
  const rows = blocks.flatMap((block) => (typeof block === 'object' && 'rows' in block ? block.rows : []));
  const termWidth = findTermWidth(rows, MAX_NOTE_TERM_WIDTH);
  return blocks.map((block) => {
    if (typeof block === 'string') return wrapText(block, width);
    const lines =
      'rows' in block
        ? formatRows(block.rows, termWidth, width)
        : block.verbatim.map((line) => `  ${line}`).join('\n');
    return `${formatHeading(block.heading)}\n${lines}`;
  });
}

/**
 * Writes purposes as comments, so that a line can be copied. Aligns them in the rightmost column where all of them fit.
 * The purpose of a longer input begins after the input.
 */
export function formatExamples(examples: readonly HelpExample[], width: number): string {
  const fits = (column: number) =>
    examples.every(
      ([input, purpose]) =>
        purpose === undefined || input.length > column || column + 6 + purpose.length <= width,
    );
  const columns = examples.flatMap(([input, purpose]) => (purpose === undefined ? [] : [input.length]));
  const column = Math.max(0, ...columns.filter(fits));
  const lines = examples.map(([input, purpose]) =>
    purpose === undefined
      ? `  ${input.replaceAll('\n', '\n    ')}`
      : `  ${input.padEnd(column)}  # ${purpose}`,
  );
  return `${formatHeading('Examples')}\n${lines.join('\n')}`;
}
