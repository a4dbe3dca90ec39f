import { describe, expect, test } from 'vitest';
import { decodeText, splitLines, type TextLine } from '../../../src/store/import/text-lines.ts';

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield item;
}

async function decode(...chunks: number[][]): Promise<string> {
  let text = '';
  for await (const part of decodeText(each(chunks.map((bytes) => Uint8Array.from(bytes))))) text += part;
  return text;
}

async function split(parts: readonly string[], alsoBefore?: RegExp): Promise<TextLine[]> {
  const lines: TextLine[] = [];
  for await (const batch of splitLines(each(parts), alsoBefore)) lines.push(...batch);
  return lines;
}

const bytes = (text: string, encoding: BufferEncoding) => [...Buffer.from(text, encoding)];

describe('decodeText', () => {
  test.each([
    ['UTF-8', [], bytes('aä€', 'utf8')],
    ['UTF-8 with a mark', [0xef, 0xbb, 0xbf], bytes('aä€', 'utf8')],
    ['UTF-16LE with a mark', [0xff, 0xfe], bytes('aä€', 'utf16le')],
    ['UTF-16LE without a mark', [], bytes('aä€', 'utf16le')],
    ['UTF-16BE with a mark', [0xfe, 0xff], [...Buffer.from('aä€', 'utf16le').swap16()]],
  ])('text in %s is decoded in chunks of any size', async (_, mark, content) => {
    const all = [...mark, ...content];
    expect(await decode(all)).toBe('aä€');
    expect(await decode(...all.map((byte) => [byte]))).toBe('aä€');
  });

  test('a text of one byte or none is decoded', async () => {
    expect(await decode([97])).toBe('a');
    expect(await decode([], [97])).toBe('a');
    expect(await decode()).toBe('');
    expect(await decode([0xfe], [97])).toBe('\ufffda');
    expect(await decode([97], [0xff])).toBe('a\ufffd');
  });
});

describe('splitLines', () => {
  test('lines end with LF, CR or CRLF, and have numbers', async () => {
    const expected = [
      { text: 'a', number: 1 },
      { text: 'b', number: 2 },
      { text: '', number: 3 },
      { text: 'c', number: 4 },
      { text: 'd', number: 5 },
    ];
    const text = 'a\nb\r\n\r\nc\rd';
    expect(await split([text])).toEqual(expected);
    expect(await split([...text])).toEqual(expected);
    expect(await split([`${text}\n`])).toEqual(expected);
    expect(await split([`${text}\r`, '\n'])).toEqual(expected);
  });

  test('a blank end of a file is no line', async () => {
    expect(await split(['a\n  '])).toEqual([{ text: 'a', number: 1 }]);
    expect(await split([])).toEqual([]);
  });

  test('a line also ends before each match, with the number of its line', async () => {
    expect(await split(['[1] a[2] b\n[3] c', '[4] d'], /(?=\[)/)).toEqual([
      { text: '[1] a', number: 1 },
      { text: '[2] b', number: 1 },
      { text: '[3] c', number: 2 },
      { text: '[4] d', number: 2 },
    ]);
  });

  const MEGABYTE = 1_048_576;

  test('a line over one million characters is cut, so that a file without line ends does not fill the memory', async () => {
    const lengths = (lines: TextLine[]) => lines.map(({ text, number }) => [text.length, number]);
    const half = 'x'.repeat(MEGABYTE / 2);
    expect(lengths(await split([half, half, '\nb']))).toEqual([
      [MEGABYTE, 1],
      [1, 2],
    ]);
    expect(lengths(await split([half, half, 'x', half, '\nb']))).toEqual([
      [MEGABYTE + 1, 1],
      [MEGABYTE / 2, 1],
      [1, 2],
    ]);
  });

  test('a long line with entries is divided before its last entry', async () => {
    const entry = `[${'x'.repeat(MEGABYTE / 2)}`;
    const lengths = [];
    for await (const batch of splitLines(each([entry, entry, entry, '\n']), /(?=\[)/)) {
      lengths.push(batch.map(({ text }) => text.length));
    }
    expect(lengths).toEqual([[entry.length], [entry.length], [entry.length]]);
  });

  test('lines before a long line with entries come before its entries', async () => {
    const entry = `[${'x'.repeat(MEGABYTE / 2)}`;
    const lines = await split([`a\nb\n${entry}${entry}${entry}`], /(?=\[)/);
    expect(lines.map(({ text, number }) => [text.slice(0, 1), number])).toEqual([
      ['a', 1],
      ['b', 2],
      ['[', 3],
      ['[', 3],
      ['[', 3],
    ]);
  });
});
