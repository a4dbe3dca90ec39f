import { findContent, type JsonContent } from '../documents/json-values.ts';
import { TableReader } from '../documents/table-rows.ts';
import type { ContentSink } from './json-lines.ts';

/** Reads a table with a header. Other lines may stand between its rows. */
export class TableLines {
  readonly #sink: ContentSink;
  #table: TableReader | null = null;

  constructor(sink: ContentSink) {
    this.#sink = sink;
  }

  get isOpen(): boolean {
    return this.#table !== null;
  }

  /** Returns false if the line is no header of a table. */
  readHeader(line: string): boolean {
    const table = TableReader.fromHeader(line);
    this.#table = table ?? this.#table;
    return table !== null;
  }

  /**
   * Returns false if the line is no row of the table.
   * @param end the line end
   */
  readRow(text: string, line: number, end: string): boolean {
    const table = this.#table;
    if (table === null || (text.trim() === '' && !table.isOpen)) return false;
    const row = table.readLine(text, line, end);
    if (row === 'open' || row === 'header') return true;
    if (row === 'too-long') {
      this.#sink.skip('row that is longer than 1 MiB', table.firstLine, true);
      return true;
    }
    if (row === 'other') {
      if (table.isOwnExport) this.#sink.skip('row without the columns of the first line', line, true);
      return table.isOwnExport;
    }
    const found: JsonContent[] = [];
    if (table.isOwnExport) found.push({ kind: 'own', fields: row });
    else findContent(row, found);
    this.#sink.addContent(found, null, table.firstLine, 'table with a header');
    return true;
  }

  /** Call this method after the last line. */
  finish(): void {
    if (this.#table?.isOpen) this.#sink.skip('row whose quote is not closed', this.#table.firstLine, true);
  }
}
