import { describe, expect, test } from 'vitest';
import { decodeLines } from '../../../../src/store/import/lines/decode-lines.ts';

async function* divide(all: Uint8Array, size: number) {
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}

async function decode(all: Uint8Array, size = 65_536, maxLength?: number) {
  const lines: string[] = [];
  const tooLong: number[] = [];
  for await (const batch of decodeLines(divide(all, size), maxLength)) {
    expect(batch.firstNumber).toBe(lines.length + 1);
    lines.push(...batch.lines);
    tooLong.push(...batch.tooLong);
  }
  return { lines, tooLong };
}

const TEXT = 'a\nä€\r\n[2026-11-20] {\n\n日\n';
const LINES = ['a', 'ä€', '[2026-11-20] {', '', '日'];
const utf16 = (text: string) => Buffer.from(text, 'utf16le');
const ENCODINGS: [string, Uint8Array][] = [
  ['UTF-8', Buffer.from(TEXT)],
  ['UTF-8 with a byte order mark', Buffer.from(`\ufeff${TEXT}`)],
  ['UTF-16LE with a byte order mark', utf16(`\ufeff${TEXT}`)],
  ['UTF-16BE with a byte order mark', Buffer.from(utf16(`\ufeff${TEXT}`)).swap16()],
];

describe('decodeLines', () => {
  test.each(ENCODINGS)('decodeLines reads %s in chunks of any size', async (_, all) => {
    for (const size of [1, 2, 3, 7, 65_536]) expect((await decode(all, size)).lines).toEqual(LINES);
  });

  test('decodeLines reads UTF-16LE whose first line has no ASCII', async () => {
    expect((await decode(utf16('\ufeff日本\nab\n'))).lines).toEqual(['日本', 'ab']);
  });

  test('decodeLines reads UTF-16LE without a byte order mark', async () => {
    expect((await decode(utf16('abc\r\ndef\n'))).lines).toEqual(['abc', 'def']);
  });

  test('decodeLines reads Latin-1', async () => {
    const all = Buffer.from('Fr 20. Mär 00:00:01 CET 2026\nx\n', 'latin1');
    for (const size of [1, 65_536]) {
      expect((await decode(all, size)).lines).toEqual(['Fr 20. Mär 00:00:01 CET 2026', 'x']);
    }
  });

  test('decodeLines reads lines of several encodings in one file', async () => {
    const all = Buffer.concat([
      Buffer.from('first\n'),
      utf16('second line\r\n'),
      utf16('third ä line\r\n'),
      Buffer.from('fourth €\n'),
      Buffer.from('fifth ü\n', 'latin1'),
      utf16('\ufeffsixth line\n'),
    ]);
    for (const size of [1, 5, 65_536]) {
      expect((await decode(all, size)).lines.map((line) => line.replace('\ufeff', ''))).toEqual([
        'first',
        'second line',
        'third ä line',
        'fourth €',
        'fifth ü',
        'sixth line',
      ]);
    }
  });

  test('decodeLines removes NUL bytes', async () => {
    expect((await decode(Buffer.from('\0\0\0a\0b\nc\0\n'))).lines).toEqual(['ab', 'c']);
  });

  test('decodeLines ends lines at LF, CR and CRLF', async () => {
    for (const size of [1, 2, 65_536]) {
      expect((await decode(Buffer.from('a\nb\r\n\r\nc\rd'), size)).lines).toEqual(['a', 'b', '', 'c', 'd']);
      expect((await decode(Buffer.from('a\rb\rc\r'), size)).lines).toEqual(['a', 'b', 'c']);
    }
  });

  test('decodeLines ends lines of UTF-16LE at CR, also in a file that is longer than the limit of a line', async () => {
    const texts = ['ab', 'ä€', '', 'c日d', 'e'];
    for (const mark of ['', '\ufeff']) {
      const all = utf16(`${mark}${texts.join('\r')}\r`);
      for (const size of [1, 3, 4, 5, 7, 65_536]) expect((await decode(all, size)).lines).toEqual(texts);
      const long = utf16(`${mark}${'abc\r'.repeat(100)}`);
      for (const size of [6, 7, 16]) {
        expect(await decode(long, size, 40)).toEqual({ lines: Array(100).fill('abc'), tooLong: [] });
      }
    }
    for (const size of [1, 2, 5, 6, 65_536]) {
      expect((await decode(utf16('ab\r\n\r\ncd\r\n'), size)).lines).toEqual(['ab', '', 'cd']);
    }
  });

  test('decodeLines skips a line that is too long', async () => {
    const all = Buffer.from(`a\n${'x'.repeat(300)}\nb\n${'y'.repeat(300)}`);
    expect(await decode(all, 10, 100)).toEqual({ lines: ['a', '', 'b', ''], tooLong: [2, 4] });
  });

  test('a file without content has no lines', async () => {
    expect(await decode(Buffer.from(''))).toEqual({ lines: [], tooLong: [] });
    expect(await decode(Buffer.from('a'))).toEqual({ lines: ['a'], tooLong: [] });
  });

  test('decodeLines returns the line ends unless all of them are LF', async () => {
    const ends = async (text: string) => {
      const found = [];
      for await (const batch of decodeLines(divide(Buffer.from(text), 100))) found.push(batch.ends);
      return found;
    };
    expect(await ends('a\nb\n')).toEqual([null]);
    expect(await ends('a\r\nb\n\rc\r\n')).toEqual([['\r\n', '\n', '\r', '\r\n']]);
  });

  test('decodeLines reads a line up to the limit', async () => {
    const read = (length: number, size: number) =>
      decode(Buffer.from(`${'x'.repeat(length)}\ny\n`), size, 10);
    for (const size of [1, 2]) {
      expect(await read(10, size)).toEqual({ lines: ['x'.repeat(10), 'y'], tooLong: [] });
      expect(await read(13, size)).toEqual({ lines: ['', 'y'], tooLong: [1] });
    }
    expect(await read(11, 1)).toMatchObject({ tooLong: [1] });
  });

  test('decodeLines has a limit of 16 MiB', async () => {
    const limit = 16 * 1024 * 1024;
    const { lines, tooLong } = await decode(Buffer.alloc(limit, 'x'), limit);
    expect([lines.map(({ length }) => length), tooLong]).toEqual([[limit], []]);
    expect(await decode(Buffer.alloc(limit + 1, 'x'), limit + 1)).toEqual({ lines: [''], tooLong: [1] });
  });

  test.each<[string, Uint8Array, string[]]>([
    ['UTF-16LE of which a quarter is ASCII', utf16('a日本語\nb\n'), ['a日本語', 'b']],
    ['UTF-16LE without a last line end', utf16('ab\ncd'), ['ab', 'cd']],
    ['UTF-8 lines with a NUL byte', Buffer.from('a\0bcdefgh\n\x01b\n'), ['abcdefgh', '\x01b']],
    ['an odd number of bytes', Buffer.from('a\0b\0c\n'), ['abc']],
    ['UTF-16LE, then UTF-8', Buffer.concat([utf16('ab\n'), Buffer.from('äbc\n')]), ['ab', 'äbc']],
    [
      'UTF-16LE in the middle of a line',
      Buffer.concat([Buffer.from('abc'), utf16('\ufeffdef\n')]),
      ['abcdef'],
    ],
    ['Latin-1 with ÿ', Buffer.from('aÿb\n', 'latin1'), ['aÿb']],
    ['a byte order mark on a later line', Buffer.from('\ufeffa\n\ufeffb\n'), ['a', '\ufeffb']],
  ])('decodeLines reads %s', async (_, all, lines) => {
    for (const size of [1, 3, 65_536]) expect((await decode(all, size)).lines).toEqual(lines);
  });

  test('decodeLines does not read UTF-16LE of which less than a quarter is ASCII', async () => {
    expect((await decode(utf16('a日本語日\n'))).lines[0]).not.toBe('a日本語日');
  });
});
