import type {
  FailedPoll,
  JobRun,
  Sample,
  SeriesHistory,
  SeriesIdentity,
  SourceName,
} from '../domain/model.ts';
import { CredWatchError } from '../errors.ts';
import type { SeriesFilter, StoreLimits } from './contract.ts';
import { SampleStore } from './sample-store.ts';

/**
 * Uses the database until the first error. Then it uses a temporary copy, which is deleted when the store is
 * closed. `check`, `exec` and `env` must not fail on a read-only file system, because they can work without a
 * database.
 */
export class BestEffortStore {
  #store: SampleStore;
  readonly #file: string;
  readonly #onError: (error: CredWatchError) => void;
  #isCopy = false;

  /** @param onError called once, with the error that prevents recording */
  constructor(file: string, onError: (error: CredWatchError) => void, limits: StoreLimits = {}) {
    this.#file = file;
    this.#onError = onError;
    try {
      this.#store = SampleStore.open(file, limits);
    } catch (error) {
      this.#store = this.#openCopy(error);
    }
  }

  recordSample(identity: SeriesIdentity, sample: Sample, machine: string): void {
    this.#run((store) => store.recordSample(identity, sample, machine));
  }

  recordFailedPoll(host: string, source: SourceName, poll: FailedPoll): void {
    this.#run((store) => store.recordFailedPoll(host, source, poll));
  }

  findLastHost(machine: string, source: SourceName): string | null {
    return this.#run((store) => store.findLastHost(machine, source));
  }

  histories(filter: SeriesFilter = {}): SeriesHistory[] {
    return this.#run((store) => store.histories(filter));
  }

  startJobRun(run: JobRun & { end: null }): number {
    return this.#run((store) => store.startJobRun(run));
  }

  endJobRun(id: number, end: NonNullable<JobRun['end']>): void {
    this.#run((store) => store.endJobRun(id, end));
  }

  dropJobRun(id: number): void {
    this.#run((store) => store.dropJobRun(id));
  }

  close(): void {
    this.#store.close();
  }

  /** Runs the action on the database, and again on a copy if that fails. */
  #run<T>(action: (store: SampleStore) => T): T {
    try {
      return action(this.#store);
    } catch (error) {
      if (this.#isCopy) throw error;
      const copy = this.#openCopy(error);
      this.#store.close();
      this.#store = copy;
      return action(copy);
    }
  }

  #openCopy(error: unknown): SampleStore {
    if (!(error instanceof CredWatchError)) throw error;
    this.#onError(error);
    this.#isCopy = true;
    return SampleStore.openTemporary(this.#file);
  }
}
