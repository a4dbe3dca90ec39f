import type { Clock } from '../../../src/clock.ts';

interface Sleeper {
  until: number;
  wake: () => void;
}

/** Time that passes when a test says so, and wakes whoever has slept long enough. */
export class FalseClock implements Clock {
  #now: number;
  #sleepers: Sleeper[] = [];
  #fallenAsleep: (() => void)[] = [];

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
      for (const tell of this.#fallenAsleep.splice(0)) tell();
    });

  /** Resolves when somebody falls asleep next. */
  nextSleep(): Promise<void> {
    return new Promise((resolve) => this.#fallenAsleep.push(resolve));
  }

  pass(milliseconds: number): void {
    this.#now += milliseconds;
    for (const sleeper of this.#sleepers.filter(({ until }) => until <= this.#now)) sleeper.wake();
  }

  /** How long those who sleep have yet to. */
  left(): number[] {
    return this.#sleepers.map(({ until }) => until - this.#now);
  }
}
