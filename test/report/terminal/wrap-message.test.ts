import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wrapMessage } from '../../../src/report/terminal/wrap-message.ts';

const lines = (text: string, columns: number | undefined, label = 'hint: ') =>
  wrapMessage(label, text, columns).split('\n');

test('a message wraps at spaces, and later lines are indented by the label', () => {
  expect(lines('check that this is an instance with a role', 30)).toEqual([
    'hint: check that this is an',
    '      instance with a role',
  ]);
});

test('a message without a terminal, or in a very narrow one, is one line', () => {
  const text = 'word '.repeat(100);
  expect(lines(text, undefined)).toEqual([`hint: ${text}`]);
  expect(lines(text, 29)).toEqual([`hint: ${text}`]);
  expect(lines(text, 30).length).toBeGreaterThan(1);
});

test('a command stays on one line if it fits on a line', () => {
  expect(lines('put two dashes before it: `cred-watch exec -j 4h -- a`, then', 40)).toEqual([
    'hint: put two dashes before it:',
    '      `cred-watch exec -j 4h -- a`, then',
  ]);
  expect(lines('run (`cred-watch report --retired`) or', 40)).toEqual([
    'hint: run',
    '      (`cred-watch report --retired`) or',
  ]);
  expect(lines('`cred-watch exec -j 4h -- command`', 30)).toEqual([
    'hint: `cred-watch exec -j 4h',
    '      -- command`',
  ]);
});

test('a duration stays on one line', () => {
  expect(lines('the longest gap is 2h 05m 07s', 33)).toEqual([
    'hint: the longest gap is',
    '      2h 05m 07s',
  ]);
});

test('a word that is longer than a line stays whole', () => {
  const url = `https://${'x'.repeat(100)}`;
  expect(lines(`read ${url} first`, 40)).toEqual(['hint: read', `      ${url}`, '      first']);
});

test('lines in a wide terminal have at most 110 columns', () => {
  const widths = lines('word '.repeat(100).trim(), 300).map((line) => line.length);
  expect(Math.max(...widths)).toBeGreaterThan(105);
  expect(Math.max(...widths)).toBeLessThanOrEqual(110);
});

test('wrapped messages have all of their text, and no line with spaces is too long', () => {
  const word = fc.stringMatching(/^[a-z`0-9.:()]{1,12}$/);
  fc.assert(
    fc.property(
      fc.array(word, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 30, max: 120 }),
      (words, columns) => {
        const text = words.join(' ');
        const wrapped = lines(text, columns);
        expect(wrapped.map((line) => line.slice(6)).join(' ')).toBe(text);
        expect(wrapped.filter((line) => line.length > columns && line.trim().includes(' '))).toEqual([]);
      },
    ),
  );
});
