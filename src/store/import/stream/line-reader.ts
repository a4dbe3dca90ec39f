import { InvalidRecordError } from '../../archive/fields.ts';
import { readColumnRow } from '../documents/column-rows.ts';
import type { DocumentForm } from '../documents/forms.ts';
import type { JsonContent } from '../documents/json-content.ts';
import { readOwnLine } from '../documents/own-lines.ts';
import { findPairs, type Pair, readSimplePair } from '../documents/pairs.ts';
import { readLogEvent, removeColours, removeContainerName } from '../lines/additions.ts';
import { findFailureReason } from '../lines/failures.ts';
import { findNoise, SEPARATORS, skipNoise } from '../lines/noise.ts';
import { findPartialTimestamp } from '../lines/partial-timestamps.ts';
import { DATE_HEADER, preferZone, readInnerPrefix, readPrefix } from '../lines/prefix.ts';
import { readWholeTimestamp } from '../timestamps/families.ts';
import type { Timestamp } from '../timestamps/timestamp.ts';
import { type Assembler, UNDATED_FAILURE } from './assembler.ts';
import { type ContentSink, JsonLines } from './json-lines.ts';
import { PartialDocument } from './partial-document.ts';
import { ResponseReader } from './response-reader.ts';
import { findUnknownReason, UNKNOWN_TEXT } from './skipped-lines.ts';
import { TableLines } from './table-lines.ts';

