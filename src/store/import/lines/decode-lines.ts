import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';

/** Neighbouring lines of a file. */
export interface LineBatch {
  lines: string[];
  /** The line ends. Null if all of them are LF. */
  ends: string[] | null;
  /** The number of the first line in the file, from 1. */
  firstNumber: number;
  /** The numbers of lines that are longer than the limit. Such a line is empty in `lines`. */
  tooLong: number[];
}

/** In bytes. Without a limit, a file without line ends would fill the memory. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024;

const [LF, CR] = [0x0a, 0x0d];

const LINE_END = /\r\n|\n|\r/;

/**
 * Decodes UTF-8, UTF-16 and Latin-1, also several of them in one file, and splits the text into lines. Windows
 * PowerShell's `>>` writes UTF-16LE, also after lines in another encoding. Yields batches, because a promise
 * per line is slow for a million lines.
 * @param maxLength in bytes; a longer line is skipped
 */
export async function* decodeLines(
  chunks: AsyncIterable<Uint8Array>,
  maxLength = MAX_LINE_LENGTH,
): AsyncGenerator<LineBatch> {
  const reader = new LineDecoder(maxLength);
  for await (const chunk of chunks) {
    const batch = reader.read(chunk);
    if (batch !== null) yield batch;
  }
  const batch = reader.finish();
  if (batch !== null) yield batch;
}

