import { countColumns } from './display-width.ts';

/**
 * Splits a text at spaces into lines of at most this number of columns, as cli-table3 does. A longer word is a line of its own.
 * @returns no line for an empty text
 */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  let space = '';
  for (const [index, part] of text.split(/( +)/).entries()) {
    // `split` returns words and the spaces between them in turns.
    if (index % 2 === 1) {
      space = part;
      continue;
    }
    const longer = line + space + part;
    if (line === '' || countColumns(longer) <= width) {
      line = longer;
    } else {
      lines.push(line);
      line = part;
    }
  }
  return line === '' ? lines : [...lines, line];
}
