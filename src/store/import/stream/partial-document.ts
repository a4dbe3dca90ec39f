import { createDocument, isRepeated, type LoggedDocument, setMember } from '../documents/document.ts';
import type { MemberKind } from '../documents/member-names.ts';
import type { Pair } from '../documents/pairs.ts';
import type { Timestamp } from '../timestamps/timestamp.ts';
import type { Assembler } from './assembler.ts';

/** The timestamps of one document are at most this far apart. */
const MAX_DOCUMENT_SPAN_MS = 60_000;

/** Joins the members of a document that are on separate lines. */
export class PartialDocument {
  readonly #assembler: Assembler;
  #document: LoggedDocument | null = null;
  #timestamp: Timestamp | null = null;
  #line = 0;
  #expirationLine = 0;
  /** Whether earlier documents had a `LastUpdated`. Then a document without it is not complete. */
  #hasLastUpdated = false;

  constructor(assembler: Assembler) {
    this.#assembler = assembler;
  }

  get isOpen(): boolean {
    return this.#document !== null;
  }

  get hasExpiration(): boolean {
    return this.#expirationLine !== 0;
  }

  /** Whether the document has no timestamp yet, so that the next one may belong to it. */
  get needsTimestamp(): boolean {
    return this.#document !== null && this.#timestamp === null && this.#assembler.pending === null;
  }

  /** @param inline the timestamp on the line */
  addPairs(pairs: readonly Pair[], inline: Timestamp | null, line: number): void {
    for (const { kind, value } of pairs) this.addMember(kind, value, inline, line);
  }

  /** @param inline the timestamp on the line */
  addMember(kind: MemberKind | null, value: string, inline: Timestamp | null, line: number): void {
    if (kind === null || kind === 'ignored' || kind === 'message') return;
    const open = this.#document;
    const isFar =
      this.#timestamp !== null &&
      inline !== null &&
      Math.abs(inline.wall - this.#timestamp.wall) > MAX_DOCUMENT_SPAN_MS;
    if (open !== null && (isFar || isRepeated(open, kind))) this.finish();
    if (this.#document === null) {
      if (kind === 'secret' || kind === 'role') return;
      this.#document = createDocument();
      this.#timestamp = null;
      this.#line = line;
    }
    if (inline !== null && (this.#expirationLine === 0 || kind === 'expiration')) this.#timestamp = inline;
    if (kind === 'expiration') this.#expirationLine = line;
    if (kind !== 'secret') setMember(this.#document, kind, value);
  }

  /**
   * Ends a JSON object that began before the first line of a rotated log. The rest of the object is not a sample,
   * because its other members are unknown.
   */
  close(): void {
    const document = this.#document;
    if (document === null) return;
    if (this.#timestamp !== null || document.lastUpdated !== null) {
      this.finish();
      return;
    }
    this.#document = null;
    this.#expirationLine = 0;
    this.#assembler.skipped.add('document whose start is missing', this.#line, true);
  }

  setTimestamp(timestamp: Timestamp): void {
    this.#timestamp = timestamp;
  }

  /** Must be called where a document ends, and after the last line. */
  finish(): void {
    const document = this.#document;
    if (document === null) return;
    this.#document = null;
    const [line, expirationLine] = [this.#line, this.#expirationLine];
    this.#expirationLine = 0;
    const problem = this.#findProblem(document);
    if (problem !== null) {
      this.#assembler.skipped.add(problem, expirationLine || line, true);
      return;
    }
    if (document.lastUpdated !== null) this.#hasLastUpdated = true;
    this.#assembler.addDocument(document, this.#timestamp, expirationLine || line, 'members on lines');
  }

  #findProblem({ invalid, expiration, lastUpdated, errorCode }: LoggedDocument): string | null {
    if (invalid !== null) return invalid;
    if (expiration !== null && lastUpdated === null && this.#hasLastUpdated) {
      return 'Expiration without a LastUpdated before it';
    }
    if (expiration === null && lastUpdated !== null) {
      this.#hasLastUpdated = true;
      return 'LastUpdated without an Expiration after it';
    }
    return expiration === null && errorCode === null ? 'key id without an Expiration' : null;
  }
}