/** Separates the entries of a log whose lines were joined. */
const ENTRY_START = /\s{0,20}(?=\[\d{4}[/-]\d\d[/-]\d\d[ T])/;

/** In characters. Patterns search only the start of a longer line for a timestamp. */
const MAX_PREFIX_LENGTH = 1000;

/** In characters. Longer text that is not JSON is skipped. */
const MAX_TEXT_LENGTH = 16_384;

/** A log line can contain a log line, for example in CloudWatch. */
const MAX_DEPTH = 3;

/** Turns the lines of a log into timestamps and documents. */
export class LineReader implements ContentSink {
  readonly #assembler: Assembler;
  readonly #depth: number;
  readonly #partial: PartialDocument;
  readonly #json: JsonLines;
  readonly #responses: ResponseReader;
  /** The line end of the current line, for cells of a table that have several lines. */
  lineEnd = '\n';
  readonly #table: TableLines;
  /** Reads lines that are quoted in other lines. */
  #inner: LineReader | null = null;

  constructor(assembler: Assembler, depth = 0) {
    this.#assembler = assembler;
    this.#depth = depth;
    this.#partial = new PartialDocument(assembler);
    this.#json = new JsonLines(this);
    this.#table = new TableLines(this);
    this.#responses = new ResponseReader(assembler);
  }

  /** @param inherited the timestamp of the line that contains this line */
  readLine(text: string, line: number, inherited: Timestamp | null = null): void {
    if (text.length > 60 && text.charCodeAt(0) === 91 && text.indexOf('[2', 1) !== -1) {
      for (const entry of text.split(ENTRY_START)) this.#readEntry(entry, line, inherited);
    } else {
      this.#readEntry(text, line, inherited);
    }
  }

  /** Must be called after the last line. */
  finish(line: number): void {
    this.#table.finish();
    this.#inner?.finish(line);
    this.#json.abandon(line);
    this.#partial.finish();
    this.#responses.finish(line);
  }

  countTimestamp(): void {
    this.#assembler.counter.timestamps += 1;
  }

  hasTimestamp(): boolean {
    return this.#assembler.pending !== null;
  }

  skip(reason: string, line: number, isBad: boolean): void {
    this.#assembler.skipped.add(reason, line, isBad);
  }

  addContent(
    found: readonly JsonContent[],
    timestamp: Timestamp | null,
    line: number,
    form: DocumentForm,
  ): void {
    for (const content of found) {
      if (content.kind === 'document') {
        if (content.document.timestamp !== null) this.#assembler.counter.timestamps += 1;
        this.#assembler.addDocument(content.document, timestamp, line, form);
      } else if (content.kind === 'own') {
        this.#addOwn(content.fields, line);
      } else if (this.#depth < MAX_DEPTH) {
        if (content.timestamp !== null) this.#assembler.counter.timestamps += 1;
        this.#inner ??= new LineReader(this.#assembler, this.#depth + 1);
        for (const each of content.text.split(/\r?\n/)) {
          this.#inner.readLine(each, line, content.timestamp ?? timestamp);
        }
      }
    }
  }

  /** One line can have any number of documents, so this is a loop and no recursion. */
  #readEntry(raw: string, line: number, inherited: Timestamp | null): void {
    if (this.#table.isOpen && this.#table.readRow(raw, line, this.lineEnd)) return;
    const entry = removeColours(raw);
    const event = readLogEvent(entry);
    if (event !== null) {
      this.addContent([{ kind: 'text', ...event }], null, line, 'JSON');
      return;
    }
    let text = entry;
    for (let stamp = inherited; ; stamp = null) {
      const after = this.#readNext(text, line, stamp);
      // Nothing is read of a bracket that begins no JSON.
      if (after.length >= text.length && text !== '') this.skip(UNKNOWN_TEXT, line, true);
      if (after === '' || after.length >= text.length) return;
      text = after;
    }
  }

  /** Returns the text that is not read yet. */
  #readNext(entry: string, line: number, inherited: Timestamp | null): string {
    const isBracket = entry.charCodeAt(0) === 91;
    const first = entry.charCodeAt(isBracket ? 1 : 0);
    const text = first >= 65 ? removeContainerName(entry) : entry;
    if (text === '' || (first <= 32 && text.trim() === '')) {
      this.#responses.finish(line);
      return '';
    }
    const head = text.length > MAX_PREFIX_LENGTH ? text.slice(0, MAX_PREFIX_LENGTH) : text;
    const outer = (first >= 60 || first <= 32) && DATE_HEADER.test(head) ? null : readPrefix(head);
    if (outer === null) {
      if (first !== 123 && inherited === null)
        this.#assembler.counter.partialTimestamps ??= findPartialTimestamp(head);
      return this.#readText(text, 0, inherited, line);
    }
    this.#assembler.counter.timestamps += 1;
    const next = text.charCodeAt(outer.end);
    // `"` and `{` begin a document.
    const isDocument = next === 34 || next === 123 || this.#json.isOpen;
    const inner = isDocument ? null : readInnerPrefix(head, outer.end, outer.timestamp);
    const { timestamp, end } = inner ?? outer;
    const stamp = timestamp.offset === null ? preferZone(timestamp, outer.timestamp, inherited) : timestamp;
    return this.#readText(text, end, stamp, line);
  }

  /** Reads the text after the timestamp of a line. Returns the text behind JSON. */
  #readText(text: string, start: number, timestamp: Timestamp | null, line: number): string {
    if (this.#json.isOpen) {
      const after = this.#json.continue(text, start, timestamp, line);
      if (after !== null) return skipNoise(after);
    }
    const simple = text.length < 200 ? readSimplePair(text, start) : null;
    if (simple !== null) {
      this.#partial.addMember(simple.kind, simple.value, timestamp, line);
      return '';
    }
    const rest = start === 0 ? text : text.slice(start);
    const json = JsonLines.findStart(rest);
    if (json !== -1) {
      this.#partial.finish();
      this.#responses.finish(line);
      return skipNoise(this.#json.read(rest, json, timestamp, line));
    }
    if (rest.length > MAX_TEXT_LENGTH) {
      this.skip('text that is longer than 16 KiB and not JSON', line, true);
      return '';
    }
    if (rest !== '' && this.#readDocument(rest, timestamp, line)) return '';
    if (timestamp !== null) {
      this.#setTimestamp(timestamp, SEPARATORS.test(rest) ? line : null);
      return '';
    }
    const noise = findNoise(rest);
    if (noise !== null && /^\s*\}/.test(rest)) this.#partial.close();
    if (noise !== null) this.skip(noise, line, false);
    else this.skip(findUnknownReason(rest), line, true);
    return '';
  }

  /** Returns false if the text is neither a part of a document nor an error of a poll. */
  #readDocument(text: string, timestamp: Timestamp | null, line: number): boolean {
    if (this.#responses.readLine(text, line)) {
      this.#partial.finish();
      return true;
    }
    if (this.#readPairs(findPairs(text), timestamp, line)) return true;
    const failure = findFailureReason(text);
    if (failure !== null) {
      if (timestamp !== null || this.#partial.hasExpiration) this.#partial.finish();
      // curl writes errors to stderr. They can appear inside a document.
      if (this.#partial.isOpen) this.skip(UNDATED_FAILURE, line, false);
      else this.#assembler.addFailure(failure, timestamp, line);
      return true;
    }
    const row = readColumnRow(text, timestamp, this.#assembler.pending);
    if (row !== null) {
      this.#partial.finish();
      this.#assembler.addRow(row, line);
      return true;
    }
    return timestamp === null && this.#table.readHeader(text);
  }

  #setTimestamp(timestamp: Timestamp, line: number | null): void {
    const belongsToDocument = this.#partial.needsTimestamp;
    if (belongsToDocument) this.#partial.setTimestamp(timestamp);
    this.#partial.finish();
    if (!belongsToDocument) this.#assembler.setTimestamp(timestamp, line);
  }

  /** Returns false if the line has no member of a document. */
  #readPairs(pairs: readonly Pair[], timestamp: Timestamp | null, line: number): boolean {
    if (pairs.length === 0) return false;
    const has = (...kinds: readonly Pair['kind'][]) => pairs.some(({ kind }) => kinds.includes(kind));
    if (has('expiration', 'lastUpdated', 'accessKeyId', 'roleArn')) {
      this.#partial.addPairs(pairs, timestamp, line);
      return true;
    }
    if (has('secret', 'code', 'ignored')) {
      if (this.#partial.isOpen) this.#partial.addPairs(pairs, timestamp, line);
      else if (timestamp !== null) this.#assembler.setTimestamp(timestamp, null);
      return true;
    }
    const stamp = timestamp === null ? pairs.find(({ kind }) => kind === 'timestamp') : undefined;
    const found = stamp === undefined ? null : readWholeTimestamp(stamp.value);
    if (found === null) return false;
    this.#assembler.counter.timestamps += 1;
    this.#setTimestamp(found, null);
    return true;
  }

  #addOwn(fields: Readonly<Record<string, unknown>>, line: number): void {
    try {
      const { record, form } = readOwnLine(fields);
      this.#assembler.addRecord(record, form);
    } catch (error) {
      if (!(error instanceof InvalidRecordError)) throw error;
      this.skip(error.message, line, true);
    }
  }
}
