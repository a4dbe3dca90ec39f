import { TextDecoder } from 'node:util';

/** A line of a file, or a part of it. */
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

/** In characters. Without a limit, a file without line ends would fill the memory. No record is as long. */
const MAX_LINE_LENGTH = 1_048_576;

const LINE_END = /\r\n|\n|\r/;

/**
 * Decodes UTF-8 and UTF-16 (Windows PowerShell's `>>` writes UTF-16LE). The byte order mark determines the
 * encoding. Without a mark, a NUL as second byte means UTF-16LE, because the first character is ASCII.
 */
export async function* decodeText(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let decoder: TextDecoder | null = null;
  let head: Uint8Array = new Uint8Array();
  for await (const next of chunks) {
    // The first chunk of a pipe may be one byte, but two bytes are needed to detect the encoding.
    const chunk: Uint8Array = head.length > 0 ? Buffer.concat([head, next]) : next;
    head = decoder === null && chunk.length < 2 ? chunk : new Uint8Array();
    if (head.length > 0) continue;
    decoder ??= new TextDecoder(detectEncoding(chunk));
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  decoder ??= new TextDecoder();
  const rest = decoder.decode(head);
  if (rest !== '') yield rest;
}

function detectEncoding([first, second]: Uint8Array): string {
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  if ((first === 0xff && second === 0xfe) || second === 0) return 'utf-16le';
  return 'utf-8';
}

/**
 * Splits text into lines. Yields batches, because a promise per line is slow for a million lines.
 * @param alsoBefore for logs without line ends: a line also ends before each match
 */
export async function* splitLines(
  text: AsyncIterable<string>,
  alsoBefore?: RegExp,
): AsyncGenerator<TextLine[]> {
  let number = 1;
  let rest = '';
  for await (const part of text) {
    rest += part;
    // A CR at the end may be the first half of a CRLF.
    const isCut = rest.endsWith('\r');
    const lines = (isCut ? rest.slice(0, -1) : rest).split(LINE_END);
    rest = (lines.pop() ?? '') + (isCut ? '\r' : '');
    const batch = lines.flatMap((line) => splitLine(line, number++, alsoBefore));
    if (alsoBefore !== undefined && rest.length > MAX_LINE_LENGTH) {
      const entries = splitLine(rest, number, alsoBefore);
      rest = entries.pop()?.text ?? '';
      batch.push(...entries);
    }
    if (rest.length > MAX_LINE_LENGTH) {
      batch.push({ text: rest, number });
      rest = '';
    }
    if (batch.length > 0) yield batch;
  }
  if (rest.trim() !== '') yield splitLine(rest, number, alsoBefore);
}

function splitLine(text: string, number: number, alsoBefore: RegExp | undefined): TextLine[] {
  if (alsoBefore === undefined) return [{ text, number }];
  return text.split(alsoBefore).map((piece) => ({ text: piece, number }));
}
