/** Lines that were skipped for one reason. */
export interface SkippedLines {
  reason: string;
  count: number;
  /** The number of the first line. */
  firstLine: number;
  /** The line should be a sample, but is not readable. `--strict` makes such lines fatal. */
  isBad: boolean;
}

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
