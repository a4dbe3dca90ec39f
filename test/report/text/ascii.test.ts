import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toAscii } from '../../../src/report/text/ascii.ts';
import { unicodeText } from '../../support/unicode-text.ts';

test.each([
  ['ASIA…7QXK · imds v2 · loader', 'ASIA...7QXK, imds v2, loader'],
  ['a\n· b', 'a\n, b'],
  ['→ run `x`', '-> run `x`'],
  ['rotated every 1h ± 5m', 'rotated every 1h +/- 5m'],
  ['3 × no document', '3 x no document'],
  ['1–2', '1-2'],
  ['büro', 'b\\u{fc}ro'],
  ['日本 🖥', '\\u{65e5}\\u{672c} \\u{1f5a5}'],
  ['\ud800', '\\u{d800}'],
  ['\u001b[31mred\u001b[39m\t\n', '\u001b[31mred\u001b[39m\t\n'],
])('%j is %j in ASCII', (text, ascii) => {
  expect(toAscii(text)).toBe(ascii);
});

test('all texts become ASCII, and ASCII stays the same', () => {
  fc.assert(
    fc.property(unicodeText(), fc.string({ unit: 'binary-ascii' }), (text, ascii) => {
      expect([...toAscii(text)].every((character) => character <= '\u007f')).toBe(true);
      expect(toAscii(ascii)).toBe(ascii);
      expect(toAscii(toAscii(text))).toBe(toAscii(text));
    }),
  );
});
