import {
  correctedTime,
  generationFromSample,
  generationKey,
  mergeGenerations,
} from '../../domain/measurement/generations.ts';
import type { Generation, Instant, Sample, SeriesIdentity } from '../../domain/model.ts';
import { seriesKey } from '../../domain/series-key.ts';
import type { ArchiveRecord } from '../archive/record.ts';
import type { WriteResult } from '../contract.ts';
import { GenerationRows } from '../generation-rows.ts';
import { JobRunRows } from '../job-runs.ts';
import type { DatabaseConnection } from '../sqlite/driver.ts';
import { CORRECTED_TIME_SQL } from '../sqlite/schema.ts';

interface OpenGeneration {
  id: number;
  seriesId: number;
  key: string;
  generation: Generation;
  prunedUntil: Instant | null;
}

/**
 * Adds records to the database; run it inside a transaction. A record that is there already changes nothing, and
 * so does a sample that was pruned: it is counted in its generation.
 */
export function writeBatch(connection: DatabaseConnection, records: readonly ArchiveRecord[]): WriteResult {
  const writer = new BatchWriter(connection);
  const batch = { added: 0, known: 0 };
  for (const record of records) batch[writer.write(record) ? 'added' : 'known'] += 1;
  writer.flush();
  return batch;
}

class BatchWriter {
  readonly #rows: GenerationRows;
  readonly #jobRuns: JobRunRows;
  readonly #series = new Map<string, number>();
  /** Generations of this batch, read once and written once. */
  readonly #open = new Map<string, OpenGeneration>();
  readonly #insertSeries;
  readonly #insertFailedPoll;
  readonly #keptBefore;

  constructor(connection: DatabaseConnection) {
    this.#rows = new GenerationRows(connection);
    this.#jobRuns = new JobRunRows(connection);
    this.#insertSeries = connection
      .prepare(
        `INSERT INTO series (host, source, api_version, role) VALUES (@host, @source, @apiVersion, @role)
         ON CONFLICT DO UPDATE SET host = host RETURNING id`,
      )
      .pluck();
    this.#insertFailedPoll = connection.prepare(
      `INSERT OR IGNORE INTO failed_polls
       VALUES (@host, @source, @observedAt, @reason, @detail, @accessKeyId, @expiration, @ordinal)`,
    );
    this.#keptBefore = connection
      .prepare(
        `SELECT count(*) FROM samples WHERE generation_id = ? AND ordinal = 0 AND ${CORRECTED_TIME_SQL} < ?`,
      )
      .pluck();
  }

  /** True if the record was new. */
  write(record: ArchiveRecord): boolean {
    switch (record.record) {
      case 'sample':
        return this.#writeSample(record.identity, record.sample, record.ordinal);
      case 'generation':
        return this.#writeGeneration(record);
      case 'failed_poll': {
        const { host, source, poll, ordinal } = record;
        const row = { host, source, ...poll, expiration: poll.expiration ?? '', ordinal };
        return this.#insertFailedPoll.run(row).changes === 1;
      }
      case 'job_run':
        return this.#jobRuns.merge(record.run, record.ordinal);
    }
  }

  flush(): void {
    for (const { id, seriesId, key, generation, prunedUntil } of this.#open.values()) {
      this.#rows.save(id, seriesId, key, generation, prunedUntil);
    }
    this.#open.clear();
  }

  #writeSample(identity: SeriesIdentity, sample: Sample, ordinal: number): boolean {
    const seen = { ...generationFromSample(sample), samples: 0 };
    const open = this.#openGeneration(identity, seen);
    open.generation = mergeGenerations(open.generation, seen);
    if (open.prunedUntil !== null && correctedTime(sample) < open.prunedUntil) return false;
    const isNew = this.#rows.insertSample(open.id, sample, ordinal);
    if (isNew && ordinal === 0) open.generation.samples += 1;
    return isNew;
  }

  /** Samples that are here and were pruned there stand for as many of the pruned ones. */
  #writeGeneration(record: Extract<ArchiveRecord, { record: 'generation' }>): boolean {
    const open = this.#openGeneration(record.identity, record.generation);
    const before = JSON.stringify(open);
    const here = this.#keptBefore.get(open.id, record.prunedUntil) as number;
    const kept = this.#keptBefore.get(open.id, Number.MAX_SAFE_INTEGER) as number;
    const missing = Math.max(0, record.earlierSamples - here);
    const pruned = Math.max(open.generation.samples - kept, missing);
    open.generation = { ...mergeGenerations(open.generation, record.generation), samples: kept + pruned };
    if (missing > 0) open.prunedUntil = Math.max(open.prunedUntil ?? 0, record.prunedUntil);
    return JSON.stringify(open) !== before;
  }

  #openGeneration(identity: SeriesIdentity, seen: Generation): OpenGeneration {
    const seriesId = this.#seriesId(identity);
    const key = generationKey(seen);
    const name = `${seriesId}/${key}`;
    let open = this.#open.get(name);
    if (open === undefined) {
      const stored = this.#rows.find(seriesId, key);
      const generation = stored?.generation ?? { ...seen, samples: 0 };
      const id = stored?.id ?? this.#rows.save(null, seriesId, key, generation);
      open = { id, seriesId, key, generation, prunedUntil: stored?.prunedUntil ?? null };
      this.#open.set(name, open);
    }
    return open;
  }

  #seriesId(identity: SeriesIdentity): number {
    const name = seriesKey(identity);
    let id = this.#series.get(name);
    if (id === undefined) {
      id = this.#insertSeries.get(identity) as number;
      this.#series.set(name, id);
    }
    return id;
  }
}
