import type { Instant } from '../../../domain/model.ts';
import type { ColumnRow } from '../documents/column-rows.ts';

/** A larger difference is not a clock error. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Why the first time of rows is no timestamp.
 * - `expiration-first`: it is repeated and later than the second time
 * - `repeated`: of two times, it is repeated as `LastUpdated` is
 * - `before-last-updated`: it precedes `LastUpdated`
 */
export type UndatedRows = 'expiration-first' | 'repeated' | 'before-last-updated';

/** Detects rows without a header whose first time is `LastUpdated` or the expiration instead of a timestamp. */
export class UndatedRowDetector {
  /** The last row. */
  #last: { wall: number; expiration: Instant } | null = null;
  #hasRepeated = false;
  /** Whether a first time cannot be `LastUpdated`. */
  #isTimestamp = false;
  /** Rows whose first time precedes their `LastUpdated`, minus the other ones. */
  #early = 0;
  /** Rows whose first time is after their second time, minus the other ones. */
  #swapped = 0;

  add({ document: { timestamp, lastUpdated, expiration }, isAmbiguous }: ColumnRow): void {
    if (timestamp === null) return;
    if (isAmbiguous && expiration !== null) {
      const row = { wall: timestamp.wall, expiration: expiration.instant };
      const last = this.#last;
      const isPolledAgain = row.expiration === last?.expiration && row.wall !== last.wall;
      // The times of a document have the same form, and one `LastUpdated` for each expiration.
      this.#isTimestamp ||= isPolledAgain || (timestamp.offset === null) !== expiration.zoneless;
      // Two polls have different times, while `LastUpdated` stays the same.
      this.#hasRepeated ||= row.wall === last?.wall;
      this.#swapped += row.wall > row.expiration ? 1 : -1;
      this.#last = row;
    }
    if (lastUpdated === null || timestamp.offset === null) return;
    const isEarly = timestamp.wall - timestamp.offset < lastUpdated.instant - CLOCK_SLACK_MS;
    this.#early += isEarly ? 1 : -1;
  }

  get reason(): UndatedRows | null {
    if (this.#hasRepeated && this.#swapped > 0) return 'expiration-first';
    if (this.#hasRepeated && !this.#isTimestamp) return 'repeated';
    return this.#early > 0 ? 'before-last-updated' : null;
  }
}
