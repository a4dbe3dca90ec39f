import type { Instant } from '../../domain/model.ts';
import type { AwsClock } from './aws-clock.ts';

/** A sleep has short slices, because timers stand still during a suspension and do not follow a clock that is set. */
const MAX_SLICE_MS = 10_000;

/** A sleep until an instant of AWS's clock, which can be ended early. One at a time. */
export class WakeableSleep {
  readonly #time: AwsClock;
  readonly #stop: AbortSignal;
  #slice = new AbortController();
  #isWoken = false;

  /** @param stop ends the sleep, and every later one */
  constructor(time: AwsClock, stop: AbortSignal) {
    this.#time = time;
    this.#stop = stop;
    stop.addEventListener('abort', () => this.wake(), { once: true });
  }

  async until(instant: Instant): Promise<void> {
    this.#isWoken = false;
    for (;;) {
      const left = Math.ceil(instant - this.#time.now());
      if (left <= 0 || this.#isWoken || this.#stop.aborted) return;
      this.#slice = new AbortController();
      await this.#time.sleep(Math.min(left, MAX_SLICE_MS), this.#slice.signal);
    }
  }

  /** Ends the present sleep. Has no effect without one. */
  wake(): void {
    this.#isWoken = true;
    this.#slice.abort();
  }
}
