import { createGeneration, getGenerationKey, mergeGenerations } from '../domain/measurement/generations.ts';
import type {
  FailedPoll,
  Instant,
  JobRun,
  Sample,
  SeriesHistory,
  SeriesIdentity,
  SourceName,
} from '../domain/model.ts';
import { CredWatchError } from '../errors.ts';
import { exportRecords } from './archive/export.ts';
import type { ArchiveRecord } from './archive/record.ts';
import type { JobRunFilter, PruneResult, SeriesFilter, StoreLimits, WriteResult } from './contract.ts';
import { GenerationRows } from './generation-rows.ts';
import { readHistories } from './histories.ts';
import { writeBatch } from './import/batch.ts';
import { JobRunRows, readJobNames, readJobRuns } from './job-runs.ts';
import { prune } from './prune.ts';
import { openForReading, openForWriting, openTemporary } from './sqlite/database.ts';
import { type DatabaseConnection, requireRow } from './sqlite/driver.ts';
import { withErrorHints } from './sqlite/error-hints.ts';

/**
 * A database of samples. Several processes can use one database at the same time, because every method except
 * `records` is one transaction. All methods throw {@link CredWatchError} if the file cannot be used.
 */
export class SampleStore {
  readonly #connection: DatabaseConnection;
  readonly #file: string;

  private constructor(connection: DatabaseConnection, file: string) {
    this.#connection = connection;
    this.#file = file;
  }

  /** Opens a database for reading and writing. Creates the file if it does not exist. */
  static open(file: string, limits: StoreLimits = {}): SampleStore {
    return new SampleStore(openForWriting(file, limits), file);
  }

  /** Opens a database for reading. Returns null if the file does not exist. */
  static openReadOnly(file: string): SampleStore | null {
    const connection = openForReading(file);
    return connection === null ? null : new SampleStore(connection, file);
  }

  /**
   * Opens a writable copy of a file that cannot be written. The copy is deleted when it is closed. If the
   * file cannot be read, the copy is empty.
   */
  static openTemporary(file: string): SampleStore {
    return new SampleStore(openTemporary(file), file);
  }

  close(): void {
    this.#connection.close();
  }

  /**
   * Records a polled sample. The sample is on disk when this method returns. Equal samples are all recorded.
   * @param machine the name of the polling machine, for {@link findLastHost}
   */
  recordSample(identity: SeriesIdentity, sample: Sample, machine: string): void {
    this.#write(() => {
      const saveSeries = this.#connection
        .prepare<[object], number>(
          `INSERT INTO series (host, source, api_version, role, machine, polled, last_polled_at)
           VALUES (@host, @source, @apiVersion, @role, @machine, 1, @observedAt)
           ON CONFLICT DO UPDATE SET polled = 1, machine = excluded.machine,
             last_polled_at = max(last_polled_at, excluded.last_polled_at)
           RETURNING id`,
        )
        .pluck();
      const seriesId = requireRow(saveSeries.get({ ...identity, machine, observedAt: sample.observedAt }));
      const rows = new GenerationRows(this.#connection);
      const key = getGenerationKey(sample);
      const known = rows.find(seriesId, key);
      const ordinal = known === null ? 0 : rows.nextOrdinal(known.id, sample);
      const seen = { ...createGeneration(sample), samples: ordinal === 0 ? 1 : 0 };
      const generation = known === null ? seen : mergeGenerations(known.generation, seen);
      const id = rows.save(known?.id ?? null, seriesId, key, generation);
      rows.insertSample(id, sample, ordinal);
    });
  }

  recordFailedPoll(host: string, source: SourceName, poll: FailedPoll): void {
    this.#write(() => {
      const row = { host, source, ...poll, expiration: poll.expiration ?? '' };
      this.#connection
        .prepare(
          `INSERT INTO failed_polls
           SELECT @host, @source, @observedAt, @reason, @detail, @accessKeyId, @expiration,
             (SELECT coalesce(max(ordinal) + 1, 0) FROM failed_polls
              WHERE host = @host AND source = @source AND observed_at = @observedAt AND reason = @reason
                AND detail = @detail AND access_key_id = @accessKeyId AND expiration = @expiration)`,
        )
        .run(row);
    });
  }

  /**
   * Records the start of a run. The start is on disk when this method returns.
   * @returns the run's id, for `endJobRun`
   */
  startJobRun(run: JobRun & { end: null }): number {
    return this.#write(() => new JobRunRows(this.#connection).start(run));
  }

  /**
   * Records the end of a run.
   * @throws CredWatchError RUN_NOT_FOUND if the start was deleted in the meantime
   */
  endJobRun(id: number, end: NonNullable<JobRun['end']>): void {
    if (this.#write(() => new JobRunRows(this.#connection).end(id, end))) return;
    throw new CredWatchError(
      `${this.#file} no longer has the start of this run`,
      'do not move or delete the database while jobs run',
      { code: 'RUN_NOT_FOUND' },
    );
  }

  /** Deletes a recorded start, because the job could not be started. */
  dropJobRun(id: number): void {
    this.#write(() => new JobRunRows(this.#connection).drop(id));
  }

  /** Reads the runs of one job, ordered by start. */
  jobRuns(filter: JobRunFilter): JobRun[] {
    return withErrorHints(this.#file, () => [...readJobRuns(this.#connection, filter)].map(({ run }) => run));
  }

  /** Reads the names of all jobs with runs, in alphabetical order. */
  jobNames(): string[] {
    return withErrorHints(this.#file, () => readJobNames(this.#connection));
  }

  /** Reads the known hosts or roles, in alphabetical order. */
  seriesNames(part: 'host' | 'role'): string[] {
    return withErrorHints(this.#file, () => {
      const rows = this.#connection.prepare<[], string>(
        `SELECT DISTINCT ${part} FROM series WHERE ${part} <> '' ORDER BY 1`,
      );
      return rows.pluck().all();
    });
  }

  /** Finds the host under which this machine recorded its newest sample of a source. */
  findLastHost(machine: string, source: SourceName): string | null {
    return withErrorHints(this.#file, () => {
      const host = this.#connection
        .prepare<[string, string], string>(
          'SELECT host FROM series WHERE machine = ? AND source = ? ORDER BY last_polled_at DESC LIMIT 1',
        )
        .pluck()
        .get(machine, source);
      return host ?? null;
    });
  }

  /** Reads the selected series from one state of the database. */
  histories(filter: SeriesFilter = {}): SeriesHistory[] {
    return withErrorHints(this.#file, () =>
      this.#connection.transaction(() => readHistories(this.#connection, filter))(),
    );
  }

  /** Yields every selected record. A database into which all of them are imported gives the same reports. */
  records(filter: SeriesFilter = {}): Generator<ArchiveRecord> {
    return exportRecords(this.#connection, filter);
  }

  /** Adds records. Records that the database already has change nothing. */
  writeRecords(records: readonly ArchiveRecord[]): WriteResult {
    return this.#write(() => writeBatch(this.#connection, records));
  }

  /** Deletes samples older than `before`, except those that reports still need. */
  prune(before: Instant, options: { dryRun: boolean }): PruneResult {
    return this.#write(() => prune(this.#connection, before, options));
  }

  #write<T>(action: () => T): T {
    return withErrorHints(this.#file, () => this.#connection.transaction(action).immediate());
  }
}
