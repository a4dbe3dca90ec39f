import { createDocument, setMember } from '../documents/document.ts';
import type { DocumentForm } from '../documents/forms.ts';
import { findContent, type JsonContent } from '../documents/json-content.ts';
import { findPairs } from '../documents/pairs.ts';
import { JsonText } from '../lines/json-text.ts';
import { readPrefix } from '../lines/prefix.ts';
import type { Timestamp } from '../timestamps/timestamp.ts';

/** Receives the content of JSON and of tables. */
export interface ContentSink {
  addContent(
    found: readonly JsonContent[],
    timestamp: Timestamp | null,
    line: number,
    form: DocumentForm,
  ): void;
  skip(reason: string, line: number, isBad: boolean): void;
  readLine(text: string, line: number): void;
  /** A timestamp was found behind the start of a line. */
  countTimestamp(): void;
  /** Whether a timestamp on an earlier line waits for its document. */
  hasTimestamp(): boolean;
}

/**
 * The start of JSON inside a line, also of JSON that is quoted again or has lost its quotes. `{ [278 bytes data]`
 * of curl does not match.
 */
const JSON_START = /[[{]\s*(?:\\?["'{}\]]|$)|\{\s*:?\w+ ?(?::|=>)/;

/** In characters. The longest timestamp with its prefix. */
const MAX_ENTRY_START = 400;

/** In characters. A document with a long token has 2,000. */
const MAX_DAMAGED_LENGTH = 16_384;

/** Reads JSON on one line or on several lines. */
export class JsonLines {
  readonly #sink: ContentSink;
  readonly #text = new JsonText();
  #timestamp: Timestamp | null = null;

  constructor(sink: ContentSink) {
    this.#sink = sink;
  }

  get isOpen(): boolean {
    return this.#text.isOpen;
  }

  /** Returns the position where JSON begins in the text, or -1. */
  static findStart(text: string): number {
    if (!text.includes('{') && !text.includes('[')) return -1;
    return text.search(JSON_START);
  }

  /**
   * Reads a line in which JSON begins. Returns the text after the JSON.
   * @param at where the JSON begins
   */
  read(text: string, at: number, timestamp: Timestamp | null, line: number): string {
    const before = timestamp === null ? readTimestampBefore(text, at) : null;
    if (before !== null) this.#sink.countTimestamp();
    this.#timestamp = timestamp ?? before;
    const start = at === 0 ? text : text.slice(at);
    const value = parseJson(start) ?? parseQuotedJson(start);
    if (value !== undefined) {
      this.#addValue(value, line);
      return '';
    }
    return this.#feed(start, 0, line);
  }

  /**
   * Reads the next line of open JSON. Returns the text after the JSON, and null if the line cannot belong to it.
   * @param start where the text after the timestamp starts
   */
  continue(text: string, start: number, timestamp: Timestamp | null, line: number): string | null {
    const rest = text.slice(start);
    // A prefix without a timestamp has neither quotes nor brackets.
    const at = rest.search(/["{}[\]]/);
    if ((at === -1 && timestamp !== null) || /^\{\s*(?:"|$)/.test(rest)) {
      this.abandon(line);
      return null;
    }
    if (timestamp === null) return this.#feed(rest, 0, line);
    this.#timestamp = timestamp;
    return this.#feed(rest, at, line);
  }

  /** Must be called where JSON must end. Still reads the members of a cut-off document. */
  abandon(line: number): void {
    if (this.#text.isOpen) this.#readBroken(this.#text.abandon(), line);
  }

  /**
   * The document of IMDS has no line end, so the next timestamp can follow the document on the same line. If the
   * document has no other timestamp, this timestamp belongs to it.
   */
  #feed(text: string, at: number, line: number): string {
    const objects: string[] = [];
    const end = this.#text.readLine(text, at, line, (object) => objects.push(object), startsEntry);
    const rest = end === 'broken' ? '' : text.slice(end).replace(/^[\s,;"']+/, '');
    const after = rest === '' || this.#text.isOpen ? null : readPrefix(rest);
    const isOwn =
      after !== null && this.#timestamp === null && objects.length === 1 && !this.#sink.hasTimestamp();
    if (isOwn) {
      this.#sink.countTimestamp();
      this.#timestamp = after.timestamp;
    }
    for (const object of objects) this.#addObject(object, line);
    if (end === 'broken') {
      const broken = this.#text.abandon();
      // The objects before the damage must not be read again.
      if (broken !== '' || objects.length === 0) this.#readBroken(broken || text.slice(at), line);
    }
    return isOwn ? rest.slice(after.end) : rest;
  }

  #addObject(object: string, line: number): void {
    const value = parseJson(object) ?? parseJson(object.replace(/,(?=\s*[}\]])/g, ''));
    if (value === undefined) this.#readBroken(object, line);
    else this.#addValue(value, line);
  }

  #addValue(value: unknown, line: number): void {
    const found: JsonContent[] = [];
    findContent(value, found);
    if (found.length === 0) {
      if (typeof value === 'object' && value !== null) {
        this.#sink.skip('JSON that is not a credentials document', line, true);
      }
      return;
    }
    this.#sink.addContent(found, this.#timestamp, line, 'JSON');
  }

  #readBroken(text: string, line: number): void {
    const plain = text.slice(0, MAX_DAMAGED_LENGTH).replaceAll('\\"', '"');
    const document = createDocument();
    for (const { kind, value: member } of findPairs(plain)) {
      if (kind !== 'message') setMember(document, kind, member);
    }
    if (document.expiration === null) this.#sink.skip('JSON that is cut off or damaged', line, true);
    else this.#sink.addContent([{ kind: 'document', document }], this.#timestamp, line, 'damaged JSON');
  }
}

/** A log without line ends has a timestamp behind each document. */
function startsEntry(line: string, at: number): boolean {
  const next = line.slice(at, at + MAX_ENTRY_START).replace(/^[\s,;"']+/, '');
  return next !== '' && !/^[{}[\]]/.test(next) && readPrefix(next) !== null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads a timestamp after a logger's words, for example `poll at 2026-01-31T12:00:00Z: {`. */
function readTimestampBefore(text: string, at: number): Timestamp | null {
  if (at === 0 || at > 200) return null;
  for (const { index } of text.slice(0, at).matchAll(/(?<![\w.:-])\d{4}-|(?<![\w.:-])\d{10}/g)) {
    const found = readPrefix(text, index);
    if (found !== null) return found.timestamp;
  }
  return null;
}

/** Reads JSON with escaped quotes: `{\\"Code\\":…}`. Undefined for other texts. */
function parseQuotedJson(text: string): unknown {
  if (!/^\{\s*\\+"/.test(text)) return undefined;
  return parseJson(text.slice(0, text.lastIndexOf('}') + 1).replace(/\\+"/g, '"'));
}
