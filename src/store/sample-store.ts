import type {
  FailedPoll,
  Instant,
  JobRun,
  Sample,
  SeriesHistory,
  SeriesIdentity,
  SeriesPart,
  SourceName,
} from '../domain/model.ts';
import type { SeriesSpan } from '../domain/verdict/figures/choose-series.ts';
import type { ColumnHistory } from '../domain/verdict/series-analysis.ts';
import { CredWatchError } from '../errors.ts';
import { exportParts } from './archive/export.ts';
import { type ArchiveRecord, listRecords, type SampleRun } from './archive/record.ts';
import type { ReportedStates } from './changes/contract.ts';
import { ReportedStateRows } from './changes/reported-states.ts';
import type {
  HistoryReader,
  JobRunFilter,
  JudgedJobs,
  KeyPattern,
  KeySeries,
  KeyUses,
  OnFallback,
  Outbox,
  PollReader,
  PruneResult,
  ReadOptions,
  RecentFilter,
  SampleOrigin,
  SeriesFilter,
  StoreLimits,
  WriteResult,
} from './contract.ts';
import { prune } from './deletion/prune.ts';
import { findHistories, readHistories, readRecentHistories } from './histories.ts';
import { BatchWriter } from './import/batch.ts';
import { dropJobRun, endJobRun, listJobRuns, readJobNames, startJobRun } from './jobs/job-runs.ts';
import { JudgedJobRows } from './jobs/judged-jobs.ts';
import { createRunNotFoundError } from './jobs/run-not-found.ts';
import { KeyUseRows } from './key-uses/key-use-rows.ts';
import { visitKeySeries } from './lookup/keys.ts';
import { OutboxRows } from './outbox/outbox-rows.ts';
import { PollRecorder } from './poll-recorder.ts';
import { readPollsSince } from './polls-since.ts';
import { findLastHost, hasSeries, readSeriesNames, readSeriesSpans } from './series-rows.ts';
import { openForReading, openForWriting, openTemporary } from './sqlite/database.ts';
import type { DatabaseConnection } from './sqlite/driver.ts';
import { StoreConnection } from './sqlite/store-connection.ts';

/**
 * A database of samples. Several processes can use it at the same time, because every method except `records`,
 * `exportParts` and `prune` is one transaction. All methods throw {@link CredWatchError} if the file cannot be used.
 */
export class SampleStore {
  readonly #connection: StoreConnection;
  #recorder: PollRecorder | null = null;
  #batches: BatchWriter | null = null;

