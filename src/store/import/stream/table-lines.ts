import { findContent, type JsonContent } from '../documents/json-content.ts';
import { TableReader } from '../documents/table-reader.ts';
import type { ContentSink } from './json-lines.ts';

interface Line {
  text: string;
  line: number;
  end: string;
}

/** Reads a table with a header. Other lines may stand between its rows. */
export class TableLines {
  readonly #sink: ContentSink;
  #table: TableReader | null = null;
  /** The lines of the incomplete row. */
  #open: Line[] = [];

  constructor(sink: ContentSink) {
    this.#sink = sink;
  }

  get isOpen(): boolean {
    return this.#table !== null;
  }

  /** Returns false if the line is not the header of a table. */
  readHeader(line: string): boolean {
    const table = TableReader.fromHeader(line);
    this.#table = table ?? this.#table;
    return table !== null;
  }

  /**
   * Returns false if the line is not a row of the table.
   * @param end the line end
   */
  readRow(text: string, line: number, end: string): boolean {
    /** The next line comes last. */
    const waiting: Line[] = [{ text, line, end }];
    let isRow = true;
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const reread = this.#addLine(next);
      isRow = reread !== null;
      for (let index = (reread?.length ?? 0) - 1; index >= 0; index -= 1) {
        const each = reread?.[index];
        if (each !== undefined) waiting.push(each);
      }
      // The last line is read by the caller.
      if (!isRow && next.line !== line) this.#sink.readLine(next.text, next.line);
    }
    return isRow;
  }

  /** Must be called after the last line. */
  finish(): void {
    while (this.#table?.isOpen) {
      const [first, ...reread] = this.#open;
      this.#table.abandon();
      this.#open = [];
      this.#sink.skip('row whose quote is not closed', first?.line ?? 0, true);
      for (const { text, line, end } of reread)
        if (!this.readRow(text, line, end)) this.#sink.readLine(text, line);
    }
  }

  /**
   * Reads one line. Returns null if the line is not a row. If a quote is not closed, the first line of the row is
   * skipped, and its other lines are returned, because they must be read again.
   */
  #addLine(next: Line): Line[] | null {
    const table = this.#table;
    if (table === null || (next.text.trim() === '' && !table.isOpen)) return null;
    const row = table.readLine(next.text, next.end);
    this.#open.push(next);
    if (row === 'open') return [];
    const [first = next, ...others] = this.#open;
    this.#open = [];
    if (row === 'header') return [];
    if (row === 'too-long' || (row === 'other' && others.length > 0)) {
      const reason = others.length > 0 ? 'row whose quote is not closed' : 'row that is longer than 1 MiB';
      this.#sink.skip(reason, first.line, true);
      return others;
    }
    if (row === 'other') {
      if (!table.isOwnExport) return null;
      this.#sink.skip('row without the columns of the first line', next.line, true);
      return [];
    }
    const found: JsonContent[] = [];
    if (table.isOwnExport) found.push({ kind: 'own', fields: row });
    else findContent(row, found);
    if (found.length === 0) this.#sink.skip('row without a document', first.line, false);
    this.#sink.addContent(found, null, first.line, 'table with a header');
    return [];
  }
}
