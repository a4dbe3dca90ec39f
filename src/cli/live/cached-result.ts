import type { Clock } from '../../clock.ts';

/** A result expires even if nothing changes, because a report depends on the current time. */
const MAX_AGE_MS = 10_000;

/** A result is kept for this many times its cost, so that computing takes at most a tenth of the time. */
const MIN_AGE_PER_COST = 10;

interface CachedValue<T> {
  value: T;
  computedAt: number;
  costMs: number;
  isOutdated: boolean;
}

/** A costly result. Concurrent callers wait for the same computation. Errors are not cached. */
export class CachedResult<T> {
  readonly #compute: () => T | Promise<T>;
  readonly #waitUntilIdle: () => Promise<void>;
  readonly #clock: Clock;
  #cached: CachedValue<T> | null = null;
  #pending: Promise<T> | null = null;
  #changeCount = 0;

  /** @param waitUntilIdle delays each computation */
  constructor(compute: () => T | Promise<T>, waitUntilIdle: () => Promise<void>, clock: Clock) {
    this.#compute = compute;
    this.#waitUntilIdle = waitUntilIdle;
    this.#clock = clock;
  }

  /** @param isBusy return any cached result, however old */
  async get(isBusy = false): Promise<T> {
    if (this.#cached !== null && (isBusy || this.#isFresh(this.#cached))) return this.#cached.value;
    this.#pending ??= this.#renew().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  /** Marks the result as outdated, because its input has changed. */
  invalidate(): void {
    this.#changeCount += 1;
    if (this.#cached !== null) this.#cached.isOutdated = true;
  }

  #isFresh({ computedAt, costMs, isOutdated }: CachedValue<T>): boolean {
    const age = this.#clock.now() - computedAt;
    const maxAge = Math.max(isOutdated ? 0 : MAX_AGE_MS, costMs * MIN_AGE_PER_COST);
    // The age is negative if the clock was set back.
    return age >= 0 && age < maxAge;
  }

  async #renew(): Promise<T> {
    await this.#waitUntilIdle();
    const startedAt = this.#clock.now();
    const changeCount = this.#changeCount;
    const value = await this.#compute();
    const computedAt = this.#clock.now();
    const isOutdated = changeCount !== this.#changeCount;
    this.#cached = { value, computedAt, costMs: Math.max(0, computedAt - startedAt), isOutdated };
    return value;
  }
}
