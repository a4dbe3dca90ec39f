import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createPalette } from '../../../src/report/terminal/colour.ts';
import { layOutColumns as layOut } from '../../../src/report/terminal/layout.ts';

const PLAIN = createPalette({ hasColour: false, isAsciiOnly: false });
const layOutColumns = (rows: string[][], widths: number[], aligns?: ('left' | 'right')[]) =>
  layOut(rows, widths, PLAIN, aligns);

test('columns wrap text at spaces, and break words that are wider than the column', () => {
  expect(
    layOutColumns(
      [
        ['a', 'one two three'],
        ['b', 'x'.repeat(10)],
        ['c', 'two\nlines'],
      ],
      [3, 8],
    ),
  ).toBe('a  one two\n   three\nb  xxxxxxxx\n   xx\nc  two\n   lines');
});

test('a line ends within a duration only if the column is narrower than the duration', () => {
  const { bad } = createPalette({ hasColour: true, isAsciiOnly: false });
  const wrap = (text: string, width: number) => layOutColumns([[text]], [width]).split('\n');
  expect(wrap('the gap is (2h 05m 07s long)', 19)).toEqual(['the gap is', '(2h 05m 07s long)']);
  expect(wrap('from 56m 11s to 1h 03m 57s', 18)).toEqual(['from 56m 11s to', '1h 03m 57s']);
  expect(wrap(`for ${bad('-1h 05m')}, late`, 10)).toEqual(['for', `${bad('-1h 05m')},`, 'late']);
  expect(wrap('1d 02h 03m 04s', 10)).toEqual(['1d 02h 03m', '04s']);
  expect(wrap('in room 5d 03house', 12)).toEqual(['in room 5d', '03house']);
});

test('columns keep the colour of a text on each of its lines', () => {
  const { bad, bold } = createPalette({ hasColour: true, isAsciiOnly: false });
  const [first, second] = layOutColumns([[bold(bad('x'.repeat(10)))]], [8]).split('\n');
  expect(first).toBe(bold(bad('xxxxxxxx')));
  expect(second).toContain('\u001b[31m');
  expect(second).toContain('xx');
});

test('columns of ten thousand rows and of a very long word are complete', () => {
  const rows = Array.from({ length: 10_000 }, (_, index) => [`h${index}`, 'safe']);
  const lines = layOutColumns(rows, [10, 10]).split('\n');
  expect([lines.length, lines[0], lines.at(-1)]).toEqual([10_000, 'h0        safe', 'h9999     safe']);
  const long = layOutColumns([['', 'x'.repeat(20_000)]], [2, 50]).split('\n');
  expect([long.length, new Set(long).size]).toEqual([400, 1]);
});

test('rows look the same above a row that only cli-table3 can lay out', () => {
  const WIDTHS = [6, 9];
  const word = fc.constantFrom(
    'a',
    'bcd',
    'job-1',
    '\u00b7',
    '\u2026',
    '5h',
    '1h 05m',
    '2d 03h 07m',
    'x'.repeat(12),
  );
  const cell = fc
    .array(fc.tuple(fc.constantFrom(' ', '  ', ''), word), { maxLength: 6 })
    .map((parts) => parts.flat().join('').trimStart());
  const align = fc.constantFrom('left' as const, 'right' as const);
  const WIDE = ['', '\u6f22'];
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1 }), fc.tuple(align, align), (rows, aligns) => {
      const lines = layOutColumns([...rows, WIDE], WIDTHS, aligns).split('\n');
      expect(layOutColumns(rows, WIDTHS, aligns).split('\n')).toEqual(lines.slice(0, -1));
    }),
  );
});

test('without its colours, a coloured table equals the table without colours', () => {
  const { good, bold, dim } = createPalette({ hasColour: true, isAsciiOnly: false });
  const keep = (text: string) => text;
  const paint = fc.constantFrom(keep, good, bold, dim, (text: string) => bold(good(text)));
  const word = fc.constantFrom('', 'a', 'job-1', '\u00b7', '1h 05m', '05m', '\n', 'x'.repeat(12));
  const cell = fc.array(fc.tuple(word, paint), { maxLength: 6 });
  const aligns = fc.constantFrom('left' as const, 'right' as const);
  const removeColours = (text: string) => text.replace(/\u001b\[\d+m/g, '');
  fc.assert(
    fc.property(cell, cell, fc.integer({ min: 2, max: 14 }), aligns, (left, right, width, align) => {
      const layOutCells = (isColoured: boolean) =>
        layOutColumns(
          [
            [left, right].map((words) =>
              words.map(([text, colour]) => (isColoured ? colour(text) : text)).join(' '),
            ),
          ],
          [width, width],
          [align, align],
        );
      const trim = (text: string) => text.split('\n').map((line) => line.trimEnd());
      expect(trim(removeColours(layOutCells(true)))).toEqual(trim(layOutCells(false)));
    }),
  );
});

test('an empty coloured cell takes no more than the spaces of its column', () => {
  const { dim } = createPalette({ hasColour: true, isAsciiOnly: false });
  expect(
    layOutColumns(
      [
        [dim(''), dim('series')],
        ['', '\u6f22'],
      ],
      [2, 8],
    ),
  ).toBe(`  ${dim('series')}\n  \u6f22`);
});

test('a wrapped colour ends with each line and continues on the next', () => {
  const { bad } = createPalette({ hasColour: true, isAsciiOnly: false });
  expect(layOutColumns([[`is ${bad('not safe')} now`]], [7])).toBe(`is ${bad('not')}\n${bad('safe')}\nnow`);
});
