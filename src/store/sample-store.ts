import type {
  FailedPoll,
  Instant,
  JobRun,
  Sample,
  SeriesHistory,
  SeriesIdentity,
  SourceName,
} from '../domain/model.ts';
import type { ColumnHistory } from '../domain/verdict/series-analysis.ts';
import { CredWatchError } from '../errors.ts';
import { toStoredKeyId } from '../key-id.ts';
import { exportParts } from './archive/export.ts';
import { type ArchiveRecord, listSamples, type SampleRun } from './archive/record.ts';
import type {
  HistoryReader,
  JobRunFilter,
  PruneResult,
  ReadOptions,
  SeriesFilter,
  StoreLimits,
  WriteResult,
} from './contract.ts';
import { recordFailedPoll, recordStarting } from './failed-polls.ts';
import { findHistories, readHistories, toSeriesHistory } from './histories.ts';
import { prepareClockOffsets } from './host-clocks.ts';
import { writeBatch } from './import/batch.ts';
import { dropJobRun, endJobRun, readJobNames, readJobRuns, startJobRun } from './job-runs.ts';
import { prune } from './prune.ts';
import { SampleRecorder } from './sample-recorder.ts';
import { findLastHost, readSeriesNames } from './series-rows.ts';
import { assertUndamaged } from './sqlite/consistency.ts';
import { openForReading, openForWriting, openTemporary } from './sqlite/database.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { explainError, withErrorHints } from './sqlite/error-hints.ts';

type OnFallback = (error: CredWatchError) => void;

/**
 * A database of samples. Several processes can use one database at the same time, because every method except
 * `records` and `prune` is one transaction. All methods throw {@link CredWatchError} if the file cannot be used.
 */
export class SampleStore {
  #connection: DatabaseConnection;
  readonly #file: string;
  #recorder: SampleRecorder | null = null;
  /** Null if the file must be used, or can no longer be used. */
  #onFallback: OnFallback | null = null;
  /** The copy may be older than the last records in the file. */
  #isFallback = false;

  private constructor(connection: DatabaseConnection, file: string) {
    this.#connection = connection;
    this.#file = file;
  }

  /** Opens a database for reading and writing. Creates the file if it does not exist. */
  static open(file: string, limits: StoreLimits = {}): SampleStore {
    return new SampleStore(openForWriting(file, limits), file);
  }

  /** Opens a database for reading. Returns null if the file does not exist. */
  static openReadOnly(file: string, options: ReadOptions = {}): SampleStore | null {
    const connection = openForReading(file, options);
    return connection === null ? null : new SampleStore(connection, file);
  }

  /**
   * Opens a writable copy of a file that cannot be written. The copy is deleted when it is closed. If the
   * file cannot be read, the copy is empty.
   */
  static openTemporary(file: string): SampleStore {
    return new SampleStore(openTemporary(file), file);
  }

  /**
   * Uses the database until the first error, and then a temporary copy. `check`, `exec` and `env` can work
   * without a database, so an unusable file must not stop them.
   * @param onFallback called once, with the error that prevents the use of the file
   * @throws CredWatchError DATABASE_DRIVER_MISSING, because a copy needs the driver too
   */
  static openBestEffort(file: string, onFallback: OnFallback, limits: StoreLimits = {}): SampleStore {
    try {
      const store = SampleStore.open(file, limits);
      store.#onFallback = onFallback;
      return store;
    } catch (error) {
      if (!(error instanceof CredWatchError) || error.code === 'DATABASE_DRIVER_MISSING') throw error;
      onFallback(error);
      return SampleStore.openTemporary(file);
    }
  }

