import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, test } from 'vitest';
// @ts-expect-error: JavaScript, which the build puts in the place of string-width.
import measure from '../../../.esbuild/text-width.cjs';
import { isThorough } from '../../support/thorough.ts';

const textWidth: (text: unknown) => number = measure;

const require = createRequire(import.meta.url);
/** The version that cli-table3 uses. */
const stringWidth: typeof textWidth = createRequire(require.resolve('cli-table3'))('string-width');

/** A local run takes every seventh character. */
const STEP = isThorough ? 1 : 7;

test('every character has the width that string-width gives it', () => {
  const wrong: string[] = [];
  for (let code = 0; code <= 0x1ffff; code += STEP) {
    const character = String.fromCodePoint(code);
    if (textWidth(character) !== stringWidth(character)) wrong.push(code.toString(16));
  }
  expect(wrong).toEqual([]);
});

const piece = fc.oneof(
  fc.constantFrom(
    '\u001b[31m',
    '\u001b[1;2m',
    '\u001b[0m',
    '\u001b',
    '[',
    '#',
    '\ufe0f',
    '\u20e3',
    '─',
    '⣿',
    '…',
    '→',
  ),
  fc.string(),
  fc.string({ unit: 'grapheme' }),
);

test('every text has the width that string-width gives it', () => {
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      expect(textWidth(pieces.join(''))).toBe(stringWidth(pieces.join('')));
    }),
    { numRuns: isThorough ? 500 : 100 },
  );
});

test('a value that is not a text has no width', () => {
  expect([undefined, null, 7].map(textWidth)).toEqual([0, 0, 0]);
});
