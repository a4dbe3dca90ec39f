import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  escapeCsvText,
  escapeUnprintable,
  quoteForShell,
  toJson,
  unescapeCsvText,
} from '../src/untrusted-text.ts';
import { unicodeText } from './support/unicode-text.ts';

const ESC = String.fromCharCode(0x1b);

test.each([
  ['plain', 'plain'],
  [`${ESC}[31mred`, '\\u{1b}[31mred'],
  ['two\nlines\r', 'two\\u{a}lines\\u{d}'],
  ['left\u202eright', 'left\\u{202e}right'],
  ['\u009b2J', '\\u{9b}2J'],
  ['no character\uffff\u{1fffe}', 'no character\\u{ffff}\\u{1fffe}'],
  ['no width\u200b\u3164', 'no width\\u{200b}\\u{3164}'],
  ['a tag\u{e0041}', 'a tag\\u{e0041}'],
  ['half\ud800', 'half\\u{d800}'],
  ['höst-日本', 'höst-日本'],
])('the text %j is escaped as %j', (text, escaped) => {
  expect(escapeUnprintable(text)).toBe(escaped);
});

/** Any text with many characters that could do harm. */
const anyText = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...'=+-@\'",;|\t\r\n \u00a0＝＋－＠\ufeff\u200b\u0000\u007f\u0085\u009b\u061c\u200e\u202e\u2066\u2028\u2029',
      ),
      fc.constantFrom('\u{e0000}', '\u{e0041}', '\ud800', '\udc00', "'=", ESC, 'name', 'ü', '日'),
      unicodeText(2),
    ),
    { maxLength: 12 },
  )
  .map((parts) => parts.join(''));

/** Controls, bidirectional controls, invisible format characters, separators, halves of surrogate pairs. */
const RAW =
  /[\0-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e0fff}]|\p{Cs}/u;

describe('JSON', () => {
  test('JSON shows characters that control a terminal or hide text as \\uXXXX', () => {
    expect(toJson('\u009b\u007f\u202e\u2028\ufeff\u{e0041}\ud800')).toBe(
      '"\\u009b\\u007f\\u202e\\u2028\\ufeff\\udb40\\udc41\\ud800"',
    );
    expect(toJson({ '\u202e': ['ü日😀'] }, 2)).toBe('{\n  "\\u202e": [\n    "ü日😀"\n  ]\n}');
  });

  test('JSON returns any text and has no raw control character', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(toJson([text])).not.toMatch(RAW);
        expect(JSON.parse(toJson({ [text]: text }, 2))).toEqual({ [text]: text });
      }),
    );
  });
});

describe('a CSV cell', () => {
  test.each([
    ['=1+1', "'=1+1"],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(1)', "'@SUM(1)"],
    ['\t=1', "'\t'=1"],
    ['\r=1', "'\r'=1"],
    ['＝1', "'＝1"],
    ['＋1', "'＋1"],
    ['－1', "'－1"],
    ['＠1', "'＠1"],
    ['"=1"', `"'=1"`],
    ['a,=1', "a,'=1"],
    ['a;=1', "a;'=1"],
    ['a\t=1', "a\t'=1"],
    [' =1', " '=1"],
    ['\ufeff=1', "\ufeff'=1"],
    ['\u0000=1', "\u0000'=1"],
    ["'=1", "''=1"],
    ["''=1", "'''=1"],
    ["'plain", "'plain"],
    ['i-0abc', 'i-0abc'],
    ['a=b', 'a=b'],
    ["it's", "it's"],
  ])('a CSV cell with %j has the text %j', (text, cell) => {
    expect(escapeCsvText(text)).toBe(cell);
    expect(unescapeCsvText(escapeCsvText(text))).toBe(text);
  });

  test('a CSV cell returns any text and has no formula at its start, after a quote or after a separator', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const cell = escapeCsvText(text);
        expect(cell).not.toMatch(/(?:^|[\t\r\n",;|])\s*[-=+@＝＋－＠]/);
        expect(cell).not.toMatch(/^[\t\r]/);
        expect(unescapeCsvText(cell)).toBe(text);
      }),
    );
  });
});

test.each(['loader', 'a b', "it's", '$(id)', '`id`', 'x; rm -rf ~', '"', '\\', '*', '~', 'prüf', '', '-n'])(
  'a shell reads back the quoted word %j',
  (word) => {
    const line = `printf '%s' ${quoteForShell(word)}`;
    expect(execFileSync('/bin/sh', ['-c', line], { encoding: 'utf8' })).toBe(word);
  },
);