  close(): void {
    this.#connection.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Records a polled sample. The sample is on disk when this method returns. Equal samples are all recorded.
   * @param machine the name of the polling machine, for {@link findLastHost}
   */
  recordSample(identity: SeriesIdentity, sample: Sample, machine: string): void {
    this.writeTogether(() => {
      this.#recorder ??= new SampleRecorder(this.#connection);
      const accessKeyId = toStoredKeyId(sample.accessKeyId);
      this.#recorder.record(identity, { ...sample, accessKeyId }, machine);
    });
  }

  recordFailedPoll(host: string, source: SourceName, poll: FailedPoll): void {
    this.writeTogether(() => {
      recordFailedPoll(this.#connection, host, source, poll);
      prepareClockOffsets(this.#connection)(host, poll);
    });
  }

  /**
   * Records that an endpoint reports that it is starting.
   * @returns the time of the first such poll since the last poll with another result
   */
  recordStarting(host: string, source: SourceName, at: Instant): Instant {
    return this.writeTogether(() => recordStarting(this.#connection, host, source, at));
  }

  /**
   * Records the start of a run. The start is on disk when this method returns.
   * @returns the run's id, for `endJobRun`
   */
  startJobRun(run: JobRun & { end: null }): number {
    return this.writeTogether(() => startJobRun(this.#connection, run));
  }

  /**
   * Records the end of a run.
   * @throws CredWatchError RUN_NOT_FOUND if the start was deleted in the meantime
   */
  endJobRun(id: number, end: NonNullable<JobRun['end']>): void {
    if (this.writeTogether(() => endJobRun(this.#connection, id, end)) || this.#isFallback) return;
    throw new CredWatchError(
      `${this.#file} no longer has the start of this run`,
      'do not move or delete the database while jobs run',
      { code: 'RUN_NOT_FOUND' },
    );
  }

  /** Deletes a recorded start, because the job could not be started. */
  dropJobRun(id: number): void {
    this.writeTogether(() => dropJobRun(this.#connection, id));
  }

  /** Reads the runs of one job, ordered by start. */
  jobRuns(filter: JobRunFilter): JobRun[] {
    return this.#run(() => {
      const runs = [...readJobRuns(this.#connection, filter)];
      if (runs.length === 0) assertUndamaged(this.#connection);
      return runs.map(({ run }) => run);
    });
  }

  /** Reads the names of all jobs with runs, in alphabetical order. */
  jobNames(): string[] {
    return this.#run(() => readJobNames(this.#connection));
  }

  /** Reads the known hosts or roles, in alphabetical order. */
  seriesNames(part: 'host' | 'role'): string[] {
    return this.#run(() => readSeriesNames(this.#connection, part));
  }

  /** Finds the host under which this machine recorded its newest sample of a source. */
  findLastHost(machine: string, source: SourceName): string | null {
    return this.#run(() => findLastHost(this.#connection, machine, source));
  }

  /** Reads the selected series from one state of the database. */
  columnHistories(filter: SeriesFilter = {}): ColumnHistory[] {
    return this.#run(() => this.#connection.transaction(readHistories)(this.#connection, filter));
  }

  /** As {@link columnHistories}, with an object for each generation. */
  histories(filter: SeriesFilter = {}): SeriesHistory[] {
    return this.columnHistories(filter).map(toSeriesHistory);
  }

  /** Finds the selected series. The readers need an open store, and {@link keepState} to read one state. */
  historyReaders(filter: SeriesFilter): HistoryReader[] {
    const explain = <T>(action: () => T) => withErrorHints(this.#file, action);
    return explain(() => [...findHistories(this.#connection, filter)].map((read) => () => explain(read)));
  }

  /** From now on, reads the present state of the database, even if other processes write. */
  keepState(): void {
    withErrorHints(this.#file, () => this.#connection.exec('BEGIN'));
  }

  /** Yields every selected record. A database into which all of them are imported gives the same reports. */
  *records(filter: SeriesFilter = {}): Generator<ArchiveRecord> {
    for (const part of this.exportParts(filter)) {
      if (part.record === 'sample_run') yield* listSamples(part);
      else yield part;
    }
  }

  /** As {@link records}, with the samples in runs. */
  *exportParts(filter: SeriesFilter = {}): Generator<ArchiveRecord | SampleRun> {
    try {
      let isEmpty = true;
      for (const part of exportParts(this.#connection, filter)) {
        isEmpty = false;
        yield part;
      }
      if (isEmpty) assertUndamaged(this.#connection);
    } catch (error) {
      throw explainError(this.#file, error);
    }
  }

  /** Adds records. Records that the database already has change nothing. */
  writeRecords(records: readonly ArchiveRecord[]): WriteResult {
    return this.writeTogether(() => writeBatch(this.#connection, records));
  }

  /** Deletes samples older than `before`, except those that reports still need, and shrinks the file. */
  prune(before: Instant, options: { dryRun: boolean }): PruneResult {
    return this.#run(() => prune(this.#connection, before, options));
  }

  /** Runs `action` in one transaction. The methods that write can be called in it. */
  writeTogether<T>(action: () => T): T {
    if (!this.#connection.inTransaction) this.#recorder?.startTransaction();
    return this.#run(() => this.#connection.transaction(action).immediate());
  }

  /** If the action fails in a best-effort store, runs it again on a temporary copy. */
  #run<T>(action: () => T): T {
    try {
      return withErrorHints(this.#file, action);
    } catch (error) {
      if (this.#onFallback === null || !(error instanceof CredWatchError)) throw error;
      this.#useCopy(error, this.#onFallback);
      return withErrorHints(this.#file, action);
    }
  }

  #useCopy(error: CredWatchError, onFallback: OnFallback): void {
    this.#connection.close();
    // A copy of a damaged file is damaged too.
    this.#connection = openTemporary(error.code === 'DATABASE_DAMAGED' ? '' : this.#file);
    this.#recorder = null;
    this.#onFallback = null;
    this.#isFallback = true;
    onFallback(error);
  }
}
