import type { Clock } from '../../clock.ts';
import type { Instant } from '../../domain/model.ts';

/**
 * A clock that jumps to the end of the shortest sleep once its task only waits. The task must do no real I/O.
 */
export class VirtualClock implements Clock {
  #now: Instant;
  /** The function that ends a sleep, and the end of the sleep. */
  readonly #sleeps = new Map<() => void, Instant>();

  constructor(now: Instant) {
    this.#now = now;
  }

  now = (): Instant => this.#now;

  sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        this.#sleeps.delete(wake);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#sleeps.set(wake, this.#now + milliseconds);
      signal?.addEventListener('abort', wake);
    });

  /** Moves to a later instant. An earlier one has no effect. */
  moveTo(instant: Instant): void {
    this.#now = Math.max(this.#now, instant);
  }

  /** Runs a task. Whenever the task only waits, time jumps to the end of the shortest sleep. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    // Promise callbacks run before immediates. So an immediate runs once every part of the task waits.
    const wakeNext = () => {
      immediate = setImmediate(wakeNext);
      this.#wakeNext();
    };
    let immediate = setImmediate(wakeNext);
    try {
      return await task();
    } finally {
      clearImmediate(immediate);
    }
  }

  #wakeNext(): void {
    const [next] = [...this.#sleeps].sort(([, a], [, b]) => a - b);
    if (next === undefined) return;
    const [wake, until] = next;
    this.moveTo(until);
    wake();
  }
}
