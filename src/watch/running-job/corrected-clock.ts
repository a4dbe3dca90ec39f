import type { Clock } from '../../clock.ts';
import type { Instant } from '../../domain/model.ts';

/** Timers stand still while the machine is suspended, so one long sleep would end too late. */
const MAX_SLEEP_MS = 30_000;

/**
 * AWS's clock as far as it is known, while a job runs. It never goes back, so that a change of the host's clock does
 * not make credentials last longer.
 */
export class CorrectedClock {
  readonly #clock: Clock;
  readonly #aheadMs: number;
  #latest: Instant;

  /** @param aheadMs what to add to the host's clock. Not negative, because in doubt the later time counts */
  constructor(clock: Clock, aheadMs: number) {
    this.#clock = clock;
    this.#aheadMs = aheadMs;
    this.#latest = clock.now() + aheadMs;
  }

  now(): Instant {
    this.#latest = Math.max(this.#latest, this.#clock.now() + this.#aheadMs);
    return this.#latest;
  }

  async sleepUntil(instant: Instant, stop: AbortSignal): Promise<void> {
    for (let before = this.now(); before < instant && !stop.aborted; before = this.now()) {
      const pauseMs = Math.min(instant - before, MAX_SLEEP_MS);
      await this.#clock.sleep(pauseMs, stop);
      // This time has passed even if the clock was set back.
      if (!stop.aborted) this.#latest = Math.max(this.#latest, before + pauseMs);
    }
  }
}
