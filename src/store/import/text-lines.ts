import { TextDecoder } from 'node:util';

/** A line of a file that was split into lines, or a piece of one. */
export interface TextLine {
  text: string;
  /** The line's number in the file, from 1. */
  number: number;
}

/** A skipped line. The problem never quotes the line, because logs may contain secrets. */
export interface BadLine {
  line: number;
  problem: string;
}

/** Longer than any record; a file without line ends must not fill the memory. */
export const MAX_LINE_LENGTH = 1_048_576;

const LINE_END = /\r\n|\n|\r/;

/**
 * The text of a stream of bytes. A byte order mark decides between UTF-8 and UTF-16 (Windows PowerShell's `>>`
 * writes UTF-16LE); without one, a NUL in the second place does, as in every UTF-16LE text that begins in ASCII.
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let head: Uint8Array = new Uint8Array();
  for await (const next of chunks) {
    // A pipe may hand over a single byte, and two decide.
    const chunk: Uint8Array = head.length > 0 ? Buffer.concat([head, next]) : next;
    head = decoder === null && chunk.length < 2 ? chunk : new Uint8Array();
    if (head.length > 0) continue;
    decoder ??= new TextDecoder(encodingOf(chunk));
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  decoder ??= new TextDecoder();
  const rest = decoder.decode(head);
  if (rest !== '') yield rest;
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if ((first === 0xff && second === 0xfe) || second === 0) return 'utf-16le';
  return 'utf-8';
}

/**
 * Splits text into lines, in batches so that a million of them cost no million promises.
 * @param alsoBefore a line also ends before a match of this: for logs whose lines were run together
 */
export async function* splitLines(
  text: AsyncIterable<string>,
  alsoBefore?: RegExp,
): AsyncGenerator<TextLine[]> {
  let number = 1;
  let rest = '';
  for await (const part of text) {
    rest += part;
    // A CR at the end may be half of a CRLF.
    const isCut = rest.endsWith('\r');
    const lines = (isCut ? rest.slice(0, -1) : rest).split(LINE_END);
    rest = lines.pop()! + (isCut ? '\r' : '');
    const batch = lines.flatMap((line) => pieces(line, number++, alsoBefore));
    if (alsoBefore !== undefined && rest.length > MAX_LINE_LENGTH) {
      const run = pieces(rest, number, alsoBefore);
      rest = run.pop()!.text;
      batch.push(...run);
    }
    if (rest.length > MAX_LINE_LENGTH) {
      batch.push({ text: rest, number });
      rest = '';
    }
    if (batch.length > 0) yield batch;
  }
  if (rest.trim() !== '') yield pieces(rest, number, alsoBefore);
}

function pieces(text: string, number: number, alsoBefore: RegExp | undefined): TextLine[] {
  if (alsoBefore === undefined) return [{ text, number }];
  return text.split(alsoBefore).map((piece) => ({ text: piece, number }));
}
