import type { Clock } from '../../clock.ts';

/** So long a result is good for, if nothing happens: time goes on in it, too. */
const GOOD_FOR = 10_000;

/** Whatever happens: what took a second to make is made anew every ten seconds at most. */
const LONGEST_SHARE = 10;

/**
 * Something that is costly to make, kept for those who ask for it. Several who ask at once wait for one making; a failed
 * one is not kept.
 */
export class CachedResult<T> {
  readonly #make: () => T | Promise<T>;
  readonly #ready: () => Promise<void>;
  readonly #clock: Clock;
  #kept: { value: T; madeAt: number; cost: number; isOutdated: boolean } | null = null;
  #coming: Promise<T> | null = null;
  #changes = 0;

  /** @param ready when it may be made, as soon as it is wanted */
  constructor(make: () => T | Promise<T>, ready: () => Promise<void>, clock: Clock) {
    this.#make = make;
    this.#ready = ready;
    this.#clock = clock;
  }

  /** @param isBusy something has the right of way: what is kept, however old, will do */
  async get(isBusy = false): Promise<T> {
    if (this.#kept !== null && (isBusy || this.#isGood(this.#kept))) return this.#kept.value;
    this.#coming ??= this.#renew().finally(() => {
      this.#coming = null;
    });
    return this.#coming;
  }

  /** What it was made of has changed. */
  invalidate(): void {
    this.#changes += 1;
    if (this.#kept !== null) this.#kept.isOutdated = true;
  }

  #isGood({ madeAt, cost, isOutdated }: { madeAt: number; cost: number; isOutdated: boolean }): boolean {
    const age = this.#clock.now() - madeAt;
    // A clock that was set back makes it old.
    return age >= 0 && age < Math.max(isOutdated ? 0 : GOOD_FOR, cost * LONGEST_SHARE);
  }

  async #renew(): Promise<T> {
    await this.#ready();
    const [begun, changes] = [this.#clock.now(), this.#changes];
    const value = await this.#make();
    const madeAt = this.#clock.now();
    const isOutdated = changes !== this.#changes;
    this.#kept = { value, madeAt, cost: Math.max(0, madeAt - begun), isOutdated };
    return value;
  }
}
