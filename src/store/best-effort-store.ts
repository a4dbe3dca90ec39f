import { CredWatchError } from '../errors.ts';
import type { StoreLimits } from './contract.ts';
import { SampleStore } from './sample-store.ts';

/**
 * The samples on disk for as long as they can be read and written there; from the first failure on a private copy, which
 * is forgotten at the end. For whoever judges this moment: that must not fail because a file system is read-only.
 */
export class BestEffortStore {
  #store: SampleStore;
  readonly #file: string;
  readonly #onTrouble: (error: CredWatchError) => void;
  #isCopy = false;

  private constructor(file: string, onTrouble: (error: CredWatchError) => void, limits: StoreLimits) {
    this.#file = file;
    this.#onTrouble = onTrouble;
    try {
      this.#store = SampleStore.open(file, limits);
    } catch (error) {
      this.#store = this.#copy(error);
    }
  }

  /** @param onTrouble told once, of what keeps samples from being recorded */
  static open(
    file: string,
    onTrouble: (error: CredWatchError) => void,
    limits: StoreLimits = {},
  ): BestEffortStore {
    return new BestEffortStore(file, onTrouble, limits);
  }

  recordSample = this.#trying('recordSample');
  recordFailedPoll = this.#trying('recordFailedPoll');
  findLastHost = this.#trying('findLastHost');
  histories = this.#trying('histories');
  startJobRun = this.#trying('startJobRun');
  endJobRun = this.#trying('endJobRun');
  dropJobRun = this.#trying('dropJobRun');

  close(): void {
    this.#store.close();
  }

  #trying<Name extends keyof SampleStore>(name: Name): SampleStore[Name] {
    const call = (...given: unknown[]): unknown =>
      (this.#store[name] as (...given: unknown[]) => unknown).apply(this.#store, given);
    return ((...given: unknown[]) => {
      try {
        return call(...given);
      } catch (error) {
        if (this.#isCopy) throw error;
        const copy = this.#copy(error);
        this.#store.close();
        this.#store = copy;
        return call(...given);
      }
    }) as SampleStore[Name];
  }

  #copy(error: unknown): SampleStore {
    if (!(error instanceof CredWatchError)) throw error;
    this.#onTrouble(error);
    this.#isCopy = true;
    return SampleStore.openTemporary(this.#file);
  }
}
