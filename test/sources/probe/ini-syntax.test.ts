import { describe, expect, test } from 'vitest';
import {
  findProblemOfJavaAndRust,
  listSectionNames,
  parseLikeBotocore,
} from '../../../src/sources/probe/ini-syntax.ts';

/** `2 NO_SECTION`, or null. */
const format = (problem: ReturnType<typeof findProblemOfJavaAndRust>) =>
  problem === null ? null : `${problem.line} ${problem.cause}`;

describe('the parsers of botocore and of Java and Rust', () => {
  // Column 2 was measured with botocore 1.43.11 and AWS CLI 2.9.19.
  test.each<[text: string, botocore: string | null, javaAndRust: string | null]>([
    ['', null, null],
    ['# comment\n; comment\n\n[a]\nb = c\n', null, null],
    ['[a]\r\nb=c\r\n', null, null],
    ['[a]\nb =\n', null, null],
    ['[a]\nb = c\n  d\n', null, null],
    ['[a]\nb =\n  c = d\n\n  e = f\n', null, null],
    ['[a]\nb =\n  c\n', '3 NO_EQUALS_SIGN', '3 NO_EQUALS_SIGN'],
    ['[a]\nb =\n  c: d\n', '3 NO_EQUALS_SIGN', '3 COLON'],
    ['[a]\nb: c\n', null, '2 COLON'],
    ['[a]\nb c\n', '2 NO_EQUALS_SIGN', '2 NO_EQUALS_SIGN'],
    ['[a]\n= c\n', '2 NO_EQUALS_SIGN', '2 NO_EQUALS_SIGN'],
    ['[a]\n  b = c\n', null, '2 INDENTED'],
    ['[a]\n  b = c\n  d\n', '3 NO_EQUALS_SIGN', '2 INDENTED'],
    ['b = c\n[a]\n', '1 NO_SECTION', '1 NO_SECTION'],
    ['text\n', '1 NO_SECTION', '1 NO_SECTION'],
    ['\ufeff[a]\nb = c\n', '1 BYTE_ORDER_MARK', '1 BYTE_ORDER_MARK'],
    ['[a]\nb = \ufffd\n', '2 NOT_UTF8', null],
    ['[a\nb = c\n', '1 UNCLOSED_SECTION', '1 UNCLOSED_SECTION'],
    ['[a]\n[b]\n[a]\n', '3 DUPLICATE_SECTION', null],
    ['[a]\nb = c\nB = d\n', '3 DUPLICATE_KEY', null],
    ['[DEFAULT]\nb = c\n[DEFAULT]\nb = d\n', '4 DUPLICATE_KEY', null],
    ['[DEFAULT]\nb = c\n[DEFAULT]\nd = e\n', null, null],
    ['[profile a]\n[profile "a"]\n', null, null],
    ['\n \n[a]\n', null, null],
    ['\n\n[a]\nb\n', '4 NO_EQUALS_SIGN', '4 NO_EQUALS_SIGN'],
    ['[a]\rb\n', '2 NO_EQUALS_SIGN', '1 UNCLOSED_SECTION'],
    ['[a] # c\n[b] ; c\n', null, null],
    ['[a] c\n', null, '1 UNCLOSED_SECTION'],
    ['  [a]\n  b = c\n', null, '1 NO_SECTION'],
    ['[a]\n  # c\nb = c\n', null, '2 INDENTED'],
    ['[a]\nb = c # d\n', null, null],
    ['[a]\nb # = c\n', null, '2 NO_EQUALS_SIGN'],
    ['[a]\nb = c\n   d\n  e\n', null, null],
    ['[a]\nb =\n  c\n  d = e\n', '3 NO_EQUALS_SIGN', '3 NO_EQUALS_SIGN'],
    ['[a]\nb =\n  c = d\n  e\n', '4 NO_EQUALS_SIGN', '4 NO_EQUALS_SIGN'],
    ['[a]\nb = =\n  c\n', null, null],
    ['[a]\nb = c\n\n  d\n', null, null],
    ['[]\n', '1 UNCLOSED_SECTION', null],
    ['[a]\n[b]\n  c\n', '3 NO_EQUALS_SIGN', '3 INDENTED'],
    ['[DEFAULT]\nb = c\n[a]\nb = c\n', null, null],
    ['[a]\n\tb = c\n', null, '2 INDENTED'],
    ['[a]\nb = c\n\td\n', null, null],
    ['x\n[a]\nb = \ufffd\n', '3 NOT_UTF8', '1 NO_SECTION'],
  ])('%j has the expected problems', (text, botocore, javaAndRust) => {
    expect(format(parseLikeBotocore(text).problem)).toBe(botocore);
    expect(format(findProblemOfJavaAndRust(text))).toBe(javaAndRust);
  });
});

test('parseLikeBotocore reads keys with an equals sign or a colon', () => {
  const { sections } = parseLikeBotocore('[a]\nB: c=d\ne = f:g\nh =\n  i = j\n');
  expect(Object.fromEntries(sections.get('a') ?? [])).toEqual({ b: 'c=d', e: 'f:g', h: '\ni = j' });
});

test('listSectionNames reads the names of invalid files too', () => {
  expect(listSectionNames('\ufeff[a]\ntext\n [ profile b ] # c\n[d\n')).toEqual(['a', 'profile b']);
});
