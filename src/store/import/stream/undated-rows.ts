import type { ColumnRow } from '../documents/column-rows.ts';

/** A larger difference is not a clock error. */
const CLOCK_SLACK_MS = 60_000;

/** Detects rows without a header whose first time is `LastUpdated` instead of a timestamp. */
export class UndatedRowDetector {
  /** The first time of the last row. */
  #last = Number.NaN;
  #hasRepeated = false;
  /** Rows whose first time precedes their `LastUpdated`, minus the other ones. */
  #early = 0;

  add({ document: { timestamp, lastUpdated }, isAmbiguous }: ColumnRow): void {
    if (timestamp === null) return;
    // Two polls have different times, while `LastUpdated` stays the same.
    this.#hasRepeated ||= isAmbiguous && timestamp.wall === this.#last;
    this.#last = timestamp.wall;
    if (lastUpdated === null || timestamp.offset === null) return;
    const isEarly = timestamp.wall - timestamp.offset < lastUpdated.instant - CLOCK_SLACK_MS;
    this.#early += isEarly ? 1 : -1;
  }

  get areUndated(): boolean {
    return this.#hasRepeated || this.#early > 0;
  }
}
