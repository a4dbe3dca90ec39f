import { expect, test } from 'vitest';
import { createScale, type ScaleRow } from '../../../../src/report/table/chart/scale.ts';
import { seededRandom } from '../../../support/domain/simulated-source.ts';

const HOUR = 3600;

/** What each row from the top says. */
const written = (rows: readonly ScaleRow[]) =>
  rows.map((row) =>
    row.kind === 'line' ? `-${row.required / HOUR}` : row.kind === 'break' ? ':' : row.label,
  );

const rowsFor = (lowest: number, highest: number, lines: readonly number[]) =>
  written(
    createScale({
      lowest: lowest * HOUR,
      highest: highest * HOUR,
      required: lines.map((line) => line * HOUR),
      curveRows: 8,
      dotsPerRow: 4,
    }).rows,
  );

test.for([
  ['a line through the curve', 5, 6, [5.5], ['6h', '5h45m', '', '', '-5.5', '', '5h15m', '', '5h']],
  ['a line above it', 5, 6, [7], ['-7', '', '6h30m', '', '6h', '', '5h30m', '', '5h']],
  ['a line below it', 5, 6, [4.5], ['6h', '', '5h30m', '', '', '5h', '', '', '-4.5']],
  ['a line far below it', 5, 6, [1], ['6h', '5h45m', '', '5h30m', '', '5h15m', '', '5h', ':', '-1']],
  [
    'lines far above it',
    5,
    6,
    [20, 900],
    ['-900', '-20', ':', '6h', '5h45m', '', '5h30m', '', '5h15m', '', '5h'],
  ],
  ['a curve that comes near to nothing', 1, 6, [], ['6h', '', '4h', '', '', '2h', '', '0']],
  [
    'lines a moment apart',
    5,
    6,
    [5.5, 5.51],
    ['6h', '5h45m', '', '-5.51', '', '-5.5', '', '5h15m', '', '5h'],
  ],
] as const)('%s', ([, lowest, highest, lines, rows]) => {
  expect(rowsFor(lowest, highest, lines)).toEqual(rows);
});

test('whatever the curve and the lines, what is below a line by a second is drawn below it, and nothing else is', () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = seededRandom(seed);
    const any = (longest: number) => Math.floor(random() * longest);
    const lowest = any([10, HOUR, 12 * HOUR, 1e9][any(4)]!);
    const highest = lowest + any([2, 60, 7 * HOUR, 1e9][any(4)]!);
    const near = lowest - HOUR + any(highest - lowest + 2 * HOUR);
    const lines = [near, near + any(3), any(2 * highest + 2), lowest, highest, 0, 36_525 * 86_400]
      .filter((line) => line >= 0 && random() < 0.4)
      .sort((a, b) => a - b);
    const curveRows = random() < 0.5 ? 4 : 8;
    const dotsPerRow = random() < 0.5 ? 2 : 4;
    const asked = [...new Set(lines)];
    const {
      rows,
      toDot,
      curveRows: given,
    } = createScale({ lowest, highest, required: asked, curveRows, dotsPerRow });
    const context = `seed ${seed}`;
    expect(rows.filter(({ kind }) => kind === 'curve').length, context).toBe(given);
    expect(given, context).toBeLessThanOrEqual(Math.max(curveRows, asked.length + 1));
    expect(
      rows.flatMap((row) => (row.kind === 'line' ? row.required : [])),
      context,
    ).toEqual(asked.toReversed());

    const values = [
      lowest,
      highest,
      ...asked.flatMap((line) => [line - 1, line]),
      lowest + any(highest - lowest + 1),
    ]
      .filter((value) => value >= lowest && value <= highest)
      .sort((a, b) => a - b);
    const dots = values.map(toDot);
    expect(dots, context).toEqual(dots.toSorted((a, b) => a - b));
    expect(Math.min(...dots), context).toBeGreaterThanOrEqual(0);
    expect(Math.max(...dots), context).toBeLessThan(given * dotsPerRow);
    for (const [place, row] of rows.entries()) {
      if (row.kind !== 'line') continue;
      const curveBelow = rows.slice(place).filter(({ kind }) => kind === 'curve').length;
      for (const [index, value] of values.entries()) {
        const isDrawnBelow = dots[index]! < curveBelow * dotsPerRow;
        expect(isDrawnBelow, `${context}: ${value} and the line of ${row.required}`).toBe(
          value < row.required,
        );
      }
    }
  }
});

test('there is a row of the curve between any two lines across it', () => {
  const lines = Array.from({ length: 12 }, (_, index) => (5 + index / 12) * HOUR + 60);
  const { rows } = createScale({
    lowest: 5 * HOUR,
    highest: 6 * HOUR,
    required: lines,
    curveRows: 4,
    dotsPerRow: 4,
  });
  expect(rows.map(({ kind }) => (kind === 'line' ? '-' : '.')).join('')).toBe('.-.-.-.-.-.-.-.-.-.-.-.-.');
});
