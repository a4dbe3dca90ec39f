import type { Clock } from '../../../src/clock.ts';

interface Sleeper {
  until: number;
  wake: () => void;
}

/** A clock that a test advances. Advancing it ends the sleeps that are over. */
export class FakeClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  #waitingForSleep: (() => void)[] = [];

  constructor(now = Date.UTC(2026, 10, 22, 10)) {
    this.#now = now;
  }

  now = (): number => this.#now;

  sleep = (milliseconds: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const wake = () => {
        this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      const sleeper = { until: this.#now + milliseconds, wake };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', wake);
      if (signal?.aborted) wake();
      for (const resolveWait of this.#waitingForSleep.splice(0)) resolveWait();
    });

  /** Resolves at the next call of `sleep`. */
  nextSleep(): Promise<void> {
    return new Promise((resolve) => this.#waitingForSleep.push(resolve));
  }

  /** Returns whether a sleep has ended. */
  pass(milliseconds: number): boolean {
    this.#now += milliseconds;
    const over = this.#sleepers.filter(({ until }) => until <= this.#now);
    for (const sleeper of over) sleeper.wake();
    return over.length > 0;
  }

  /** Sets the clock. Running sleeps take as long as before, because timers do not follow the clock of the system. */
  set(now: number): void {
    for (const sleeper of this.#sleepers) sleeper.until += now - this.#now;
    this.#now = now;
  }

  /** The remaining milliseconds of each running sleep. */
  left(): number[] {
    return this.#sleepers.map(({ until }) => until - this.#now);
  }
}
