import { expect, test } from 'vitest';
// @ts-expect-error: JavaScript
import { formatGoal, formatTable, formatValue } from '../../bench/harness/table.mjs';

const same = (median: number) => ({ median, low: median, high: median });

const ROW = {
  name: 'a | b',
  unit: 'ms',
  figures: { value: { median: 83.24, low: 80, high: 1250 }, cpu: same(90), memory: same(61.25) },
  ratios: { value: 2.654, cpu: 2.7, memory: null },
  goals: [],
  skipped: null,
  failed: null,
};

test('the table has a heading per bench and a row per case', () => {
  const skipped = { ...ROW, name: 'jq', figures: null, ratios: null, skipped: 'not installed: jq' };
  const failed = { ...skipped, name: 'poll', skipped: null, failed: 'exit code 2\nstack' };
  expect(formatTable([{ title: 'One poll', rows: [ROW, skipped, failed] }])).toBe(
    `|  | median | spread | ratio | CPU | ratio | memory | ratio | goal |
| --- | --: | --: | --: | --: | --: | --: | --: | --- |
| **One poll** |  |  |  |  |  |  |  |  |
| a \\| b | 83.2 ms | 80 ms – 1.25 s | 2.65 | 90 ms | 2.70 | 61.3 MiB |  |  |
| jq |  |  |  |  |  |  |  | skipped: not installed: jq |
| poll |  |  |  |  |  |  |  | failed: exit code 2 |
`,
  );
});

test.each([
  [0.1234, 'ms', '0.123 ms'],
  [999.4, 'ms', '999 ms'],
  [1000, 'ms', '1 s'],
  [123_456, 'ms', '123 s'],
  [16.24, 'bytes', '16.2 bytes'],
  [12_345.6, 'per second', '12346 per second'],
])('%d %s is written as %s', (value, unit, text) => {
  expect(formatValue(value, unit)).toBe(text);
});

const GOAL = { figure: 'value', isRatio: true, against: null, measured: 2.654, met: false };

test.each([
  [{ ...GOAL, most: 2.7, met: true }, '≤ 2.7: met'],
  [{ ...GOAL, most: 2.5 }, '≤ 2.5: **missed**, 2.65'],
  [{ ...GOAL, least: 0.95, measured: null, met: null }, '≥ 0.95: not measured'],
  [{ ...GOAL, figure: 'cpu', most: 1, against: 'the loop' }, 'CPU ≤ 1 × the loop: **missed**, 2.65'],
  [
    { ...GOAL, figure: 'memory', most: 75, isRatio: false, measured: 80.25 },
    'memory ≤ 75 MiB: **missed**, 80.3 MiB',
  ],
  [{ ...GOAL, most: 3000, isRatio: false, measured: 8600 }, '≤ 3 s: **missed**, 8.6 s'],
])('a goal is written with its limit and its result', (goal, text) => {
  expect(formatGoal(goal, 'ms')).toBe(text);
});
