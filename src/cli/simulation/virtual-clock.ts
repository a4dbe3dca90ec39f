import type { Clock } from '../../clock.ts';
import type { Instant } from '../../domain/model.ts';

interface Sleeper {
  until: Instant;
  wake: () => void;
}

/**
 * A clock that jumps to the end of the shortest sleep once its task only waits. The task must do no real I/O.
 */
export class VirtualClock implements Clock {
  #now: Instant;
  readonly #sleepers = new Set<Sleeper>();

  constructor(now: Instant) {
    this.#now = now;
  }

  now = (): Instant => this.#now;

  sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const wake = () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper: Sleeper = { until: this.#now + milliseconds, wake };
      this.#sleepers.add(sleeper);
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
    let next: Sleeper | null = null;
    for (const sleeper of this.#sleepers) if (next === null || sleeper.until < next.until) next = sleeper;
    if (next === null) return;
    this.moveTo(next.until);
    next.wake();
  }
}
