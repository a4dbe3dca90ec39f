import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { createPalette } from '../../../src/report/terminal/colour.ts';
import { breakLongWords, countColumns } from '../../../src/report/terminal/display-width.ts';
import { layOutColumns } from '../../../src/report/terminal/layout.ts';
import { wrapMessage } from '../../../src/report/terminal/wrap-message.ts';

const NAMES = [
  'web-1',
  'büro-é',
  '夜間バッチ-データベース',
  '서울-서버',
  'ｆｕｌｌ',
  'nightly-🚀-✅',
  '\u001b[31mロール\u001b[39m',
];

test.each(NAMES)('%j has the columns that cli-table3 counts', (name) => {
  expect(countColumns(name)).toBe(stringWidth(name));
});

test('a table shows the whole of a long name of wide characters, within its column', () => {
  const name = '夜間バッチ'.repeat(6);
  const palette = createPalette({ hasColour: false, isAsciiOnly: false });
  const lines = layOutColumns([[name, 'value']], [21, 10], palette).split('\n');
  expect(lines.map((line) => line.slice(0, 10)).join('')).toBe(name);
  expect(lines[0]).toBe(`${name.slice(0, 10)} value`);
});

test('a message with wide characters fits the terminal', () => {
  const text = Array.from({ length: 20 }, () => '夜間バッチ').join(' ');
  const lines = wrapMessage('note: ', text, 60).split('\n');
  expect(Math.max(...lines.map(stringWidth))).toBeLessThanOrEqual(60);
  expect(lines).toHaveLength(4);
});

test('a long word is broken only where the next character does not fit', () => {
  expect(breakLongWords('abcdef ab', 3)).toBe('abc\ndef ab');
  expect(breakLongWords('a夜夜', 3)).toBe('a夜\n夜');
  expect(breakLongWords('\u001b[31mabcd\u001b[39m', 4)).toBe('\u001b[31mabcd\u001b[39m');
});
