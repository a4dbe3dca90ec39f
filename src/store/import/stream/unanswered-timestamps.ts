import type { Timestamp } from '../timestamps/timestamp.ts';
import type { SkipCounter } from './skipped-lines.ts';

/** Timestamps that are closer belong to the same poll. A container's log also dates the empty line after a document. */
const MAX_POLL_SPAN_MS = 10_000;

/** Counts timestamps on lines of their own that no document follows. `curl -s` prints nothing if it fails. */
export class UnansweredTimestamps {
  readonly #skipped: SkipCounter;
  #waiting: { timestamp: Timestamp; line: number; skippedBefore: number } | null = null;
  /** The timestamp of the last document or failed poll. */
  #used: Timestamp | null = null;

  constructor(skipped: SkipCounter) {
    this.#skipped = skipped;
  }

  /** Adds a timestamp on a line of its own. */
  add(timestamp: Timestamp, line: number): void {
    this.#endWait(timestamp);
    const isOfLastPoll = this.#used !== null && !areApart(timestamp, this.#used);
    if (!isOfLastPoll) this.#waiting ??= { timestamp, line, skippedBefore: this.#skipped.total };
  }

  /** @param timestamp of a document or of a failed poll. Null if it has none */
  use(timestamp: Timestamp | null): void {
    if (timestamp !== null) this.#endWait(timestamp);
    this.#waiting = null;
    this.#used = timestamp;
  }

  /** Must be called after the last line. */
  finish(): void {
    this.#endWait(null);
  }

  /** @param next the next timestamp of the log. Null at its end */
  #endWait(next: Timestamp | null): void {
    const waiting = this.#waiting;
    if (waiting === null || (next !== null && !areApart(waiting.timestamp, next))) return;
    this.#waiting = null;
    // Skipped lines after the timestamp are counted with their own reason.
    if (this.#skipped.total > waiting.skippedBefore) return;
    this.#skipped.add('timestamp without a document', waiting.line, false);
  }
}

/** False for timestamps that cannot be compared, because only one of them has a zone or a year. */
const areApart = (a: Timestamp, b: Timestamp): boolean =>
  (a.offset === null) === (b.offset === null) &&
  a.isYearless === b.isYearless &&
  Math.abs(a.wall - (a.offset ?? 0) - b.wall + (b.offset ?? 0)) > MAX_POLL_SPAN_MS;
