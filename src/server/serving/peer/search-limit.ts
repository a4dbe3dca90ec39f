/** Responses wait for a search, and an SDK gives up after one second. */
const MIN_MS = 40;

/** How fast the limit recovers after a search that ended in time. */
const GROWTH = 1.25;

/**
 * How long a search may take. A machine with thousands of processes of the same user would otherwise delay every response
 * by the whole limit.
 */
export class SearchLimit {
  readonly #maxMs: number;
  #ms: number;

  constructor(maxMs: number) {
    this.#maxMs = maxMs;
    this.#ms = maxMs;
  }

  get milliseconds(): number {
    return this.#ms;
  }

  /** @param wasInTime false if the search ended at its limit */
  note(wasInTime: boolean): void {
    this.#ms = wasInTime ? Math.min(this.#maxMs, this.#ms * GROWTH) : Math.min(this.#maxMs, MIN_MS);
  }
}
