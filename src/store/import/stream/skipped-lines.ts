/** Lines that were skipped for one reason. */
export interface SkippedLines {
  reason: string;
  count: number;
  /** The number of the first line. */
  firstLine: number;
  /** The line should be a sample, but is not readable. `--strict` makes such lines fatal. */
  isBad: boolean;
}

/** The reason for a line with a time of a document after a text that is no timestamp. */
export const UNKNOWN_TIMESTAMP = 'a time after a text that is not a known form of a timestamp';

/** The reason for lines that are not recognised at all. */
export const UNKNOWN_TEXT = 'text that is neither a timestamp nor a document';

/** `2026-11-20T06:00:01Z` in the place of an expiration. */
const TIME_AT_END = /\d[ \t,;|]{1,5}"?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|\+00:00)"?\s*$/;

/** The reason to skip a line that is not recognised. */
export const findUnknownReason = (text: string): string =>
  TIME_AT_END.test(text) ? UNKNOWN_TIMESTAMP : UNKNOWN_TEXT;

/** Limits the memory. */
const MAX_REASONS = 1000;

/** Counts skipped lines by reason. Never keeps their text, which may contain a secret. */
export class SkipCounter {
  readonly #reasons = new Map<string, SkippedLines>();
  #total = 0;

  /** The number of skipped lines. */
  get total(): number {
    return this.#total;
  }

  add(reason: string, line: number, isBad: boolean): void {
    this.#total += 1;
    // A reason can contain a number of a hostile file.
    const name = this.#reasons.size < MAX_REASONS || this.#reasons.has(reason) ? reason : 'other reasons';
    const known = this.#reasons.get(name);
    if (known === undefined) this.#reasons.set(name, { reason: name, count: 1, firstLine: line, isBad });
    else {
      known.count += 1;
      known.firstLine = Math.min(known.firstLine, line);
    }
  }

  /** Bad lines first, then the most frequent reasons. */
  list(): SkippedLines[] {
    return [...this.#reasons.values()].sort(
      (a, b) => Number(b.isBad) - Number(a.isBad) || b.count - a.count || a.firstLine - b.firstLine,
    );
  }
}
