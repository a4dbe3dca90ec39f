import type { Clock } from '../../clock.ts';
import { MIN_CORRECTED_CLOCK_OFFSET } from '../../domain/measurement/generations.ts';
import type { Instant, Seconds } from '../../domain/model.ts';

/** Timers of the system can end early by this time. */
const TIMER_TOLERANCE_MS = 1000;

/**
 * AWS's time, by which credentials expire: the host's clock, corrected by the offset that the last response showed. If
 * the host's clock is set back, this clock goes on: otherwise expired credentials would seem valid again. If it is set
 * forward, this clock follows, because the host may have been suspended.
 */
export class AwsClock {
  readonly #clock: Clock;
  #lastHostTime: number;
  /** AWS's time at `#lastHostTime`. */
  #time: Instant;
  #isOffsetKnown = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#lastHostTime = clock.now();
    this.#time = this.#lastHostTime;
  }

  now(): Instant {
    const hostTime = this.#clock.now();
    this.#time += Math.max(0, hostTime - this.#lastHostTime);
    this.#lastHostTime = hostTime;
    return this.#time;
  }

  /** The host's clock minus AWS's. */
  getOffset(): Seconds {
    return Math.round((this.#clock.now() - this.now()) / 1000);
  }

  /**
   * Sleeps until this clock has advanced by this time, even if the host's clock is set during the sleep. Ends early if
   * `signal` is aborted. Do not call `synchronise` during a sleep.
   */
  async sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
    const until = this.now() + milliseconds;
    await this.#clock.sleep(milliseconds, signal);
    const isLate = this.now() < until - TIMER_TOLERANCE_MS;
    if (isLate && !signal.aborted) this.#time = until;
  }

  /**
   * Corrects this clock by the offset that a response showed.
   * @param offset null: the response showed no time. Then an earlier correction stays, else the host's clock counts
   */
  synchronise(offset: Seconds | null): void {
    if (offset === null && this.#isOffsetKnown) return;
    this.#isOffsetKnown = offset !== null;
    this.#lastHostTime = this.#clock.now();
    const isCorrected = offset !== null && Math.abs(offset) > MIN_CORRECTED_CLOCK_OFFSET;
    this.#time = this.#lastHostTime - (isCorrected ? offset * 1000 : 0);
  }
}