  private constructor(connection: DatabaseConnection, file: string, onFallback: OnFallback | null = null) {
    this.#connection = new StoreConnection(connection, file, onFallback);
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

  /** Opens a writable copy of the file, or an empty database. `close` deletes the copy. */
  static openTemporary(file: string): SampleStore {
    return new SampleStore(openTemporary(file), file);
  }

  /**
   * Uses the database until the first error, then a temporary copy, for commands that work without a database.
   * @param onFallback called once, with the error that prevents the use of the file
   * @throws CredWatchError DATABASE_DRIVER_MISSING, because a copy needs the driver too
   */
  static openBestEffort(file: string, onFallback: OnFallback, limits: StoreLimits = {}): SampleStore {
    try {
      return new SampleStore(openForWriting(file, limits), file, onFallback);
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

  /** Records a sample that `machine` polled, which is then on disk. Equal samples are all recorded. */
  recordSample(identity: SeriesIdentity, sample: Sample, machine: string, origin: SampleOrigin = {}): void {
    this.writeTogether(() => this.#getRecorder().recordSample(identity, sample, machine, origin));
  }

  recordFailedPoll(host: string, source: SourceName, poll: FailedPoll): void {
    this.writeTogether(() => this.#getRecorder().recordFailedPoll(host, source, poll));
  }

  /** Records that an endpoint is starting. Returns the time of the first such poll since the last other result. */
  recordStarting(host: string, source: SourceName, at: Instant): Instant {
    return this.writeTogether(() => this.#getRecorder().recordStarting(host, source, at));
  }

  /** Records the start of a run. `process` is the id of the recording process. Returns an id for `endJobRun`. */
  startJobRun(run: JobRun & { end: null }, process = ''): number {
    return this.#write((connection) => startJobRun(connection, run, process));
  }

  /** @throws CredWatchError RUN_NOT_FOUND if the start was deleted in the meantime */
  endJobRun(id: number, end: NonNullable<JobRun['end']>): void {
    const isKnown = this.#write((connection) => endJobRun(connection, id, end));
    if (isKnown || this.#connection.isFallback) return;
    throw createRunNotFoundError(this.#connection.file);
  }

  /** Deletes a recorded start, because the job could not be started. */
  dropJobRun(id: number): void {
    this.#write((connection) => dropJobRun(connection, id));
  }

  /** The judged jobs. Null if a record would be lost, because the database cannot be written. */
  get judgedJobs(): JudgedJobs | null {
    return this.#connection.isTemporary ? null : new JudgedJobRows(this.#connection);
  }

  get reportedStates(): ReportedStates {
    return new ReportedStateRows(this.#connection);
  }

  get keyUses(): KeyUses {
    return new KeyUseRows(this.#connection);
  }

  /** What `push` sends, and what a destination has confirmed. `name` identifies the destination. */
  outbox(name: string): Outbox {
    return new OutboxRows(this.#connection, name);
  }

  /** Reads the runs of one job, ordered by start. */
  readonly jobRuns = (filter: JobRunFilter): JobRun[] =>
    this.#connection.run((connection) => listJobRuns(connection, filter));

  /** Reads the names of all jobs with runs, in alphabetical order. */
  readonly jobNames = (): string[] => this.#connection.run(readJobNames);

  readonly seriesNames = (part: SeriesPart, selection?: SeriesFilter): string[] =>
    this.#connection.run((connection) => readSeriesNames(connection, part, selection));

  /** The time of the samples of each selected series, in the selected period. */
  readonly seriesSpans = (filter: SeriesFilter): SeriesSpan[] =>
    this.#connection.run((connection) => readSeriesSpans(connection, filter));

  /** See {@link findLastHost}. */
  readonly findLastHost = (machine: string, source: SourceName, accessKeyId?: string): string | null =>
    this.#connection.run((connection) => findLastHost(connection, machine, source, accessKeyId));

  /** Whether the host has samples. */
  readonly hasSeries = (host: string): boolean =>
    this.#connection.run((connection) => hasSeries(connection, host));

  /** Reads the selected series from one state of the database. */
  readonly histories = (filter: SeriesFilter = {}): SeriesHistory[] =>
    this.#connection.run((connection) => connection.transaction(readHistories)(connection, filter));

  /** Reads the newest generations of each selected series, by default 1,000, from one state of the database. */
  recentHistories(filter: RecentFilter, limit?: number): ColumnHistory[] {
    return this.#connection.run((open) => open.transaction(readRecentHistories)(open, filter, limit));
  }

  /** Finds the selected series. The readers need an open store. After {@link keepState}, all of them read one state. */
  historyReaders(filter: SeriesFilter): HistoryReader[] {
    const connection = this.#connection;
    return connection.explain(() =>
      [...findHistories(connection.current, filter)].map((read) => () => connection.explain(read)),
    );
  }

  /** Passes each series that has some of the keys to `visit`. Reads one state of the database. */
  readonly findKeys = (patterns: readonly KeyPattern[], visit: (series: KeySeries) => void): void =>
    this.#connection.run((connection) => connection.transaction(visitKeySeries)(connection, patterns, visit));

  /** From now on, reads the present state of the database, even if other processes write. */
  keepState(): void {
    this.#connection.explain(() => this.#connection.current.exec('BEGIN'));
  }

  /** Yields every selected record. A database into which all of them are imported gives the same reports. */
  *records(filter: SeriesFilter = {}): Generator<ArchiveRecord> {
    yield* listRecords(this.exportParts(filter));
  }

  *exportParts(filter: SeriesFilter = {}): Generator<ArchiveRecord | SampleRun> {
    yield* this.#connection.explainEach((connection) => exportParts(connection, filter));
  }

  readonly pollsSince: PollReader = (selection) =>
    this.#connection.explainEach((connection) => readPollsSince(connection, selection));

  /** Adds records. Records that the database already has change nothing. */
  writeRecords(records: readonly (ArchiveRecord | SampleRun)[]): WriteResult {
    return this.writeBatches([records], () => {});
  }

  /** Adds batches of records in one transaction. `onProgress` gets the number of records after each batch. */
  writeBatches(
    batches: Iterable<readonly (ArchiveRecord | SampleRun)[]>,
    onProgress: (written: number) => void,
  ): WriteResult {
    return this.#write((connection) => {
      if (this.#batches?.connection !== connection) this.#batches = new BatchWriter(connection);
      return this.#batches.write(batches, onProgress);
    });
  }

  /** Deletes samples older than `before`, except those that reports still need, and shrinks the file. */
  prune(before: Instant, options: { dryRun: boolean }): PruneResult {
    return this.#connection.run((connection) => prune(connection, before, options));
  }

  /** Runs `action` in one transaction. The action can call all methods that write, except `prune`. */
  writeTogether<T>(action: () => T): T {
    return this.#write(() => action());
  }

  #write<T>(action: (connection: DatabaseConnection) => T): T {
    if (!this.#connection.current.inTransaction) this.#recorder?.startTransaction();
    return this.#connection.write((connection) => connection.transaction(action).immediate(connection));
  }

  #getRecorder(): PollRecorder {
    const { current } = this.#connection;
    if (this.#recorder?.connection !== current) this.#recorder = new PollRecorder(current);
    return this.#recorder;
  }
}