class LineDecoder {
  readonly #maxLength: number;
  #rest: Uint8Array[] = [];
  #restLength = 0;
  #number = 1;
  readonly #converter = new TextConverter();
  /** Set if the file begins with the byte order mark of UTF-16BE. */
  #bigEndian: TextDecoder | null = null;
  #isFirst = true;
  /** Whether the rest of a line that is longer than the limit is skipped. */
  #isSkipping = false;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  read(chunk: Uint8Array): LineBatch | null {
    let bytes = chunk;
    if (this.#isFirst) {
      bytes = this.#takeRest(chunk);
      if (bytes.length < 2) return this.#keep(bytes);
      this.#isFirst = false;
      if (bytes[0] === 0xfe && bytes[1] === 0xff) this.#bigEndian = new TextDecoder('utf-16be');
    }
    // UTF-16BE is converted, so that only one encoding with two bytes remains.
    if (this.#bigEndian !== null) bytes = Buffer.from(this.#bigEndian.decode(bytes, { stream: true }));
    const mayBeWide = this.#mayBeWide(bytes);
    const cut =
      findLastLineEnd(bytes, mayBeWide) || (mayBeWide ? findLastWideReturn(bytes, this.#restLength % 2) : 0);
    if (cut === 0) {
      if (this.#restLength + bytes.length <= this.#maxLength) return this.#keep(bytes);
      this.#isSkipping = true;
      this.#takeRest(new Uint8Array());
      return null;
    }
    const complete = this.#takeRest(bytes.subarray(0, cut));
    this.#keep(bytes.subarray(cut));
    return this.#split(complete, true);
  }

  finish(): LineBatch | null {
    const rest = this.#takeRest(new Uint8Array());
    return rest.length === 0 && !this.#isSkipping ? null : this.#split(rest, false);
  }

  #mayBeWide(bytes: Uint8Array): boolean {
    return this.#converter.isWide || bytes.includes(0) || this.#rest.some((each) => each.includes(0));
  }

  #keep(bytes: Uint8Array): null {
    if (bytes.length > 0 && !this.#isSkipping) {
      this.#rest.push(bytes);
      this.#restLength += bytes.length;
    }
    return null;
  }

  #takeRest(next: Uint8Array): Uint8Array {
    if (this.#rest.length === 0) return next;
    const bytes = Buffer.concat([...this.#rest, next]);
    this.#rest = [];
    this.#restLength = 0;
    return bytes;
  }

  #split(bytes: Uint8Array, endsWithLineEnd: boolean): LineBatch {
    const decoded = this.#converter.decode(bytes);
    const text = this.#number === 1 && decoded.startsWith('\ufeff') ? decoded.slice(1) : decoded;
    const hasCarriageReturn = text.includes('\r');
    const lines = text.split(hasCarriageReturn ? LINE_END : '\n');
    const ends = hasCarriageReturn ? text.match(/\r\n|\n|\r/g) : null;
    if (endsWithLineEnd || (lines.length > 1 && lines.at(-1) === '')) lines.pop();
    const firstNumber = this.#number;
    this.#number += lines.length;
    const tooLong: number[] = [];
    if (this.#isSkipping) {
      this.#isSkipping = false;
      lines[0] = '';
      tooLong.push(firstNumber);
    }
    return { lines, ends, firstNumber, tooLong };
  }
}

/**
 * Returns the position after the last line end, or 0. A CR at the end may be the first half of a CRLF.
 * @param mayBeWide the bytes may be UTF-16LE, in which LF has a second byte
 */
function findLastLineEnd(bytes: Uint8Array, mayBeWide: boolean): number {
  const at = bytes.lastIndexOf(LF) + 1;
  if (at === 0) return mayBeWide || bytes.length < 2 ? 0 : bytes.lastIndexOf(CR, bytes.length - 2) + 1;
  if (at < bytes.length) return bytes[at] === 0 ? at + 1 : at;
  // The second byte may be in the next chunk.
  return mayBeWide && at > 1 ? findLastLineEnd(bytes.subarray(0, at - 1), true) : mayBeWide ? 0 : at;
}

/**
 * The position after the last CR of UTF-16LE that is not at the end, or 0. Some programs end all lines with CR.
 * @param start where the first whole character starts
 */
function findLastWideReturn(bytes: Uint8Array, start: number): number {
  // A CR at the end may be the first half of a CRLF.
  for (let at = bytes.length - 4; at > 0; at -= 1) {
    if (bytes[at] === CR && bytes[at + 1] === 0 && at % 2 === start) return at + 2;
  }
  return 0;
}

const utf16 = new TextDecoder('utf-16le');
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
const latin1 = new TextDecoder('windows-1252');

/** Decodes complete lines. Keeps whether the last line was UTF-16LE. */
class TextConverter {
  isWide = false;

  decode(bytes: Uint8Array): string {
    if (!bytes.includes(0)) {
      this.isWide = false;
      if (isAscii(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
      if (isUtf8(bytes) && !hasMark(bytes)) return utf8.decode(bytes);
    }
    let text = '';
    for (let start = 0; start < bytes.length; ) {
      const end = this.#findEnd(bytes, start);
      text += this.#decodeLine(bytes.subarray(start, end));
      start = end;
    }
    return text;
  }

  /** Finds the end of a line and whether it is UTF-16LE. */
  #findEnd(bytes: Uint8Array, start: number): number {
    const lineEnd = bytes.indexOf(LF, start) + 1;
    const end = lineEnd === 0 ? bytes.length : bytes[lineEnd] === 0 ? lineEnd + 1 : lineEnd;
    const line = bytes.subarray(start, end);
    const isEven = line.length % 2 === 0 && end > lineEnd;
    this.isWide = hasMark(line) || (isEven && (this.isWide || hasWideCharacters(line)));
    return lineEnd === 0 || this.isWide ? end : lineEnd;
  }

  #decodeLine(line: Uint8Array): string {
    const mark = line.findIndex((byte, at) => byte === 0xff && line[at + 1] === 0xfe);
    if (mark > 0) return decodeNarrow(line.subarray(0, mark)) + utf16.decode(line.subarray(mark));
    return this.isWide ? utf16.decode(line) : decodeNarrow(line);
  }
}

/** PowerShell writes a byte order mark of UTF-16, even at the end of a file in another encoding. */
const hasMark = (bytes: Uint8Array): boolean => {
  for (let at = bytes.indexOf(0xff); at !== -1; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === 0xfe) return true;
  }
  return false;
};

/** Whether at least a quarter of the characters before the line end are ASCII in two bytes. */
function hasWideCharacters(line: Uint8Array): boolean {
  let zeros = 0;
  for (let at = 1; at < line.length - 2; at += 2) if (line[at] === 0) zeros += 1;
  return zeros > 0 && zeros * 8 >= line.length - 2;
}

function decodeNarrow(line: Uint8Array): string {
  return (isUtf8(line) ? utf8 : latin1).decode(line).replaceAll('\0', '');
}
