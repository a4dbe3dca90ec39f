import { expect, test } from 'vitest';
import { createScale, type ScaleRow } from '../../../../src/report/table/chart/scale.ts';
import { seededRandom } from '../../../support/random.ts';

const HOUR = 3600;

/** One text per row, from the top. */
const formatRows = (rows: readonly ScaleRow[]) =>
  rows.map((row) =>
    row.kind === 'line' ? `-${row.required / HOUR}` : row.kind === 'break' ? ':' : row.label,
  );

const rowsFor = (lowest: number, highest: number, lines: readonly number[]) =>
  formatRows(
    createScale({
      lowest: lowest * HOUR,
      highest: highest * HOUR,
      required: lines.map((line) => line * HOUR),
      curveRows: 8,
      dotsPerRow: 4,
    }).rows,
  );

test.for([
  ['a line through the curve', 5, 6, [5.5], ['6h', '5h 45m', '', '', '-5.5', '', '5h 15m', '', '5h']],
  ['a line above the curve', 5, 6, [7], ['-7', '', '6h 30m', '', '6h', '', '5h 30m', '', '5h']],
  ['a line below the curve', 5, 6, [4.5], ['6h', '', '5h 30m', '', '', '5h', '', '', '-4.5']],
  [
    'a line far below the curve',
    5,
    6,
    [1],
    ['6h', '5h 45m', '', '5h 30m', '', '5h 15m', '', '5h', ':', '-1'],
  ],
  [
    'lines far above the curve',
    5,
    6,
    [20, 900],
    ['-900', '-20', ':', '6h', '5h 45m', '', '5h 30m', '', '5h 15m', '', '5h'],
  ],
  ['a curve close to 0', 1, 6, [], ['6h', '', '4h', '', '', '2h', '', '0']],
  [
    'two lines close together',
    5,
    6,
    [5.5, 5.51],
    ['6h', '5h 45m', '', '-5.51', '', '-5.5', '', '5h 15m', '', '5h'],
  ],
] as const)('%s', ([, lowest, highest, lines, rows]) => {
  expect(rowsFor(lowest, highest, lines)).toEqual(rows);
});

test('a value is drawn below a line exactly if the value is lower, for any curve and lines', () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = seededRandom(seed);
    const below = (limit: number) => Math.floor(random() * limit);
    const lowest = below([10, HOUR, 12 * HOUR, 1e9][below(4)]!);
    const highest = lowest + below([2, 60, 7 * HOUR, 1e9][below(4)]!);
    const near = lowest - HOUR + below(highest - lowest + 2 * HOUR);
    const lines = [near, near + below(3), below(2 * highest + 2), lowest, highest, 0, 36_525 * 86_400]
      .filter((line) => line >= 0 && random() < 0.4)
      .sort((a, b) => a - b);
    const curveRows = random() < 0.5 ? 4 : 8;
    const dotsPerRow = random() < 0.5 ? 2 : 4;
    const required = [...new Set(lines)];
    const {
      rows,
      toDot,
      curveRows: actualRows,
    } = createScale({ lowest, highest, required, curveRows, dotsPerRow });
    const context = `seed ${seed}`;
    expect(rows.filter(({ kind }) => kind === 'curve').length, context).toBe(actualRows);
    expect(actualRows, context).toBeLessThanOrEqual(Math.max(curveRows, required.length + 1));
    expect(
      rows.flatMap((row) => (row.kind === 'line' ? row.required : [])),
      context,
    ).toEqual(required.toReversed());

    const values = [
      lowest,
      highest,
      ...required.flatMap((line) => [line - 1, line]),
      lowest + below(highest - lowest + 1),
    ]
      .filter((value) => value >= lowest && value <= highest)
      .sort((a, b) => a - b);
    const dots = values.map(toDot);
    expect(dots, context).toEqual(dots.toSorted((a, b) => a - b));
    expect(Math.min(...dots), context).toBeGreaterThanOrEqual(0);
    expect(Math.max(...dots), context).toBeLessThan(actualRows * dotsPerRow);
    for (const [rowIndex, row] of rows.entries()) {
      if (row.kind !== 'line') continue;
      const curveBelow = rows.slice(rowIndex).filter(({ kind }) => kind === 'curve').length;
      for (const [index, value] of values.entries()) {
        const isDrawnBelow = dots[index]! < curveBelow * dotsPerRow;
        expect(isDrawnBelow, `${context}: ${value} and the line of ${row.required}`).toBe(
          value < row.required,
        );
      }
    }
  }
});

test('a curve row separates any two lines across the curve', () => {
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

test.for([
  ['a line within reach', [6.5], 8],
  ['a line beyond the axis break', [20], 8],
  ['the lowest of several lines', [5.5, 20], 4],
  ['no line above the curve', [1], 0],
] as const)('the area of a shortfall ends at %s', ([, lines, rows]) => {
  const required = lines.map((line) => line * HOUR);
  const scale = createScale({ lowest: 5 * HOUR, highest: 6 * HOUR, required, curveRows: 8, dotsPerRow: 4 });
  expect(scale.shortfallTop).toBe(rows * 4);
});
