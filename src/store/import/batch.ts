import { correctTime } from '../../domain/measurement/generations.ts';
import type { IssuedCredentials, SampleTime, SeriesIdentity } from '../../domain/model.ts';
import { getSeriesKey } from '../../domain/series-key.ts';
import type { ArchiveRecord, SampleRun } from '../archive/record.ts';
import type { WriteResult } from '../contract.ts';
import { toFailedPollRow } from '../failed-polls.ts';
import { prepareClockOffsetUpdate } from '../host-clocks.ts';
import { prepareJobRunMerge } from '../jobs/job-runs.ts';
import { type DatabaseConnection, requireRow } from '../sqlite/driver.ts';
import { GenerationBatch } from './generation-batch.ts';

/** Adds records to the database. Keeps its statements, because an import has many batches. */
export class BatchWriter {
  readonly #generations: GenerationBatch;
  readonly #mergeJobRun;
  readonly connection: DatabaseConnection;
  /** Of this batch: another program could delete a series. */
  readonly #series = new Map<string, number>();
  /** The series of the last record. */
  #last: { identity: SeriesIdentity; id: number } | null = null;
  readonly #saveClockOffset;
  readonly #insertSeries;
  readonly #insertFailedPoll;
  #count = 0;
  /** Without samples. */
  #added = 0;

  constructor(connection: DatabaseConnection) {
    this.connection = connection;
    this.#generations = new GenerationBatch(connection);
    this.#mergeJobRun = prepareJobRunMerge(connection);
    this.#saveClockOffset = prepareClockOffsetUpdate(connection);
    this.#insertSeries = connection
      .prepare<[SeriesIdentity], number>(
        `INSERT INTO series (host, source, api_version, role) VALUES (@host, @source, @apiVersion, @role)
         ON CONFLICT DO UPDATE SET host = host RETURNING id`,
      )
      .pluck();
    this.#insertFailedPoll = connection.prepare(
      `INSERT OR IGNORE INTO failed_polls
       VALUES (@host, @source, @observedAt, @reason, @detail, @accessKeyId, @expiration, @ordinal, @clockOffset)`,
    );
  }

  /**
   * Adds batches. Must be called inside a transaction. Known records change nothing.
   * @param onProgress called with the number of records after each batch
   */
  write(
    batches: Iterable<readonly (ArchiveRecord | SampleRun)[]>,
    onProgress: (written: number) => void,
  ): WriteResult {
    const total = { added: 0, known: 0 };
    for (const batch of batches) {
      const { added, known } = this.#writeBatch(batch);
      total.added += added;
      total.known += known;
      onProgress(total.added + total.known);
    }
    return total;
  }

  #writeBatch(records: readonly (ArchiveRecord | SampleRun)[]): WriteResult {
    this.#count = 0;
    this.#added = 0;
    this.#series.clear();
    this.#last = null;
    this.#generations.start();
    for (const record of records) this.#writeRecord(record);
    const added = this.#added + this.#generations.finish();
    return { added, known: this.#count - added };
  }

  #writeRecord(record: ArchiveRecord | SampleRun): void {
    switch (record.record) {
      case 'sample_run':
        this.#writeSamples(record.identity, record.credentials, record.times, record.ordinal);
        return;
      case 'sample':
        this.#writeSamples(record.identity, record.sample, [record.sample], record.ordinal);
        return;
      case 'generation':
        this.#countRecord(this.#generations.addGeneration(this.#seriesId(record.identity), record));
        return;
      case 'failed_poll': {
        const { host, source, poll, ordinal } = record;
        this.#saveClockOffset(host, poll);
        const row = { ...toFailedPollRow(host, source, poll), ordinal };
        this.#countRecord(this.#insertFailedPoll.run(row).changes === 1);
        return;
      }
      case 'job_run':
        this.#countRecord(this.#mergeJobRun(record.run, record.ordinal));
    }
  }

  #countRecord(isNew: boolean): void {
    this.#count += 1;
    if (isNew) this.#added += 1;
  }

  #writeSamples(
    identity: SeriesIdentity,
    credentials: IssuedCredentials,
    times: readonly SampleTime[],
    ordinal: number,
  ): void {
    this.#count += times.length;
    this.#generations.addSamples(this.#seriesId(identity), credentials, times, ordinal);
    const newest = findNewestOffset(times);
    if (newest !== null) this.#saveClockOffset(identity.host, newest);
  }

  #seriesId(identity: SeriesIdentity): number {
    if (identity === this.#last?.identity) return this.#last.id;
    const name = getSeriesKey(identity);
    let id = this.#series.get(name);
    if (id === undefined) {
      id = requireRow(this.#insertSeries.get(identity));
      this.#series.set(name, id);
    }
    this.#last = { identity, id };
    return id;
  }
}

/** The newest sample with a clock offset. The smaller offset breaks ties, as in the database. */
function findNewestOffset(times: readonly SampleTime[]): SampleTime | null {
  let newest: SampleTime | null = null;
  for (const time of times) {
    if (time.clockOffset === null) continue;
    const distance = newest === null ? 1 : correctTime(time) - correctTime(newest);
    if (distance > 0 || (distance === 0 && time.clockOffset < (newest?.clockOffset ?? 0))) newest = time;
  }
  return newest;
}
