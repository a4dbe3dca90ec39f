import { unescapeCsvText } from '../../../untrusted-text.ts';
import { classifyMember } from './member-names.ts';

/** The fields of a row, by the names of the header. */
export type TableRow = Record<string, string>;

/** In characters. Cells with line breaks join several lines to one row. */
const MAX_ROW_LENGTH = 1_048_576;

/** A table with a header: CSV, TSV, semicolons or bars. Also our own export, and exports of CloudWatch Insights. */
export class TableReader {
  readonly names: readonly string[];
  readonly isOwnExport: boolean;
  readonly #separator: string;
  readonly #header: string;
  /** The text of a row with an open quote. */
  #open = '';
  #openEnd = '';

  private constructor(header: string, names: readonly string[], separator: string) {
    this.#header = header;
    this.names = names;
    this.#separator = separator;
    this.isOwnExport = names[0] === 'schema_version' && names.includes('record');
  }

  /** Returns a reader if the line is the header of a table with credentials, and null for any other line. */
  static fromHeader(line: string): TableReader | null {
    if (line.length > 4096) return null;
    const separator = ['\t', ',', ';', '|'].find((each) => line.includes(each));
    if (separator === undefined) return null;
    const names = splitRow(line, separator)?.map((name) => name.trim());
    if (names === undefined || !names.every((name) => /^[@\w][\w .-]*$/.test(name))) return null;
    const kinds = names.map(classifyMember);
    const isLog = kinds.includes('expiration') || (kinds.includes('message') && kinds.includes('timestamp'));
    return isLog || names[0] === 'schema_version' ? new TableReader(line, names, separator) : null;
  }

  get isOpen(): boolean {
    return this.#open !== '';
  }

  /** Discards the incomplete row. */
  abandon(): void {
    this.#open = '';
  }

  /**
   * Reads one line. Returns the row if it is complete, `open` if it continues on the next line, `header` for a
   * repeated header, `too-long` for a row over the limit, and `other` for a line with other columns.
   * @param end the line end
   */
  readLine(line: string, end: string): TableRow | 'open' | 'header' | 'other' | 'too-long' {
    const wasOpen = this.#open !== '';
    const text = !wasOpen ? line : `${this.#open}${this.#openEnd}${line}`;
    this.#open = '';
    this.#openEnd = end;
    if (text === this.#header) return 'header';
    if (text.length > MAX_ROW_LENGTH) return 'too-long';
    // Inside a quote, only a line with an odd number of quotes can end the row.
    if (hasOddQuotes(line) !== wasOpen) {
      this.#open = text;
      return 'open';
    }
    const cells = splitRow(text, this.#separator);
    if (cells === null) return 'other';
    if (cells.length !== this.names.length) return 'other';
    const fields: TableRow = Object.create(null);
    for (const [index, name] of this.names.entries()) {
      const cell = cells[index] ?? '';
      fields[name] = this.isOwnExport ? unescapeCsvText(cell) : cell.trim();
    }
    return fields;
  }
}

function hasOddQuotes(line: string): boolean {
  let isOdd = false;
  for (let at = line.indexOf('"'); at !== -1; at = line.indexOf('"', at + 1)) isOdd = !isOdd;
  return isOdd;
}

/** Splits a row into cells. Null if a quote is open, so that the row continues on the next line. */
function splitRow(text: string, separator: string): string[] | null {
  if (!text.includes('"')) return text.split(separator);
  const cells: string[] = [];
  let at = 0;
  for (;;) {
    if (text[at] !== '"') {
      const end = text.indexOf(separator, at);
      cells.push(end === -1 ? text.slice(at) : text.slice(at, end));
      if (end === -1) return cells;
      at = end + 1;
      continue;
    }
    let end = text.indexOf('"', at + 1);
    while (end !== -1 && text[end + 1] === '"') end = text.indexOf('"', end + 2);
    if (end === -1) return null;
    cells.push(text.slice(at + 1, end).replaceAll('""', '"'));
    // Ignores text after the closing quote.
    const next = text.indexOf(separator, end + 1);
    if (next === -1) return cells;
    at = next + 1;
  }
}
