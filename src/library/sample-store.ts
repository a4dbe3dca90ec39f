import type { ArchiveRecord as DomainArchiveRecord } from '../store/archive/record.ts';
import type * as contract from '../store/contract.ts';
import { SampleStore as DomainSampleStore } from '../store/sample-store.ts';
import {
  assertKnownOptions,
  type Moment,
  parseInstantOption,
  parseSelection,
  type SelectionOptions,
} from './parse-options.ts';
import { fromPublic, toPublic } from './public-data.ts';
import type { ArchiveRecord, JobRun, SeriesHistory } from './public-types.ts';
import { getSystemDefaults } from './system-defaults.ts';

declare global {
  // For programs without the TypeScript library `esnext.disposable`.
  interface SymbolConstructor {
    readonly dispose: unique symbol;
  }
}

export interface JobRunSelection extends SelectionOptions {
  /** The name of the job, as in `cred-watch exec --job`. */
  job: string;
}

export interface PruneOptions {
  /** Count the samples without deleting any (default: false). */
  dryRun?: boolean | undefined;
}

export type PruneResult = contract.PruneResult;
export type WriteResult = contract.WriteResult;

/** Returns the wrapped store, for the functions that record polls. */
export let getDomainStore: (store: SampleStore) => DomainSampleStore;

/**
 * A database of samples. Several processes can use one database at the same time, because every method except
 * `records` is one transaction. All methods throw {@link CredWatchError} if the file cannot be used.
 */
export class SampleStore {
  readonly #store: DomainSampleStore;

  private constructor(store: DomainSampleStore) {
    this.#store = store;
  }

  /** Opens a database for reading and writing. Creates the file (mode 0600) if it does not exist. */
  static open(file: string): SampleStore {
    return new SampleStore(DomainSampleStore.open(file));
  }

  /** Opens a database for reading. Returns null if the file does not exist. */
  static openReadOnly(file: string): SampleStore | null {
    const store = DomainSampleStore.openReadOnly(file);
    return store === null ? null : new SampleStore(store);
  }

  close(): void {
    this.#store.close();
  }

  /** For `using store = SampleStore.open(file)`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Reads the selected series. `since` and `until` select whole generations that were seen between them. */
  histories(selection: SelectionOptions = {}): SeriesHistory[] {
    const filter = parseSelection(selection, now());
    return this.#store.histories(filter).map((history) => toPublic(history));
  }

  /** Reads the recorded runs of one job, ordered by start. `since` and `until` select runs by their start. */
  jobRuns({ job, ...selection }: JobRunSelection): JobRun[] {
    const filter = { ...parseSelection(selection, now()), job };
    return this.#store.jobRuns(filter).map((run) => toPublic(run));
  }

  /** Reads the names of all jobs with recorded runs, in alphabetical order. */
  jobNames(): string[] {
    return this.#store.jobNames();
  }

  /** Yields every selected record. A database into which all of them are written gives the same reports. */
  *records(selection: SelectionOptions = {}): Generator<ArchiveRecord, void, undefined> {
    for (const record of this.#store.records(parseSelection(selection, now()))) {
      yield toPublic(record);
    }
  }

  /** Adds records. Records that the database already has change nothing. */
  writeRecords(records: readonly ArchiveRecord[]): WriteResult {
    return this.#store.writeRecords(fromPublic<readonly DomainArchiveRecord[]>(records));
  }

  /** Deletes samples older than `before`, except those that reports still need. */
  prune(before: Moment, options: PruneOptions = {}): PruneResult {
    // A misspelt `dryRun` would delete samples.
    assertKnownOptions(options, { dryRun: true });
    const { dryRun = false } = options;
    return this.#store.prune(parseInstantOption(before, now(), 'first', 'before'), { dryRun });
  }

  static {
    getDomainStore = (store) => store.#store;
  }
}

const now = () => getSystemDefaults().clock.now();
