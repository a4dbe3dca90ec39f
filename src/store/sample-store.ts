import { generationFromSample, generationKey, mergeGenerations } from '../domain/measurement/generations.ts';
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
import type { DatabaseConnection } from './sqlite/driver.ts';
import { withErrorHints } from './sqlite/error-hints.ts';

/** The samples on disk. Every method is one or more whole transactions: several processes may use it at once. */
export class SampleStore {
  readonly #connection: DatabaseConnection;
  readonly #file: string;

  private constructor(connection: DatabaseConnection, file: string) {
    this.#connection = connection;
    this.#file = file;
  }

  /** Opens a database for everything, creating it if need be. Throws {@link CredWatchError} where it cannot. */
  static open(file: string, limits: StoreLimits = {}): SampleStore {
    return new SampleStore(openForWriting(file, limits), file);
  }

  /** Opens a database for reading; null where there is none. */
  static openReadOnly(file: string): SampleStore | null {
    const connection = openForReading(file);
    return connection === null ? null : new SampleStore(connection, file);
  }

  /**
   * For where the file cannot be written, such as a read-only root file system: what can be read of it, in a private
   * place that takes samples as any other and is forgotten at close. Never throws for what is wrong with the file.
   */
  static openTemporary(file: string): SampleStore {
    return new SampleStore(openTemporary(file), file);
  }

  close(): void {
    this.#connection.close();
  }

  /**
   * Keeps one polled sample; it is on disk when this returns. Another poll that saw the same in the same
   * millisecond is a sample of its own.
   * @param machine the name of the polling host, by which a poll without an instance id finds its series
   */
  recordSample(identity: SeriesIdentity, sample: Sample, machine: string): void {
    this.#write(() => {
      const seriesId = this.#connection
        .prepare(
          `INSERT INTO series (host, source, api_version, role, machine, polled, last_polled_at)
           VALUES (@host, @source, @apiVersion, @role, @machine, 1, @observedAt)
           ON CONFLICT DO UPDATE SET polled = 1, machine = excluded.machine,
             last_polled_at = max(last_polled_at, excluded.last_polled_at)
           RETURNING id`,
        )
        .pluck()
        .get({ ...identity, machine, observedAt: sample.observedAt }) as number;
      const rows = new GenerationRows(this.#connection);
      const key = generationKey(sample);
      const known = rows.find(seriesId, key);
      const ordinal = known === null ? 0 : rows.nextOrdinal(known.id, sample);
      const seen = { ...generationFromSample(sample), samples: ordinal === 0 ? 1 : 0 };
      const generation = known === null ? seen : mergeGenerations(known.generation, seen);
      const id = rows.save(known?.id ?? null, seriesId, key, generation);
      rows.insertSample(id, sample, ordinal);
    });
  }

  /** Keeps one failed poll. */
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

  /** Keeps the start of a run; it is on disk when this returns. Returns the run's id, for its end. */
  startJobRun(run: JobRun & { end: null }): number {
    return this.#write(() => new JobRunRows(this.#connection).start(run));
  }

  /** Keeps the end of a run. Throws {@link CredWatchError} where somebody has removed its start. */
  endJobRun(id: number, end: NonNullable<JobRun['end']>): void {
    if (this.#write(() => new JobRunRows(this.#connection).end(id, end))) return;
    throw new CredWatchError(
      `the start of this run is no longer in ${this.#file}`,
      'leave the database where it is while jobs run',
    );
  }

  /** Forgets the start of a run that did not come about. */
  dropJobRun(id: number): void {
    this.#write(() => new JobRunRows(this.#connection).drop(id));
  }

  /** The runs of one job, by their start. */
  jobRuns(filter: JobRunFilter): JobRun[] {
    return withErrorHints(this.#file, () => [...readJobRuns(this.#connection, filter)].map(({ run }) => run));
  }

  /** Every job of which there are runs, in alphabetical order. */
  jobNames(): string[] {
    return withErrorHints(this.#file, () => readJobNames(this.#connection));
  }

  /** The hosts or roles that are known, each once. */
  seriesNames(part: 'host' | 'role'): string[] {
    return withErrorHints(this.#file, () => {
      const rows = this.#connection.prepare(
        `SELECT DISTINCT ${part} FROM series WHERE ${part} <> '' ORDER BY 1`,
      );
      return rows.pluck().all() as string[];
    });
  }

  /** The host under which this machine's samples of a source were last filed; null where there are none. */
  findLastHost(machine: string, source: SourceName): string | null {
    return withErrorHints(this.#file, () => {
      const host = this.#connection
        .prepare(
          'SELECT host FROM series WHERE machine = ? AND source = ? ORDER BY last_polled_at DESC LIMIT 1',
        )
        .pluck()
        .get(machine, source) as string | undefined;
      return host ?? null;
    });
  }

  /** What is known of every series that the filter selects, from one consistent state of the database. */
  histories(filter: SeriesFilter = {}): SeriesHistory[] {
    return withErrorHints(this.#file, () =>
      this.#connection.transaction(() => readHistories(this.#connection, filter))(),
    );
  }

  /** Every record that the filter selects, one at a time: enough to build the same reports elsewhere. */
  records(filter: SeriesFilter = {}): Generator<ArchiveRecord> {
    return exportRecords(this.#connection, filter);
  }

  /** Adds records in a transaction of their own; those that are there already change nothing. */
  writeRecords(records: readonly ArchiveRecord[]): WriteResult {
    return this.#write(() => writeBatch(this.#connection, records));
  }

  /** Deletes samples older than `before` and keeps what reports need of them. */
  prune(before: Instant, options: { dryRun: boolean }): PruneResult {
    return this.#write(() => prune(this.#connection, before, options));
  }

  #write<T>(action: () => T): T {
    return withErrorHints(this.#file, () => this.#connection.transaction(action).immediate());
  }
}
