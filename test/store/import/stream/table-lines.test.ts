import { describe, expect, test } from 'vitest';
import { TableLines } from '../../../../src/store/import/stream/table-lines.ts';

const ROW = '2026-11-20T00:00:01Z,2026-11-20T06:00:01Z';
const DOCUMENT = 'document in a table with a header';
const UNCLOSED = 'row whose quote is not closed';

/** Reads lines after a header, which is line 1. Returns whether each is a row, and what was found. */
function read(header: string, lines: readonly string[], end = '\n') {
  const found: string[] = [];
  const table = new TableLines({
    addContent: (contents, timestamp, line, form) => {
      for (const { kind } of contents)
        found.push(`${line} ${kind} in a ${form}${timestamp === null ? '' : '!'}`);
    },
    skip: (reason, line, isBad) => found.push(`${line} ${reason} ${isBad}`),
    readLine: (text, line) => found.push(`${line} line ${text}`),
    countTimestamp() {},
    hasTimestamp: () => false,
  });
  const isHeader = table.readHeader(header);
  const rows = lines.map((line, index) => table.readRow(line, index + 2, end));
  table.finish();
  return { isHeader, isOpen: table.isOpen, rows, found };
}

describe('a table', () => {
  test.each<[string, string[], boolean[], string[]]>([
    ['rows', [ROW, ROW], [true, true], [`2 ${DOCUMENT}`, `3 ${DOCUMENT}`]],
    ['a blank line', ['', ' '], [false, false], []],
    ['the header again', ['date,Expiration', ROW], [true, true], [`3 ${DOCUMENT}`]],
    ['another line', ['x', ROW], [false, true], [`3 ${DOCUMENT}`]],
    ['a row without a document', ['x,'], [true], ['2 row without a document false']],
    [
      'a cell with lines',
      ['"', ROW.replace(',', '",'), ROW],
      [true, true, true],
      [`2 ${DOCUMENT}`, `4 ${DOCUMENT}`],
    ],
    ['a cell with a blank line', ['"', '', ROW.replace(',', '",')], [true, true, true], [`2 ${DOCUMENT}`]],
    [
      'an open quote',
      ['x,"', ROW, ROW],
      [true, true, true],
      [`2 ${UNCLOSED} true`, `3 ${DOCUMENT}`, `4 ${DOCUMENT}`],
    ],
    ['an open quote before another line', ['x,"', 'y'], [true, true], [`2 ${UNCLOSED} true`, '3 line y']],
    [
      'a quote that closes too late',
      ['x,"', ROW, 'y', 'x",z,'],
      [true, true, true, true],
      [`2 ${UNCLOSED} true`, `3 ${DOCUMENT}`, '4 line y', `5 ${UNCLOSED} true`],
    ],
    [
      'a row that is too long',
      ['x,'.padEnd(1_048_577, 'x'), ROW],
      [true, true],
      ['2 row that is longer than 1 MiB true', `3 ${DOCUMENT}`],
    ],
    [
      'a cell that is too long',
      ['x,"'.padEnd(1_048_576, 'x'), ROW, ROW],
      [true, true, true],
      [`2 ${UNCLOSED} true`, `3 ${DOCUMENT}`, `4 ${DOCUMENT}`],
    ],
  ])('a table with %s is read', (_, lines, rows, found) => {
    expect(read('date,Expiration', lines)).toEqual({ isHeader: true, isOpen: true, rows, found });
  });

  test('a table of our own export has records, and rows with other columns are bad', () => {
    expect(read('schema_version,record', ['1,sample', 'x', '1,sample'])).toMatchObject({
      rows: [true, true, true],
      found: [
        '2 own in a table with a header',
        '3 row without the columns of the first line true',
        '4 own in a table with a header',
      ],
    });
  });

  test('a table does not begin with another line', () => {
    expect(read('x', [ROW])).toEqual({ isHeader: false, isOpen: false, rows: [false], found: [] });
  });

  test('a table stays open after a line that is not a header', () => {
    const table = new TableLines({
      addContent() {},
      skip() {},
      readLine() {},
      countTimestamp() {},
      hasTimestamp: () => false,
    });
    expect([table.readHeader('date,Expiration'), table.readHeader('x'), table.isOpen]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
