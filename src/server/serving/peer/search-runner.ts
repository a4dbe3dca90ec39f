import { performance } from 'node:perf_hooks';

/** How long other requests can wait for a part of a search. */
const SLICE_MS = 0.5;
const READS_PER_CHECK = 8;

/** Limits the time on a machine with very many processes. */
export const MAX_READS = 20_000;

/** Runs a search in slices, and ends it at the limits. */
export class SearchRunner {
  readonly #isStopped: () => boolean;
  readonly #end: number;
  readonly #maxReads: number;
  #reads = 0;

  constructor(maxMs: number, isStopped: () => boolean, maxReads = MAX_READS) {
    this.#end = performance.now() + maxMs;
    this.#isStopped = isStopped;
    this.#maxReads = maxReads;
  }

  /** Runs `steps` until they end or `isDone`. Returns the result if they end. */
  async run<T>(steps: Generator<void, T>, isDone: () => boolean): Promise<T | null> {
    while (!this.isOver() && !isDone()) {
      const slice = this.runSlice(steps, isDone);
      if (slice.done) return slice.value;
      if (isDone()) return null;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return null;
  }

  /** Runs `steps` until the end of the slice. */
  runSlice<T>(steps: Generator<void, T>, isDone = () => false): IteratorResult<void, T> {
    const end = performance.now() + SLICE_MS;
    let step = steps.next();
    while (!step.done && performance.now() < end) {
      this.#reads += 1;
      if (this.#reads % READS_PER_CHECK === 0 && isDone()) break;
      step = steps.next();
    }
    return step;
  }

  /** Whether the search has reached a limit. */
  isOver(): boolean {
    return this.#isStopped() || this.#reads > this.#maxReads || performance.now() > this.#end;
  }
}
