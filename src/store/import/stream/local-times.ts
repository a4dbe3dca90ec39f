import type { Instant } from '../../../domain/model.ts';
import type { LocalTimeConverter } from '../time-zone.ts';

/** A smaller step backwards is a correction of the clock, not the end of summer time. */
const CLOCK_STEP_MS = 120_000;

/** Because of clock errors, a poll may precede the `LastUpdated` of its document by this much. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Converts the local times of one log. When the clocks go back, one hour occurs twice. The order of the lines
 * distinguishes the two occurrences.
 */
export class LocalTimes {
  readonly #convert: LocalTimeConverter;
  #previous: Instant | null = null;
  /** The time between the two last timestamps. */
  #pause = 0;
  /** Steps forwards minus steps backwards. Negative for a log with the newest lines first. */
  #direction = 0;

  constructor(convert: LocalTimeConverter) {
    this.#convert = convert;
  }

  /**
   * @param wall the local time as if it were UTC
   * @param lastUpdated of the document, which cannot have been polled earlier
   */
  toInstant(wall: Instant, lastUpdated: Instant | null): Instant {
    const [first, second] = this.#convert(wall);
    const instant = second !== undefined && this.#isSecond(first, second, lastUpdated) ? second : first;
    const previous = this.#previous;
    if (previous !== null && instant !== previous) {
      this.#direction += Math.sign(instant - previous);
      this.#pause = Math.abs(instant - previous);
    }
    this.#previous = instant;
    return instant;
  }

  #isSecond(first: Instant, second: Instant, lastUpdated: Instant | null): boolean {
    if (lastUpdated !== null && first < lastUpdated - CLOCK_SLACK_MS) return true;
    const previous = this.#previous;
    if (previous === null) return false;
    if (this.#direction < 0) return second <= previous + CLOCK_STEP_MS && this.#pause < previous - first;
    // Chooses the occurrence whose distance from the last line is closer to the previous distance.
    return Math.abs(second - previous - this.#pause) < Math.abs(first - previous - this.#pause);
  }
}
